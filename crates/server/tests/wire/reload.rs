//! Rules, users and certificates are changed while the server runs.

use trunkline::{Auth, Listener, Server, Users};
use trunkline_proto::message::Query;

use crate::auth::{by_rules, wrong};
use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy::{self, Toy};
use crate::visitor::{Authority, Visitor};

fn only(user: &str, password: &str) -> Auth {
    let users = Users::with_secret([7; 32]).password(user, password);
    Auth::scram(users.expect("users"))
}

#[test]
fn who_comes_later_meets_the_new_rules_and_who_is_there_goes_on() {
    let server = toy::start();
    let mut there = Dialogue::login(server.address);
    // Asked for its name before, and answers after.
    let mut waits = Dialogue::silent(server.address);
    waits.say_raw(b"\0\0\0").hears_nothing();
    let come =
        |user: &str, password: &str| Visitor::tcp(server.address).log_in(user, "toy", password);
    for (auth, expected) in [
        (only("ann", "one"), "Scram"),
        (only("ann", "two"), &wrong("ann")),
        (only("bob", "one"), &wrong("ann")),
        (
            by_rules("host toy bob all md5"),
            "28000 no pg_hba.conf entry for host \"127.0.0.1\", user \"ann\", database \"toy\", no encryption",
        ),
        (Auth::trust(), "Trust"),
    ] {
        server.server.reload(auth, None).expect("a loopback address");
        assert_eq!(come("ann", "one"), expected);
        assert!(there.say(&Query { sql: "one" }).hear_until('Z').contains("D(1)"));
    }
    server.server.reload(only("ann", "one"), None).expect("a loopback address");
    assert_eq!(come("ann", "one"), "Scram");
    // The guards of its first byte are those of its login: trust.
    let mut rest = Vec::new();
    trunkline_proto::message::Encode::encode(&startup(0x30000, &ANN), &mut rest)
        .expect("a message");
    assert!(waits.say_raw(&rest[3..]).hear_until('Z').ends_with("Z(I)"));
}

#[test]
fn t19_a_new_certificate_is_seen_at_once_and_old_connections_stay() {
    let (first, second) = (Authority::new(), Authority::new());
    let (auth, tls) = (only("ann", "secret"), first.server());
    let server = toy::start_with(|builder| builder.auth(auth.clone()).tls(tls));
    let mut there = Visitor::tcp(server.address).tls(&first);
    for round in 0..6 {
        let now = if round % 2 == 0 { &second } else { &first };
        server.server.reload(auth.clone(), Some(now.server())).expect("loopback");
        assert_eq!(
            Visitor::tcp(server.address).tls(now).log_in("ann", "toy", "secret"),
            "ScramPlus"
        );
    }
    // It came with the very first certificate, and its proof is bound to that.
    there = there.binding(trunkline_proto::auth::scram::BindingPolicy::Require);
    assert_eq!(there.log_in("ann", "toy", "secret"), "ScramPlus");
}

#[test]
fn what_would_not_be_safe_changes_nothing() {
    let authority = Authority::new();
    let server = Server::builder(Toy).auth(only("ann", "secret")).tls(authority.server()).build();
    let server = toy::start_at([0, 0, 0, 0], server);
    let tls = || Some(authority.server());
    for (auth, tls, why) in [
        (Auth::trust(), tls(), "without authentication"),
        (by_rules("host all all all trust"), tls(), "without authentication"),
        (only("ann", "other"), None, "without TLS"),
        (by_rules("hostssl all all all md5 clientcert=verify-ca"), tls(), "no authority for them"),
    ] {
        let refused = server.server.reload(auth, tls).expect_err(why).to_string();
        assert!(refused.ends_with(why), "{refused}");
        let visitor = Visitor::tcp(server.address).tls(&authority);
        assert_eq!(visitor.log_in("ann", "toy", "secret"), "ScramPlus");
    }
    server.server.reload(only("ann", "other"), tls()).expect("it is safe");
    let visitor = Visitor::tcp(server.address).tls(&authority);
    assert_eq!(visitor.log_in("ann", "toy", "secret"), wrong("ann"));
}

#[tokio::test]
async fn sockets_that_are_served_no_more_need_no_guard() {
    let authority = Authority::new();
    let server = Server::builder(Toy).auth(only("ann", "secret")).tls(authority.server()).build();
    let listener = Listener::tcp(([0, 0, 0, 0], 0).into()).await.expect("a port");
    let port = listener.local_address().expect("an address").port();
    let address = ([127, 0, 0, 1], port).into();
    let serving = tokio::spawn({
        let server = server.clone();
        async move { server.serve(listener).await }
    });
    // Who has been answered is served.
    let login = move || Visitor::tcp(address).tls(&authority).log_in("ann", "toy", "secret");
    assert_eq!(tokio::task::spawn_blocking(login).await.expect("no panic"), "ScramPlus");
    assert!(server.reload(Auth::trust(), None).is_err());
    serving.abort();
    assert!(serving.await.is_err());
    while server.reload(Auth::trust(), None).is_err() {
        tokio::task::yield_now().await;
    }
}

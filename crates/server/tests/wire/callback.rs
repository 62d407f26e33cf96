//! The embedding program decides who comes in.

use std::sync::{Arc, Mutex};

use rcgen::DnType;
use trunkline::{Attempt, Auth, Oid, PgError, Query, RowSet, Rows, Server, SqlState, query_fn};
use trunkline_proto::message;

use crate::auth::wrong;
use crate::dialogue::Dialogue;
use crate::toy;
use crate::visitor::{Authority, Visitor};

#[test]
fn it_decides_at_once_or_asks_for_the_password() {
    let auth = Auth::callback(async |mut attempt: Attempt| match attempt.user() {
        "guest" => Ok(()),
        "banned" => Err(PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, "you are banned")),
        "broken" => panic!("the callback panics"),
        _ => {
            let is_right = attempt.password().await?.is("secret");
            // Asked again it is the same, and the client is not asked again.
            assert_eq!(is_right, attempt.password().await?.as_bytes() == b"secret");
            if is_right { Ok(()) } else { Err(attempt.wrong_password()) }
        }
    });
    let authority = Authority::new();
    let tls = authority.server();
    let server = toy::start_with(|builder| builder.auth(auth).tls(tls));
    let come = || Visitor::tcp(server.address);
    assert_eq!(come().log_in("guest", "toy", ""), "Trust");
    assert_eq!(come().log_in("banned", "toy", ""), "42501 you are banned");
    assert_eq!(come().log_in("broken", "toy", ""), "XX000 internal error");
    let tls = || come().tls(&authority);
    assert_eq!(tls().log_in("ann", "toy", "secret"), "Cleartext");
    assert_eq!(tls().log_in("ann", "toy", "secreT"), wrong("ann"));
    assert_eq!(tls().log_in("ann", "toy", ""), "28P01 empty password returned by client");
    let in_clear = "28000 a password is not asked for where others can read it";
    assert_eq!(come().log_in("ann", "toy", "secret"), in_clear);
}

#[test]
fn it_sees_who_comes_and_how() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sees = seen.clone();
    let auth = Auth::callback(move |attempt: Attempt| {
        let certificate = attempt.certificate().map(|shown| shown.subject().to_owned());
        sees.lock().expect("no panic").push((
            attempt.user().to_owned(),
            attempt.database().to_owned(),
            attempt.address().map(|address| address.ip().to_string()),
            attempt.is_encrypted(),
            attempt.server_name().map(str::to_owned),
            certificate,
        ));
        async { Ok(()) }
    });
    let authority = Authority::new();
    let tls = authority.server().with_client_authorities(vec![authority.root()]);
    let server = toy::start_with(|builder| builder.auth(auth).tls(tls.expect("an authority")));
    let own = authority.issue(&[], |params| {
        params.distinguished_name.push(DnType::OrganizationName, "example");
        params.distinguished_name.push(DnType::CommonName, "Ann");
    });
    assert_eq!(Visitor::tcp(server.address).log_in("ann", "toy", ""), "Trust");
    assert_eq!(
        Visitor::tcp(server.address).certified(&authority, own).log_in("bob", "db", ""),
        "Trust"
    );
    let loopback = Some("127.0.0.1".to_owned());
    assert_eq!(
        *seen.lock().expect("no panic"),
        [
            ("ann".to_owned(), "toy".to_owned(), loopback.clone(), false, None, None),
            (
                "bob".to_owned(),
                "db".to_owned(),
                loopback,
                true,
                Some("localhost".to_owned()),
                Some("CN=Ann,O=example".to_owned())
            ),
        ]
    );
}

#[test]
fn what_it_leaves_is_there_for_the_session() {
    let auth = Auth::callback(async |attempt: Attempt| {
        let _ = attempt.attachment().set(format!("left for {}", attempt.user()));
        Ok(())
    });
    let engine = query_fn(async |query: Query| {
        let identity = query.client.identity();
        let left = identity.attachment.get::<String>().cloned();
        Ok::<RowSet, PgError>(Rows::new([("left", Oid::TEXT)]).row((left,)))
    });
    let server = toy::start_server(Server::builder(engine).auth(auth).build());
    let mut client = Dialogue::login(server.address);
    client.say(&message::Query { sql: "x" });
    assert_eq!(client.hear_until('Z'), "T(left:25:0) D(left for ann) C(SELECT 1) Z(I)");
}

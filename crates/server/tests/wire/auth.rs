//! How clients prove who they are. What the server says was asked of PostgreSQL 15 with the same
//! lines in its `pg_hba.conf`; `interop/python/with_rules.py` asks it again.

use trunkline::{Auth, Listener, Rules, Server, ServerBuilder, UserMaps, Users};
use trunkline_proto::auth::scram::{BindingPolicy, ScramVerifier};

use crate::toy::{self, RunningServer, Toy};
use crate::visitor::{Authority, Visitor};

/// Users with a verifier, an MD5 hash (as PostgreSQL 15 stores it), a password in clear, and nothing.
pub(crate) fn users() -> Users {
    let ann = ScramVerifier::from_password("secret", b"0123456789abcdef", 4096).secret();
    let mia = "md5dadd0415710c8b4931718a7b169d8994";
    let list =
        format!("\"ann\" \"{ann}\"\n\"mia\" \"{mia}\"\n\"carl\" \"secret\"\n\"none\" \"\"\n");
    Users::with_secret([7; 32]).userlist(&list).expect("users")
}

pub(crate) fn by_rules(lines: &str) -> Auth {
    Auth::rules(Rules::parse(lines, &UserMaps::default()).expect("rules"), users())
}

pub(crate) fn wrong(user: &str) -> String {
    format!("28P01 password authentication failed for user \"{user}\"")
}

/// The database says which method it is.
const METHODS: &str = "
local all all password
hostssl only_tls all all scram-sha-256
host no all all reject
hostssl password all 127.0.0.0/8 password
host md5 all all md5
host scram all all scram-sha-256
";

fn server(authority: &Authority) -> RunningServer {
    let tls = authority.server();
    toy::start_with(|builder| builder.auth(by_rules(METHODS)).tls(tls))
}

#[test]
fn each_method_lets_in_by_what_it_asks_for_only() {
    let authority = Authority::new();
    let server = server(&authority);
    let come = || Visitor::tcp(server.address);
    let tls = || come().tls(&authority);
    for (user, password, scram, md5, clear) in [
        ("ann", "secret", "Scram", "Scram", "Cleartext"),
        ("carl", "secret", "Scram", "Scram", "Cleartext"),
        // An MD5 hash is of no use to SCRAM.
        ("mia", "secret", &wrong("mia"), "Md5", "Cleartext"),
        ("ann", "wrong", &wrong("ann"), &wrong("ann"), &wrong("ann")),
        ("mia", "wrong", &wrong("mia"), &wrong("mia"), &wrong("mia")),
        ("none", "secret", &wrong("none"), &wrong("none"), &wrong("none")),
        ("nobody", "secret", &wrong("nobody"), &wrong("nobody"), &wrong("nobody")),
    ] {
        assert_eq!(come().log_in(user, "scram", password), scram);
        assert_eq!(come().log_in(user, "md5", password), md5);
        assert_eq!(tls().log_in(user, "password", password), clear);
    }
    let empty = "28P01 empty password returned by client";
    assert_eq!(come().log_in("mia", "md5", "secret"), "Md5");
    assert_eq!(tls().log_in("ann", "password", ""), empty);
    assert_eq!(tls().log_in("none", "password", ""), empty);
    assert_eq!(come().log_in("none", "scram", ""), wrong("none"));
}

#[test]
fn a_proof_is_bound_to_tls() {
    let authority = Authority::new();
    let server = server(&authority);
    let tls = |policy| Visitor::tcp(server.address).tls(&authority).binding(policy);
    let scram = |policy| tls(policy).log_in("ann", "scram", "secret");
    assert_eq!(scram(BindingPolicy::Prefer), "ScramPlus");
    assert_eq!(scram(BindingPolicy::Require), "ScramPlus");
    assert_eq!(scram(BindingPolicy::Disable), "Scram");
    assert_eq!(tls(BindingPolicy::Require).log_in("ann", "md5", "secret"), "ScramPlus");
    assert_eq!(tls(BindingPolicy::Require).log_in("ann", "scram", "wrong"), wrong("ann"));
    // Another method, and no TLS: the client itself goes.
    let refused = tls(BindingPolicy::Require).log_in("ann", "password", "secret");
    assert!(refused.starts_with("the client refuses: "), "{refused}");
    let clear = Visitor::tcp(server.address).binding(BindingPolicy::Require);
    let refused = clear.log_in("ann", "scram", "secret");
    assert!(refused.starts_with("the client refuses: "), "{refused}");
}

#[test]
fn who_fits_no_rule_or_is_rejected_hears_what_postgresql_says() {
    let authority = Authority::new();
    let server = server(&authority);
    let come = || Visitor::tcp(server.address);
    let host = "host \"127.0.0.1\", user \"ann\"";
    assert_eq!(
        come().log_in("ann", "nowhere", ""),
        format!("28000 no pg_hba.conf entry for {host}, database \"nowhere\", no encryption")
    );
    assert_eq!(
        come().tls(&authority).log_in("ann", "nowhere", ""),
        format!("28000 no pg_hba.conf entry for {host}, database \"nowhere\", SSL encryption")
    );
    assert_eq!(
        come().log_in("ann", "only_tls", ""),
        format!("28000 no pg_hba.conf entry for {host}, database \"only_tls\", no encryption")
    );
    assert_eq!(
        come().log_in("ann", "no", ""),
        format!("28000 pg_hba.conf rejects connection for {host}, database \"no\", no encryption")
    );
    let replication = |database, how| {
        let said = [("user", "ann"), ("database", database), ("replication", how)];
        come().log_in_as(&said, "secret")
    };
    assert_eq!(
        replication("no", "true"),
        format!("28000 no pg_hba.conf entry for replication connection from {host}, no encryption")
    );
    assert_eq!(
        replication("no", "database"),
        format!("28000 pg_hba.conf rejects connection for {host}, database \"no\", no encryption")
    );
    let long = "x".repeat(10 * 63);
    let cut = &long[..63];
    assert_eq!(
        come().log_in(&long, &long, ""),
        format!(
            "28000 no pg_hba.conf entry for host \"127.0.0.1\", user \"{cut}\", database \"{cut}\", no encryption"
        )
    );
}

#[test]
fn physical_replication_fits_its_keyword_only() {
    let server =
        toy::start_with(|builder| builder.auth(by_rules("host replication all all reject")));
    let said = [("user", "ann"), ("database", "toy"), ("replication", "true")];
    assert_eq!(
        Visitor::tcp(server.address).log_in_as(&said, ""),
        "28000 pg_hba.conf rejects replication connection for host \"127.0.0.1\", user \"ann\", no encryption"
    );
}

#[test]
fn a_password_in_clear_is_asked_for_where_nobody_listens() {
    let lines = "local all all password\nhost all all all password";
    let refused = "28000 connections without TLS are not accepted: host \"127.0.0.1\", user \"ann\", database \"toy\", no encryption";
    for (change, expected) in [
        ((|builder| builder) as fn(ServerBuilder<Toy>) -> ServerBuilder<Toy>, refused),
        (ServerBuilder::danger_listen_insecurely, "Cleartext"),
    ] {
        let server = toy::start_with(|builder| change(builder.auth(by_rules(lines))));
        assert_eq!(Visitor::tcp(server.address).log_in("ann", "toy", "secret"), expected);
    }
    let folder = std::env::temp_dir().join(format!("trunkline-auth-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(Listener::unix(&folder, 5432)).expect("a socket");
    let path = listener.path().expect("a file").to_owned();
    let server = Server::builder(Toy).auth(by_rules(lines)).build();
    let serving = runtime.spawn(async move { server.serve(listener).await });
    assert_eq!(Visitor::unix(&path).log_in("ann", "toy", "secret"), "Cleartext");
    assert_eq!(Visitor::unix(&path).log_in("ann", "toy", "wrong"), wrong("ann"));
    serving.abort();
    assert!(runtime.block_on(serving).is_err());
    std::fs::remove_dir_all(&folder).expect("the folder");
}

#[test]
fn a_public_address_is_refused_where_a_rule_believes_strangers() {
    let refusal = |lines: &str| {
        let tls = Authority::new().server();
        let server = Server::builder(Toy).auth(by_rules(lines)).tls(tls).build();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let listener = Listener::tcp(([0, 0, 0, 0], 0).into()).await.expect("a port");
            server.check(&listener).err().map(|error| error.to_string())
        })
    };
    let believing = refusal("host all all 10.0.0.0/8 trust").expect("a refusal");
    assert!(believing.ends_with("which others can reach, without authentication"), "{believing}");
    assert_eq!(refusal("host all all all scram-sha-256\nhost all all 127.0.0.1/32 trust"), None);
    assert_eq!(refusal("local all all trust\nhost all all all md5"), None);
}

//! Before the login, and the login.

use std::time::Duration;

use trunkline::{Auth, Limits, Users};
use trunkline_proto::message::{GssEncRequest, ProtocolVersion, Query, SslRequest, StartupMessage};

use crate::dialogue::Dialogue;
use crate::toy;

pub(crate) fn startup<'a>(
    version: u32,
    parameters: &'a [(&'a str, &'a str)],
) -> StartupMessage<impl IntoIterator<Item = (&'a str, &'a str)> + Clone> {
    StartupMessage { version: ProtocolVersion(version), parameters: parameters.iter().copied() }
}

pub(crate) const ANN: [(&str, &str); 2] = [("user", "ann"), ("database", "toy")];

#[test]
fn encryption_is_declined_and_then_the_client_logs_in() {
    let server = toy::start();
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&SslRequest).raw(1), b"N");
    assert_eq!(client.say(&GssEncRequest).raw(1), b"N");
    assert!(client.say(&startup(0x30000, &ANN)).hear_until('Z').ends_with("K Z(I)"));
    assert_eq!(client.key.1.len(), 4);
}

#[test]
fn t2_encryption_is_asked_for_once() {
    let server = toy::start();
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&SslRequest).raw(1), b"N");
    assert_eq!(client.say(&SslRequest).hear_out(), "E(FATAL 0A000)");
}

#[test]
fn t5_protocol_3_2_has_long_keys() {
    let server = toy::start();
    let mut client = Dialogue::silent(server.address);
    client.say(&startup(0x30002, &ANN)).hear_until('Z');
    assert_eq!(client.key.1.len(), 32);
}

#[test]
fn t4_what_is_not_known_is_negotiated() {
    let server = toy::start();
    let options = [("user", "ann"), ("database", "toy"), ("_pq_.grease", "1")];
    let mut client = Dialogue::silent(server.address);
    let heard = client.say(&startup(0x3270f, &options)).hear_until('Z');
    assert!(heard.starts_with("v(3.2) R(Ok)"), "{heard}");
}

#[test]
fn settings_of_the_startup_packet_are_obeyed_or_refused_after_the_proof() {
    let server = toy::start();
    let options = [
        ("user", "ann"),
        ("database", "toy"),
        ("options", "-c datestyle=german"),
        ("application_name", "test"),
    ];
    let mut client = Dialogue::silent(server.address);
    let heard = client.say(&startup(0x30000, &options)).hear_until('Z');
    assert!(heard.contains("S(DateStyle=German, DMY)"), "{heard}");
    assert!(heard.contains("S(application_name=test)"), "{heard}");
    for (name, value, code) in [("nonsense", "1", "42704"), ("client_encoding", "x", "22023")] {
        let options = [("user", "ann"), ("database", "toy"), (name, value)];
        let heard = Dialogue::silent(server.address).say(&startup(0x30000, &options)).hear_out();
        assert_eq!(heard, format!("R(Ok) E(FATAL {code})"));
    }
}

/// The answers are those of PostgreSQL 15 and 18, but for 22021: there bytes in a free text are
/// kept as they are, and a user or database of that name does not exist.
#[test]
fn settings_that_are_no_utf8_are_refused_and_not_replaced() {
    let server = toy::start();
    let cases: [(&[u8], &[u8], &str); 7] = [
        (b"options", b"-c \xff=1", "R(Ok) E(FATAL 42704)"),
        (b"options", b"-c datestyle=\xff", "R(Ok) E(FATAL 22023)"),
        (b"options", b"-c search_path=\xff", "R(Ok) E(FATAL 22021)"),
        (b"\xff", b"1", "R(Ok) E(FATAL 42704)"),
        (b"datestyle", b"\xff", "R(Ok) E(FATAL 22023)"),
        (b"search_path", b"x\xff", "R(Ok) E(FATAL 22021)"),
        (b"nonsense", b"\xff", "R(Ok) E(FATAL 42704)"),
    ];
    for (name, value, expected) in cases {
        let parameters: [(&[u8], &[u8]); 3] =
            [(b"user", b"ann"), (b"database", b"toy"), (name, value)];
        let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
        let heard = Dialogue::silent(server.address).say(&message).hear_out();
        assert_eq!(heard, expected, "{} = {}", name.escape_ascii(), value.escape_ascii());
    }
    for (name, value) in [("user", &b"a\xff"[..]), ("database", b"a\xff")] {
        let parameters = [("user", &b"ann"[..]), ("database", b"toy"), (name, value)];
        let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
        let heard = Dialogue::silent(server.address).say(&message).hear_out();
        assert_eq!(heard, "E(FATAL 22021)", "{name}");
    }
}

#[test]
fn an_application_name_becomes_ascii_as_in_postgresql() {
    let server = toy::start();
    let bytes = b"-c application_name=a\xff\\ b";
    let parameters = [("user", &b"ann"[..]), ("database", b"toy"), ("options", bytes)];
    let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
    let heard = Dialogue::silent(server.address).say(&message).hear_until('Z');
    assert!(heard.contains("S(application_name=a\\xff b)"), "{heard}");
}

#[test]
fn a_database_that_is_not_there_is_told_after_the_proof() {
    let server = toy::start();
    let heard = Dialogue::silent(server.address).say(&startup(0x30000, &ANN[..1])).hear_out();
    assert_eq!(heard, "R(Ok) E(FATAL 3D000)");
}

#[test]
fn an_engine_that_panics_when_opened_is_an_internal_error() {
    let server = toy::start();
    let parameters = [("user", "ann"), ("database", "broken")];
    let heard = Dialogue::silent(server.address).say(&startup(0x30000, &parameters)).hear_out();
    assert_eq!(heard, "R(Ok) E(FATAL XX000)");
    Dialogue::login(server.address);
}

#[test]
fn somebody_must_come() {
    let server = toy::start();
    let heard = Dialogue::silent(server.address).say(&startup(0x30000, &[])).hear_out();
    assert_eq!(heard, "E(FATAL 28000)");
}

#[test]
fn t8_t12_a_first_packet_of_a_wrong_length_is_not_answered() {
    let server = toy::start();
    let mut long = vec![b'x'; 10_005];
    long[..8].copy_from_slice(&[0, 0, 0x27, 0x15, 0, 3, 0, 0]);
    for bytes in [
        &b"\0\0\0\x07\0\0\0\0"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff\0\x03\0\0",
        &long,
    ] {
        assert_eq!(Dialogue::silent(server.address).say_raw(bytes).hear_out(), "");
    }
}

#[test]
fn scram_is_asked_of_users_and_of_those_who_are_not() {
    let server = toy::start_with(|builder| {
        let users = Users::new().and_then(|users| users.password("ann", "secret"));
        builder.auth(Auth::scram(users.expect("users")))
    });
    for user in ["ann", "nobody"] {
        let options = [("user", user), ("database", "toy")];
        let mut client = Dialogue::silent(server.address);
        assert_eq!(client.say(&startup(0x30000, &options)).hear_until('R'), "R(Sasl)");
        // A Query in place of the proof.
        assert_eq!(client.say(&Query { sql: "one" }).hear_out(), "E(FATAL 08P01)");
    }
}

#[test]
fn too_many_clients_are_told_so_and_places_come_back() {
    let server = toy::start_with(|builder| {
        let mut limits = Limits::default();
        limits.connections = 1;
        builder.limits(limits)
    });
    for _ in 0..3 {
        let _client = login_when_there_is_a_place(server.address);
        let heard = Dialogue::silent(server.address).say(&startup(0x30000, &ANN)).hear_out();
        assert_eq!(heard, "E(FATAL 53300)");
    }
}

/// A place is free again as soon as the server has seen that its client is gone.
fn login_when_there_is_a_place(address: std::net::SocketAddr) -> Dialogue {
    loop {
        let mut client = Dialogue::silent(address);
        if client.say(&startup(0x30000, &ANN)).hear_until_ready() {
            return client;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

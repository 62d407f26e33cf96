//! Lengths that cannot be, names that are too long, bytes of other encodings.

use trunkline_proto::Oid;
use trunkline_proto::message::{
    Close, Describe, Encode, NewParse, Query, SaslInitialResponse, Sync, Target,
};

use super::{encoded, scram};
use crate::dialogue::Dialogue;
use crate::messages::{bind, bind_with, execute, parse};
use crate::startup::{ANN, startup};
use crate::toy::{self, RunningServer};

/// -1 and 2^32-1 are the same four bytes.
const IMPOSSIBLE: [i32; 6] = [-1, i32::MIN, 0, 3, i32::MAX, 0x4000_0000];

/// A client of SCRAM that has been offered the mechanisms.
fn offered(server: &RunningServer) -> Dialogue {
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&startup(0x30000, &ANN)).hear_until('R'), "R(Sasl)");
    client
}

/// One that has been challenged.
fn challenged(server: &RunningServer) -> Dialogue {
    let mut client = offered(server);
    let mechanism = "SCRAM-SHA-256";
    client.say(&SaslInitialResponse { mechanism, response: Some("n,,n=,r=abc") });
    assert_eq!(client.hear_until('R'), "R(SaslContinue)");
    client
}

#[test]
fn cve_2026_6664_lengths_before_the_login() {
    let server = toy::start_with(|builder| builder.auth(scram()));
    // Every packet that may come first: StartupMessage 3.0 and 3.2, SSL, GSSAPI, cancel.
    for code in [0x30000_i32, 0x30002, 80_877_103, 80_877_104, 80_877_102] {
        for length in IMPOSSIBLE.into_iter().chain([4, 7, 10_005]) {
            let packet = [length.to_be_bytes(), code.to_be_bytes()].concat();
            let heard = Dialogue::silent(server.address).say_raw(&packet).hear_out();
            assert_eq!(heard, "", "{code} {length}");
        }
    }
    // The two messages of SASL: too long for SCRAM, too.
    for length in IMPOSSIBLE.into_iter().chain([1025, 65_536]) {
        let message = [&b"p"[..], &length.to_be_bytes(), b"SCRAM-SHA-256\0"].concat();
        for mut client in [offered(&server), challenged(&server)] {
            let heard = client.say_raw(&message).hear_out();
            assert!(matches!(&*heard, "" | "E(FATAL 28P01)"), "{length}: {heard}");
        }
    }
    for mut client in [offered(&server), challenged(&server)] {
        assert_eq!(client.say_raw(b"p\0\0\0\x04").hear_out(), "E(FATAL 08P01)");
    }
    // The length within SASLInitialResponse; -1 is legal: the message comes later.
    for length in [-2, i32::MIN, 0, 1, 3, 0x400, i32::MAX] {
        let body = [&b"SCRAM-SHA-256\0"[..], &length.to_be_bytes(), b"n,"].concat();
        let message = [&b"p\0\0\0"[..], &[u8::try_from(body.len() + 4).expect("short")], &body];
        let heard = offered(&server).say_raw(&message.concat()).hear_out();
        assert_eq!(heard, "E(FATAL 08P01)", "{length}");
    }
}

/// All that has a name takes one of 10 kB, and makes it one of 63 bytes or refuses it.
#[test]
fn cve_2012_4575_names_of_ten_kilobytes() {
    let server = toy::start();
    let long = "x".repeat(9_900);
    for (name, expected) in [("user", "Z(I)"), ("database", "3D000)"), ("options", "E(FATAL")] {
        let mut parameters = [("user", "ann"), ("database", "toy"), ("a", "b")];
        let place = parameters.iter().position(|(known, _)| *known == name).unwrap_or(2);
        parameters[place] = (name, &long);
        let mut client = Dialogue::silent(server.address);
        client.say(&startup(0x30000, &parameters[..=place.max(1)]));
        let heard = if name == "user" { client.hear_until('Z') } else { client.hear_out() };
        assert!(heard.contains(expected), "{name}: {heard}");
    }
    for parameters in [[("user", "ann"), (&*long, "1")], [("_pq_.long", &long), ("user", "ann")]] {
        // A setting that nobody knows, an option of the protocol that nobody knows.
        let heard = Dialogue::silent(server.address).say(&startup(0x30000, &parameters)).hear_out();
        assert!(heard.ends_with("E(FATAL 42704)") || heard.ends_with("E(FATAL 3D000)"), "{heard}");
    }
    let mut client = Dialogue::login(server.address);
    let (portal, statement) = (&*long, &*long);
    client.say(&parse(statement, "one")).say(&bind(portal, &long[..63]));
    client.say(&Describe { target: Target::Portal, name: portal });
    client.say(&execute(&long[..64], 0));
    client.say(&Close { target: Target::Statement, name: statement }).say(&Sync);
    let heard = client.hear_until('Z');
    assert_eq!(heard, "1 2 T(?column?:23:0) D(1) C(SELECT 1) 3 Z(I)");
    // Beyond the limit of messages that hold only names.
    let beyond = "x".repeat(10_000);
    client.say(&Describe { target: Target::Portal, name: &*beyond });
    assert_eq!(client.hear_out(), "");
}

#[test]
fn cve_2025_1094_text_is_utf8_or_refused() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    // Overlong quotes, surrogates, cut sequences, bytes that are never UTF-8.
    for bad in [&b"\xc0\xa7"[..], b"\xe0\x80\xa7", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xff"] {
        let sql = [b"echo '", bad, b"'"].concat();
        let heard = client.say(&Query { sql: sql.clone() }).hear_until('Z');
        assert_eq!(heard, "E(ERROR 22021) Z(I)", "{bad:?}");
        client.say(&bytes(b"", &sql)).say(&Sync);
        assert_eq!(client.hear_until('Z'), "E(ERROR 22021) Z(I)", "{bad:?}");
        client.say(&bytes(bad, b"one")).say(&Sync);
        assert_eq!(client.hear_until('Z'), "E(ERROR 22021) Z(I)", "{bad:?}");
        client.say(&parse("", "echo")).say(&bind_with("", "", &[Some(bad)], &[]));
        client.say(&execute("", 0)).say(&Sync);
        assert_eq!(client.hear_until('Z'), "1 E(ERROR 22021) Z(I)", "{bad:?}");
    }
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

fn bytes<'a>(name: &'a [u8], sql: &'a [u8]) -> impl Encode + 'a {
    NewParse { name, sql, parameter_types: [Oid::TEXT; 1] }
}

/// No value of the client becomes SQL of the server: settings are kept as they came, or refused.
#[test]
fn cve_2025_12819_settings_of_the_startup_packet_are_data() {
    let server = toy::start();
    for hostile in ["\"; DROP TABLE t; --", "$user, '; notice; --", "a\\'b", "x; wrong"] {
        let parameters = [("user", "ann"), ("database", "toy"), ("application_name", hostile)];
        let mut client = Dialogue::silent(server.address);
        let heard = client.say(&startup(0x30000, &parameters)).hear_until('Z');
        assert!(heard.contains(&format!("S(application_name={hostile})")), "{heard}");
        let parameters = [("user", "ann"), ("database", "toy"), ("search_path", hostile)];
        let mut client = Dialogue::silent(server.address);
        client.say(&startup(0x30000, &parameters));
        if client.hear_until_ready() {
            let shown = client.say(&Query { sql: "show search_path" }).hear_until('Z');
            let expected = format!("T(search_path:25:0) D({hostile}) C(SHOW) Z(I)");
            assert_eq!(shown, expected, "kept as it came, and nothing of it was run");
        }
    }
    let greeting = encoded(&startup(0x30000, &ANN));
    assert!(Dialogue::silent(server.address).say_raw(&greeting).hear_until_ready());
}

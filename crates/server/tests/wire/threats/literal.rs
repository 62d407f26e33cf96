//! The bytes by which another server toolkit was made to panic, one test for each of its issues.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use trunkline_proto::message::{PasswordMessage, Query, SaslInitialResponse, SaslResponse};

use super::scram;
use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy::{self, RunningServer};

/// Panics in our own code or in that of libraries, since the process began.
static UNEXPECTED: AtomicUsize = AtomicUsize::new(0);
static COUNT: Once = Once::new();

/// Runs something during which neither we nor a library may panic; engines of tests may.
pub(super) fn without_panics(run: impl FnOnce()) {
    COUNT.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |location| location.file());
            if !file.contains("tests/") {
                UNEXPECTED.fetch_add(1, Ordering::SeqCst);
            }
            before(panic);
        }));
    });
    let before = UNEXPECTED.load(Ordering::SeqCst);
    run();
    assert_eq!(UNEXPECTED.load(Ordering::SeqCst), before, "something panicked");
}

/// What a server says to bytes that are all a client has to say.
fn says(server: &RunningServer, bytes: &[u8]) -> String {
    let mut client = Dialogue::silent(server.address);
    client.say_raw(bytes).send();
    client.socket.shutdown(std::net::Shutdown::Write).expect("it is open");
    client.hear_out()
}

fn offered(server: &RunningServer) -> Dialogue {
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&startup(0x30000, &ANN)).hear_until('R'), "R(Sasl)");
    client
}

#[test]
fn pgwire_112_a_startup_packet_shorter_than_its_head() {
    let server = toy::start();
    without_panics(|| {
        for length in 0..8_u8 {
            for code in [&b""[..], b"\0\x03\0\0", b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x2e\0"] {
                assert_eq!(says(&server, &[&[0, 0, 0, length], code].concat()), "", "{length}");
            }
        }
    });
}

#[test]
fn pgwire_175_sasl_without_its_parts() {
    let server = toy::start_with(|builder| builder.auth(scram()));
    without_panics(|| {
        let empty = SaslResponse { data: b"" };
        assert_eq!(offered(&server).say(&empty).hear_out(), "E(FATAL 08P01)");
        let early = SaslResponse { data: b"c=biws,r=abc,p=AAAA" };
        assert_eq!(offered(&server).say(&early).hear_out(), "E(FATAL 08P01)");
        for mechanism in ["", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "OAUTHBEARER", "PLAIN"] {
            let response = Some("n,,n=,r=abc");
            let chosen = SaslInitialResponse { mechanism, response };
            assert_eq!(offered(&server).say(&chosen).hear_out(), "E(FATAL 08P01)", "{mechanism}");
        }
        let no_nul = b"p\0\0\0\x11SCRAM-SHA-256";
        assert_eq!(offered(&server).say_raw(no_nul).hear_out(), "E(FATAL 08P01)");
    });
}

#[test]
fn pgwire_191_another_answer_than_was_asked_for() {
    let server = toy::start_with(|builder| builder.auth(scram()));
    without_panics(|| {
        let password = PasswordMessage { password: "s3cret!" };
        assert_eq!(offered(&server).say(&password).hear_out(), "E(FATAL 08P01)");
        assert_eq!(offered(&server).say(&Query { sql: "one" }).hear_out(), "E(FATAL 08P01)");
        let again = startup(0x30000, &ANN);
        let heard = offered(&server).say(&again).hear_out();
        assert!(heard.is_empty() || heard == "E(FATAL 08P01)", "{heard}");
    });
}

#[test]
fn pgwire_247_messages_with_an_empty_body() {
    let server = toy::start();
    without_panics(|| {
        for tag in 0..=u8::MAX {
            let mut client = Dialogue::login(server.address);
            client.say_raw(&[tag, 0, 0, 0, 4]).say_raw(b"S\0\0\0\x04X\0\0\0\x04");
            let heard = client.hear_out();
            let is_known = b"BCDEFHPQSXcdf".contains(&tag);
            let expected = if is_known { heard.ends_with("Z(I)") } else { heard.contains("08P01") };
            assert!(expected || tag == b'X', "{}: {heard}", tag.escape_ascii());
        }
    });
}

#[test]
fn pgwire_296_direct_tls_where_there_is_none() {
    let server = toy::start();
    without_panics(|| {
        let hello = b"\x16\x03\x01\0\x05\x01\0\0\x01\0";
        for end in 1..=hello.len() {
            assert_eq!(says(&server, &hello[..end]), "");
        }
    });
}

#[test]
fn pgwire_407_strings_without_their_nul() {
    let server = toy::start();
    without_panics(|| {
        for body in [&b"user"[..], b"user\0", b"user\0ann", b"user\0ann\0", b"user\0ann\0\0x"] {
            let length = u8::try_from(8 + body.len()).expect("short");
            let packet = [&[0, 0, 0, length, 0, 3, 0, 0], body].concat();
            assert_eq!(says(&server, &packet), "E(FATAL 08P01)", "{body:?}");
        }
        let mut client = Dialogue::login(server.address);
        for message in
            [&b"Q\0\0\0\x07one"[..], b"P\0\0\0\x05s", b"P\0\0\0\x07\0ab", b"B\0\0\0\x05p"]
        {
            client.say_raw(message).say_raw(b"S\0\0\0\x04");
            assert_eq!(client.hear_until('E'), "E(ERROR 08P01)", "{message:?}");
            client.hear_until('Z');
            if message[0] == b'Q' {
                client.hear_until('Z');
            }
        }
        for message in [&b"D\0\0\0\x06Sx"[..], b"E\0\0\0\x05p", b"C\0\0\0\x06Px"] {
            client.say_raw(message).say_raw(b"S\0\0\0\x04");
            assert_eq!(client.hear_until('Z'), "E(ERROR 08P01) Z(I)", "{message:?}");
        }
        // Outside of a COPY even this means nothing.
        client.say_raw(b"f\0\0\0\x05x").say(&Query { sql: "notice" });
        assert_eq!(client.hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
    });
}

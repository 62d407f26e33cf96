//! What no client of good faith sends.

use trunkline_proto::message::{Query, Sync};

use crate::dialogue::Dialogue;
use crate::toy;

#[test]
fn t20_a_message_of_an_impossible_length_closes_without_a_word() {
    let server = toy::start();
    for length in [0_i32, 3, -1, i32::MIN, i32::MAX] {
        let mut bytes = vec![b'Q'];
        bytes.extend_from_slice(&length.to_be_bytes());
        assert_eq!(Dialogue::login(server.address).say_raw(&bytes).hear_out(), "", "{length}");
    }
}

#[test]
fn t21_the_type_is_judged_before_the_length() {
    let server = toy::start();
    for bytes in [&b"y\x7f\xff\xff\xff"[..], b"\0\0\0\0\x04", b"p\0\0\0\x05\0"] {
        let heard = Dialogue::login(server.address).say_raw(bytes).hear_out();
        assert_eq!(heard, "E(FATAL 08P01)", "{bytes:?}");
    }
}

#[test]
fn t23_t32_a_malformed_body_is_an_error_and_the_session_lives() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for bytes in [&b"Q\0\0\0\x04"[..], b"Q\0\0\0\x07one", b"Q\0\0\0\x09one\0x", b"S\0\0\0\x05x"] {
        assert_eq!(client.say_raw(bytes).hear_until('Z'), "E(ERROR 08P01) Z(I)", "{bytes:?}");
    }
    for bytes in [
        &b"P\0\0\0\x06\0\0"[..],
        b"B\0\0\0\x05\0",
        b"D\0\0\0\x06X\0",
        b"E\0\0\0\x05\0",
        b"C\0\0\0\x05S",
    ] {
        client.say_raw(bytes).say(&Sync);
        assert_eq!(client.hear_until('Z'), "E(ERROR 08P01) Z(I)", "{bytes:?}");
    }
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn messages_of_copy_mean_nothing_outside_of_it() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say_raw(b"d\0\0\0\x05x").say_raw(b"c\0\0\0\x04").say_raw(b"f\0\0\0\x05\0");
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

/// PostgreSQL looks the function up before it reads the arguments.
#[test]
fn there_are_no_functions_to_call() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for bytes in [&b"F\0\0\0\x0e\0\0\0\x07\0\0\0\0\0\0"[..], b"F\0\0\0\x09\0\0\0\x07x"] {
        assert_eq!(client.say_raw(bytes).hear_until('Z'), "E(ERROR 42883) Z(I)", "{bytes:?}");
    }
    assert_eq!(client.say_raw(b"F\0\0\0\x05x").hear_until('Z'), "E(ERROR 08P01) Z(I)");
    client.say(&Query { sql: "begin" }).hear_until('Z');
    client.say(&Query { sql: "wrong" }).hear_until('Z');
    assert_eq!(client.say_raw(b"F\0\0\0\x09\0\0\0\x07x").hear_until('Z'), "E(ERROR 25P02) Z(E)");
}

/// What no Flush or Sync has asked for is not sent when the client leaves, as in PostgreSQL.
#[test]
fn what_nobody_waits_for_is_not_sent_at_the_end() {
    let server = toy::start();
    for last in [&b"X\0\0\0\x04"[..], b"Q\xff\xff\xff\xff"] {
        let mut client = Dialogue::login(server.address);
        client.say_raw(b"C\0\0\0\x06P\0").say_raw(last);
        assert_eq!(client.hear_out(), "", "{last:?}");
    }
    let mut client = Dialogue::login(server.address);
    client.say_raw(b"C\0\0\0\x06P\0H\0\0\0\x04X\0\0\0\x04");
    assert_eq!(client.hear_out(), "3");
}

#[test]
fn a_byte_at_a_time_is_understood() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for byte in b"Q\0\0\0\x0bnotice\0" {
        client.say_raw(&[*byte]).send();
    }
    assert_eq!(client.hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn a_message_beyond_the_limit_of_the_server_closes() {
    let server = toy::start_with(|builder| {
        let mut limits = trunkline::Limits::default();
        limits.message = 1000;
        builder.limits(limits)
    });
    let sql = "x".repeat(1000);
    assert_eq!(Dialogue::login(server.address).say(&Query { sql }).hear_out(), "");
}

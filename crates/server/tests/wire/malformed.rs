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
        b"B\0\0\0\x06\0\0",
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

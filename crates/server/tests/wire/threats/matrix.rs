//! Every message in every state: what is said is compared with PostgreSQL elsewhere; here nobody
//! may panic, hang, or take others along.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;

use trunkline_proto::message::{
    Close, Describe, Flush, Query, SaslInitialResponse, SslRequest, Sync, Target,
};

use super::literal::without_panics;
use super::{encoded, scram};
use crate::dialogue::Dialogue;
use crate::messages::{bind, bind_with, execute, parse};
use crate::startup::{ANN, startup};
use crate::toy::{self, RunningServer};

/// What brings a connection into each state, the login included or not.
fn states() -> Vec<(&'static str, bool, Vec<u8>)> {
    let login = || encoded(&startup(0x30000, &ANN));
    let parsed = encoded(&parse("s", "rows 9"));
    let bound = encoded(&bind("p", "s"));
    let in_block = [login(), encoded(&Query { sql: "begin" })].concat();
    let bound = [&in_block[..], &parsed, &bound].concat();
    let suspended = [&bound[..], &encoded(&execute("p", 1))].concat();
    let wrong = encoded(&parse("", "wrong"));
    let response = Some("n,,n=,r=abc");
    let first = encoded(&SaslInitialResponse { mechanism: "SCRAM-SHA-256", response });
    vec![
        ("nothing", false, Vec::new()),
        ("declined", false, encoded(&SslRequest)),
        ("half a packet", false, vec![0, 0, 0]),
        ("offered", true, login()),
        ("challenged", true, [login(), first].concat()),
        ("idle", false, login()),
        ("in a block", false, in_block.clone()),
        ("failed", false, [&in_block[..], &encoded(&Query { sql: "wrong" })].concat()),
        ("parsed", false, [&login()[..], &parsed].concat()),
        ("bound", false, bound),
        ("suspended", false, suspended),
        ("skipping", false, [login(), wrong].concat()),
        ("flushed", false, [&login()[..], &parsed, &encoded(&Flush)].concat()),
        ("running", false, [login(), encoded(&Query { sql: "rows 100000" })].concat()),
    ]
}

/// Every message: whole, a byte short, a byte long, and with impossible lengths.
fn messages() -> Vec<Vec<u8>> {
    let whole = [
        encoded(&Query { sql: "one" }),
        encoded(&parse("", "echo")),
        encoded(&bind_with("", "", &[Some(b"x")], &[])),
        encoded(&Describe { target: Target::Portal, name: "" }),
        encoded(&execute("", 1)),
        encoded(&Close { target: Target::Statement, name: "s" }),
        encoded(&Flush),
        encoded(&Sync),
        b"F\0\0\0\x0e\0\0\0\x01\0\0\0\0\0\0".to_vec(),
        b"d\0\0\0\x05x".to_vec(),
        b"c\0\0\0\x04".to_vec(),
        b"f\0\0\0\x06x\0".to_vec(),
        b"p\0\0\0\x06x\0".to_vec(),
        b"y\0\0\0\x04".to_vec(),
        b"X\0\0\0\x04".to_vec(),
    ];
    let mut all = Vec::new();
    for message in whole {
        let with_length =
            |length: i32| [&message[..1], &length.to_be_bytes(), &message[5..]].concat();
        let length = i32::try_from(message.len() - 1).expect("short");
        for length in [length, length - 1, length + 1, -1, 0, 3, i32::MAX] {
            all.push(with_length(length));
        }
    }
    all.push(encoded(&SslRequest));
    all.push(encoded(&startup(0x30002, &ANN)));
    all
}

#[test]
fn cve_2012_4575_every_message_in_every_state() {
    let trusting = toy::start();
    let asking = toy::start_with(|builder| builder.auth(scram()));
    without_panics(|| {
        for (state, asks, before) in states() {
            for message in messages() {
                let server: &RunningServer = if asks { &asking } else { &trusting };
                let mut client = Dialogue::silent(server.address).socket;
                // Behind an error the server may be gone before everything is written, or read.
                let _ = client.write_all(&[&before[..], &message].concat());
                let _ = client.shutdown(Shutdown::Write);
                let closed = client.read_to_end(&mut Vec::new());
                let waits = closed.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
                assert!(!waits, "{state}: the server waits behind {message:?}");
            }
            assert!(
                Dialogue::silent(trusting.address).say(&startup(0x30000, &ANN)).hear_until_ready()
            );
        }
    });
}

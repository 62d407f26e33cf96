//! Memory bounds, in a process of their own.

#[allow(dead_code, reason = "shared with the tests of the wire")]
#[path = "wire/dialogue.rs"]
mod dialogue;
#[allow(dead_code, reason = "shared with the tests of the wire")]
#[path = "wire/toy.rs"]
mod toy;

use dialogue::Dialogue;
use trunkline::Limits;

#[test]
fn t29_what_is_claimed_is_not_allocated() {
    let server = toy::start_with(|builder| {
        let mut limits = Limits::default();
        limits.connections = 300;
        builder.limits(limits)
    });
    // The buffers that the threads keep are there before the count begins.
    for _ in 0..50 {
        Dialogue::login(server.address);
    }
    let before = resident();
    let mut clients: Vec<_> = (0..200)
        .map(|_| {
            let mut client = Dialogue::login(server.address);
            // 60 MiB are announced, and ten bytes come.
            client.say_raw(b"Q\x03\xc0\0\0aaaaaaaaaa").send();
            client
        })
        .collect();
    assert!(clients.last_mut().is_some_and(Dialogue::hears_nothing));
    let grown = resident().saturating_sub(before);
    // The clients live in this process, too, each with an input buffer of 64 KiB.
    assert!(grown < 200 * 128 * 1024, "{grown} bytes for 200 connections");
}

/// The resident memory of this process, client and server, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    let kib: usize = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("KiB");
    kib * 1024
}

#[test]
fn what_is_asked_without_a_sync_is_sent_when_it_is_much() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let describe = trunkline_proto::message::Describe {
        target: trunkline_proto::message::Target::Statement,
        name: "s",
    };
    let none: [trunkline_proto::Oid; 0] = [];
    let parse =
        trunkline_proto::message::NewParse { name: "s", sql: "rows 1", parameter_types: none };
    client.say(&parse);
    // Answers of four chunks, and no Sync that would ask for them.
    for _ in 0..5000 {
        client.say(&describe);
    }
    client.send();
    for _ in 0..4000 {
        assert!(client.next().is_some());
    }
}

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

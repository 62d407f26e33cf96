//! How many clients there may be, and whose they are. PostgreSQL 18 said the same of a
//! `max_connections` of 4 with 1 reserved, and of a `CONNECTION LIMIT`.

use std::time::{Duration, Instant};

use crate::dialogue::Dialogue;
use crate::startup::startup;
use crate::toy::{self, RunningServer};
use trunkline::Limits;

/// A client that has logged in, or what the server says against it.
fn log_in(server: &RunningServer, user: &str) -> Result<Dialogue, String> {
    let mut client = Dialogue::silent(server.address);
    client.say(&startup(0x30000, &[("user", user), ("database", "toy")])).send();
    loop {
        match client.first() {
            refusal if refusal.starts_with('E') => return Err(refusal),
            ready if ready.starts_with('Z') => return Ok(client),
            _ => {}
        }
    }
}

/// The server hears of a client that leaves when it hears of it.
fn log_in_soon(server: &RunningServer, user: &str) -> Dialogue {
    let start = Instant::now();
    loop {
        match log_in(server, user) {
            Ok(client) => return client,
            Err(refusal) => assert!(start.elapsed() < Duration::from_secs(10), "{refusal}"),
        }
    }
}

fn with(change: impl FnOnce(&mut Limits)) -> RunningServer {
    toy::start_with(|builder| {
        let mut limits = Limits::default();
        change(&mut limits);
        builder.limits(limits)
    })
}

const FULL: &str = "E(FATAL 53300)";

#[test]
fn t18_one_more_than_there_may_be_is_told_so_and_administrators_still_come_in() {
    let server = with(|limits| {
        (limits.connections, limits.reserved) = (4, 1);
        limits.admins = vec!["boss".to_owned()];
    });
    let mut clients: Vec<_> = (0..3).map(|_| log_in(&server, "ann").expect("a place")).collect();
    for _ in 0..100 {
        assert_eq!(log_in(&server, "ann").err().as_deref(), Some(FULL));
        // It has a place of its own.
        let boss = log_in_soon(&server, "boss");
        assert_eq!(log_in(&server, "boss").err().as_deref(), Some(FULL));
        drop(boss);
        drop(clients.pop());
        clients.push(log_in_soon(&server, "ann"));
    }
}

#[test]
fn t18_a_user_may_have_so_many() {
    let server = with(|limits| limits.connections_per_user = Some(1));
    let ann = log_in(&server, "ann").expect("a place");
    assert_eq!(log_in(&server, "ann").err().as_deref(), Some(FULL));
    let _bob = log_in(&server, "bob").expect("a place");
    drop(ann);
    log_in_soon(&server, "ann");
}

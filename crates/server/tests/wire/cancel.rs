//! Statements that are cut short: by a cancel, by a client that leaves, by shutdown.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use trunkline_proto::message::{Encode, Query, Sync, Terminate};

use crate::dialogue::Dialogue;
use crate::messages::{cancel, extended, parse};
use crate::toy::{self, RUNNING};

/// The tests here share a counter of running statements.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

pub(crate) fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits until so many statements run.
pub(crate) fn running(count: usize) {
    let start = Instant::now();
    while RUNNING.load(Ordering::SeqCst) != count {
        assert!(start.elapsed() < Duration::from_secs(10), "{count} statements should run");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn t7_a_cancel_stops_the_statement_and_is_not_answered() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "forever" }).send();
    running(1);
    cancel(server.address, &client.key);
    assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)");
    running(0);
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn a_cancel_stops_rows_that_never_wait() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "endless" }).send();
    client.next();
    cancel(server.address, &client.key);
    // What is on the way comes first.
    assert!(client.hear_until('Z').ends_with(" E(ERROR 57014) Z(I)"));
}

#[test]
fn t59_a_cancel_that_comes_idle_or_with_a_wrong_key_hits_nothing() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let (process_id, key) = client.key.clone();
    let wrong = vec![key[0] ^ 1, key[1], key[2], key[3]];
    cancel(server.address, &client.key);
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
    client.say(&Query { sql: "forever" }).send();
    running(1);
    for key in [wrong, key[..3].to_vec(), [&key[..], &key[..]].concat()] {
        cancel(server.address, &(process_id, key));
    }
    assert!(client.hears_nothing());
    assert_eq!(RUNNING.load(Ordering::SeqCst), 1);
    drop(client);
    running(0);
}

#[test]
fn a_client_that_leaves_takes_its_statement_along() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "forever" }).send();
    running(1);
    drop(client);
    running(0);
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "forever" }).say(&Terminate).send();
    running(1);
    drop(client);
    running(0);
}

#[test]
fn a_client_that_has_sent_much_ahead_and_leaves_takes_its_statement_along() {
    let _alone = alone();
    let server = toy::start();
    for is_reset in [false, true] {
        let mut client = Dialogue::login(server.address);
        client.say(&Query { sql: "forever" });
        // More than the server reads ahead, less than the sockets hold.
        for _ in 0..10_000 {
            client.say(&Query { sql: "one" });
        }
        client.send();
        running(1);
        if is_reset {
            let at_once = Some(Duration::ZERO);
            socket2::SockRef::from(&client.socket).set_linger(at_once).expect("a mode");
        }
        drop(client);
        running(0);
    }
}

#[test]
fn a_message_may_be_half_here_while_a_statement_runs() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let mut next = Vec::new();
    Query { sql: "one" }.encode(&mut next).expect("a statement");
    for place in 0..=next.len() {
        let (here, later) = next.split_at(place);
        client.say(&Query { sql: "forever" }).say_raw(here).send();
        running(1);
        client.say_raw(later).send();
        cancel(server.address, &client.key);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)", "{place}");
        assert_eq!(client.hear_until('Z'), "T(?column?:23:0) D(1) C(SELECT 1) Z(I)", "{place}");
    }
}

#[test]
fn a_message_may_be_half_here_when_it_is_skipped() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let mut next = Vec::new();
    parse("", "one").encode(&mut next).expect("a statement");
    for place in 0..=next.len() {
        let (here, later) = next.split_at(place);
        extended(&mut client, "forever").say_raw(here).send();
        running(1);
        client.say_raw(later).say(&Sync).send();
        cancel(server.address, &client.key);
        assert_eq!(client.hear_until('Z'), "1 2 E(ERROR 57014) Z(I)", "{place}");
    }
}

#[test]
fn shutdown_sends_the_idle_away_and_waits_for_the_busy() {
    let _alone = alone();
    let server = toy::start_with(|builder| {
        let mut limits = trunkline::Limits::default();
        limits.drain = Duration::from_millis(200);
        builder.limits(limits)
    });
    let mut idle = Dialogue::login(server.address);
    let mut busy = Dialogue::login(server.address);
    busy.say(&Query { sql: "forever" }).send();
    running(1);
    let stopped = std::thread::spawn({
        let server = server.server.clone();
        move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(async move { server.shutdown().await })
        }
    });
    assert_eq!(idle.hear_out(), "E(FATAL 57P01)");
    assert_eq!(busy.hear_out(), "E(ERROR 57014) Z(I) E(FATAL 57P01)");
    stopped.join().expect("the server stops");
    running(0);
}

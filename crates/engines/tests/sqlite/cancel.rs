//! What is cancelled stops, and nothing else does.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use trunkline_core::testkit::block_on;
use trunkline_core::{Params, Run, Session};
use trunkline_proto::message::Query;

use crate::harness::{File, ask, eventually, refused, session};
use crate::messages::cancel;

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_client_cancels_and_goes_on() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
    let server = file.serve();
    let mut client = server.login();
    let key = client.key.clone();
    for block in ["", "BEGIN; "] {
        client.say(&Query { sql: &format!("{block}{ENDLESS}") }).send();
        assert!(eventually(|| {
            cancel(server.address, &key);
            !client.hears_nothing()
        }));
        assert!(client.hear_until('Z').contains("E(ERROR 57014)"));
        ask(&mut client, "ROLLBACK");
        assert_eq!(ask(&mut client, "SELECT id FROM t"), "D(1) C(SELECT 1) Z(I)");
    }
}

#[test]
fn a_change_that_is_cancelled_is_none() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (0);");
    let server = file.serve();
    let mut client = server.login();
    let key = client.key.clone();
    let endless = "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT i FROM n";
    for block in [false, true] {
        if block {
            ask(&mut client, "BEGIN; SAVEPOINT s");
        }
        client.say(&Query { sql: endless }).send();
        // It has the lock: it has begun.
        assert!(eventually(|| is_locked(&file)));
        cancel(server.address, &key);
        assert!(client.hear_until('Z').starts_with("E(ERROR 57014)"));
        if block {
            // SQLite has undone the transaction: nobody may believe that the savepoint holds.
            assert_eq!(ask(&mut client, "ROLLBACK TO s"), "E(ERROR 40000) Z(E)");
        }
        ask(&mut client, "ROLLBACK");
        assert!(!is_locked(&file));
        assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(1) C(SELECT 1) Z(I)");
    }
}

fn is_locked(file: &File) -> bool {
    let connection = file.connection();
    connection.busy_timeout(std::time::Duration::ZERO).expect("no patience");
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
}

#[test]
fn other_rows_live_on() {
    block_on(async {
        let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
        let engine = file.writable();
        let (mut session, client) = session(&engine).await;
        let endless = session.prepare(ENDLESS, &[]).await.expect("a query");
        let rows =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
        let rows = session.prepare(rows, &[]).await.expect("a query");
        let run = || Run::new(Params::default(), client.style());
        let mut suspended = crate::rows::reading(&mut session, &rows, run()).await;
        assert_eq!(suspended.read(2).await, ["1", "2"]);
        {
            let mut stopped = crate::rows::reading(&mut session, &endless, run()).await;
            let mut read = pin!(stopped.read(1));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(matches!(read.as_mut().poll(&mut cx), Poll::Pending));
        }
        session.settle().await;
        assert_eq!(suspended.read(2).await, ["3", "4"]);
    });
}

#[test]
fn what_was_stopped_is_not_kept() {
    let file = File::new("CREATE TABLE t (id INTEGER);");
    block_on(async {
        let (mut session, client) = session(&file.writable()).await;
        let prepared = session.prepare("INSERT INTO t VALUES (1)", &[]).await.expect("a statement");
        for is_stopped in [true, false] {
            client.interrupts().resume();
            assert_eq!(is_stopped && client.interrupts().stop(), is_stopped);
            let done = session
                .execute(&prepared.statement, Run::new(Params::default(), client.style()))
                .await;
            assert_eq!(done.is_err(), is_stopped);
            assert_eq!(client.interrupts().stop(), is_stopped);
        }
    });
    assert_eq!(file.find::<i64>("SELECT count(*) FROM t"), 1);
}

#[test]
fn what_is_told_as_cancelled_is_not_kept() {
    let file = File::new("CREATE TABLE t (id INTEGER);");
    let server = file.serve();
    let mut client = server.login();
    let count = || file.find::<i64>("SELECT count(*) FROM t");
    for round in 0..150 {
        // The end of the statement is the disk's: the time is out before it, while it lasts, or behind it.
        ask(&mut client, &format!("SET statement_timeout = {}", 1 + round % 12));
        let before = count();
        let told = ask(&mut client, "INSERT INTO t VALUES (1) RETURNING id");
        let is_canceled = told.starts_with("E(ERROR 57014)");
        assert_eq!(count() - before, i64::from(!is_canceled), "round {round}: {told}");
    }
}

#[test]
fn looking_for_a_text_takes_no_longer_than_reading_it() {
    // SQLite's own function compares all of the part at each place, for minutes, and hears of no cancel.
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    let begun = std::time::Instant::now();
    let long = "repeat('a', 20000000)";
    let query = format!(
        "SELECT position(repeat('a', 200000) || 'b' IN {long}), position('é' in 'aé'), position('' in 'a')"
    );
    assert_eq!(ask(&mut client, &query), "D(0,2,1) C(SELECT 1) Z(I)");
    let query = format!(
        "SELECT length(replace({long}, repeat('a', 200000) || 'b', '')), replace('aaa', 'aa', 'é')"
    );
    assert_eq!(ask(&mut client, &query), "D(20000000,éa) C(SELECT 1) Z(I)");
    assert!(begun.elapsed().as_secs() < 30);
    let parts = "SELECT split_part(repeat(',', 20000000), ',', 3), split_part('aaa', 'aa', -1), \
                 split_part('a,b', ',', -3), split_part('a', '', -1), split_part('a', '', 2)";
    assert_eq!(ask(&mut client, parts), "D(,a,,a,) C(SELECT 1) Z(I)");
    for long in
        ["replace(repeat('a', 1000000), 'a', repeat('b', 1000))", "rpad('', 200000000, '€')"]
    {
        assert_eq!(refused(&mut client, &format!("SELECT length({long})"))(b'C'), "54000");
    }
}

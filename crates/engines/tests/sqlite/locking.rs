//! What transactions of two clients see of each other, and what FOR UPDATE locks.

use trunkline_proto::message::Query;

use crate::harness::{File, ask, refused};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);
                     INSERT INTO t VALUES (1, 10), (2, 20);";

#[test]
fn each_statement_of_read_committed_sees_what_is_committed() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(20) C(SELECT 1) Z(T)");
    ask(&mut one, "SAVEPOINT a");
    ask(&mut other, "UPDATE t SET v = 21 WHERE id = 2; CREATE TABLE later (n int)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(21) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut one, "SELECT count(*) FROM later"), "D(0) C(SELECT 1) Z(T)");
    ask(&mut other, "UPDATE t SET v = 22 WHERE id = 2");
    assert_eq!(ask(&mut one, "UPDATE t SET v = v + 1 WHERE id = 2"), "C(UPDATE 1) Z(T)");
    assert_eq!(ask(&mut one, "SAVEPOINT b; DELETE FROM t"), "C(SAVEPOINT) C(DELETE 2) Z(T)");
    assert_eq!(ask(&mut one, "ROLLBACK TO b; RELEASE b"), "C(ROLLBACK) C(RELEASE) Z(T)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(23) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut one, "ROLLBACK TO a; COMMIT"), "C(ROLLBACK) C(COMMIT) Z(I)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(22) C(SELECT 1) Z(I)");
}

#[test]
fn savepoints_before_the_first_change_are_kept() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "BEGIN; SAVEPOINT a; SAVEPOINT b; SAVEPOINT a; RELEASE a; SAVEPOINT c");
    assert_eq!(ask(&mut client, "ROLLBACK TO b"), "C(ROLLBACK) Z(T)");
    ask(&mut client, "SELECT v FROM t; DELETE FROM t WHERE id = 1; SAVEPOINT d; DELETE FROM t");
    assert_eq!(ask(&mut client, "ROLLBACK TO d"), "C(ROLLBACK) Z(T)");
    assert_eq!(ask(&mut client, "SELECT id FROM t"), "D(2) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut client, "ROLLBACK TO b"), "C(ROLLBACK) Z(T)");
    assert_eq!(ask(&mut client, "SELECT id FROM t"), "D(1) D(2) C(SELECT 2) Z(T)");
    assert_eq!(ask(&mut client, "ROLLBACK TO d"), "E(ERROR 3B001) Z(E)");
    assert_eq!(ask(&mut client, "ROLLBACK TO a; COMMIT"), "C(ROLLBACK) C(COMMIT) Z(I)");
}

#[test]
fn who_reads_for_update_can_write() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN; SELECT 1 FROM t WHERE id = 2");
    let locked = "SELECT v FROM t WHERE id = 1 FOR UPDATE";
    assert_eq!(ask(&mut one, locked), "D(10) C(SELECT 1) Z(T)");
    ask(&mut other, "BEGIN");
    other.say(&Query { sql: locked }).send();
    assert!(other.hears_nothing());
    assert_eq!(
        ask(&mut one, "UPDATE t SET v = 11 WHERE id = 1; COMMIT"),
        "C(UPDATE 1) C(COMMIT) Z(I)"
    );
    assert_eq!(other.hear_until('Z'), "T(v:20:0) D(11) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut other, "UPDATE t SET v = v + 1; COMMIT"), "C(UPDATE 2) C(COMMIT) Z(I)");
    // Who has to see what was is told that it is not any more.
    ask(&mut one, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT v FROM t");
    ask(&mut other, "UPDATE t SET v = 0");
    assert_eq!(ask(&mut one, locked), "E(ERROR 40001) Z(E)");
}

#[test]
fn who_does_not_wait_is_told_or_finds_nothing() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN; SELECT v FROM t FOR NO KEY UPDATE OF t");
    let error = refused(&mut other, "SELECT a.v FROM t AS a, t AS b FOR SHARE OF b, a NOWAIT");
    assert_eq!(
        (error(b'C'), error(b'M')),
        ("55P03".into(), "could not obtain lock on row in relation \"t\"".into())
    );
    assert_eq!(ask(&mut other, "SELECT v FROM t FOR KEY SHARE SKIP LOCKED"), "C(SELECT 0) Z(I)");
    let within = "SELECT count(*) FROM (SELECT v FROM t FOR UPDATE NOWAIT) AS inner_rows";
    assert_eq!(ask(&mut other, within), "E(ERROR 55P03) Z(I)");
    ask(&mut one, "COMMIT");
    assert_eq!(
        ask(&mut other, "SELECT v FROM t FOR UPDATE SKIP LOCKED"),
        "D(10) D(20) C(SELECT 2) Z(I)"
    );
}

#[test]
fn what_cannot_be_locked_is_refused() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    for (sql, state, message) in [
        (
            "SELECT DISTINCT v FROM t FOR UPDATE",
            "0A000",
            "FOR UPDATE is not allowed with DISTINCT clause",
        ),
        (
            "SELECT v FROM t GROUP BY v FOR SHARE",
            "0A000",
            "FOR SHARE is not allowed with GROUP BY clause",
        ),
        (
            "SELECT v FROM t UNION SELECT id FROM t FOR UPDATE",
            "0A000",
            "FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT",
        ),
        (
            "SELECT v FROM t FOR UPDATE OF u",
            "42P01",
            "relation \"u\" in FOR UPDATE clause not found in FROM clause",
        ),
        (
            "BEGIN READ ONLY; SELECT v FROM t FOR UPDATE",
            "25006",
            "cannot execute SELECT FOR UPDATE in a read-only transaction",
        ),
    ] {
        let error = refused(&mut client, sql);
        assert_eq!((error(b'C'), error(b'M')), (state.to_owned(), message.to_owned()), "{sql}");
    }
}

#[test]
fn who_waits_for_whom_it_keeps_waiting_is_told() {
    let file = File::new(TABLE);
    let server = file.serve_catalogs();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut other, "BEGIN; SELECT pg_advisory_xact_lock(7)");
    ask(&mut one, "BEGIN; UPDATE t SET v = 11 WHERE id = 1");
    one.say(&Query { sql: "SELECT pg_advisory_lock(7)" }).send();
    // Who waits is asked, so that it is known to wait.
    let mut third = server.login();
    while ask(&mut third, "SELECT count(*) FROM pg_locks WHERE NOT granted")
        != "D(1) C(SELECT 1) Z(I)"
    {}
    let error = refused(&mut other, "UPDATE t SET v = 12 WHERE id = 2");
    assert_eq!(error(b'C'), "40P01");
    let (pid, holder) = (other.key.0, one.key.0);
    let detail = error(b'D');
    let first = format!(
        "Process {pid} waits for ExclusiveLock on the database; blocked by process {holder}.\n\
         Process {holder} waits for ExclusiveLock on advisory lock ["
    );
    assert!(detail.starts_with(&first), "{detail}");
    assert!(detail.ends_with(&format!("; blocked by process {pid}.")), "{detail}");
    // Its transaction is over, and with it what it had.
    assert_eq!(one.hear_until('Z').split(' ').next_back(), Some("Z(T)"));
    assert_eq!(ask(&mut one, "COMMIT"), "C(COMMIT) Z(I)");
}

/// The wait is within the statement that has the lock to write: nothing has told of that lock before.
#[test]
fn who_waits_for_whom_a_statement_keeps_waiting_is_told() {
    let within = "UPDATE t SET v = 11 WHERE id = 1 AND pg_advisory_lock(7) IS NOT NULL";
    let behind =
        "BEGIN; SELECT v FROM t WHERE id = 1 AND pg_advisory_lock(7) IS NOT NULL FOR UPDATE";
    for sql in [within, behind] {
        let file = File::new(TABLE);
        let server = file.serve_catalogs();
        let (mut one, mut other) = (server.login(), server.login());
        ask(&mut other, "BEGIN; SELECT pg_advisory_xact_lock(7)");
        one.say(&Query { sql }).send();
        let mut third = server.login();
        while ask(&mut third, "SELECT count(*) FROM pg_locks WHERE NOT granted")
            != "D(1) C(SELECT 1) Z(I)"
        {}
        // Without an end of its own it would wait for ever.
        ask(&mut other, "SET LOCAL statement_timeout = '20s'");
        let error = refused(&mut other, "UPDATE t SET v = 12 WHERE id = 2");
        assert_eq!(error(b'C'), "40P01", "{sql}");
        assert!(!one.hear_until('Z').contains("E("), "{sql}");
    }
}

//! Transactions of two clients.

use trunkline_proto::message::{CopyData, CopyDone, Query};

use crate::dialogue::Dialogue;
use crate::harness::{File, ask, eventually, refused};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);
                     INSERT INTO t VALUES (1, 10), (2, 20);";

#[test]
fn what_is_not_committed_is_seen_by_nobody_else() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    assert_eq!(ask(&mut one, "BEGIN"), "C(BEGIN) Z(T)");
    assert_eq!(ask(&mut one, "UPDATE t SET v = 11 WHERE id = 1"), "C(UPDATE 1) Z(T)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 1"), "D(11) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut other, "SELECT v FROM t WHERE id = 1"), "D(10) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "COMMIT"), "C(COMMIT) Z(I)");
    assert_eq!(ask(&mut other, "SELECT v FROM t WHERE id = 1"), "D(11) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "BEGIN; DELETE FROM t"), "C(BEGIN) C(DELETE 2) Z(T)");
    assert_eq!(ask(&mut one, "ROLLBACK"), "C(ROLLBACK) Z(I)");
    assert_eq!(ask(&mut one, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
}

#[test]
fn a_transaction_sees_what_was_when_it_began_to_read() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(20) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut other, "UPDATE t SET v = 21 WHERE id = 2"), "C(UPDATE 1) Z(I)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(20) C(SELECT 1) Z(T)");
    // What it has read is not what it would change.
    let error = refused(&mut one, "UPDATE t SET v = v + 1 WHERE id = 2");
    assert_eq!(error(b'C'), "40001");
    assert_eq!(error(b'M'), "could not serialize access due to concurrent update");
    assert_eq!(ask(&mut one, "ROLLBACK"), "C(ROLLBACK) Z(I)");
    assert_eq!(ask(&mut one, "SELECT v FROM t WHERE id = 2"), "D(21) C(SELECT 1) Z(I)");
}

#[test]
fn savepoints_keep_what_was_before_them() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    let say = |client: &mut Dialogue, sql: &str| ask(client, sql);
    say(&mut client, "BEGIN; INSERT INTO t VALUES (3, 30); SAVEPOINT \"a \"\" b\"");
    say(&mut client, "INSERT INTO t VALUES (4, 40)");
    assert_eq!(say(&mut client, "INSERT INTO t VALUES (4, 41)"), "E(ERROR 23505) Z(E)");
    assert_eq!(say(&mut client, "ROLLBACK TO SAVEPOINT \"a \"\" b\""), "C(ROLLBACK) Z(T)");
    say(&mut client, "INSERT INTO t VALUES (5, 50); RELEASE SAVEPOINT \"a \"\" b\"");
    assert_eq!(say(&mut client, "COMMIT"), "C(COMMIT) Z(I)");
    let ids = "SELECT id FROM t ORDER BY id";
    assert_eq!(say(&mut client, ids), "D(1) D(2) D(3) D(5) C(SELECT 4) Z(I)");
}

#[test]
fn a_statement_that_fails_leaves_nothing_of_itself() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    // The first row could be stored.
    let two = "INSERT INTO t VALUES (7, 70), (1, 0)";
    assert_eq!(ask(&mut client, two), "E(ERROR 23505) Z(I)");
    assert_eq!(
        ask(&mut client, &format!("BEGIN; SAVEPOINT s; {two}")),
        "C(BEGIN) C(SAVEPOINT) E(ERROR 23505) Z(E)"
    );
    ask(&mut client, "ROLLBACK TO s; COMMIT");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
    // Statements of one string are one transaction.
    assert_eq!(
        ask(&mut client, "DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (1, 1)"),
        "C(DELETE 1) E(ERROR 23505) Z(I)"
    );
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
}

#[test]
fn of_a_string_with_a_mistake_nothing_runs() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    assert_eq!(ask(&mut client, "DELETE FROM t; SELEC 1"), "E(ERROR 42601) Z(I)");
    // What is only not there is found when it is its turn.
    assert_eq!(
        ask(&mut client, "SELECT count(*) FROM t; SELECT x FROM t"),
        "D(2) C(SELECT 1) E(ERROR 42703) Z(I)"
    );
}

#[test]
fn who_waits_too_long_for_a_lock_is_told() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN; UPDATE t SET v = 0");
    ask(&mut other, "SET lock_timeout = '50ms'");
    let error = refused(&mut other, "DELETE FROM t");
    assert_eq!(
        (error(b'C'), error(b'M')),
        ("55P03".into(), "canceling statement due to lock timeout".into())
    );
    // Who is patient gets it.
    ask(&mut other, "SET lock_timeout = '1min'");
    other.say(&trunkline_proto::message::Query { sql: "DELETE FROM t" }).send();
    assert!(other.hears_nothing());
    ask(&mut one, "ROLLBACK");
    assert_eq!(other.hear_until('Z'), "C(DELETE 2) Z(I)");
}

#[test]
fn writers_take_turns() {
    let file = File::new(TABLE);
    let server = file.serve();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut client = server.login();
            scope.spawn(move || {
                for _ in 0..25 {
                    assert_eq!(ask(&mut client, "BEGIN"), "C(BEGIN) Z(T)");
                    let add = "UPDATE t SET v = v + 1 WHERE id = 1";
                    assert_eq!(ask(&mut client, add), "C(UPDATE 1) Z(T)");
                    assert_eq!(ask(&mut client, "COMMIT"), "C(COMMIT) Z(I)");
                }
            });
        }
    });
    let mut client = server.login();
    assert_eq!(ask(&mut client, "SELECT v FROM t WHERE id = 1"), "D(110) C(SELECT 1) Z(I)");
}

#[test]
fn who_is_lost_in_a_transaction_has_done_nothing() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut lost = server.login();
    ask(&mut lost, "BEGIN; DELETE FROM t");
    drop(lost);
    let mut other = server.login();
    // Not before its connection is gone can another one write.
    assert!(eventually(|| ask(&mut other, "UPDATE t SET v = v + 1").starts_with("C(")));
    assert_eq!(ask(&mut other, "SELECT v FROM t ORDER BY id"), "D(11) D(21) C(SELECT 2) Z(I)");
}

#[test]
fn nothing_is_written_where_it_may_not_be() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "BEGIN READ ONLY");
    let error = refused(&mut client, "INSERT INTO t VALUES (3, 3)");
    let words = "cannot execute INSERT in a read-only transaction";
    assert_eq!((error(b'C'), error(b'M')), ("25006".into(), words.into()));
    ask(&mut client, "ROLLBACK");
    ask(&mut client, "SET default_transaction_read_only = on");
    assert_eq!(refused(&mut client, "DELETE FROM t")(b'C'), "25006");
    ask(&mut client, "RESET default_transaction_read_only");
    assert_eq!(ask(&mut client, "DELETE FROM t WHERE id = 2"), "C(DELETE 1) Z(I)");
}

#[test]
fn definitions_are_undone_with_their_transaction() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    assert_eq!(ask(&mut client, "BEGIN; CREATE TABLE u (a int)"), "C(BEGIN) C(CREATE TABLE) Z(T)");
    assert_eq!(ask(&mut client, "INSERT INTO u VALUES (1)"), "C(INSERT 0 1) Z(T)");
    assert_eq!(ask(&mut client, "ROLLBACK"), "C(ROLLBACK) Z(I)");
    assert_eq!(refused(&mut client, "SELECT * FROM u")(b'C'), "42P01");
    // Another table gets the same number of SQLite.
    assert_eq!(ask(&mut client, "CREATE TABLE u (b text)"), "C(CREATE TABLE) Z(I)");
    assert_eq!(ask(&mut client, "SELECT b FROM u"), "C(SELECT 0) Z(I)");
}

/// SQLite itself takes such names for one.
#[test]
fn savepoints_whose_names_differ_by_case_are_two() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    let string = "BEGIN; SAVEPOINT \"a\"; INSERT INTO t VALUES (3, 3); SAVEPOINT \"A\"; \
                  INSERT INTO t VALUES (4, 4); SAVEPOINT \"^a\"; ROLLBACK TO \"a\"; COMMIT";
    ask(&mut client, string);
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
}

/// SQLite gives the number of definitions that are undone to others.
#[test]
fn a_plan_does_not_outlive_definitions_that_are_undone() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "BEGIN; CREATE TABLE s (a boolean); INSERT INTO s VALUES (true)");
    ask(&mut client, "PREPARE p AS SELECT a FROM s");
    assert_eq!(ask(&mut client, "EXECUTE p"), "D(t) C(SELECT 1) Z(T)");
    ask(&mut client, "ROLLBACK");
    ask(&mut client, "CREATE TABLE s (a int); INSERT INTO s VALUES (5)");
    let error = refused(&mut client, "EXECUTE p");
    assert_eq!(error(b'C'), "0A000");
}

/// What is set before the first change is set again when that takes the lock to write.
#[test]
fn savepoints_before_the_first_change_keep_their_names() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    let string =
        "BEGIN; SAVEPOINT \"Sp^1\"; INSERT INTO t VALUES (3, 3); ROLLBACK TO \"Sp^1\"; COMMIT";
    let answered = "C(BEGIN) C(SAVEPOINT) C(INSERT 0 1) C(ROLLBACK) C(COMMIT) Z(I)";
    assert_eq!(ask(&mut client, string), answered);
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
}

/// SQLite takes a savepoint outside of a transaction for the beginning of one.
#[test]
fn a_savepoint_does_not_outlive_its_block() {
    for end in ["COMMIT", "ROLLBACK", "SELECT 1/0; COMMIT", "ROLLBACK AND CHAIN; COMMIT"] {
        let file = File::new(TABLE);
        let server = file.serve();
        let mut client = server.login();
        for sql in ["BEGIN", "SAVEPOINT s", "SELECT 1"].into_iter().chain(end.split("; ")) {
            ask(&mut client, sql);
        }
        assert_eq!(ask(&mut client, "INSERT INTO t VALUES (7, 7)"), "C(INSERT 0 1) Z(I)");
        let mut other = server.login();
        let stored = "D(1) C(SELECT 1) Z(I)";
        assert_eq!(ask(&mut other, "SELECT count(*) FROM t WHERE id = 7"), stored, "{end}");
        assert_eq!(ask(&mut client, "BEGIN; COMMIT"), "C(BEGIN) C(COMMIT) Z(I)");
    }
}

#[test]
fn what_is_temporary_and_what_is_not_are_told_apart() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    assert_eq!(refused(&mut client, "UPDATE pg_temp.t SET id = 9")(b'C'), "42P01");
    ask(&mut client, "DROP TABLE IF EXISTS pg_temp.t");
    ask(&mut client, "CREATE TEMPORARY TABLE t (id int)");
    assert_eq!(ask(&mut client, "INSERT INTO public.t VALUES (8, 8)"), "C(INSERT 0 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(0) C(SELECT 1) Z(I)");
    let there = "SELECT count(*) FROM public.t WHERE id = 8";
    assert_eq!(ask(&mut client, there), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "DROP TABLE public.t"), "C(DROP TABLE) Z(I)");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(0) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "DROP TABLE pg_temp.t"), "C(DROP TABLE) Z(I)");
}

/// Nothing was entered that could be undone.
#[test]
fn a_copy_that_gets_no_lock_leaves_its_block_alone() {
    let file = File::new(TABLE);
    let server = file.serve();
    let (mut client, mut other) = (server.login(), server.login());
    ask(&mut other, "BEGIN; INSERT INTO t VALUES (5, 5)");
    ask(&mut client, "BEGIN; SAVEPOINT s; SET LOCAL lock_timeout = 50");
    client.say(&Query { sql: "COPY t FROM STDIN" }).hear_until('G');
    client.say(&CopyData { data: b"6\t6\n" }).say(&CopyDone);
    assert_eq!(client.hear_until('Z'), "E(ERROR 55P03) Z(E)");
    ask(&mut other, "COMMIT");
    assert_eq!(ask(&mut client, "ROLLBACK TO s"), "C(ROLLBACK) Z(T)");
    assert_eq!(
        ask(&mut client, "INSERT INTO t VALUES (6, 6); COMMIT"),
        "C(INSERT 0 1) C(COMMIT) Z(I)"
    );
}

#[test]
fn a_copy_freezes_only_what_nobody_else_has_seen() {
    let file = File::new(TABLE);
    let server = file.serve();
    let mut client = server.login();
    for (before, answer) in [
        ("BEGIN", "E(ERROR 55000) Z(E)"),
        ("BEGIN; TRUNCATE t", "C(COPY 1) Z(T)"),
        ("BEGIN; TRUNCATE t; SAVEPOINT s", "E(ERROR 55000) Z(E)"),
        ("BEGIN; TRUNCATE t; SAVEPOINT s; RELEASE s", "C(COPY 1) Z(T)"),
        ("BEGIN; SAVEPOINT s; TRUNCATE t; ROLLBACK TO s", "E(ERROR 55000) Z(E)"),
    ] {
        ask(&mut client, before);
        client.say(&Query { sql: "COPY t FROM STDIN (FREEZE)" }).hear_until('G');
        client.say(&CopyData { data: b"6\t6\n" }).say(&CopyDone);
        assert_eq!(client.hear_until('Z'), answer, "{before}");
        ask(&mut client, "ROLLBACK");
    }
}

//! Advisory locks of two clients, as tools that migrate use them.

use trunkline_proto::message::Query;

use crate::harness::{File, ask};

#[test]
fn who_comes_second_is_told_or_waits() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    assert_eq!(ask(&mut one, "SELECT pg_advisory_lock(72707369)"), "D() C(SELECT 1) Z(I)");
    let tried = "SELECT pg_try_advisory_lock(72707369), pg_try_advisory_lock(0, 72707369)";
    assert_eq!(ask(&mut other, tried), "D(f,t) C(SELECT 1) Z(I)");
    let waits = "SET lock_timeout = 50; SELECT pg_advisory_xact_lock(72707369)";
    assert_eq!(ask(&mut other, waits), "C(SET) E(ERROR 55P03) Z(I)");
    ask(&mut other, "SET lock_timeout = 0");
    other.say(&Query { sql: "SELECT pg_advisory_lock_shared(72707369)" }).send();
    assert!(other.hears_nothing());
    // It may write meanwhile.
    assert_eq!(ask(&mut one, "INSERT INTO t VALUES (1)"), "C(INSERT 0 1) Z(I)");
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(72707369)"), "D(t) C(SELECT 1) Z(I)");
    assert_eq!(other.hear_until('Z'), "T(pg_advisory_lock_shared:2278:0) D() C(SELECT 1) Z(I)");
}

#[test]
fn locks_of_a_transaction_end_with_it() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    let tried = "SELECT pg_try_advisory_xact_lock(1)";
    assert_eq!(ask(&mut one, tried), "D(t) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, &format!("BEGIN; {tried}")), "C(BEGIN) D(t) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut other, tried), "D(f) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(1)"), "D(f) C(SELECT 1) Z(T)");
    ask(&mut one, "ROLLBACK");
    assert_eq!(ask(&mut other, tried), "D(t) C(SELECT 1) Z(I)");
}

#[test]
fn locks_of_a_session_end_with_it_and_with_discard() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "SELECT pg_advisory_lock(1); SELECT pg_advisory_lock(2)");
    assert_eq!(ask(&mut one, "DISCARD ALL"), "C(DISCARD ALL) Z(I)");
    assert_eq!(ask(&mut other, "SELECT pg_try_advisory_lock(2)"), "D(t) C(SELECT 1) Z(I)");
    ask(&mut one, "SELECT pg_advisory_lock(3)");
    drop(one);
    // The server notices that the client is gone, and its lock goes with it.
    assert_eq!(ask(&mut other, "SELECT pg_advisory_lock(3)"), "D() C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut other, "SELECT pg_advisory_unlock_all()"), "D() C(SELECT 1) Z(I)");
}

#[test]
fn who_waits_for_each_other_is_told() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    ask(&mut other, "SELECT pg_advisory_lock(2)");
    one.say(&Query { sql: "SELECT pg_advisory_lock(2)" }).send();
    assert!(one.hears_nothing());
    assert_eq!(ask(&mut other, "SELECT pg_advisory_lock(1)"), "E(ERROR 40P01) Z(I)");
    ask(&mut other, "SELECT pg_advisory_unlock_all()");
    assert_eq!(one.hear_until('Z'), "T(pg_advisory_lock:2278:0) D() C(SELECT 1) Z(I)");
}

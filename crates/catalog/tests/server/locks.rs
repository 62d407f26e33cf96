//! Advisory locks and signals: what one session does to another.

use trunkline_proto::message::Query;

use super::dialogue::Dialogue;
use super::{ask, start};

/// Waits until so many wait for a lock.
fn until_waiting(client: &mut Dialogue, count: usize) {
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while !ask(client, sql).contains(&format!("D({count})")) {}
}

#[test]
fn who_waits_for_a_lock_has_it_when_it_is_free() {
    let server = start();
    let [mut one, mut other, mut third] = [(); 3].map(|()| Dialogue::login(server.address));
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    other.say(&Query { sql: "SELECT pg_advisory_lock(1)" }).send();
    until_waiting(&mut one, 1);
    // Who shares it could have it now, but came later.
    assert!(ask(&mut one, "SELECT pg_advisory_unlock(1)").contains("D(t)"));
    assert!(other.hear_until('Z').contains("D() C(SELECT 1)"));
    let asked = ask(&mut one, "SELECT pg_try_advisory_lock(1), pg_try_advisory_lock_shared(1)");
    assert!(asked.contains("D(f,f)"), "{asked}");
    // A client that is gone holds nothing.
    third.say(&Query { sql: "SELECT pg_advisory_lock(1)" }).send();
    until_waiting(&mut one, 1);
    drop(other);
    assert!(third.hear_until('Z').contains("D() C(SELECT 1)"));
}

#[test]
fn what_a_query_does_for_each_row_is_done_once() {
    let server = start();
    let mut one = Dialogue::login(server.address);
    ask(&mut one, "SELECT pg_try_advisory_lock(oid::int) FROM pg_database");
    let unlock = "SELECT pg_advisory_unlock(oid::int) FROM pg_database";
    assert!(ask(&mut one, unlock).contains("D(t)"));
    assert!(!ask(&mut one, unlock).contains("D(t)"));
}

#[test]
fn a_deadlock_ends_with_who_closes_it() {
    let server = start();
    let [mut one, mut other, mut third] = [(); 3].map(|()| Dialogue::login(server.address));
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    ask(&mut other, "BEGIN; SELECT pg_advisory_xact_lock(2)");
    one.say(&Query { sql: "SELECT pg_advisory_lock(2)" }).send();
    until_waiting(&mut third, 1);
    let refused = ask(&mut other, "SELECT pg_advisory_lock_shared(1)");
    assert!(refused.contains("40P01"), "{refused}");
    // Its transaction has failed, and gives back what it had.
    assert!(one.hear_until('Z').contains("D() C(SELECT 1)"));
}

#[test]
fn who_waits_can_be_cancelled_and_ended() {
    let server = start();
    let [mut one, mut other] = [(); 2].map(|()| Dialogue::login(server.address));
    let pid = other.key.0;
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    for (wait, signal, end) in [
        ("SELECT pg_advisory_lock(1)", "pg_cancel_backend", "57014"),
        ("SELECT pg_advisory_xact_lock_shared(1)", "pg_cancel_backend", "57014"),
        ("SELECT pg_advisory_lock(1)", "pg_terminate_backend", "57P01"),
    ] {
        other.say(&Query { sql: wait }).send();
        until_waiting(&mut one, 1);
        let asked = ask(&mut one, &format!("SELECT {signal}({pid})"));
        assert!(asked.contains("D(t)"), "{asked}");
        let heard = if end == "57P01" { other.hear_out() } else { other.hear_until('Z') };
        assert!(heard.contains(end), "{heard}");
        until_waiting(&mut one, 0);
    }
    let gone = ask(&mut one, &format!("SELECT pg_terminate_backend({pid}, 5000)"));
    assert!(gone.contains("D(f)") || gone.contains("D(t)"), "{gone}");
    let left = ask(&mut one, "SELECT count(*) FROM pg_stat_activity");
    assert!(left.contains("D(1)"), "{left}");
}

#[test]
fn the_sessions_of_other_users_are_not_ones_own() {
    let server = start();
    let mut one = Dialogue::login(server.address);
    let mut other = Dialogue::login_as(server.address, "other");
    let pid = other.key.0;
    for signal in ["pg_cancel_backend", "pg_terminate_backend"] {
        let refused = ask(&mut one, &format!("SELECT {signal}({pid})"));
        assert!(refused.contains("42501"), "{refused}");
    }
    let alive = ask(&mut other, "SELECT pg_backend_pid()");
    assert!(alive.contains(&format!("D({pid})")), "{alive}");
}

#[test]
fn what_a_killed_client_still_asks_for_it_does_not_get() {
    let server = start();
    let mut one = Dialogue::login(server.address);
    for _ in 0..40 {
        let mut other = Dialogue::login(server.address);
        let sql = "SELECT count(pg_advisory_lock(i)) FROM generate_series(1, 9000) i";
        other.say(&Query { sql }).send();
        let held = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'";
        while !ask(&mut one, held).contains("D(t)") {}
        drop(other);
        // Its statement may still run behind its end.
        while !ask(&mut one, "SELECT count(*) FROM pg_stat_activity").contains("D(1)") {}
        let left = ask(&mut one, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
        assert!(left.contains("D(0)"), "{left}");
    }
}

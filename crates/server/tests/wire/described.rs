//! Statements that only tell their columns when they run: how often they are run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trunkline::{Oid, PgError, RowSet, Rows, Server, SqlState, query_fn};
use trunkline_proto::message::{Describe, Flush, Query, Sync, Target, Terminate};

use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::toy;

const STATEMENT: Describe<&str> = Describe { target: Target::Statement, name: "" };
const PORTAL: Describe<&str> = Describe { target: Target::Portal, name: "" };

/// An engine that counts its runs, and refuses to be run for a description alone.
fn start() -> (toy::RunningServer<impl trunkline::Engine>, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let engine = query_fn(move |query: trunkline::Query| {
        let counted = counted.clone();
        async move {
            if query.params().is_none() || query.sql() == "fail" {
                return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, "only by running"));
            }
            let run = i32::try_from(counted.fetch_add(1, Ordering::Relaxed)).unwrap_or(i32::MAX);
            Ok::<RowSet, PgError>(Rows::new([("run", Oid::INT4)]).row((run,)))
        }
    });
    (toy::start_server(Server::builder(engine).build()), runs)
}

#[test]
fn a_statement_is_run_once_where_it_is_described_and_bound() {
    let (server, runs) = start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one")).say(&STATEMENT).say(&bind("", "")).say(&execute("", 0));
    client.say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() T(run:23:0) 2 D(0) C(SELECT 1) Z(I)");
    // With a description of the portal besides, and a suspension.
    client.say(&parse("", "one")).say(&STATEMENT).say(&bind("", "")).say(&PORTAL);
    client.say(&execute("", 1)).say(&execute("", 1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() T(run:23:0) 2 T(run:23:0) D(1) s C(SELECT 0) Z(I)");
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    // What was found then is not found again.
    client.say(&bind("", "")).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 D(2) C(SELECT 1) Z(I)");
}

#[test]
fn a_statement_is_not_run_where_nobody_binds_it() {
    let (server, runs) = start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one")).say(&STATEMENT).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() E(ERROR 0A000) Z(I)");
    client.say(&parse("", "one")).say(&STATEMENT).say(&Flush);
    assert_eq!(client.hear_until('E'), "1 t() E(ERROR 0A000)");
    // What follows the error is skipped, be it a Query.
    client.say(&bind("", "")).say(&Query { sql: "one" }).say(&Sync);
    assert_eq!(client.hear_until('Z'), "Z(I)");
    // Another one's Bind is none of it.
    client.say(&parse("", "one")).say(&parse("s", "one")).say(&STATEMENT).say(&bind("", "s"));
    client.say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 1 t() E(ERROR 0A000) Z(I)");
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    client.say(&parse("", "one")).say(&STATEMENT).say(&Terminate);
    assert!(client.hear_out().ends_with("E(ERROR 0A000)"));
}

#[test]
fn what_fails_while_it_is_described_skips_its_bind() {
    let (server, _) = start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "fail")).say(&STATEMENT).say(&bind("", "")).say(&execute("", 0));
    client.say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() E(ERROR 0A000) Z(I)");
    // A Bind that is wrong leaves nothing behind for the next one.
    client.say(&parse("", "one")).say(&STATEMENT).say(&bind("no", "")).say(&bind("no", ""));
    client.say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() T(run:23:0) 2 E(ERROR 42P03) Z(I)");
    client.say(&parse("", "one")).say(&bind("", "")).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 D(1) C(SELECT 1) Z(I)");
}

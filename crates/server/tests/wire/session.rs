//! Statements that belong to the session.

use trunkline_proto::message::{Describe, NewParse, Query, Sync, Target};

use crate::dialogue::Dialogue;
use crate::toy;

/// Asks one thing after another on one connection.
fn talk(turns: &[(&str, &str)]) {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for (sql, answer) in turns {
        assert_eq!(client.say(&Query { sql: *sql }).hear_until('Z'), *answer, "{sql}");
    }
}

#[test]
fn set_and_show() {
    talk(&[
        ("show server_version", "T(server_version:25:0) D(18.4) C(SHOW) Z(I)"),
        ("set DATESTYLE = german", "C(SET) S(DateStyle=German, DMY) Z(I)"),
        ("show datestyle", "T(DateStyle:25:0) D(German, DMY) C(SHOW) Z(I)"),
        ("set datestyle to 'German, DMY'", "C(SET) Z(I)"),
        ("reset datestyle", "C(RESET) S(DateStyle=ISO, MDY) Z(I)"),
        ("set time zone 'europe/paris'", "C(SET) S(TimeZone=Europe/Paris) Z(I)"),
        ("set statement_timeout = '90min'", "C(SET) Z(I)"),
        ("show statement_timeout", "T(statement_timeout:25:0) D(90min) C(SHOW) Z(I)"),
        ("set search_path to a, \"B c\"", "C(SET) S(search_path=a, \"B c\") Z(I)"),
        // Key words need quotes where they may not be a name of everything.
        (
            "set search_path to abort, \"int\", 'select', x$y, ''",
            "C(SET) S(search_path=abort, \"int\", \"select\", \"x$y\", \"\") Z(I)",
        ),
        ("set restrict_nonsystem_relation_kind to 'view', 'foreign-table'", "C(SET) Z(I)"),
        (
            "show restrict_nonsystem_relation_kind",
            "T(restrict_nonsystem_relation_kind:25:0) D(view, foreign-table) C(SHOW) Z(I)",
        ),
        ("set log_destination to 'a', 'b'", "E(ERROR 55P02) Z(I)"),
        ("set work_mem to 'a', 'b'", "E(ERROR 22023) Z(I)"),
        ("set my.own = 'x'", "C(SET) Z(I)"),
        ("show my.own", "T(my.own:25:0) D(x) C(SHOW) Z(I)"),
        ("set nonsense = 1", "E(ERROR 42704) Z(I)"),
        ("show nonsense", "E(ERROR 42704) Z(I)"),
        ("set work_mem = 'lots'", "E(ERROR 22023) Z(I)"),
        ("set server_version = '1'", "E(ERROR 55P02) Z(I)"),
        ("set", "E(ERROR 42601) Z(I)"),
    ]);
}

/// The engine explains the statement with the arguments in it, as it may explain any other.
#[test]
fn explain_execute_is_of_the_prepared_statement() {
    talk(&[
        ("prepare p (int8) as table echo $1", "C(PREPARE) Z(I)"),
        (
            "explain (verbose, format json) execute p(NULL)",
            "T(QUERY PLAN:25:0) D(explain (verbose, format json) table echo CAST(NULL AS bigint)) C(SELECT 1) Z(I)",
        ),
        (
            "explain execute p(1 + 2)",
            "T(QUERY PLAN:25:0) D(explain table echo CAST(1 + 2 AS bigint)) C(SELECT 1) Z(I)",
        ),
        ("explain execute p", "E(ERROR 42601) Z(I)"),
        ("explain execute p($1)", "E(ERROR 42P02) Z(I)"),
        ("explain execute nowhere", "E(ERROR 26000) Z(I)"),
        ("prepare other as table wrong", "E(ERROR 42601) Z(I)"),
        ("explain table rows 1", "T(QUERY PLAN:25:0) D(explain table rows 1) C(SELECT 1) Z(I)"),
    ]);
}

#[test]
fn two_sets_are_reported_once_with_the_last_value() {
    talk(&[
        (
            "set application_name = 'a'; set application_name = 'b'",
            "C(SET) C(SET) S(application_name=b) Z(I)",
        ),
        ("set application_name = 'c'; set application_name = 'b'", "C(SET) C(SET) Z(I)"),
    ]);
}

#[test]
fn a_block_and_its_failure() {
    talk(&[
        ("begin", "C(BEGIN) Z(T)"),
        ("begin", "N(25001) C(BEGIN) Z(T)"),
        ("bogus", "E(ERROR 42P01) Z(E)"),
        ("one", "E(ERROR 25P02) Z(E)"),
        ("show datestyle", "E(ERROR 25P02) Z(E)"),
        ("", "I Z(E)"),
        ("commit", "C(ROLLBACK) Z(I)"),
        ("commit", "N(25P01) C(COMMIT) Z(I)"),
        ("rollback", "N(25P01) C(ROLLBACK) Z(I)"),
        ("start transaction read only", "C(START TRANSACTION) Z(T)"),
        ("show transaction_read_only", "T(transaction_read_only:25:0) D(on) C(SHOW) Z(T)"),
        ("end", "C(COMMIT) Z(I)"),
        ("show transaction_read_only", "T(transaction_read_only:25:0) D(off) C(SHOW) Z(I)"),
    ]);
}

#[test]
fn savepoints() {
    talk(&[
        ("savepoint a", "E(ERROR 25P01) Z(I)"),
        ("begin; savepoint a", "C(BEGIN) C(SAVEPOINT) Z(T)"),
        ("bogus", "E(ERROR 42P01) Z(E)"),
        ("rollback to a", "C(ROLLBACK) Z(T)"),
        ("release a", "C(RELEASE) Z(T)"),
        ("release a", "E(ERROR 3B001) Z(E)"),
        ("rollback", "C(ROLLBACK) Z(I)"),
    ]);
}

#[test]
fn a_block_that_is_undone_undoes_its_settings() {
    talk(&[
        ("begin; set application_name = 'x'", "C(BEGIN) C(SET) S(application_name=x) Z(T)"),
        ("rollback", "C(ROLLBACK) S(application_name=) Z(I)"),
        ("begin; set local application_name = 'y'", "C(BEGIN) C(SET) S(application_name=y) Z(T)"),
        ("commit", "C(COMMIT) S(application_name=) Z(I)"),
        ("set local application_name = 'z'", "N(25P01) C(SET) Z(I)"),
    ]);
}

#[test]
fn what_drivers_send_to_reset_a_session() {
    talk(&[
        ("set application_name = 'x'", "C(SET) S(application_name=x) Z(I)"),
        (
            "close all; unlisten *; reset all",
            "C(CLOSE CURSOR ALL) C(UNLISTEN) C(RESET) S(application_name=) Z(I)",
        ),
        ("discard all", "C(DISCARD ALL) Z(I)"),
        ("begin; discard all", "C(BEGIN) E(ERROR 25001) Z(E)"),
        ("rollback", "C(ROLLBACK) Z(I)"),
        ("deallocate all", "C(DEALLOCATE ALL) Z(I)"),
        ("deallocate nothing", "E(ERROR 26000) Z(I)"),
    ]);
}

#[test]
fn show_is_described_before_it_runs() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let none: [trunkline_proto::Oid; 0] = [];
    client.say(&NewParse { name: "", sql: "show TimeZone", parameter_types: none });
    client.say(&Describe { target: Target::Statement, name: "" }).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t() T(TimeZone:25:0) Z(I)");
}

#[test]
fn a_savepoint_holds_settings_too() {
    talk(&[
        ("begin", "C(BEGIN) Z(T)"),
        (
            "set application_name = 'a'; savepoint s",
            "C(SET) C(SAVEPOINT) S(application_name=a) Z(T)",
        ),
        ("set application_name = 'b'", "C(SET) S(application_name=b) Z(T)"),
        ("set local application_name = 'c'", "C(SET) S(application_name=c) Z(T)"),
        ("bogus", "E(ERROR 42P01) S(application_name=a) Z(E)"),
        ("rollback to s", "C(ROLLBACK) Z(T)"),
        (
            "set local application_name = 'd'; savepoint t",
            "C(SET) C(SAVEPOINT) S(application_name=d) Z(T)",
        ),
        ("set application_name = 'e'; rollback to t", "C(SET) C(ROLLBACK) Z(T)"),
        ("release s", "C(RELEASE) Z(T)"),
        ("rollback to t", "E(ERROR 3B001) S(application_name=) Z(E)"),
        ("rollback", "C(ROLLBACK) Z(I)"),
    ]);
}

#[test]
fn a_chained_transaction_keeps_its_modes() {
    let show = "show transaction_isolation; show transaction_read_only";
    let column = "T(transaction_isolation:25:0) D";
    let other = "C(SHOW) T(transaction_read_only:25:0) D";
    let in_chain = format!("{column}(serializable) {other}(on) C(SHOW) Z(T)");
    let after = format!("{column}(read committed) {other}(off) C(SHOW) Z(I)");
    talk(&[
        ("begin isolation level serializable read only", "C(BEGIN) Z(T)"),
        ("commit and chain", "C(COMMIT) Z(T)"),
        (show, &in_chain),
        ("rollback and chain", "C(ROLLBACK) Z(T)"),
        (show, &in_chain),
        ("set transaction isolation level serializable", "C(SET) Z(T)"),
        ("one", "T(?column?:23:0) D(1) C(SELECT 1) Z(T)"),
        ("set transaction read write", "E(ERROR 25001) Z(E)"),
        // The error has undone the modes, too.
        ("rollback and chain; commit", "C(ROLLBACK) C(COMMIT) Z(I)"),
        (show, &after),
        ("set role ann; discard all", "C(SET) E(ERROR 25001) Z(I)"),
        ("set role ann", "C(SET) Z(I)"),
        ("discard all", "C(DISCARD ALL) Z(I)"),
        ("show role", "T(role:25:0) D(none) C(SHOW) Z(I)"),
    ]);
}

#[test]
fn the_files_of_the_server_are_out_of_reach() {
    talk(&[
        ("copy t to '/tmp/x'", "E(ERROR 42501) Z(I)"),
        ("copy (select 1) to '/tmp/x'", "E(ERROR 42501) Z(I)"),
        ("copy t from '/etc/passwd'", "E(ERROR 42501) Z(I)"),
        ("copy t from program 'id'", "E(ERROR 42501) Z(I)"),
        ("copy t to program 'cat'", "E(ERROR 42501) Z(I)"),
        ("copy t from stdin", "E(ERROR 0A000) Z(I)"),
        ("copy t to '/tmp/x' stored as parquet", "E(ERROR 42601) Z(I)"),
    ]);
}

/// Places in a statement are counted from its beginning, and there may be one for each of its words: to count
/// all of them anew would take minutes.
#[test]
fn a_long_statement_takes_as_long_as_it_is() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let sql = format!("prepare p ({}int) as table one", "int, ".repeat(60_000));
    assert_eq!(client.say(&Query { sql: &sql }).hear_until('Z'), "C(PREPARE) Z(I)");
    client.say(&Query { sql: "set standard_conforming_strings = off" }).hear_until('Z');
    let sql = format!("select {}1", r"'\\', ".repeat(60_000));
    let heard = client.say(&Query { sql: &sql }).hear_until('Z');
    assert!(heard.starts_with("N(22P06) N(22P06)") && heard.ends_with("Z(I)"), "{heard}");
}

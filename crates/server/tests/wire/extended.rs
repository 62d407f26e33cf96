//! The extended query protocol.

use trunkline::Limits;
use trunkline_proto::message::{Close, Describe, Flush, NewParse, Query, Sync, Target};
use trunkline_proto::{Format, Oid};

use crate::dialogue::Dialogue;
use crate::messages::{bind, bind_with, execute, parse};
use crate::toy;

#[test]
fn parses_binds_describes_executes() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one")).say(&bind("", ""));
    client.say(&Describe { target: Target::Portal, name: "" }).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 T(?column?:23:0) D(1) C(SELECT 1) Z(I)");
}

#[test]
fn t44_describe_of_a_statement_says_text_and_of_a_portal_its_formats() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "one")).say(&Describe { target: Target::Statement, name: "s" });
    client
        .say(&bind_with("", "s", &[], &[Format::Binary]))
        .say(&Describe { target: Target::Portal, name: "" });
    client.say(&execute("", 0)).say(&Sync);
    assert_eq!(
        client.hear_until('Z'),
        "1 t() T(?column?:23:0) 2 T(?column?:23:1) D(00000001) C(SELECT 1) Z(I)"
    );
}

#[test]
fn t45_a_portal_is_suspended_when_the_count_is_hit_even_at_the_end() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "rows 3")).say(&bind("", ""));
    client.say(&execute("", 2)).say(&execute("", 1)).say(&execute("", 2)).say(&execute("", 1));
    client.say(&Sync);
    assert_eq!(
        client.hear_until('Z'),
        "1 2 D(0,name) D(1,name) s D(2,name) s C(SELECT 0) C(SELECT 0) Z(I)"
    );
}

#[test]
fn t46_a_negative_row_limit_is_none() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "rows 2")).say(&bind("", "")).say(&execute("", -1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 D(0,name) D(1,name) C(SELECT 2) Z(I)");
}

#[test]
fn t47_a_portal_without_rows_cannot_run_twice() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "notice")).say(&bind("", ""));
    client.say(&execute("", 0)).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 N(00000) C(NOTICE) E(ERROR 55000) Z(I)");
}

#[test]
fn t37_after_an_error_everything_is_skipped_to_the_sync() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "bogus")).say(&bind("", "")).say(&execute("", 0));
    client.say(&Query { sql: "one" }).say(&Sync).say(&Query { sql: "notice" });
    assert_eq!(client.hear_until('Z'), "E(ERROR 42P01) Z(I)");
    assert_eq!(client.hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn t38_only_errors_and_flushes_are_heard_before_the_sync() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    assert!(client.say(&parse("a", "one")).hears_nothing());
    assert_eq!(client.say(&Flush).hear_until('1'), "1");
    assert_eq!(client.say(&parse("b", "bogus")).hear_until('E'), "E(ERROR 42P01)");
    assert_eq!(client.say(&Sync).say(&Sync).hear_until('Z'), "Z(I)");
    assert_eq!(client.hear_until('Z'), "Z(I)");
}

#[test]
fn t40_t41_names_are_taken_free_and_missing() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "one")).say(&parse("s", "one")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 E(ERROR 42P05) Z(I)");
    client.say(&bind("p", "s")).say(&bind("p", "s")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 E(ERROR 42P03) Z(I)");
    client.say(&bind("", "none")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 26000) Z(I)");
    client.say(&execute("none", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 34000) Z(I)");
    // A statement's portals outlive it.
    client.say(&bind("p", "s")).say(&Close { target: Target::Statement, name: "s" });
    client.say(&execute("p", 0)).say(&Close { target: Target::Portal, name: "none" }).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 3 D(1) C(SELECT 1) 3 Z(I)");
}

#[test]
fn t42_a_failed_parse_leaves_no_unnamed_statement() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one")).say(&Sync).hear_until('Z');
    client.say(&parse("", "bogus")).say(&Sync).hear_until('Z');
    client.say(&bind("", "")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 26000) Z(I)");
}

#[test]
fn t52_a_name_is_its_first_63_bytes() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let (long, cut) = ("n".repeat(70), "n".repeat(63));
    client.say(&parse(&long, "one")).say(&bind("", &cut)).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 D(1) C(SELECT 1) Z(I)");
}

#[test]
fn parameters_come_in_text_and_in_the_declared_type() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let types = [Oid::INT4];
    client.say(&NewParse { name: "", sql: "echo $1", parameter_types: types });
    client.say(&Describe { target: Target::Statement, name: "" });
    client
        .say(&bind_with("", "", &[Some(b" 42 ")], &[Format::Binary]))
        .say(&execute("", 0))
        .say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 t(23) T(echo:23:0) 2 D(0000002a) C(SELECT 1) Z(I)");
    client.say(&bind_with("", "", &[None], &[])).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 D(NULL) C(SELECT 1) Z(I)");
    client.say(&bind_with("", "", &[Some(b"x")], &[])).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 22P02) Z(I)");
}

#[test]
fn t43_formats_and_counts_must_fit() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one")).say(&bind_with("", "", &[], &[Format::Text; 2])).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 E(ERROR 08P01) Z(I)");
    client.say(&parse("", "one")).say(&bind_with("", "", &[Some(b"1")], &[])).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 E(ERROR 08P01) Z(I)");
    client.say(&parse("", "notice")).say(&bind_with("", "", &[], &[Format::Binary; 3])).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 Z(I)");
}

#[test]
fn an_empty_statement_is_a_statement() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", " ; ")).say(&bind("", ""));
    client.say(&Describe { target: Target::Portal, name: "" }).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 n I Z(I)");
    client.say(&bind("", "")).say(&execute("", 0)).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 I I Z(I)");
}

#[test]
fn two_commands_cannot_be_prepared() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("", "one; one")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 42601) Z(I)");
}

#[test]
fn portals_die_at_the_sync_unless_a_block_is_open() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "rows 2")).say(&bind("p", "s")).say(&Sync).hear_until('Z');
    client.say(&execute("p", 1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 34000) Z(I)");
    client.say(&Query { sql: "begin" }).hear_until('Z');
    client.say(&bind("p", "s")).say(&execute("p", 1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 D(0,name) s Z(T)");
    client.say(&execute("p", 9)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "D(1,name) C(SELECT 1) Z(T)");
    client.say(&Query { sql: "commit" }).hear_until('Z');
    client.say(&execute("p", 9)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "E(ERROR 34000) Z(I)");
}

#[test]
fn what_statements_and_portals_hold_is_bounded() {
    let mut limits = Limits::default();
    (limits.statements, limits.statement_bytes) = (2, 300);
    (limits.portals, limits.portal_bytes) = (2, 100);
    let server = toy::start_with(|builder| builder.limits(limits));
    let mut client = Dialogue::login(server.address);
    let many = vec![Oid::INT4; 100];
    client.say(&NewParse { name: "many", sql: "one", parameter_types: many }).say(&Sync);
    assert_eq!(
        client.hear_until('Z'),
        "1 Z(I)",
        "the types that the engine does not use are not kept"
    );
    client.say(&parse("echo", "echo")).say(&parse("third", "one")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 E(ERROR 53400) Z(I)");
    let long = "x".repeat(300);
    let close = Close { target: Target::Statement, name: "many" };
    client.say(&close).say(&parse("long", &format!("one {long}"))).say(&Sync);
    assert_eq!(client.hear_until('Z'), "3 E(ERROR 53400) Z(I)");
    client.say(&parse("short", "one")).say(&Query { sql: "begin" });
    assert_eq!(client.hear_until('Z'), "1 C(BEGIN) Z(T)");

    let value = [b'v'; 60];
    let values = [Some(value.as_slice())];
    client.say(&bind_with("a", "echo", &values, &[])).say(&bind_with("", "echo", &values, &[]));
    client.say(&bind("b", "short")).say(&bind("c", "short")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 2 2 E(ERROR 53400) Z(E)");
    client.say(&Query { sql: "rollback" }).hear_until('Z');
    client.say(&bind_with("a", "echo", &values, &[])).say(&bind_with("b", "echo", &values, &[]));
    assert_eq!(client.say(&Sync).hear_until('Z'), "2 E(ERROR 53400) Z(I)");
    let close = Close { target: Target::Portal, name: "a" };
    client.say(&bind_with("a", "echo", &values, &[])).say(&close);
    client.say(&bind_with("b", "echo", &values, &[])).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 3 2 Z(I)");
}

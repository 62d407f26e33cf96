//! The simple query protocol.

use trunkline_proto::message::{Flush, Query};

use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::toy;

fn ask(sql: &str) -> String {
    let server = toy::start();
    Dialogue::login(server.address).say(&Query { sql }).hear_until('Z')
}

#[test]
fn answers_a_statement() {
    assert_eq!(ask("one"), "T(?column?:23:0) D(1) C(SELECT 1) Z(I)");
}

#[test]
fn answers_each_statement_of_a_string_and_is_ready_once() {
    assert_eq!(
        ask("one; ;rows 2;"),
        "T(?column?:23:0) D(1) C(SELECT 1) T(id:20:0,name:25:0) D(0,name) D(1,name) C(SELECT 2) Z(I)"
    );
}

#[test]
fn t30_answers_an_empty_string_with_empty_query_response() {
    for sql in ["", ";", " ; ; ", "-- nothing", "/* nothing */"] {
        assert_eq!(ask(sql), "I Z(I)", "{sql:?}");
    }
}

#[test]
fn t31_an_error_ends_the_string_and_is_ready_once() {
    assert_eq!(ask("one; bogus; one"), "T(?column?:23:0) D(1) C(SELECT 1) E(ERROR 42P01) Z(I)");
}

#[test]
fn t35_a_row_without_columns_is_a_row() {
    assert_eq!(ask("nothing"), "T() D() C(SELECT 1) Z(I)");
}

#[test]
fn rows_before_an_error_are_sent() {
    assert_eq!(ask("late 1"), "T(id:20:0,name:25:0) D(0,name) E(ERROR 22012) Z(I)");
}

#[test]
fn a_parameter_in_a_simple_query_does_not_exist() {
    assert_eq!(ask("echo $1"), "E(ERROR 42P02) Z(I)");
}

#[test]
fn a_notice_comes_before_command_complete() {
    assert_eq!(ask("notice"), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn a_thousand_notices_are_enough() {
    let expected = "N(00000) ".repeat(1000) + "N(01000) C(NOTICE) Z(I)";
    assert_eq!(ask("notice 1000000"), expected);
}

#[test]
fn t36_text_that_is_not_utf8_is_an_error_and_the_session_lives() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let answer = client.say(&Query { sql: b"one \xff" }).hear_until('Z');
    assert_eq!(answer, "E(ERROR 22021) Z(I)");
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn panics_while_others_unwind_do_not_end_the_process() {
    let server = toy::start();
    let mut other = Dialogue::login(server.address);
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "fuse" }).hear_until('Z');
    // The portal is suspended: its rows end with the session, in the panic of a third.
    client.say(&parse("", "fuse")).say(&bind("", ""));
    client.say(&execute("", 1)).say(&Flush).hear_until('s');
    assert_eq!(client.say(&Query { sql: "begin; panic" }).hear_out(), "C(BEGIN) E(FATAL XX000)");
    assert_eq!(other.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

#[test]
fn a_panic_of_the_engine_ends_one_connection_only() {
    let server = toy::start();
    let mut other = Dialogue::login(server.address);
    let answer = Dialogue::login(server.address).say(&Query { sql: "panic" }).hear_out();
    assert_eq!(answer, "E(FATAL XX000)");
    assert_eq!(other.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}

//! What arguments multiply is refused before it takes memory or time that nobody can stop.

use crate::harness::{File, ask, refused};

#[test]
fn texts_do_not_grow_beyond_a_value() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    for sql in [
        "SELECT format(repeat('%1$s', 300), repeat('x', 1000000))",
        "SELECT format(repeat('%1$1000000s', 300), 'x')",
        "SELECT array_to_string(string_to_array(repeat('a,', 300), ','), repeat('x', 1000000))",
        "SELECT array_to_string(string_to_array('a,a,a', ',', 'a'), '', repeat('x', 100000000))",
        "SELECT regexp_replace(repeat('a', 300), 'a', repeat('b', 1000000), 'g')",
        "SELECT regexp_replace(repeat('a', 100000), '.*', repeat('\\&', 3000))",
    ] {
        assert_eq!(refused(&mut client, sql)(b'M'), "requested length too large", "{sql}");
    }
    for sql in [
        "SELECT string_to_array(repeat('a', 5000000), NULL)",
        "SELECT string_to_array(repeat(',', 5000000), ',')",
    ] {
        assert!(refused(&mut client, sql)(b'M').starts_with("array size exceeds"), "{sql}");
    }
    let parts = "SELECT array_to_string(ARRAY['', 'a', NULL, ''], ','), \
                 array_to_string(ARRAY['', NULL], '-', '*'), format('%s|%%|%2$5s', 'a', 'b'), \
                 regexp_split_to_array('a,b,', ','), regexp_split_to_array('abc', ''), \
                 regexp_replace('abcabc', 'b(c)', '[\\1\\&\\\\\\x]', 'g')";
    assert_eq!(
        ask(&mut client, parts),
        "D(,a,,-*,a|%|    b,{a,b,\"\"},{a,b,c},a[cbc\\\\x]a[cbc\\\\x]) C(SELECT 1) Z(I)"
    );
}

#[test]
fn patterns_work_no_longer_than_a_while() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    for sql in [
        "SELECT repeat('a', 1000000) ~ '^(a?){500}a{500}$'",
        "SELECT repeat('a', 1000000) SIMILAR TO repeat('%a', 900) || 'b'",
    ] {
        assert_eq!(refused(&mut client, sql)(b'C'), "54000", "{sql}");
    }
    let long = "SELECT (repeat('a', 20000) || 'foo') ~ 'f(o|x)+$', repeat('a', 10000) LIKE '%a%b'";
    assert_eq!(ask(&mut client, long), "D(t,f) C(SELECT 1) Z(I)");
}

#[test]
fn what_is_written_twice_does_not_double_without_end() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    let (open, nested) = ("(".repeat(60), ") BETWEEN SYMMETRIC false AND true".repeat(60));
    let sql = format!("SELECT {open}1 BETWEEN SYMMETRIC 0 AND 2{nested}");
    assert_eq!(refused(&mut client, &sql)(b'C'), "54001");
    let sql = "SELECT ARRAY[x, x] FROM \
               (SELECT string_to_array(repeat('a,', 4000000), ',') AS x) AS s";
    assert_eq!(refused(&mut client, sql)(b'C'), "54000");
}

#[test]
fn a_search_for_many_matches_stops_when_it_is_cancelled() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "SET statement_timeout = '200ms'");
    let sql = "SELECT regexp_replace(repeat('A', 300000), '.*[^A-Z]|[A-Z]', '', 'g')";
    assert_eq!(refused(&mut client, sql)(b'C'), "57014");
}

#[test]
fn a_function_of_the_session_is_called_once_a_statement() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
    let server = file.serve();
    let mut client = server.login();
    let sql = "INSERT INTO t SELECT 1 FROM t WHERE pg_try_advisory_lock(7)";
    assert_eq!(refused(&mut client, sql)(b'C'), "23505");
    let unlock = "SELECT pg_advisory_unlock(7) FROM t";
    assert!(ask(&mut client, unlock).contains("D(t)"));
    assert!(ask(&mut client, unlock).contains("D(f)"));
}

#[test]
fn options_of_expressions_hold_for_their_row() {
    let file = File::new("CREATE TABLE o (f TEXT); INSERT INTO o VALUES ('c'), ('i'), ('c');");
    let server = file.serve();
    let mut client = server.login();
    let sql = "SELECT regexp_like('A', 'a', f), regexp_replace('aA', 'A', 'x', f) FROM o";
    assert_eq!(ask(&mut client, sql), "D(f,ax) D(t,xA) D(f,ax) C(SELECT 3) Z(I)");
}

#[test]
fn what_is_too_large_is_no_infinity() {
    let file = File::new("CREATE TABLE t (n NUMERIC); INSERT INTO t VALUES (1e200);");
    let server = file.serve();
    let mut client = server.login();
    for sql in [
        "SELECT exp(1000::float8)",
        "SELECT 1e200::numeric * 1e200",
        "SELECT n * n FROM t",
        "UPDATE t SET n = n * n",
    ] {
        assert_eq!(refused(&mut client, sql)(b'C'), "22003", "{sql}");
    }
    let infinite = "SELECT exp('Infinity'::float8), '-Infinity'::float8 * 2";
    assert_eq!(ask(&mut client, infinite), "D(Infinity,-Infinity) C(SELECT 1) Z(I)");
}

#[test]
fn expressions_of_execute_may_stand_far_within_a_string() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "PREPARE p(int) AS SELECT $1");
    let sql = format!("/*{}*/ EXECUTE p(1 + 1)", "x".repeat(70_000));
    assert_eq!(ask(&mut client, &sql), "D(2) C(SELECT 1) Z(I)");
}

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

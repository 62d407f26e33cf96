//! Operators of jsonb and of arrays, and aggregates of statistics, as PostgreSQL 18 answers them.

use crate::harness::{File, ask, refused};

fn answers(questions: &[(&str, &str)]) {
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    for (question, answer) in questions {
        assert_eq!(
            ask(&mut client, &format!("SELECT {question}")),
            format!("D({answer}) C(SELECT 1) Z(I)"),
            "{question}"
        );
    }
}

#[test]
fn jsonb_has_names_and_contains_documents() {
    answers(&[
        (
            r#"'{"a":1,"b":null}'::jsonb ? 'b', '{"a":1}'::jsonb ? 'x', '["a"]'::jsonb ? 'a'"#,
            "t,f,t",
        ),
        (r#"'"a"'::jsonb ? 'a', '[["a"]]'::jsonb ? 'a', '[1]'::jsonb ? '1'"#, "t,f,f"),
        (r#"'{"\u0061":1}'::jsonb ? 'a', '{"a":1}'::jsonb ?| '{x,a}'"#, "t,t"),
        (r#"'{"a":1}'::jsonb ?| '{}', '{"a":1}'::jsonb ?& '{}'"#, "f,t"),
        (
            r#"'{"a":1}'::jsonb ?& ARRAY['a'::varchar], '{"a":1}'::jsonb - '{a}'::varchar[] = '{}'"#,
            "t,t",
        ),
        (r#"'{"a":1}'::jsonb ?& '{a,b}', '{"a":1}'::jsonb ?& '{a,null}'"#, "f,t"),
        (r#"'{"a":{"b":[1,2.0,"x"]}}'::jsonb @> '{"a":{"b":["x",2]}}'"#, "t"),
        (r#"'{"a":1}' <@ '{"a":1,"b":2}'::jsonb, '{"a":[1]}'::jsonb @> '{"a":1}'"#, "t,f"),
        (r#"'[1,2]'::jsonb @> '1', '1'::jsonb @> '[1]', '[[1,2]]'::jsonb @> '[1]'"#, "t,f,f"),
        (
            r#"'[[1,2]]'::jsonb @> '[[2]]', '[1,1]'::jsonb @> '[1,1,1]', '{}'::jsonb @> '[]'"#,
            "t,t,f",
        ),
        (r#"('{"a":1}'::jsonb @> NULL) IS NULL, (NULL::jsonb ? 'a') IS NULL"#, "t,t"),
    ]);
}

#[test]
fn jsonb_has_an_order() {
    answers(&[
        (r#"'1.0'::jsonb = '1', '"b"'::jsonb > '"a"', '"ab"'::jsonb > '"b"'"#, "t,t,f"),
        (r#"'[1]'::jsonb > '{}', '[]'::jsonb > '1', '[]'::jsonb > 'null'"#, "f,f,f"),
        (r#"'true'::jsonb > '100', 'true'::jsonb > 'false', '[1,2]'::jsonb > '[3]'"#, "t,t,t"),
        (r#"'{"b":1}'::jsonb > '{"a":2}', '{"a":1}'::jsonb > '{"a":2}'"#, "t,f"),
        (r#"'{"aa":1}'::jsonb > '{"b":2}', '10'::jsonb > '9', '"é"'::jsonb = '"\u00e9"'"#, "f,t,t"),
    ]);
}

#[test]
fn jsonb_is_joined_and_cut() {
    answers(&[
        (r#"('{"b":1,"a":1}'::jsonb || '{"a":{"c":2}}')::text"#, r#"{"a": {"c": 2}, "b": 1}"#),
        (r#"('[1]'::jsonb || '{"a":1}')::text"#, r#"[1, {"a": 1}]"#),
        (r#"('1'::jsonb || '2')::text"#, "[1, 2]"),
        (r#"('{"a":1,"b":2}'::jsonb - 'a')::text"#, r#"{"b": 2}"#),
        (r#"('["a","b","a"]'::jsonb - 'a')::text"#, r#"["b"]"#),
        (r#"('[1,2,3]'::jsonb - -1)::text"#, "[1, 2]"),
        (r#"('[1,2,3]'::jsonb - 7)::text"#, "[1, 2, 3]"),
        (r#"('{"a":1,"b":2,"c":3}'::jsonb - '{a,b}'::text[])::text"#, r#"{"c": 3}"#),
    ]);
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    for (sql, state, message) in [
        (r#"'1'::jsonb - 'a'"#, "22023", "cannot delete from scalar"),
        (r#"'{}'::jsonb - 1"#, "22023", "cannot delete from object using integer index"),
        (r#"'{"a":1}'::json ? 'a'"#, "42883", "operator does not exist: json ? unknown"),
        (r#"'{"a":1}'::jsonb ? 1"#, "42883", "operator does not exist: jsonb ? integer"),
    ] {
        let error = refused(&mut client, &format!("SELECT {sql}"));
        assert_eq!((error(b'C'), error(b'M')), (state.to_owned(), message.to_owned()), "{sql}");
    }
    let deep = format!("SELECT '{}{}'::jsonb @> '1'", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(refused(&mut client, &deep)(b'C'), "54001");
}

#[test]
fn arrays_contain_and_overlap() {
    answers(&[
        ("'{1,2,3}'::int[] @> '{3,1}', '{1}' <@ '{1,2}'::int[], '{1}'::int[] && '{2}'", "t,t,f"),
        ("'{a,null}'::text[] @> '{null}', '{a,null}'::text[] && '{null,b}'", "f,f"),
        ("'{}'::int[] <@ '{1}'::int[], ARRAY['a','b'] @> ARRAY['b']", "t,t"),
        (
            "'ab' LIKE ANY (ARRAY['x%', 'a%']), 'ab' ILIKE ANY ('{A_}'), 'ab' LIKE ANY ('{}')",
            "t,t,f",
        ),
        ("'ab' NOT LIKE ANY (ARRAY['a%', 'x']), 'ab' NOT LIKE ANY (ARRAY['a%'])", "t,f"),
        (
            "'ab' LIKE ALL (ARRAY['a%', '%b']), 'ab' NOT ILIKE ALL ('{A%}'), ('ab' LIKE ANY (ARRAY['x', NULL])) IS NULL",
            "t,f,t",
        ),
        ("('ab' LIKE ANY (NULL::text[])) IS NULL", "t"),
        ("(ARRAY['a','b'])[2], ('{{1,2},{3,4}}'::int[])[2][1], ('[0:1]={7,8}'::int[])[0]", "b,3,7"),
        ("('{1,2}'::int[])[3] IS NULL, ('{{1,2},{3,4}}'::int[])[1] IS NULL", "t,t"),
        (
            "('{1,2,3,4}'::int[])[2:3], ('{1,2,3}'::int[])[:2], ('{1,2}'::int[])[5:]",
            "{2,3},{1,2},{}",
        ),
        ("cardinality('{{1,2},{3,4}}'::int[]), array_length('{{1,2,3}}'::int[], 2)", "4,3"),
        ("array_length('{}'::int[], 1) IS NULL, cardinality('{}'::int[])", "t,0"),
        (r#"('{"a":[{"b":7}]}'::jsonb)['a'][0]['b']"#, "7"),
        ("t.a[1], t.a[2], a[1:1], t.a[2:] FROM (SELECT ARRAY[5, 6] AS a) AS t", "5,6,{5},{6}"),
    ]);
}

#[test]
fn statistics_are_those_of_postgresql() {
    let file = File::new(
        "CREATE TABLE t (a REAL, b DOUBLE PRECISION);
         INSERT INTO t VALUES (1.0, 2.0), (2, 3.5), (4, 4.25), (NULL, 1);",
    );
    let server = file.serve();
    let mut client = server.login();
    for (sql, answer) in [
        (
            "SELECT corr(a, b), covar_pop(a, b), covar_samp(a, b), regr_count(a, b) FROM t",
            "0.9285714285714287,1.0833333333333333,1.625,3",
        ),
        (
            "SELECT regr_r2(a, b), regr_slope(a, b), regr_intercept(a, b), regr_sxx(a, b) FROM t",
            "0.8622448979591838,1.2380952380952381,-1.6904761904761905,2.625",
        ),
        (
            "SELECT stddev(b), variance(b), var_pop(b), stddev_pop(b) FROM t WHERE a IS NOT NULL",
            "1.14564392373896,1.3125,0.875,0.9354143466934853",
        ),
        ("SELECT stddev(a) IS NULL, stddev_pop(a), regr_count(a, a) FROM t WHERE a = 1", "t,0,1"),
        (
            "SELECT var_pop(a) IS NULL, regr_count(a, b), corr(a, b) IS NULL FROM t WHERE false",
            "t,0,t",
        ),
        ("SELECT var_pop(DISTINCT b) FILTER (WHERE b < 3) FROM t", "0.25"),
    ] {
        assert_eq!(ask(&mut client, sql), format!("D({answer}) C(SELECT 1) Z(I)"), "{sql}");
    }
    assert_eq!(ask(&mut client, "SELECT stddev('x'::text)"), "E(ERROR 42883) Z(I)");
}

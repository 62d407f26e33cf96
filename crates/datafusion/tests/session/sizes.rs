//! Values and lists beyond all measure: limits asked from PostgreSQL 18.

use trunkline_core::SqlState;

use crate::harness::{Differences, Harness};

const TOO_LARGE: &str = "requested length too large (54000)";
const BUFFER: &str = "string buffer exceeds maximum allowed length (1073741823 bytes) (54000)";
const MEMORY: &str = "out of memory (53200)";

#[tokio::test]
async fn values_have_a_largest_size() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let big = "replace(repeat('x', 1000000), 'x', repeat('y', 2000))";
    for (sql, words) in [
        ("select length(repeat('x', 2000000000))", TOO_LARGE),
        ("select length(repeat(id::text, 2000000000)) from t", TOO_LARGE),
        ("select length(lpad('a', 1000000000))", TOO_LARGE),
        ("select length(rpad('a', 1000000000, 'b'))", TOO_LARGE),
        ("select length(lpad(name, 300000000)) from t", TOO_LARGE),
        ("select array_repeat(1, 2000000000)", TOO_LARGE),
        ("select format('%2000000000s', 'a')", BUFFER),
        ("select format('%99999999999s', 'a')", "number is out of range (22003)"),
        (&format!("select length({big})"), BUFFER),
    ] {
        let answer = h.try_query(sql, &[], &[]).await;
        let answer = answer.map(|answer| answer.lines()).map_err(|error| error.to_string());
        differences.compare(sql, answer, Err::<(), _>(words));
    }
    differences.none();
}

#[tokio::test]
async fn a_batch_of_values_stays_within_memory() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    for sql in [
        "select length(repeat(s.x::text, 10000000)) from generate_series(1, 100) s(x)",
        "select length(lpad(s.x::text, 10000000)) from generate_series(1, 100) s(x)",
        "select length(rpad(s.x::text, 5000000, 'é')) from generate_series(1, 100) s(x)",
        "select array_length(array_repeat(s.x, 1000000)) from generate_series(1, 100) s(x)",
        "select length(format('%10000000s', s.x)) from generate_series(1, 100) s(x)",
        "select length(replace(repeat('x', 100000), 'x', repeat('y', 100) || s.x::text)) \
         from generate_series(1, 100) s(x)",
        "select length(concat(r, r, r, r, r, r, r, r)) \
         from (select repeat(s.x::text, 1000000) r from generate_series(1, 64) s(x)) q",
    ] {
        let answer = h.try_query(sql, &[], &[]).await;
        let answer = answer.map(|answer| answer.lines()).map_err(|error| error.to_string());
        differences.compare(sql, answer, Err::<(), _>(MEMORY));
    }
    for (sql, line) in [
        ("select length(repeat('x', -1)), lpad('a', -1), repeat('é', 2)", "0||éé"),
        ("select repeat(null, 2), lpad('a', 3), rpad('a', 3, 'xy')", "|  a|axy"),
        (
            "select replace('aaa', 'a', 'bb'), concat('a', null, 'b'), concat(1, 'x')",
            "bbbbbb|ab|1x",
        ),
        (
            "select format('%5s|%-5s|', 'a', 'b'), length(repeat('x', 1000000))",
            "    a|b    ||1000000",
        ),
        (
            "select count(length(repeat(s.x::text, 1000))) from generate_series(1, 30000) s(x)",
            "30000",
        ),
    ] {
        let answer = h.try_query(sql, &[], &[]).await;
        let answer = answer.map(|answer| answer.lines()).map_err(|error| error.to_string());
        differences.compare(sql, answer, Ok::<_, ()>([line]));
    }
    differences.none();
}

#[tokio::test]
async fn select_lists_have_a_most_of_columns() {
    let mut h = Harness::new().await;
    let list = |count: usize| format!("select {}", vec!["1"; count].join(","));
    assert_eq!(h.query(&list(1664)).await.names().len(), 1664);
    let wide = (0..250).map(|n| format!("t t{n}")).collect::<Vec<_>>().join(",");
    let nested = format!("select 1 from ({}) q", list(1665));
    for sql in [list(1665), list(10_000), nested, format!("select * from {wide}")] {
        let error = h.fail(&sql).await;
        assert_eq!(error.to_string(), "target lists can have at most 1664 entries (54011)");
    }
}

/// sqlparser reads some things twice to see what they are: within each other that would be 2^n times.
#[tokio::test]
async fn what_is_within_itself_is_not_read_again_and_again() {
    let mut h = Harness::new().await;
    for (before, after) in [
        ("abs(", ")"),
        ("cast(", " as int)"),
        ("(1 in (", "))::int"),
        ("(array[", "])[1]"),
        ("(not (1 = ", "))::int"),
    ] {
        let sql = format!("select {}1{}", before.repeat(60), after.repeat(60));
        let answer = h.try_query(&sql, &[], &[]).await.map(|answer| answer.lines().len());
        let is_bounded = answer.as_ref().map_or_else(
            |error| error.sqlstate() == SqlState::STATEMENT_TOO_COMPLEX,
            |lines| *lines == 1,
        );
        assert!(is_bounded, "{before}: {answer:?}");
    }
}

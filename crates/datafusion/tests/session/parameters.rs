//! Parameters: types fixed at Parse, values taken at Bind.

use trunkline_core::Oid;

use crate::harness::{Answer, Differences, Harness};

#[tokio::test]
async fn types_are_inferred_from_the_statement() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[Oid])] = &[
        ("select * from t where id = $1", &[Oid::INT4]),
        ("select * from t where big > $1 and name = $2", &[Oid::INT8, Oid::TEXT]),
        ("select * from t where id in ($1, $2)", &[Oid::INT4, Oid::INT4]),
        ("select * from t where day between $1 and $2", &[Oid::DATE, Oid::DATE]),
        ("select * from t where price < $1", &[Oid::NUMERIC]),
        ("select * from t limit $1 offset $2", &[Oid::INT8, Oid::INT8]),
        ("select $1", &[Oid::TEXT]),
        ("select $1::int, cast($2 as date)", &[Oid::INT4, Oid::DATE]),
        ("select $1 + interval '1 day'", &[Oid::TIMESTAMP]),
        ("select at + $1, at - $2 from t", &[Oid::INTERVAL, Oid::TIMESTAMP]),
        ("select id from t where at > $1 + interval '1 day'", &[Oid::TIMESTAMP]),
        ("select id + $1 from t", &[Oid::INT4]),
        ("select abs($1)", &[Oid::FLOAT8]),
        ("select upper($1), $1 || 'x'", &[Oid::TEXT]),
        ("select 1", &[]),
    ];
    for (sql, types) in cases {
        let prepared = h.prepare(sql, &[]).await;
        let found = prepared.as_ref().map(|prepared| &*prepared.parameters);
        differences.compare(sql, found, Ok::<_, ()>(*types));
    }
    differences.none();
}

#[tokio::test]
async fn declared_types_are_kept() {
    let mut h = Harness::new().await;
    let prepared = h.prepare("select $1, $2", &[Oid::INT4, Oid(0), Oid::BOOL]).await.unwrap();
    assert_eq!(*prepared.parameters, [Oid::INT4, Oid::TEXT, Oid::BOOL]);
    let answer = h.try_query("select $1, $2", &[Oid::INT8, Oid::DATE], &[Some("5"), None]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.types(), [Oid::INT8, Oid::DATE]);
    assert_eq!(answer.lines(), ["5|"]);
    assert_eq!(
        h.try_query("select id from t where id = $1", &[Oid::INT8], &[Some("3")])
            .await
            .unwrap()
            .lines(),
        ["3"]
    );
}

#[tokio::test]
async fn values_are_bound() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    type Case<'a> = (&'a str, &'a [Option<&'a str>], &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        ("select id from t where id >= $1 order by id", &[Some("2")], &["2", "3"]),
        ("select id from t where name = $1", &[Some("ann")], &["1"]),
        ("select id from t where name = $1", &[None], &[]),
        ("select id from t where price < $1", &[Some("-0.049")], &["3"]),
        ("select id from t where price = $1", &[Some("1.5")], &["1"]),
        ("select id from t where price = $1", &[Some("1.501")], &[]),
        ("select id from t where day = $1", &[Some("2024-01-01")], &["3"]),
        ("select id from t where at > $1", &[Some("2024-01-01 12:00")], &["3"]),
        ("select id from t order by id limit $1 offset $2", &[Some("1"), Some("1")], &["2"]),
        ("select $1 + interval '1 day'", &[Some("2024-02-28")], &["2024-02-29 00:00:00"]),
        ("select $1::int + 1", &[Some("41")], &["42"]),
        ("select abs($1)", &[Some("-2")], &["2"]),
        ("select $2, $1", &[Some("a"), Some("b")], &["b|a"]),
        ("select id from t where ok = $1", &[Some("t")], &["1"]),
        ("select id from t where id = any($1)", &[Some("{1,3}")], &["1", "3"]),
        ("select round(price, $1) > 1 from t where id = 1", &[Some("1")], &["t"]),
    ];
    for (sql, values, lines) in cases {
        let answer = h.try_query(sql, &[], values).await;
        differences.compare(sql, answer.as_ref().map(Answer::lines), Ok::<_, ()>(*lines));
    }
    differences.none();
}

#[tokio::test]
async fn a_statement_runs_again_with_other_values() {
    let mut h = Harness::new().await;
    for (value, line) in [("1", "ann"), ("3", "Cid")] {
        let sql = "select name from t where id = $1";
        assert_eq!(h.with(sql, &[Some(value)]).await.lines(), [line]);
    }
}

#[tokio::test]
async fn wrong_values_are_refused() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &str, &str)] = &[
        (
            "select * from t where id = $1",
            "x",
            "invalid input syntax for type integer: \"x\" (22P02)",
        ),
        (
            "select * from t where id = $1",
            "3000000000",
            "value \"3000000000\" is out of range for type integer (22003)",
        ),
        (
            "select * from t where day = $1",
            "x",
            "invalid input syntax for type date: \"x\" (22007)",
        ),
    ];
    for (sql, value, message) in cases {
        let answer = h.try_query(sql, &[], &[Some(value)]).await;
        differences.compare(sql, answer.map_err(|error| error.to_string()), Err::<(), _>(message));
    }
    differences.none();
    let error = h.prepare("select $0", &[]).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no parameter $0 (42P02)");
}

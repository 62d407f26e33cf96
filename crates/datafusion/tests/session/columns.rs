//! The names and types of columns: expectations were asked from PostgreSQL 18.

use trunkline_core::Oid;

use crate::harness::{Answer, Differences, Harness};

#[tokio::test]
async fn columns_are_named_as_postgresql_names_them() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[&str])] = &[
        ("select 1", &["?column?"]),
        ("select 1, 2, 'x'", &["?column?", "?column?", "?column?"]),
        ("select count(*), sum(id), max(name) from t", &["count", "sum", "max"]),
        ("select id + 1 from t", &["?column?"]),
        ("select '1'::int, cast('2' as bigint), 1.5::float8", &["int4", "int8", "float8"]),
        ("select id::text, t.id::int8 from t", &["id", "id"]),
        ("select now()::date", &["now"]),
        ("select case when id = 1 then 'a' else 'b' end from t", &["case"]),
        ("select case when id = 1 then 'a' else name end from t", &["name"]),
        ("select coalesce(name, 'x'), upper(name) from t", &["coalesce", "upper"]),
        ("select id, id from t", &["id", "id"]),
        ("select *, id from (select id, name from t) s", &["id", "name", "id"]),
        ("select id as a, name as A, price \"A\" from t", &["a", "a", "A"]),
        ("select (select 5 as five), array[1,2]", &["five", "array"]),
        ("select extract(year from at), date_trunc('day', at) from t", &["extract", "date_trunc"]),
        ("select date '2024-01-01', interval '1 day'", &["date", "interval"]),
        ("select current_date, current_timestamp", &["current_date", "current_timestamp"]),
        ("select trim(name), substring(name from 1 for 2) from t", &["btrim", "substring"]),
        ("select count from (select count(*) from t) s", &["count"]),
        ("values (1, 2)", &["column1", "column2"]),
        ("select -id, not ok from t", &["?column?", "?column?"]),
    ];
    for (sql, names) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::names), Ok::<_, ()>(*names));
    }
    differences.none();
}

#[tokio::test]
async fn literals_have_the_types_that_postgresql_gives_them() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[Oid])] = &[
        (
            "select 1, 3000000000, 1.5, 'x', true",
            &[Oid::INT4, Oid::INT8, Oid::NUMERIC, Oid::TEXT, Oid::BOOL],
        ),
        ("select -1, 1 + 1, id * 2, big + 1 from t", &[Oid::INT4, Oid::INT4, Oid::INT4, Oid::INT8]),
        ("select 7 / 2, ratio * 2 from t", &[Oid::INT4, Oid::FLOAT8]),
        ("select case when ok then 1 else 0 end from t", &[Oid::INT4]),
        ("select count(*), sum(id), min(id) from t", &[Oid::INT8, Oid::INT8, Oid::INT4]),
        ("values (1), (2)", &[Oid::INT4]),
        ("select name, rank() over (order by price) from t order by id", &[Oid::TEXT, Oid::INT8]),
        ("select rank() over (order by id), row_number() over () from t", &[Oid::INT8, Oid::INT8]),
        (
            "select r + 1 from (select rank() over (order by id) r from t) s where r > 1",
            &[Oid::INT8],
        ),
        ("select null", &[Oid::TEXT]),
        ("select now(), current_date", &[Oid::TIMESTAMPTZ, Oid::DATE]),
    ];
    for (sql, types) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::types), Ok::<_, ()>(*types));
    }
    differences.none();
}

#[tokio::test]
async fn numbers_in_clauses_keep_their_meaning() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[&str])] = &[
        ("select id from t order by 1 desc limit 1", &["3"]),
        ("select id % 2, count(*) from t group by 1 order by 1", &["0|1", "1|2"]),
        ("select id % 2, count(*) from t group by id % 2 order by id % 2", &["0|1", "1|2"]),
        (
            "select id + 1 as n from t group by id + 1 having count(*) > 0 order by n",
            &["2", "3", "4"],
        ),
        ("select name from t where id in (1, 3) order by name", &["Cid", "ann"]),
        ("select * from generate_series(1, 3)", &["1", "2", "3"]),
        ("select 7 / 2, 7 % 2, -7 / 2", &["3|1|-3"]),
        ("select round(2.567::float8, 2), substr('hello', 2, 3)", &["2.57|ell"]),
        ("select 0.1 + 0.2", &["0.3"]),
        ("select 'a' || 'b' || 1", &["ab1"]),
        ("select name from t where name ilike 'C%'", &["Cid"]),
        ("select name from t where name ~ '^a'", &["ann"]),
        (
            "select max(id) over (), row_number() over (order by id) from t order by 2 limit 1",
            &["3|1"],
        ),
    ];
    for (sql, lines) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::lines), Ok::<_, ()>(*lines));
    }
    differences.none();
}

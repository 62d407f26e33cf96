//! Where PostgreSQL and DataFusion read the same words otherwise: asked from PostgreSQL 18.

use trunkline_core::Oid;

use crate::harness::{Answer, Differences, Harness};

#[tokio::test]
async fn statements_mean_what_postgresql_means() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[&str])] = &[
        ("select 1.7::int, 2.5::int, 3.5::int, -2.5::int, 2.5::float8::int", &["2|3|4|-3|2"]),
        ("select price::int, ratio::int from t where id = 1", &["2|0"]),
        (
            "select at::text, ok::text, ratio::text from t where id = 1",
            &["2024-01-01 00:00:00|true|0.5"],
        ),
        (
            "select '2024-01-01 10:00'::timestamp, '20240229'::date",
            &["2024-01-01 10:00:00|2024-02-29"],
        ),
        ("select '2024-01-01 10:00+02'::timestamptz", &["2024-01-01 08:00:00+00"]),
        ("select '0001-01-01'::timestamp", &["0001-01-01 00:00:00"]),
        ("select id from t where at > '2024-01-01 10:00'", &["3"]),
        (
            "select '{1,2}'::int[], '\\x6162'::bytea, ' 7 '::int, 'yes'::bool",
            &["{1,2}|\\x6162|7|t"],
        ),
        (
            "select day + 1, day - 1, 1 + day from t where id = 1",
            &["1970-01-02|1969-12-31|1970-01-02"],
        ),
        ("select date '2024-03-01' - date '2024-02-01'", &["29"]),
        ("select '5' + 1, 10 / '2'", &["6|5"]),
        ("select 'abc'::varchar(2), 'abc'::char(5)", &["ab|abc  "]),
        ("select name similar to 'a%', name similar to 'a' from t where id = 1", &["t|f"]),
        ("select name similar to '(a|b)nn', 'a.c' similar to 'abc' from t where id = 1", &["t|f"]),
        (
            "select round(2.567, 2), round(price, 1), round(2.5) from t where id = 1",
            &["2.57|1.5|3"],
        ),
        ("select id from t order by id desc fetch first 2 rows only", &["3", "2"]),
        ("select generate_series(1, 3)", &["1", "2", "3"]),
        ("select 'a' collate \"C\" < 'b'", &["t"]),
        ("select sign(-2.0::float8), every(ok) from t", &["-1|f"]),
        ("select localtimestamp is not null, gen_random_uuid() is not null", &["t|t"]),
        (
            "select to_char(at, 'YYYY-MM-DD HH24:MI'), to_char(day, 'FMDD Mon YY') from t where id = 3",
            &["2024-01-02 00:00|1 Jan 24"],
        ),
        ("select to_date('02.01.2024', 'DD.MM.YYYY')", &["2024-01-02"]),
        ("select id from t where id = some (select id from t where ok)", &["1"]),
        (
            "select id from t where id = any (select id from t where id > 1) order by id",
            &["2", "3"],
        ),
        ("select id from t where id <> all (select id from t where id > 1)", &["1"]),
        ("select 1e21::float8, 0.1::float8, round(100.0 / 3, 2)", &["1e+21|0.1|33.33"]),
        (
            "select round(100.0 * id / sum(id) over (), 1) from t order by id",
            &["16.7", "33.3", "50.0"],
        ),
        ("select sum(x) from (values (9223372036854775807), (1)) v(x)", &["9223372036854775808"]),
        ("select sum(big), sum(id) from t where id > 1", &["30|5"]),
        ("select 0x1F, 0b101, 0o17, 1_000", &["31|5|15|1000"]),
        ("select round(0.5::float8), round(1.5::float8), round(2.5::float8)", &["0|2|2"]),
        ("select extract(second from timestamp '2024-01-01 10:00:12.5')", &["12.500000"]),
        ("select timestamp '2024-01-02 03:04:05' - timestamp '2024-01-01'", &["1 day 03:04:05"]),
        ("select at - at, now() - now() from t where id = 1", &["00:00:00|00:00:00"]),
        ("select null::float8 / 0, ratio / 2 from t where id = 1", &["|0.25"]),
    ];
    for (sql, lines) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::lines), Ok::<_, ()>(*lines));
    }
    differences.none();
}

#[tokio::test]
async fn moments_become_text_in_the_style_of_the_session() {
    let mut h = Harness::new().await;
    h.client.settings().set("DateStyle", "German", false).unwrap();
    let answer = h.query("select at::text, 'at ' || at from t where id = 1").await;
    assert_eq!(answer.lines(), ["01.01.2024 00:00:00|at 01.01.2024 00:00:00"]);
    assert_eq!(answer.types(), [Oid::TEXT, Oid::TEXT]);
    h.client.settings().set("TimeZone", "Europe/Berlin", false).unwrap();
    let answer = h.query("select '2024-06-01 00:00'::timestamptz at time zone 'UTC' is null").await;
    assert_eq!(answer.lines(), ["f"]);
    let answer = h.query("select '2024-06-01 00:00'::timestamptz").await;
    assert_eq!(answer.lines(), ["01.06.2024 00:00:00 CEST"]);
}

//! Everyday statements without tables; the answers are PostgreSQL 18's own.

use trunkline_core::Oid;

use crate::harness::{Answer, Differences, Harness};

type Case = (&'static str, &'static [Oid], &'static [&'static str]);

async fn compare(cases: &[Case]) {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    for (sql, types, lines) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        let found = answer.as_ref().map(|answer| (answer.types(), Answer::lines(answer)));
        differences.compare(sql, found, Ok::<_, ()>((types.to_vec(), lines.to_vec())));
    }
    differences.none();
}

#[tokio::test]
async fn numbers_are_computed_as_in_postgresql() {
    compare(&[
        ("select avg(x), sum(x), avg(x) * 2, avg(x) / 3, round(avg(x), 2) from (values (1), (2), (4)) v(x)", &[Oid::NUMERIC, Oid::INT8, Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC], &["2.3333333333333333|7|4.6666666666666666|0.77777777777777776667|2.33"]),
        ("select avg(x), max(x) from (values (1.50), (2.25), (null)) v(x)", &[Oid::NUMERIC, Oid::NUMERIC], &["1.8750000000000000|2.25"]),
        ("select avg(x) from (values (0), (0)) v(x)", &[Oid::NUMERIC], &["0.00000000000000000000"]),
        ("select avg(x), sum(x) from (values (1)) v(x) where x > 1", &[Oid::NUMERIC, Oid::INT8], &["|"]),
        ("select avg(x::float8) from (values (1), (2)) v(x)", &[Oid::FLOAT8], &["1.5"]),
        ("select x, avg(x) over (order by x), count(*) over () from (values (1), (2)) v(x) order by x", &[Oid::INT4, Oid::NUMERIC, Oid::INT8], &["1|1.00000000000000000000|2", "2|1.5000000000000000|2"]),
        ("select 7.0 / 2, 1 / 3.0, 2 / 2.0, 100.0 / 3, 7 / 2, 123457 / 10.0", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::INT4, Oid::NUMERIC], &["3.5000000000000000|0.33333333333333333333|1.00000000000000000000|33.3333333333333333|3|12345.700000000000"]),
        ("select '1.5'::numeric, '1.50'::numeric, 2::numeric, 0.1::float8::numeric, 10::numeric / 4", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC], &["1.5|1.50|2|0.1|2.5000000000000000"]),
        ("select round(1.5::float8::numeric, 3), round(5), round(2.567::numeric, 1), round(1234.5, -2)", &[Oid::NUMERIC, Oid::FLOAT8, Oid::NUMERIC, Oid::NUMERIC], &["1.500|5|2.6|1200"]),
        ("select ceil(1.2), floor(-1.2), trunc(1.99), trunc(1.999, 2), ceil(1.2::float8)", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC, Oid::FLOAT8], &["2|-2|1|1.99|2"]),
        ("select mod(-7, 3), mod(7.5, 2), div(-7.5, 2), @ -5, |/ 25.0, ~5", &[Oid::INT4, Oid::NUMERIC, Oid::NUMERIC, Oid::INT4, Oid::FLOAT8, Oid::INT4], &["-1|1.5|-3|5|5|-6"]),
        ("select 1.50::text, 'f' || 1.50, 'b' || true, concat('a', 1, null, true, 2.50)", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["1.50|f1.50|btrue|a1t2.50"]),
        ("select to_number('1,234.50', '9,999.99'), width_bucket(5.35, 0.024, 10.06, 5), scale(1.50)", &[Oid::NUMERIC, Oid::INT4, Oid::INT4], &["1234.50|3|2"]),
    ])
    .await;
}

#[tokio::test]
async fn dates_are_computed_as_in_postgresql() {
    compare(&[
        ("select date '2024-01-31' + interval '1 month', date '2024-01-31' - interval '1 day', date '2024-01-01' + time '10:30'", &[Oid::TIMESTAMP, Oid::TIMESTAMP, Oid::TIMESTAMP], &["2024-02-29 00:00:00|2024-01-30 00:00:00|2024-01-01 10:30:00"]),
        ("select interval '1 day' * 2, 3 * interval '2 hours', interval '1 hour' / 2, interval '1 mon' / 4, interval '1' day", &[Oid::INTERVAL, Oid::INTERVAL, Oid::INTERVAL, Oid::INTERVAL, Oid::INTERVAL], &["2 days|06:00:00|00:30:00|7 days 12:00:00|1 day"]),
        ("select extract(year from date '2024-02-29'), extract(epoch from date '2024-02-29'), extract(second from timestamp '2024-02-29 12:34:56.789')", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC], &["2024|1709164800|56.789000"]),
        ("select extract(epoch from timestamptz '2024-02-29 12:34:56.5+00'), extract(milliseconds from time '12:34:56.7'), extract(week from date '2024-12-30')", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC], &["1709210096.500000|56700.000|1"]),
        ("select extract(epoch from interval '1 year 1 day'), extract(hour from interval '26 hours'), date_part('dow', date '2024-02-29')", &[Oid::NUMERIC, Oid::NUMERIC, Oid::FLOAT8], &["31644000.000000|26|4"]),
        ("select extract(century from date '2000-12-31'), extract(decade from date '2024-02-29'), extract(julian from date '2024-02-29')", &[Oid::NUMERIC, Oid::NUMERIC, Oid::NUMERIC], &["20|202|2460370"]),
        ("select date_trunc('month', date '2024-02-29'), date_trunc('week', timestamp '2024-02-29 12:34'), date_trunc('day', interval '3 days 14:00')", &[Oid::TIMESTAMPTZ, Oid::TIMESTAMP, Oid::INTERVAL], &["2024-02-01 00:00:00+00|2024-02-26 00:00:00|3 days"]),
        ("select date_trunc('day', timestamptz '2024-02-29 12:34:56+00', 'Europe/Berlin'), date_trunc('century', timestamp '2024-02-29')", &[Oid::TIMESTAMPTZ, Oid::TIMESTAMP], &["2024-02-28 23:00:00+00|2001-01-01 00:00:00"]),
        ("select timestamp '2024-02-29 12:00' at time zone 'Europe/Berlin', timestamptz '2024-07-01 12:00+00' at time zone 'America/New_York'", &[Oid::TIMESTAMPTZ, Oid::TIMESTAMP], &["2024-02-29 11:00:00+00|2024-07-01 08:00:00"]),
        ("select age(timestamp '2024-03-01', timestamp '2023-01-31'), age(date '2024-02-29', date '2000-05-15'), age(timestamp '2024-01-01', timestamp '2024-03-01 12:00')", &[Oid::INTERVAL, Oid::INTERVAL, Oid::INTERVAL], &["1 year 1 mon 1 day|23 years 9 mons 14 days|-2 mons -12:00:00"]),
        ("select justify_days(interval '40 days'), justify_hours(interval '30 hours'), justify_interval(interval '1 mon -1 hour')", &[Oid::INTERVAL, Oid::INTERVAL, Oid::INTERVAL], &["1 mon 10 days|1 day 06:00:00|29 days 23:00:00"]),
        ("select d::date from generate_series(date '2024-01-30', date '2024-02-01', interval '1 day') d", &[Oid::DATE], &["2024-01-30", "2024-01-31", "2024-02-01"]),
        ("select generate_series('2024-01-01'::timestamp, '2024-01-01 12:00', '12 hours') as at", &[Oid::TIMESTAMP], &["2024-01-01 00:00:00", "2024-01-01 12:00:00"]),
        ("select g, g * g from generate_series(1, 2) as g", &[Oid::INT4, Oid::INT4], &["1|1", "2|4"]),
    ])
    .await;
}

#[tokio::test]
async fn values_are_printed_by_templates_as_in_postgresql() {
    compare(&[
        ("select to_char(timestamp '2024-02-09 15:04:05.678', 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(timestamp '2024-02-09 15:04:05', 'FMDay, FMDD FMMonth YYYY')", &[Oid::TEXT, Oid::TEXT], &["2024-02-09 15:04:05.678|Friday, 9 February 2024"]),
        ("select to_char(timestamp '2024-02-09', 'Month|DAY|day'), to_char(timestamp '2024-02-09', 'MON mon Mon DY dy')", &[Oid::TEXT, Oid::TEXT], &["February |FRIDAY   |friday   |FEB feb Feb FRI fri"]),
        ("select to_char(timestamp '2024-02-09', 'Q IW WW W D ID DDD J CC'), to_char(timestamp '2024-02-09', 'DDth FMDDth \"of\" MONTH')", &[Oid::TEXT, Oid::TEXT], &["1 06 06 2 6 5 040 2460350 21|09th 9th of FEBRUARY "]),
        ("select to_char(timestamptz '2024-02-29 00:00+00', 'HH12:MI am TZ OF'), to_char(interval '26 hours 5 minutes', 'HH24:MI:SS')", &[Oid::TEXT, Oid::TEXT], &["12:00 am UTC +00|26:05:00"]),
        ("select to_char(1234.5, 'FM9,999.00'), to_char(1234567.891, '9,999,999.99'), to_char(5, '000'), to_char(0.5, '0.00')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["1,234.50| 1,234,567.89| 005| 0.50"]),
        ("select to_char(-12, '99'), to_char(12.5, 'FM999990.0'), to_char(42, 'FM00000'), to_char(123, '99'), to_char(-5, '9MI')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["-12|12.5|00042| ##|5-"]),
        ("select to_char(0.1, '99.99'), to_char(-0.1, 'FM90.99'), to_char(1234, '9G999D00'), to_char(-7, '99PR'), to_char(7, 'S99')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["   .10|-0.1| 1,234.00| <7>| +7"]),
        ("select to_char(0, '9999'), to_char(0.0, '9.9'), to_char(12345.678::float8, 'FM999,999.00'), to_char(5, 'FM99.99')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["    0|  .0|12,345.68|5."]),
        ("select to_char(485, 'RN'), to_char(0.1::float8, '9.9EEEE'), to_char(5, '9th'), to_char(12, '99V9'), to_char(date '2024-02-09', 'TZ OF J')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["        CDLXXXV| 1.0e-01| 5th| 120|UTC +00 2460350"]),
    ])
    .await;
}

#[tokio::test]
async fn texts_and_arrays_are_as_in_postgresql() {
    compare(&[
        ("select format('%s is %s', 'a', 1), format('%I.%L', 'my table', 'it''s'), format('%2$s %1$s', 'a', 'b'), format('%5s|%-5s|', 'a', 'b')", &[Oid::TEXT, Oid::TEXT, Oid::TEXT, Oid::TEXT], &["a is 1|\"my table\".'it''s'|b a|    a|b    |"]),
        ("select quote_literal('it''s'), quote_ident('My Table'), quote_nullable(null)", &[Oid::TEXT, Oid::TEXT, Oid::TEXT], &["'it''s'|\"My Table\"|NULL"]),
        ("select 'a%c' like 'a!%c' escape '!', 'abc' like 'a!%' escape '!', 'a\\c' like 'a\\c' escape '!'", &[Oid::BOOL, Oid::BOOL, Oid::BOOL], &["t|f|t"]),
        ("select 'abc'::varchar, 'abc'::varchar(2), 'abc'::char(5), 'ab'::char(5)::text, length('abc'::bytea)", &[Oid::VARCHAR, Oid::VARCHAR, Oid::BPCHAR, Oid::TEXT, Oid::INT4], &["abc|ab|abc  |ab|3"]),
        ("select regexp_split_to_array('a, b,c', ',\\s*'), regexp_substr('foobar', 'o.'), substring('foobar' from 'o(.)b')", &[Oid::TEXT_ARRAY, Oid::TEXT, Oid::TEXT], &["{a,b,c}|oo|o"]),
        ("select array_agg(distinct x) from (values (2), (1), (2)) v(x)", &[Oid::INT4_ARRAY], &["{1,2}"]),
        ("select array(select x from (values (2), (1)) v(x) order by x), array[1, 2] && array[2, 3], 2 = any ('{1,2}')", &[Oid::INT4_ARRAY, Oid::BOOL, Oid::BOOL], &["{1,2}|t|t"]),
        ("select exists (select 1 where false), not exists (select 1 where false)", &[Oid::BOOL, Oid::BOOL], &["f|t"]),
        ("select '1' union all select 2 order by 1", &[Oid::INT4], &["1", "2"]),
        ("select current_schema, current_user = session_user", &[Oid::NAME, Oid::BOOL], &["public|t"]),
    ])
    .await;
}

#[tokio::test]
async fn mistakes_are_told_as_in_postgresql() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("select 'x'::int", "22P02", "invalid input syntax for type integer: \"x\"", Some("8")),
        ("select 1.0 / 0", "22012", "division by zero", None),
        ("select ln(0)", "2201E", "cannot take logarithm of zero", None),
        ("select sqrt(-1)", "2201F", "cannot take square root of a negative number", None),
        ("select power(0, -1)", "2201F", "zero raised to a negative power is undefined", None),
        (
            "select '2024-02-30'::date",
            "22008",
            "date/time field value out of range: \"2024-02-30\"",
            Some("8"),
        ),
        (
            "select extract(hour from date '2024-02-29')",
            "0A000",
            "unit \"hour\" not supported for type date",
            None,
        ),
        (
            "select extract(fortnight from date '2024-02-29')",
            "22023",
            "unit \"fortnight\" not recognized for type date",
            None,
        ),
        (
            "select date_trunc('fortnight', timestamp '2024-02-29')",
            "22023",
            "unit \"fortnight\" not recognized for type timestamp without time zone",
            None,
        ),
        (
            "select timestamp '2024-02-29' at time zone 'Nowhere/Land'",
            "22023",
            "time zone \"Nowhere/Land\" not recognized",
            None,
        ),
        ("select 1::nosuchtype", "42704", "type \"nosuchtype\" does not exist", Some("11")),
        ("select avg('x'::text)", "42883", "function avg(text) does not exist", Some("8")),
        (
            "select 1 union select 'a'",
            "22P02",
            "invalid input syntax for type integer: \"a\"",
            Some("23"),
        ),
        ("select exp(1000::float8)", "22003", "value out of range: overflow", None),
    ];
    for (sql, code, words, place) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        let answer =
            answer.map_err(|error| (error.to_string(), error.get(b'P').map(str::to_owned)));
        differences.compare(sql, answer, Err::<(), _>((format!("{words} ({code})"), *place)));
    }
    differences.none();
}

#[tokio::test]
async fn explain_is_one_column_of_lines() {
    let mut h = Harness::new().await;
    for sql in ["explain select id from t order by id", "explain analyze select id from t"] {
        let answer = h.query(sql).await;
        assert_eq!(answer.columns, [("QUERY PLAN".to_owned(), Oid::TEXT)]);
        assert!(answer.lines().iter().all(|line| !line.contains('\n')), "{answer:?}");
        assert!(answer.lines().concat().contains("Exec"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_zone_of_the_session_tells_days_and_hours() {
    let mut h = Harness::new().await;
    h.client.settings().set("TimeZone", "Europe/Berlin", false).unwrap();
    let sql = "select extract(hour from timestamptz '2024-07-01 12:00+00'), \
               date_trunc('day', timestamptz '2024-07-01 23:00+00'), \
               to_char(timestamptz '2024-07-01 12:00+00', 'HH24 TZ')";
    assert_eq!(h.query(sql).await.lines(), ["14|2024-07-02 00:00:00+02|14 CEST"]);
}

#[tokio::test]
async fn casts_between_moments_are_made_in_the_zone_of_the_session() {
    let mut h = Harness::new().await;
    h.client.settings().set("TimeZone", "Europe/Berlin", false).unwrap();
    let from = "(values (timestamptz '2024-07-01 23:00+00', date '2024-07-02', \
                timestamp '2024-01-01')) as s(v, d, t)";
    let sql = format!(
        "select v::date, v::time, v::timestamp, d::timestamptz, t::timestamptz, v - t, v >= d, \
         v::timestamp - t from {from}"
    );
    let line = "2024-07-02|01:00:00|2024-07-02 01:00:00|2024-07-02 00:00:00+02|\
                2024-01-01 00:00:00+01|183 days|t|183 days 01:00:00";
    assert_eq!(h.query(&sql).await.lines(), [line]);
    let sql = format!(
        "select current_date = now()::date, count(*) from {from} where v::date = '2024-07-02'"
    );
    assert_eq!(h.query(&sql).await.lines(), ["t|1"]);
}

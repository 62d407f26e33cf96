//! Where values of two types meet: asked from PostgreSQL 18.

use crate::harness::{Answer, Differences, Harness};

async fn compare(h: &mut Harness, cases: &[(&str, &[&str])]) {
    let mut differences = Differences::default();
    for (sql, lines) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::lines), Ok::<_, ()>(*lines));
    }
    differences.none();
}

#[tokio::test]
async fn floats_meet_numbers_as_floats() {
    compare(&mut Harness::new().await, &[
        ("select x from (values (625000.5::float8), (1e-20::float8), ('NaN'::float8), (1e308::float8)) v(x) where x = 625000.5", &["625000.5"]),
        ("select x > 0.0, x > 0.5, x < 0.5, x <> 0.1 from (values (1e-20::float8), ('NaN'::float8), (1e308::float8)) v(x)", &["t|f|t|t", "t|t|f|t", "t|t|f|t"]),
        ("select x = 0.30000000000000004, x = 0.3, 0.30000000000000004 = x from (values (0.30000000000000004::float8)) v(x)", &["t|f|t"]),
        ("select x in (0.1, 625000.5), x not in (0.25), x between 0.5 and 625000.5 from (values (625000.5::float8), (1e300::float8)) v(x)", &["t|t|t", "f|t|f"]),
        ("select ratio = 0.5, ratio in (0.5, 0.25), ratio between 0.49 and 0.51, case ratio when 0.5 then 'half' else 'other' end from t order by id", &["t|t|t|half", "|||other", "f|f|f|other"]),
        ("select ratio * 0.1, ratio + 0.1, ratio - 0.25, 0.5 / ratio from t where id = 1", &["0.05|0.6|0.25|1"]),
        ("select coalesce(ratio, 0.1), nullif(ratio, 0.5), greatest(ratio, 0.75), least(ratio, 1e300) from t order by id", &["0.5||0.75|0.5", "0.1||0.75|1e+300", "1.5|1.5|1.5|1.5"]),
        ("select case when ok then ratio else 0.1 end from t order by id", &["0.5", "0.1", "0.1"]),
        ("select array[ratio, 0.1] from t where id = 1", &["{0.5,0.1}"]),
        ("select id from t where ratio > 0.5 and ratio < 2.0 order by id", &["3"]),
        ("select id from t where ratio = price or ratio > price order by id", &["3"]),
        ("select x from (select ratio as x from t where id = 1 union all select 1e300 union all select 0.1) u order by x", &["0.1", "0.5", "1e+300"]),
        ("select x from (values (1e300::float8), (0.1), (2.5)) v(x) order by x", &["0.1", "2.5", "1e+300"]),
        ("select id from t where ratio in (select 0.5) or ratio = (select 1.5) order by id", &["1", "3"]),
        ("select x::float4 = 0.1, x::float4 = 0.1::float4, x::float4 = 0.5, x::float4 * 2.0 from (values (0.1::float8)) v(x)", &["f|t|f|0.20000000298023224"]),
        ("select sum(ratio) > 1.5, avg(ratio) * 0.1 from t", &["t|0.1"]),
        ("select a.id from t a join t b on a.ratio = b.price order by 1", &["3"]),
        ("select x = -0.5, -x = 0.5 from (values (-0.5::float8)) v(x)", &["t|t"]),
        ("select id from t where ratio = any (array[0.1, 0.5]) or ratio <> all (array[1.5, 0.5])", &["1"]),
        ("select ratio * 0.1 as x, count(*) from t where ratio > 0.1 group by ratio * 0.1 having sum(ratio) > 0.1 order by ratio * 0.1", &["0.05|1", "0.15000000000000002|1"]),
        ("with c as (select case when id = 1 then ratio else 0.3 end as x from t) select distinct x, x = 0.3 from c order by x", &["0.3|t", "0.5|f"]),
        ("select t.id, u.x from t join (values (0.5, 'a'), (1.5, 'b')) u(ratio, x) using (ratio) order by id", &["1|a", "3|b"]),
        ("select id from t o where exists (select 1 from t i where i.ratio = o.ratio + 1.0) or ratio > all (array[1.0])", &["1", "3"]),
        ("select 0.1::float8 + 0.2 = 0.3, 0.1 + 0.2 = 0.3, 1.5::float8 = 3 / 2.0, 12345678.901234567::float8 = 12345678.901234567", &["f|t|t|t"]),
        ("select sum(case when ratio > 0.7 then ratio end), max(coalesce(ratio, 0.1)), lag(ratio, 1, 0.1) over (order by id) is null from t group by ratio, id order by id", &["|0.5|f", "|0.1|f", "1.5|1.5|t"]),
    ])
    .await;
}

#[tokio::test]
async fn numbers_with_exponents_are_numbers() {
    compare(&mut Harness::new().await, &[
        ("select round(1e20), 1e15 / 3, 15e2 / 7, to_char(1e5, '999999'), 1e3, 1.5e3, 1E-3, 1.25e1, -1e3", &["100000000000000000000|333333333333333.3333|214.2857142857142857| 100000|1000|1500|0.001|12.5|-1000"]),
        ("select avg(x), sum(x) from (values (1e3), (2e3)) v(x)", &["1500.0000000000000000|3000"]),
        ("select 1e2 + 1, 1e2::int, 1e2::float8, 1e21::float8, 1e308::float8, trunc(1.239e2, 1), 1e5::text, 2.50e1", &["101|100|100|1e+21|1e+308|123.9|100000|25.0"]),
        ("select 1e-10, 1.5e-3 * 2, 1e10 * 1e10, mod(1e3, 7), abs(-1e4), ceil(1e2), 1e0", &["0.0000000001|0.0030|100000000000000000000|6|10000|100|1"]),
        ("select x from (values (1e300::float8)) v(x) where x > 1e299 and x < 1e301", &["1e+300"]),
        ("select 1e3 in (1000, 2), array[1e2, 25e1], -1e-3, 2e0 * 2, 1_0e1, +1e2", &["t|{100,250}|-0.001|4|100|100"]),
    ])
    .await;
}

#[tokio::test]
async fn dates_meet_timestamps_at_any_distance() {
    compare(&mut Harness::new().await, &[
        ("select d < timestamp '2020-01-01', d > timestamp '2020-01-01' from (values (date '2019-12-31'), (date '9999-12-31'), (date '0001-01-01')) v(d)", &["t|f", "f|t", "t|f"]),
        ("select date '9999-12-31' > now(), date '1500-01-01' < now(), now() < date '9999-12-31', timestamptz '9999-12-31' > now()", &["t|t|t|t"]),
        ("select d in (timestamp '2020-01-01', timestamp '9999-12-31'), d between timestamp '2020-01-01' and timestamp '9999-12-31 10:00' from (values (date '9999-12-31'), (date '0001-01-01')) v(d)", &["t|t", "f|f"]),
        ("select coalesce(d, timestamp '2020-01-01'), greatest(d, timestamp '2020-01-01'), least(timestamp '2020-01-01', d) from (values (date '9999-12-31'), (null), (date '0001-01-01')) v(d)", &["9999-12-31 00:00:00|9999-12-31 00:00:00|2020-01-01 00:00:00", "2020-01-01 00:00:00|2020-01-01 00:00:00|2020-01-01 00:00:00", "0001-01-01 00:00:00|2020-01-01 00:00:00|0001-01-01 00:00:00"]),
        ("select x from (select date '9999-12-31' as x union all select timestamp '2020-01-01 10:00') u order by x", &["2020-01-01 10:00:00", "9999-12-31 00:00:00"]),
        ("select case when id > 1 then date '9999-12-31' else timestamp '2020-01-01 10:00' end from t order by id", &["2020-01-01 10:00:00", "9999-12-31 00:00:00", "9999-12-31 00:00:00"]),
        ("select id from t where day < at and day < now() order by id", &["1", "3"]),
        ("select x from (values (date '9999-12-31'), (timestamp '2020-01-01 10:00')) v(x) order by x", &["2020-01-01 10:00:00", "9999-12-31 00:00:00"]),
        ("select d = '9999-12-31', d = date '9999-12-31' from (values (date '9999-12-31')) v(d)", &["t|t"]),
        ("select (date '9999-12-31' - timestamp '2020-01-01')::text, timestamp '9999-12-31' - date '2020-01-01', date '2020-01-01' <> now()", &["2914634 days|2914634 days|t"]),
        ("select day is distinct from at from t order by id", &["t", "f", "t"]),
    ])
    .await;
}

#[tokio::test]
async fn minus_is_checked() {
    compare(
        &mut Harness::new().await,
        &[
            (
                "select -id, -big, -price, -ratio, - -id, -(id + 1) from t where id = 1",
                &["-1|-10|-1.50|-0.5|1|-2"],
            ),
            ("select -x from (values (-2147483647)) v(x)", &["2147483647"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn precisions_round() {
    compare(&mut Harness::new().await, &[
        ("select timestamp(0) '2024-01-01 10:00:00.5', '2024-01-01 10:00:00.4999'::timestamp(0), '2024-01-01 10:00:00.1235'::timestamp(3), '1990-01-01 10:00:00.5'::timestamp(0)", &["2024-01-01 10:00:01|2024-01-01 10:00:00|2024-01-01 10:00:00.124|1990-01-01 10:00:00"]),
        ("select x::timestamp(0), x::timestamp(2), x::timestamptz(1), x::timestamp from (values (timestamp '2024-12-31 23:59:59.999999'), (timestamp '9999-01-01 00:00:00.55')) v(x)", &["2025-01-01 00:00:00|2025-01-01 00:00:00|2025-01-01 00:00:00+00|2024-12-31 23:59:59.999999", "9999-01-01 00:00:01|9999-01-01 00:00:00.55|9999-01-01 00:00:00.6+00|9999-01-01 00:00:00.55"]),
        ("select x::timestamp(6), x::timestamp(4) from (values (timestamp '2024-12-31 23:59:59.123456')) v(x)", &["2024-12-31 23:59:59.123456|2024-12-31 23:59:59.1235"]),
    ])
    .await;
}

#[tokio::test]
async fn intervals_compare_by_their_length() {
    compare(&mut Harness::new().await, &[
        ("select interval '1 month' > interval '30 days', interval '1 month' = interval '30 days', interval '24 hours' = interval '1 day', interval '1 month' < interval '31 days'", &["f|t|t|t"]),
        ("select x from (values (interval '1 month'), (interval '29 days'), (interval '31 days'), (interval '1 day'), (interval '25 hours')) v(x) order by x desc", &["31 days", "1 mon", "29 days", "25:00:00", "1 day"]),
        ("select x from (values (interval '1 day'), (interval '2 days')) v(x) where x in (interval '24 hours') or x between interval '47 hours' and interval '49 hours' order by x", &["1 day", "2 days"]),
        ("select x > '30 hours', x = '1 day' from (values (interval '24 hours')) v(x)", &["f|t"]),
        ("select row_number() over (order by x), x from (values (interval '1 month'), (interval '29 days'), (interval '31 days')) v(x) order by 1", &["1|29 days", "2|1 mon", "3|31 days"]),
        ("select x in ('24 hours', '2 days'), x between '1 hour' and '24 hours', at + '1 day' from (values (interval '1 day')) v(x), t where id = 1", &["t|t|2024-01-02 00:00:00"]),
        ("select at - day > interval '1 day', at - at < '1 hour' from t where id = 1", &["t|t"]),
        ("select min(x), max(x), max(x) filter (where x < '20 days'), min(distinct x) from (values (interval '1 month'), (interval '29 days'), (null), (interval '31 days'), (interval '30:00'), (interval '1 day')) v(x)", &["1 day|31 days|30:00:00|1 day"]),
        ("select n, max(x) from (values (1, interval '1 month'), (1, interval '31 days'), (2, null)) v(n, x) group by n order by n", &["1|31 days", "2|"]),
    ])
    .await;
}

#[tokio::test]
async fn days_are_those_of_the_session() {
    let mut h = Harness::new().await;
    h.client.settings().set("TimeZone", "America/New_York", false).unwrap();
    compare(&mut h, &[
        ("select timestamptz '2024-03-09 12:00' + interval '1 day', timestamptz '2024-03-09 12:00' + interval '24 hours'", &["2024-03-10 12:00:00-04|2024-03-10 13:00:00-04"]),
        ("select timestamptz '2024-03-10 12:00' - interval '1 day', interval '1 day' + timestamptz '2024-03-09 12:00'", &["2024-03-09 12:00:00-05|2024-03-10 12:00:00-04"]),
        ("select timestamptz '2024-01-31 12:00' + interval '1 month', timestamptz '2024-10-31 12:00' + interval '1 month', timestamptz '2024-03-09 02:30' + interval '1 day'", &["2024-02-29 12:00:00-05|2024-11-30 12:00:00-05|2024-03-10 03:30:00-04"]),
        ("select x + interval '1 day 01:00' from (values (timestamptz '2024-11-02 12:00'), (null), (timestamptz '2024-11-03 12:00')) v(x)", &["2024-11-03 13:00:00-05", "", "2024-11-04 13:00:00-05"]),
        ("select now() + interval '1 day' > now(), timestamptz '2024-03-09 12:00' + '1 day' - timestamptz '2024-03-09 12:00'", &["t|23:00:00"]),
    ])
    .await;
}

#[tokio::test]
async fn the_least_integer_has_no_opposite() {
    let mut h = Harness::new().await;
    for (sql, message) in [
        ("select -x from (values (-2147483647 - 1)) v(x)", "integer out of range"),
        ("select -(x::int8) from (values (-9223372036854775807 - 1)) v(x)", "bigint out of range"),
        ("select -(x::int2) from (values (-32768)) v(x)", "smallint out of range"),
    ] {
        let error = h.fail(sql).await;
        assert_eq!(
            (error.sqlstate().to_string().as_str(), error.message()),
            ("22003", message),
            "{sql}"
        );
    }
}

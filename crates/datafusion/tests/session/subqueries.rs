//! Subqueries as values, merged columns and means: asked from PostgreSQL 18.

use crate::harness::{Differences, Harness};

#[tokio::test]
async fn subqueries_merged_columns_and_means_are_those_of_postgresql() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &[&str])] = &[
        ("select exists(select count(*) from t where false)", &["t"]),
        ("select exists(select unnest(array[]::int[])), exists(select unnest(array[1]))", &["f|t"]),
        ("select exists(select 1 from generate_series(1, 1000000000000))", &["t"]),
        (
            "select exists(select 1 from t offset 2), exists(select 1 from t offset 3), exists(select 1 from t limit 0)",
            &["t|f|f"],
        ),
        (
            "select exists(select id from t union select 1), exists(select 1 where false union all select 2 where false)",
            &["t|f"],
        ),
        (
            "select exists(select ok from t group by ok), exists(select 1 from t group by ok having count(*) > 1)",
            &["t|f"],
        ),
        (
            "select exists(select count(*) from t having count(*) > 5), not exists(select 1 from t where id > 3)",
            &["f|t"],
        ),
        (
            "select exists(select * from t a, t b), case when exists(select 1, 1 from t where id = 9) then 1 else 2 end",
            &["t|2"],
        ),
        (
            "select id, exists(select 1 from t b where b.id = a.id + 1) from t a order by id",
            &["1|t", "2|t", "3|f"],
        ),
        (
            "select id, not exists(select distinct b.name from t b where b.id = a.id + 1 order by 1) from t a order by id",
            &["1|f", "2|f", "3|t"],
        ),
        (
            "select array(select id from t where false), array(select name from t where id > 5) is null",
            &["{}|f"],
        ),
        (
            "select array(select id from t order by id desc), array(select id as n from t order by n)",
            &["{3,2,1}|{1,2,3}"],
        ),
        (
            "select array(select name from t order by id desc), array(select distinct ok from t where ok is not null order by ok)",
            &["{Cid,NULL,ann}|{f,t}"],
        ),
        (
            "select array(select id from t order by id desc limit 2), array(select 1 union select 2 order by 1)",
            &["{3,2}|{1,2}"],
        ),
        (
            "select array(values (1), (2)), array(select max(id) from t group by ok order by 1 desc)",
            &["{1,2}|{3,2,1}"],
        ),
        (
            "select a.id, array(select b.id from t b where b.id = a.id - 1) from t a order by a.id",
            &["1|{}", "2|{1}", "3|{2}"],
        ),
        (
            "select * from (values (1, 'a')) a(id, x) full join (values (2, 'b')) b(id, y) using (id) order by id",
            &["1|a|", "2||b"],
        ),
        (
            "select id, x, y from (values (1, 'a')) a(id, x) right join (values (2, 'b')) b(id, y) using (id)",
            &["2||b"],
        ),
        (
            "select a.id, b.id, id from (values (1, 'a')) a(id, x) full join (values (2, 'b')) b(id, y) using (id) order by 3 desc",
            &["|2|2", "1||1"],
        ),
        (
            "select id + 1, count(*) from (values (1, 'a')) a(id, x) full join (values (2, 'b')) b(id, y) using (id) where id > 1 group by id having id < 9 order by id + 1",
            &["3|1"],
        ),
        (
            "select x from (values (1, 'a')) a(id, x) full join (values (2, 'b')) b(id, y) using (id) order by id desc",
            &["", "a"],
        ),
        (
            "select a.id, y from (values (1, 'a')) a(id, x) full join (values (0, 'b')) b(id, y) using (id) order by id",
            &["1|", "|b"],
        ),
        (
            "select * from (values (1, 'a')) a(id, x) right join (values (2, 'b')) b(id, y) using (id) where id = 2",
            &["2||b"],
        ),
        (
            "select avg(case when random() < 0.5 then 1 end) from generate_series(1, 1000)",
            &["1.00000000000000000000"],
        ),
        (
            "select avg(id), sum(id::bigint), avg(big), avg(price), avg(ratio) from t",
            &["2.0000000000000000|6|20.0000000000000000|0.72500000000000000000|1"],
        ),
        (
            "select ok, avg(id), avg(ratio) from t group by ok order by ok",
            &["f|3.0000000000000000|1.5", "t|1.00000000000000000000|0.5", "|2.0000000000000000|"],
        ),
        (
            "select avg(distinct id % 2), count(distinct name), avg(distinct price), avg(distinct ratio) from t",
            &["0.50000000000000000000|2|0.72500000000000000000|1"],
        ),
        (
            "select avg(id) filter (where id > 1), avg(id) filter (where false), avg(id) from t",
            &["2.5000000000000000||2.0000000000000000"],
        ),
        (
            "select id, avg(id) over (order by id rows between 1 preceding and current row), avg(big) over (order by id rows between current row and 1 following), avg(ratio) over (order by id rows between current row and 1 following) from t order by id",
            &[
                "1|1.00000000000000000000|10.0000000000000000|0.5",
                "2|1.5000000000000000|30.0000000000000000|1.5",
                "3|2.5000000000000000|30.0000000000000000|1.5",
            ],
        ),
        (
            "select avg(id) over (partition by ok is null) from t order by id",
            &["2.0000000000000000", "2.0000000000000000", "2.0000000000000000"],
        ),
        (
            "select avg(x) from (values (interval '1 hour'), (interval '2 hours')) v(x)",
            &["01:30:00"],
        ),
        (
            "select avg(x), avg(distinct x) from (values (900000000000000000), (900000000000000000), (1)) v(x)",
            &["600000000000000000|450000000000000001"],
        ),
        (
            "select coalesce(avg(id + 1.0), 0), coalesce(avg(id), 0) from t where id <> 2",
            &["3.0000000000000000|2.0000000000000000"],
        ),
        (
            "select coalesce(avg(v), 0), nullif(avg(v), 1), greatest(avg(v), 1), abs(avg(v)), case when true then avg(v) end from (values (2), (2), (3)) t(v)",
            &[
                "2.3333333333333333|2.3333333333333333|2.3333333333333333|2.3333333333333333|2.3333333333333333",
            ],
        ),
        (
            "select coalesce(avg(v), 0)::text, max(v / 3.0), min(v / 3.0), (select avg(x) from (values (2), (2), (3)) w(x)) from (values (2), (4)) t(v)",
            &["3.0000000000000000|1.3333333333333333|0.66666666666666666667|2.3333333333333333"],
        ),
        (
            "select max(m) from (select avg(v) as m from (values (2), (2), (3)) t(v)) q",
            &["2.3333333333333333"],
        ),
        ("select null union all select 'a' order by 1 nulls first", &["", "a"]),
        ("select (select 1 where false), x from (values (1), (2)) v(x)", &["|1", "|2"]),
        (
            "select coalesce((select 1 where false), 2), (select 'a' where false) from t",
            &["2|", "2|", "2|"],
        ),
        (
            "select array(select b.id from t b where b.id = a.id order by b.id desc) from t a order by id",
            &["{1}", "{2}", "{3}"],
        ),
        (
            "select array(select name from t order by id desc), array(select id from t order by price nulls first, 1)",
            &["{Cid,NULL,ann}|{2,3,1}"],
        ),
        (
            "select array(select name from t order by id desc limit 2), array(select null)",
            &["{Cid,NULL}|{NULL}"],
        ),
        (
            "select array(select unnest(array[3, 1, 2])), array(select 'x' where false), array(select x from (values (1.5)) v(x) where false)",
            &["{3,1,2}|{}|{}"],
        ),
        (
            "select a.id, x, b.id as n from (values (1, 'a')) a(id, x) left join (values (1, 'b')) b(id, y) using (id) where id = 1",
            &["1|a|1"],
        ),
        (
            "select id, sum(v) from (values (1, 2), (3, 4)) a(id, v) full join (values (1), (5)) b(id) using (id) group by id order by id",
            &["1|2", "3|4", "5|"],
        ),
        (
            "select max(id), min(b.id) from (values (1), (2)) a(id) right join (values (2), (3)) b(id) using (id) where id in (select 3)",
            &["3|3"],
        ),
        (
            "select id from t where (select 1 where false) is null and id = (select 2 where true)",
            &["2"],
        ),
        (
            "select (select 1 where false) is null, coalesce(nullif((select avg(v) from (values (1), (2)) a(v)), 0), 0) + 1 from (values (1)) b(v)",
            &["t|2.5000000000000000"],
        ),
        (
            "select k, max(avg(v)) over () from (values (1, 2), (1, 2), (1, 3), (2, 1)) x(k, v) group by k order by 1",
            &["1|2.3333333333333333", "2|2.3333333333333333"],
        ),
        (
            "select coalesce(max(q), 0), coalesce(sum(q), 0) from (select avg(v) as q from (values (2), (2), (3)) a(v)) b",
            &["2.3333333333333333|2.3333333333333333"],
        ),
    ];
    for (sql, expected) in cases {
        match h.try_query(sql, &[], &[]).await {
            Ok(answer) => differences.compare(sql, answer.lines(), expected),
            Err(error) => differences.compare(sql, error.to_string(), expected),
        }
    }
    differences.none();
}

#[tokio::test]
async fn what_cannot_be_planned_right_is_refused() {
    let mut h = Harness::new().await;
    for sql in [
        "select exists(select count(*) from t b where b.id = a.id) from t a",
        "select exists(select 1 from t b where b.id = a.id limit 0) from t a",
        "select exists(select 1 from t b where b.id = a.id group by b.ok) from t a",
        "select id from t a order by exists(select 1 from t b where b.id > a.id)",
        "select * from t a natural full join t b",
        "select * from t a right join t b using (id) join t c using (id)",
        "select * from t a join t b using (id) full join t c using (id)",
        "select * from t a full join t b using (id) join t c on a.id = c.id",
        "select 1 from (t a full join t b using (id)) join t c on true",
    ] {
        let error = h.fail(sql).await;
        assert_eq!(error.sqlstate().to_string(), "0A000", "{sql}: {error}");
        assert!(error.get(b'H').is_some(), "{sql}: {error}");
    }
}

#[tokio::test]
async fn means_are_planned_once_however_deep_and_only_by_their_name() {
    let mut h = Harness::new().await;
    let mut sql = "select avg(id) from t".to_owned();
    for _ in 0..10 {
        sql = format!("select avg((({sql}))) from t");
    }
    let started = std::time::Instant::now();
    assert_eq!(h.query(&sql).await.lines(), ["2.0000000000000000"]);
    assert!(started.elapsed() < std::time::Duration::from_secs(4), "{:?}", started.elapsed());
    let error = h.fail("select \"AVG\"(id) from t").await;
    assert_eq!(error.sqlstate().to_string(), "42883", "{error}");
    assert_eq!(
        h.fail("select avg(name) from t").await.to_string(),
        "function avg(text) does not exist (42883)"
    );
}

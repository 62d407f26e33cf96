//! What DataFusion's rules must not move: limits, orders, casts and guards. Answers are PostgreSQL's.

use std::fs;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use trunkline_core::SqlState;
use trunkline_datafusion::{DataFusion, Database};

use crate::harness::{Answer, Differences, Harness};

/// Ten days of a thousand moments, each a row group; `day` is the day before the moment's.
async fn moments() -> (Harness, tempfile::TempDir) {
    const DAY: i64 = 86_400_000_000;
    let rows = 0..10_000_i64;
    let day = |row: i64| i32::try_from(19_722 + row / 1000).unwrap();
    let at = rows.clone().map(|row| (19_723 + row / 1000) * DAY + row % 1000 * 60_000_000);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from_iter_values(rows.clone()))),
        ("at", Arc::new(TimestampMicrosecondArray::from_iter_values(at))),
        ("day", Arc::new(Date32Array::from_iter_values(rows.map(day)))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let with = WriterProperties::builder().set_max_row_group_row_count(Some(1000)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(with)).unwrap();
    writer.write(&batch).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.parquet"), writer.into_inner().unwrap()).unwrap();
    let database = Database::open([folder.path()], &[], None).await.unwrap();
    let name = database.name().to_owned();
    let engine = DataFusion::new(database, None).unwrap();
    (Harness::over(engine, &name).await, folder)
}

async fn pruned(h: &mut Harness, sql: &str) -> String {
    let plan = h.query(&format!("explain analyze verbose {sql}")).await.lines().join("\n");
    let after =
        plan.split("row_groups_pruned_statistics=").nth(1).unwrap_or_else(|| panic!("{plan}"));
    after.split([',', ']']).next().unwrap().to_owned()
}

#[tokio::test]
async fn casts_that_lose_something_are_neither_undone_nor_pruned_by() {
    let (mut h, _folder) = moments().await;
    let mut differences = Differences::default();
    for (condition, count) in [
        ("at::time > '16:00'", "390"),
        ("at::time = '16:00'", "10"),
        ("at::date = day", "0"),
        ("at::date > day", "10000"),
        ("at::date = '2024-01-03'", "1000"),
        ("at::date <> '2024-01-03'", "9000"),
        ("at::date in ('2024-01-03', '2024-01-05')", "2000"),
        ("at::date < '2024-01-03'", "2000"),
        ("at::date <= '2024-01-03'", "3000"),
        ("at::date > '2024-01-03'", "7000"),
        ("'2024-01-03' <= at::date", "8000"),
        ("(n * 0.25)::int = 2", "4"),
        ("(n * 0.25)::numeric(10,1) = 0.5", "1"),
    ] {
        let answer = h.query(&format!("select count(*) from m where {condition}")).await;
        differences.compare(condition, answer.lines(), [count]);
    }
    differences.none();
    // What is left out is so for a day, too.
    for (condition, groups) in [
        ("at::date = '2024-01-03'", 1),
        ("at::date > '2024-01-08'", 2),
        ("at >= '2024-01-03' and at < '2024-01-04'", 1),
        ("day = '2024-01-03'", 1),
        ("n > 9000 and 10 / n < 1 and n % 7 <> 0", 1),
    ] {
        let sql = format!("select n from m where {condition}");
        let left = format!("10 total → {groups} matched");
        let found = pruned(&mut h, &sql).await;
        assert!(found.starts_with(&left), "{condition}: {found}");
    }
}

async fn compare(cases: &[(&str, &[&str])]) {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    for (sql, lines) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        let found = answer.as_ref().map(Answer::lines);
        differences.compare(sql, found, Ok::<_, ()>(lines.to_vec()));
    }
    differences.none();
}

#[tokio::test]
async fn a_limit_has_chosen_before_its_rows_are_sorted() {
    compare(&[
        ("select * from (select id from t limit 2 offset 1) s order by id", &["2", "3"]),
        ("select * from (select id from t limit 2) s order by id desc", &["2", "1"]),
        ("with p as (select id from t limit 2 offset 1) select id from p order by id desc", &["3", "2"]),
        (
            "(select id from t limit 2 offset 1) union all (select id from t limit 1) order by 1",
            &["1", "2", "3"],
        ),
        (
            "select id, rank() over (order by id desc) from (select id from t limit 2 offset 1) s order by 1",
            &["2|2", "3|1"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_order_of_a_subquery_is_kept() {
    compare(&[
        ("select string_agg(name, ',') from (select name from t order by id desc) s", &["Cid,ann"]),
        ("select array_agg(id) from (select id from t order by id desc) s", &["{3,2,1}"]),
        (
            "select id, row_number() over () from (select id from t order by id desc) s",
            &["3|1", "2|2", "1|3"],
        ),
        ("select * from (select id from t order by id desc) s", &["3", "2", "1"]),
        (
            "with s as (select id, name from t order by id desc) select id + 1 from s",
            &["4", "3", "2"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_a_condition_rules_out_does_not_fail() {
    compare(&[
        ("select id from t where id <> 2 and 10 / (id - 2) > 0", &["3"]),
        ("select id from t where id = 2 or 10 / (id - 2) > 0 order by 1", &["2", "3"]),
        ("select id from (select id from t where id <> 2) s where 10 / (id - 2) > 0 and 10 / (id - 2) < 20", &["3"]),
        ("select id, 10 / (id - 2) + big from t where id <> 2 order by 1", &["1|0", "3|40"]),
        ("select id, id <> 2 and 10 / (id - 2) > 0 from t order by 1", &["1|f", "2|f", "3|t"]),
        ("select sum(10 / (id - 2)) filter (where id <> 2) from t", &["0"]),
        ("select case when name ~ '^[0-9]+$' then name::int > 5 else false end from t order by id", &["f", "f", "f"]),
        ("select count(*) from t where name ~ '^[0-9]+$' and name::int > 5", &["0"]),
        ("select big <> 10 and 10 / (big - 10) > 5 from t order by id", &["f", "", "f"]),
    ])
    .await;
    let mut h = Harness::new().await;
    for sql in [
        "select id from t where 10 / (id - 2) > 0",
        "select id from t where id > 0 and 10 / (id - 2) > 0",
    ] {
        assert_eq!(h.fail(sql).await.sqlstate(), SqlState::DIVISION_BY_ZERO, "{sql}");
    }
}

//! Queries and what they answer.

use trunkline_core::{Engine, Identity, Oid, settings::Settings};

use crate::harness::{Answer, Differences, Harness, engine};

#[tokio::test]
async fn rows_and_nulls_come_as_they_are() {
    let mut h = Harness::new().await;
    let answer = h.query("select * from t order by id").await;
    assert_eq!(answer.names(), ["id", "big", "name", "price", "ratio", "ok", "day", "at"]);
    assert_eq!(
        answer.lines(),
        [
            "1|10|ann|1.50|0.5|t|1970-01-01|2024-01-01 00:00:00",
            "2|||||||",
            "3|30|Cid|-0.05|1.5|f|2024-01-01|2024-01-02 00:00:00",
        ]
    );
}

#[tokio::test]
async fn another_database_does_not_exist() {
    let client = |database: &str| {
        trunkline_core::Client::new(Identity::new("alice", database), Settings::default())
    };
    let engine = engine();
    let error = engine.open(client("nope")).await.unwrap_err();
    assert_eq!(error.to_string(), "database \"nope\" does not exist (3D000)");
    assert!(engine.open(client("postgres")).await.is_ok());
}

#[tokio::test]
async fn values_table_union_and_explain_are_queries() {
    let mut h = Harness::new().await;
    assert_eq!(h.query("values (1, 'a'), (2, 'b')").await.lines(), ["1|a", "2|b"]);
    assert_eq!(h.query("table t").await.rows.len(), 3);
    let union = h.query("select 1 union all select 3000000000 order by 1").await;
    assert_eq!(union.types(), [Oid::INT8]);
    assert_eq!(union.lines(), ["1", "3000000000"]);
    assert!(!h.query("explain select * from t").await.rows.is_empty());
    assert!(!h.query("explain analyze select * from t").await.rows.is_empty());
}

#[tokio::test]
async fn the_search_path_says_where_tables_are_looked_for() {
    let mut h = Harness::new().await;
    assert_eq!(h.fail("select * from orders").await.sqlstate().to_string(), "42P01");
    h.client.settings().set("search_path", "nowhere, sales", false).unwrap();
    assert_eq!(h.query("select count(*) from orders").await.lines(), ["3"]);
    assert_eq!(h.query("select count(*) from sales.orders").await.lines(), ["3"]);
    assert_eq!(h.query("select count(*) from shop.sales.orders").await.lines(), ["3"]);
}

#[tokio::test]
async fn a_session_answers_about_itself() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let version = h.query("select version()").await.lines().concat();
    assert!(version.starts_with("PostgreSQL 18.4 (trunkline "), "{version}");
    for (sql, expected) in [
        (
            "select current_database(), current_catalog, current_schema(), current_schema",
            "shop|shop|public|public",
        ),
        ("select current_user, session_user, user, current_role", "alice|alice|alice|alice"),
        ("select pg_backend_pid()", "1"),
        ("select pg_catalog.pg_is_in_recovery()", "f"),
        ("select current_schemas(true)", "{pg_catalog,public}"),
        ("select current_schemas(false)", "{public}"),
        ("select current_setting('server_version')", "18.4"),
        ("select current_setting('no.such', true) is null", "t"),
        ("select set_config('a.b', 'c', false)", "c"),
        ("select current_setting('a.b')", "c"),
        (
            "select pg_typeof(1), pg_typeof(now()), pg_typeof(id) from t limit 1",
            "integer|timestamp with time zone|integer",
        ),
        ("select pg_advisory_unlock_all()", ""),
    ] {
        let answer = h.try_query(sql, &[], &[]).await;
        differences.compare(sql, answer.as_ref().map(Answer::lines), Ok::<_, ()>([expected]));
    }
    differences.none();
    let error = h.fail("select current_setting('no.such')").await;
    assert_eq!(error.to_string(), "unrecognized configuration parameter \"no.such\" (42704)");
}

#[tokio::test]
async fn now_is_when_the_statement_runs() {
    let mut h = Harness::new().await;
    let one = h.query("select now()").await;
    assert_eq!(one.types(), [Oid::TIMESTAMPTZ]);
    assert_ne!(one.rows, h.query("select now()").await.rows);
}

//! Statements that name relations of the catalogs, or declared ones, beside tables.

use trunkline_catalog::{Catalog, CatalogSession, ddl};
use trunkline_core::settings::Settings;
use trunkline_core::{Client, Engine, Identity, Oid};
use trunkline_datafusion::{DataFusion, DataFusionSession};

use crate::harness::{Differences, ask, engine};

const DECLARED: &str =
    "CREATE SCHEMA s; CREATE TABLE s.empty (code text, amount numeric(8,2), kept text[])";

/// A session, and the engine that owns the threads on which its queries run.
async fn open() -> (CatalogSession<DataFusionSession>, Client, Catalog<DataFusion>) {
    let client = Client::new(Identity::new("alice", "shop"), Settings::default());
    let declared = ddl::define(DECLARED).unwrap().snapshot;
    let engine = Catalog::new(engine()).declaring(declared);
    (engine.open(client.clone()).await.unwrap(), client, engine)
}

#[tokio::test]
async fn they_are_joined_with_tables() {
    let (mut session, client, _engine) = open().await;
    let mut differences = Differences::default();
    for (sql, types, rows) in [
        (
            "SELECT n.nspname, t.id FROM pg_namespace n JOIN t ON n.oid = t.id + 10 ORDER BY 2",
            &[Oid::NAME, Oid::INT4][..],
            &["pg_catalog|1"][..],
        ),
        (
            "SELECT id FROM t WHERE id + 1258 IN (SELECT oid FROM pg_catalog.pg_class) ORDER BY id",
            &[Oid::INT4],
            &["1", "2", "3"],
        ),
        (
            "SELECT c.relname, c.relkind, c.relisshared, a.attname FROM pg_class c
             JOIN pg_attribute a ON a.attrelid = c.oid JOIN t ON a.attnum = t.id
             WHERE c.relname = 'pg_am' ORDER BY a.attnum",
            &[Oid::NAME, Oid::CHAR, Oid::BOOL, Oid::NAME],
            &["pg_am|r|f|oid", "pg_am|r|f|amname", "pg_am|r|f|amhandler"],
        ),
        (
            "SELECT p.proargnames, p.proargtypes FROM pg_proc p, t WHERE p.proname = 'json_each' AND t.id = 1",
            &[Oid::TEXT_ARRAY, Oid::TEXT],
            &["{from_json,key,value}|114"],
        ),
        (
            "SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM pg_tables k WHERE k.tablename = 't')",
            &[Oid::INT8],
            &["3"],
        ),
        (
            "SELECT e.code, e.amount, e.kept, t.id FROM t LEFT JOIN s.empty e ON e.code = t.name
             WHERE t.id = 1",
            &[Oid::TEXT, Oid::NUMERIC, Oid::TEXT_ARRAY, Oid::INT4],
            &["|||1"],
        ),
        (
            "SELECT table_name FROM information_schema.tables, t WHERE table_name = 't' AND id = 2",
            &[Oid::NAME],
            &["t"],
        ),
    ] {
        match ask(&mut session, &client, sql, &[], &[]).await {
            Ok(answer) => differences.compare(sql, (answer.types(), answer.lines()), (types, rows)),
            Err(error) => differences.compare(sql, error, rows),
        }
    }
    let parameters = "SELECT n.nspname FROM pg_namespace n, t WHERE n.oid = $1 AND t.id = $2";
    let hints = [Oid::OID, Oid::INT4];
    let answer = ask(&mut session, &client, parameters, &hints, &[Some("11"), Some("2")]).await;
    differences.compare(parameters, answer.unwrap().lines(), ["pg_catalog"]);
    differences.none();
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let (mut session, client, _engine) = open().await;
    let mut differences = Differences::default();
    for (sql, state, message) in [
        ("SELECT * FROM pg_class, nosuch", "42P01", "relation \"nosuch\" does not exist"),
        (
            "SELECT * FROM t, pg_catalog.nosuch",
            "42P01",
            "relation \"pg_catalog.nosuch\" does not exist",
        ),
        ("SELECT nosuch FROM pg_class, t", "42703", "column \"nosuch\" does not exist"),
    ] {
        let error = ask(&mut session, &client, sql, &[], &[]).await.expect_err(sql);
        let found = (error.sqlstate().to_string(), error.message().to_owned());
        differences.compare(sql, found, (state.to_owned(), message.to_owned()));
    }
    differences.none();
}

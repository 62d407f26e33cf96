//! What a real PostgreSQL 18 answered about `golden/schema.sql`, row for row: `golden/ask.py` asks it.

mod answers;
mod fixture;

use std::sync::Arc;

use answers::{ask, differences};
use fixture::Fixture;
use trunkline_catalog::{Catalog, CatalogSession, ddl};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{
    Client, Engine, Identity, Oid, PgError, Query, RowSet, Session, SqlState, statement_fn,
};

async fn open() -> CatalogSession<fixture::FixtureSession> {
    let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
    Catalog::new(Fixture::new()).open(client).await.expect("a session")
}

/// A session of `golden/world.schema.sql`, as its definitions tell it.
async fn open_world() -> CatalogSession<fixture::FixtureSession> {
    open_defined(include_str!("golden/world.schema.sql"), "postgres").await
}

/// A session of a script of definitions.
async fn open_defined(script: &str, role: &str) -> CatalogSession<fixture::FixtureSession> {
    let defined = ddl::define(script).expect("definitions");
    let client = Client::new(Identity::new(role, "oracle"), Settings::default());
    Catalog::new(Fixture(Arc::new(defined.snapshot))).open(client).await.expect("a session")
}

#[test]
fn answers_are_those_of_postgresql() {
    block_on(async {
        compare(open().await, include_str!("golden/answers.txt")).await;
    });
}

/// What depends on what expressions name.
#[test]
fn dependencies_are_those_of_postgresql() {
    block_on(async {
        let session = open_defined(include_str!("golden/depend.schema.sql"), "postgres").await;
        compare(session, include_str!("golden/depend.answers.txt")).await;
    });
}

/// Functions of values.
#[test]
fn functions_give_what_postgresql_gives() {
    block_on(async {
        compare(open().await, include_str!("golden/functions.answers.txt")).await;
    });
}

/// Plans, where PostgreSQL's is the same; there is more in `server/explain.rs`.
#[test]
fn plans_are_told_as_postgresql_tells_them() {
    block_on(async {
        let defined = ddl::define(include_str!("golden/explain.schema.sql")).expect("definitions");
        let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
        let engine = Catalog::new(Fixture::new()).declaring(defined.snapshot);
        let session = engine.open(client).await.expect("a session");
        compare(session, include_str!("golden/explain.answers.txt")).await;
    });
}

/// Numbers at the ends of their types, and the order of values of every type.
#[test]
fn values_are_those_of_postgresql() {
    block_on(async {
        compare(open().await, include_str!("golden/values.answers.txt")).await;
    });
}

/// What PostgreSQL refuses, where the tree does not tell the place.
#[test]
fn what_postgresql_refuses_is_refused() {
    let answers = include_str!("golden/refused.answers.txt");
    block_on(async {
        let mut session = open().await;
        for (query, answer) in answers.split("? ").filter_map(|part| part.split_once("\n! ")) {
            let error = ask(&mut session, query).await.expect_err(query);
            let found = format!("{}\t{}", error.sqlstate(), error.message());
            let expected = answer.rsplit_once('\t').map(|(expected, _)| expected);
            assert_eq!(Some(&*found), expected, "{query}");
        }
    });
}

/// Operators can see what clients miss.
#[test]
fn what_is_refused_is_counted() {
    block_on(async {
        let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
        let catalog = Catalog::new(Fixture::new());
        let mut session = catalog.open(client).await.expect("a session");
        for query in [
            "SELECT to_tsvector('a') FROM pg_am",
            "SELECT 1 FROM nosuch, pg_am",
            "SELECT to_tsvector('b') FROM pg_am",
            // While its rows are told.
            "SELECT 1e20 * oid::int8 * 1e20 * 1.1 FROM pg_am",
        ] {
            ask(&mut session, query).await.expect_err(query);
        }
        // By the number of to_tsvector(json).
        session.prepare_call(Oid(4210)).await.expect_err("nobody knows it");
        let counted = [("a numeric of so many digits", 1), ("function to_tsvector", 3)];
        assert_eq!(catalog.refusals(), counted.map(|(what, times)| (what.to_owned(), times)));
    });
}

/// What a float would tell nearly is not told.
#[test]
fn numerics_that_are_not_exact_here_are_refused() {
    block_on(async {
        let mut session = open().await;
        for value in [
            "ln(2::numeric)",
            "exp(1.0)",
            "log(2.0)",
            "power(2, 0.5)",
            "sqrt(2.0000000000000000000000000000000000000000)",
            "1e20 * 1e20 * 1.1",
            "1e30 + 1e-30",
        ] {
            let sql = format!("SELECT {value} FROM pg_am");
            let error = ask(&mut session, &sql).await.expect_err("too many digits");
            assert_eq!(error.sqlstate().to_string(), "0A000", "{sql}: {error}");
        }
    });
}

/// Types, routines, triggers, partitions, roles and privileges.
#[test]
fn answers_about_declared_objects_are_those_of_postgresql() {
    block_on(async {
        compare(open_world().await, include_str!("golden/world.answers.txt")).await;
    });
}

/// What tools ask beside the usual: identities of objects, files, counters.
#[test]
fn answers_to_tools_are_those_of_postgresql() {
    block_on(async {
        let session = open_defined(include_str!("golden/tools.schema.sql"), "postgres").await;
        compare(session, include_str!("golden/tools.answers.txt")).await;
    });
}

/// Where tables keep what is long, and what initdb numbers.
#[test]
fn answers_about_what_is_stored_are_those_of_postgresql() {
    block_on(async {
        let session = open_defined(include_str!("golden/stored.schema.sql"), "postgres").await;
        compare(session, include_str!("golden/stored.answers.txt")).await;
    });
}

/// What drivers and tools ask besides, of types and names of one's own.
#[test]
fn answers_to_clients_are_those_of_postgresql() {
    block_on(async {
        let defined = ddl::define(include_str!("golden/clients.schema.sql")).expect("definitions");
        let engine = Catalog::new(Fixture(Arc::default())).declaring(defined.snapshot);
        let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
        let session = engine.open(client).await.expect("a session");
        compare(session, include_str!("golden/clients.answers.txt")).await;
    });
}

/// Policies hold for those who do not own a table, and for its owner if they are forced on him; for a
/// superuser they never do.
#[test]
fn row_security_is_active_for_some() {
    block_on(async {
        let sql = "SELECT row_security_active('world.base'), row_security_active('world.child'), row_security_active('pg_class')";
        for (role, expected) in [("postgres", ["f", "f", "f"]), ("golden_reader", ["t", "f", "f"])]
        {
            let mut session = open_defined(include_str!("golden/world.schema.sql"), role).await;
            let (_, rows) = ask(&mut session, sql).await.expect("rows");
            assert_eq!(rows, [expected.map(|cell| Some(cell.to_owned()))], "{role}");
        }
    });
}

async fn compare(mut session: CatalogSession<fixture::FixtureSession>, answers: &str) {
    let wrong = differences(&mut session, answers).await;
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What strangers send ends in an answer or an error, soon.
#[test]
fn hostile_statements_are_refused() {
    block_on(async {
        let mut session = open().await;
        let deep = |open: &str, inner: &str, close: &str, times: usize| {
            format!("SELECT {}{inner}{} FROM pg_class", open.repeat(times), close.repeat(times))
        };
        let keys = |count: u32| {
            (0..count).map(|n| format!("oid::int8 + {n}")).collect::<Vec<_>>().join(", ")
        };
        for (sql, state) in [
            (deep("(", "1", ")", 5_000), "54001"),
            (deep("CASE WHEN true THEN ", "1", " END", 3_000), "54001"),
            (format!("SELECT 1{} FROM pg_class", " + 1".repeat(9_000)), "54001"),
            (deep("nullif(", "1 + 1", ", 2)", 40), "54001"),
            (deep("CASE 1 + ", "1", " WHEN 1 THEN 1 WHEN 2 THEN 2 END", 30), "54001"),
            (format!("SELECT 1{} FROM pg_class", " + 1".repeat(50_000)), "54001"),
            (format!("SELECT 1 FROM pg_am GROUP BY ROLLUP (oid{})", ", oid".repeat(5_000)), "54001"),
            (format!("SELECT 1 FROM pg_am GROUP BY {}ROLLUP (oid)", "CUBE (oid, amname), ".repeat(7)), "54001"),
            (format!("SELECT 1 FROM pg_am GROUP BY ROLLUP ({})", keys(2_000)), "54001"),
            ("SELECT count(*) FROM pg_proc a, pg_proc b, pg_proc c".to_owned(), "53400"),
            ("SELECT repeat('x', 1000000000) FROM pg_class".to_owned(), "53400"),
            ("SELECT array_agg(a.proname) FROM pg_proc a, pg_proc b".to_owned(), "53400"),
            ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t, pg_am".to_owned(), "53400"),
        ] {
            let error = ask(&mut session, &sql).await.expect_err("it is too much");
            let start: String = sql.chars().take(60).collect();
            assert_eq!(error.sqlstate().to_string(), state, "{start}: {error}");
        }
    });
}

/// A condition on a query whose column is a large expression does not grow with each query around it.
#[test]
fn conditions_do_not_grow() {
    block_on(async {
        let mut session = open().await;
        let list = vec!["d"; 30].join(", ");
        let within = |inner: String, _| format!("SELECT concat({list}) AS d FROM ({inner}) x");
        let deep = (0..6).fold("SELECT relname AS d FROM pg_class".to_owned(), within);
        // To prepare it is enough: its rows would be too long.
        session
            .prepare(&format!("SELECT 1 FROM ({deep}) x WHERE d = 'a'"), &[])
            .await
            .expect("SQL");
    });
}

/// A statement that is the engine's comes to it as it is.
#[test]
fn the_rest_is_the_engines() {
    block_on(async {
        let mut session = open().await;
        for sql in [
            "SELECT * FROM customers",
            "SELECT * FROM pg_mine",
            "SELECT * FROM customers, pg_class",
            "INSERT INTO customers SELECT 1",
            "SELECT pg_unheard_of()",
        ] {
            let error = ask(&mut session, sql).await.expect_err("the fixture answers nothing");
            assert_eq!(error.message(), format!("the engine was asked: {sql}"));
        }
    });
}

/// What names no relation is answered here if the engine has refused it for what it does not know, and only then.
#[test]
fn what_an_engine_does_not_know_and_is_no_relations_is_answered() {
    block_on(async {
        let mut session = open().await;
        let answered = ask(&mut session, "SELECT upper(unnest(ARRAY['a', 'b']))").await;
        assert_eq!(answered.expect("it needs nobody's rows").1.len(), 2);
        let fails = |_: &str| Err(PgError::new(SqlState::DISK_FULL, "the engine has failed"));
        let never = async |_: Query| Err::<RowSet, _>(PgError::internal("nothing was prepared"));
        let fails = statement_fn(fails, never);
        let client = Client::new(Identity::new("postgres", "shop"), Settings::default());
        let mut failing = Catalog::new(fails).open(client).await.expect("a session");
        let error = failing.prepare("SELECT upper('a')", &[]).await.expect_err("it has failed");
        assert_eq!(error.message(), "the engine has failed");
    });
}

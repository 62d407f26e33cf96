//! What a real PostgreSQL 18 answered about `golden/schema.sql`, row for row: `golden/ask.py` asks it.

mod fixture;

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use fixture::Fixture;
use trunkline_catalog::{Catalog, CatalogSession, ddl};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{
    Client, Columns, Engine, Format, Formats, Identity, Oid, Params, PgError, Progress, Reply,
    RowBuf, Run, Session,
};

type Cells = Vec<Option<String>>;

async fn open() -> CatalogSession<fixture::FixtureSession> {
    let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
    Catalog::new(Fixture::new()).open(client).await.expect("a session")
}

/// A session of `golden/world.schema.sql`, as its definitions tell it.
async fn open_world() -> CatalogSession<fixture::FixtureSession> {
    open_world_as("postgres").await
}

async fn open_world_as(role: &str) -> CatalogSession<fixture::FixtureSession> {
    let defined = ddl::define(include_str!("golden/world.schema.sql")).expect("definitions");
    let client = Client::new(Identity::new(role, "oracle"), Settings::default());
    Catalog::new(Fixture(Arc::new(defined.snapshot))).open(client).await.expect("a session")
}

/// Columns and rows of a query, as text.
async fn ask(
    session: &mut CatalogSession<fixture::FixtureSession>,
    sql: &str,
) -> Result<(Vec<(String, Oid)>, Vec<Cells>), PgError> {
    let prepared = session.prepare(sql, &[]).await?;
    let Columns::Known(columns) = &prepared.columns else { panic!("columns are known") };
    let run = Run::new(Params::default(), Default::default());
    let Reply::Rows(mut rows) = session.execute(&prepared.statement, run).await? else {
        panic!("rows")
    };
    let mut out = Vec::new();
    let (formats, style) = (Formats::All(Format::Text), Default::default());
    poll_fn(|cx| {
        loop {
            let mut buffer = RowBuf::new(&mut out, columns, &formats, &style);
            match rows.poll_fill(cx, &mut buffer) {
                Poll::Ready(Ok(Progress::More)) => {}
                Poll::Ready(Ok(Progress::End(_))) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await?;
    let columns: Vec<_> =
        columns.iter().map(|column| (column.name.to_string(), column.type_oid)).collect();
    Ok((columns, read(&out)))
}

/// DataRow messages.
fn read(mut bytes: &[u8]) -> Vec<Cells> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let count = u16::from_be_bytes([bytes[5], bytes[6]]);
        bytes = &bytes[7..];
        let mut row = Vec::new();
        for _ in 0..count {
            let length = i32::from_be_bytes(bytes[..4].try_into().expect("four bytes"));
            bytes = &bytes[4..];
            row.push(usize::try_from(length).ok().map(|length| {
                let cell = String::from_utf8(bytes[..length].to_vec()).expect("UTF-8");
                bytes = &bytes[length..];
                cell
            }));
        }
        rows.push(row);
    }
    rows
}

#[test]
fn answers_are_those_of_postgresql() {
    block_on(async {
        compare(open().await, include_str!("golden/answers.txt")).await;
    });
}

/// Functions of values.
#[test]
fn functions_give_what_postgresql_gives() {
    block_on(async {
        compare(open().await, include_str!("golden/functions.answers.txt")).await;
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
            "sqrt(2.00000000000000000000)",
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

/// Policies hold for those who do not own a table, and for its owner if they are forced on him; for a
/// superuser they never do.
#[test]
fn row_security_is_active_for_some() {
    block_on(async {
        let sql = "SELECT row_security_active('world.base'), row_security_active('world.child'), row_security_active('pg_class')";
        for (role, expected) in [("postgres", ["f", "f", "f"]), ("golden_reader", ["t", "f", "f"])]
        {
            let mut session = open_world_as(role).await;
            let (_, rows) = ask(&mut session, sql).await.expect("rows");
            assert_eq!(rows, [expected.map(|cell| Some(cell.to_owned()))], "{role}");
        }
    });
}

async fn compare(mut session: CatalogSession<fixture::FixtureSession>, answers: &str) {
    let (_, names) = ask(&mut session, include_str!("golden/names.sql")).await.expect("names");
    let names: HashMap<String, String> = names
        .into_iter()
        .map(|row| (row[0].clone().expect("a number"), row[1].clone().expect("a name")))
        .collect();
    let mut wrong = Vec::new();
    for part in format!("\n{answers}").split("\n? ").skip(1) {
        let (query, expected) = part.split_once('\n').expect("an answer");
        let answer = match ask(&mut session, query).await {
            Ok((columns, rows)) => shown(&columns, &rows, &names),
            Err(error) => {
                let state = error.sqlstate();
                format!("! {state}\t{}\t{}", error.message(), error.get(b'P').unwrap_or_default())
            }
        };
        if answer.trim_end() != expected.trim_end() {
            wrong.push(format!("{query}\n--- PostgreSQL\n{expected}\n--- here\n{answer}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn shown(columns: &[(String, Oid)], rows: &[Cells], names: &HashMap<String, String>) -> String {
    let head: Vec<String> = columns.iter().map(|(name, oid)| format!("{name}:{}", oid.0)).collect();
    let mut lines = vec![format!("= {}", head.join("\t"))];
    for row in rows {
        let cells = row.iter().zip(columns).map(|(cell, (_, oid))| match cell {
            None => "\\N".to_owned(),
            Some(cell) => match names.get(cell).filter(|_| *oid == Oid::OID) {
                Some(name) => name.clone(),
                None => cell.replace('\n', "\\n"),
            },
        });
        lines.push(format!("  {}", cells.collect::<Vec<_>>().join("\t")));
    }
    lines.join("\n")
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
            "SELECT 1",
            "SELECT * FROM customers",
            "SELECT * FROM pg_mine",
            "SELECT * FROM customers, pg_class",
            "INSERT INTO pg_class VALUES (1)",
            "SELECT upper('pg_class')",
            "SELECT pg_unheard_of()",
            "SELECT now()",
        ] {
            let error = ask(&mut session, sql).await.expect_err("the fixture answers nothing");
            assert_eq!(error.message(), format!("the engine was asked: {sql}"));
        }
    });
}

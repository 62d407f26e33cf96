//! COPY FROM, as the server will drive it.

use std::future::poll_fn;

use trunkline_core::testkit::block_on;
use trunkline_core::types::TextStyle;
use trunkline_core::{CopyRow, CopyTarget, Format, Result, Session};
use trunkline_engines::sqlite::SqliteSession;
use trunkline_proto::copy::{CopyDirection, CopyValue, Decoder, Options, Target};
use trunkline_sql::statement::QualifiedName;

use crate::harness::{File, ask, session};

fn table(name: &str) -> QualifiedName {
    QualifiedName { catalog: None, schema: None, name: name.to_owned() }
}

/// Copies lines of text; `D` is the marker of a default.
async fn copy(
    session: &mut SqliteSession,
    name: &str,
    columns: Option<&[String]>,
    lines: &str,
) -> Result<u64> {
    copy_where(session, name, columns, None, lines).await
}

/// The same of those rows that meet a condition.
async fn copy_where(
    session: &mut SqliteSession,
    name: &str,
    columns: Option<&[String]>,
    condition: Option<&str>,
    lines: &str,
) -> Result<u64> {
    let name = table(name);
    let mut target = CopyTarget::new(&name);
    (target.columns, target.condition) = (columns, condition);
    let mut copy = session.copy_in(target).await?;
    let columns = copy.columns().clone();
    let options = [("default", CopyValue::Text("D"))];
    let options = Options::new(CopyDirection::From, options)?;
    let mut of = Target::new(&name.name);
    for (place, column) in columns.iter().enumerate() {
        of = of.column(&column.name, copy.has_default(place));
    }
    let mut decoder = Decoder::new(options, of);
    decoder.push(lines.as_bytes());
    decoder.finish();
    let mut scalars = Vec::new();
    while let Some(row) = decoder.next_row()? {
        poll_fn(|cx| copy.sink().poll_ready(cx)).await?;
        let style = TextStyle::default();
        let row = CopyRow::read(&row, &columns, Format::Text, &style, &mut scalars);
        let row = row.expect("its fields are sound");
        copy.sink().push(&row)?;
    }
    poll_fn(|cx| copy.sink().poll_finish(cx)).await
}

/// What is counted, without the engine's session.
fn count(file: &File) -> i64 {
    file.find("SELECT count(*) FROM t")
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'nobody', n INT4,
                         twice INTEGER AS (n * 2), at TIMESTAMP TEXT)";

#[test]
fn rows_are_stored_with_the_last_one() {
    block_on(async {
        let file = File::new(TABLE);
        let (mut session, _) = session(&file.writable()).await;
        let lines = "1\tann\t7\t2024-02-29 12:00:00\n2\tD\t\\N\t\\N\n";
        assert_eq!(copy(&mut session, "t", None, lines).await.expect("two rows"), 2);
        let found: String = file.find(
            "SELECT group_concat(concat_ws(',', id, name, coalesce(twice, '-'), at), ';') FROM t",
        );
        assert_eq!(found, "1,ann,14,2024-02-29 12:00:00;2,nobody,-");
        let columns = ["n".to_owned(), "id".to_owned()];
        let some = copy(&mut session, "t", Some(&columns), "5\t10\n").await;
        assert_eq!(some.expect("a row"), 1);
        assert_eq!(file.find::<String>("SELECT name FROM t WHERE id = 10 AND n = 5"), "nobody");
        assert_eq!(copy(&mut session, "t", None, "").await.expect("no rows"), 0);
    });
}

#[test]
fn many_rows_are_stored_or_none() {
    block_on(async {
        let file = File::new(TABLE);
        let (mut session, _) = session(&file.writable()).await;
        let columns = ["id".to_owned(), "name".to_owned()];
        // Several batches of 256 KiB.
        let lines: String = (1..=20_000).map(|id| format!("{id}\tname of {id}\n")).collect();
        let copied = copy(&mut session, "t", Some(&columns), &lines).await;
        assert_eq!(copied.expect("rows"), 20_000);
        assert_eq!(count(&file), 20_000);
        let more = (20_001..=40_000).chain([30_000]);
        let lines: String = more.map(|id| format!("{id}\tname of {id}\n")).collect();
        let error = copy(&mut session, "t", Some(&columns), &lines).await.expect_err("a key twice");
        assert_eq!(error.sqlstate().as_str(), "23505");
        assert_eq!(error.get(b'W'), Some("COPY t, line 20001"));
        assert_eq!(count(&file), 20_000);
        // The session goes on, and so does a transaction around it.
        session.begin(Default::default()).await.expect("a transaction");
        assert_eq!(copy(&mut session, "t", Some(&columns), "-1\tx\n").await.expect("a row"), 1);
        assert_eq!(count(&file), 20_000);
        session.commit().await.expect("a commit");
        assert_eq!(count(&file), 20_001);
    });
}

#[test]
fn a_row_among_many_keeps_its_place() {
    block_on(async {
        let table = "CREATE TABLE t (n INT4 UNIQUE ON CONFLICT FAIL CHECK (n <> 777),
                                     name TEXT DEFAULT 'nobody')";
        let file = File::new(table);
        let (mut session, _) = session(&file.writable()).await;
        let line =
            |n: u32| if n.is_multiple_of(97) { format!("{n}\tD\n") } else { format!("{n}\tx\n") };
        let lines: String = (1..=700).map(line).collect();
        assert_eq!(copy(&mut session, "t", None, &lines).await.expect("rows"), 700);
        assert_eq!(file.find::<i64>("SELECT count(*) FROM t WHERE n = rowid"), 700);
        assert_eq!(file.find::<i64>("SELECT count(*) FROM t WHERE name = 'nobody'"), 7);
        // What is wrong with one of them is told of that one, and none of them stays.
        let lines: String = (701..=1_000).map(line).collect();
        let error =
            copy(&mut session, "t", None, &lines).await.expect_err("a row that is not let in");
        assert_eq!(error.sqlstate().as_str(), "23514");
        assert_eq!(error.get(b'W'), Some("COPY t, line 77: \"777\tx\""));
        let lines: String = (2_001..=2_300).chain([2_100]).chain(2_301..=2_400).map(line).collect();
        let error = copy(&mut session, "t", None, &lines).await.expect_err("a key twice");
        assert_eq!(error.sqlstate().as_str(), "23505");
        assert_eq!(error.get(b'W'), Some("COPY t, line 301"));
        assert_eq!(count(&file), 700);
    });
}

#[test]
fn a_copy_that_is_dropped_leaves_nothing() {
    block_on(async {
        let file = File::new(TABLE);
        let (mut session, _) = session(&file.writable()).await;
        let lines: String = (1..=20_000).map(|id| format!("{id}\t{id}\n")).collect();
        let columns = ["id".to_owned(), "n".to_owned()];
        // The format is wrong behind many rows: the sink is dropped.
        let broken = lines.clone() + "1\t2\t3\n";
        let error =
            copy(&mut session, "t", Some(&columns), &broken).await.expect_err("a field more");
        assert_eq!(error.sqlstate().as_str(), "22P04");
        session.settle().await;
        assert_eq!(count(&file), 0);
        assert_eq!(copy(&mut session, "t", Some(&columns), &lines).await.expect("rows"), 20_000);
    });
}

/// PostgreSQL 18 gives the same numbers: also to rows that do not meet the condition, and to the one that
/// is refused.
#[test]
fn rows_are_numbered_once_each() {
    block_on(async {
        let file = File::new("");
        let table =
            "CREATE TABLE t (id serial PRIMARY KEY, n serial, name text CHECK (name <> 'bad'))";
        assert_eq!(ask(&mut file.serve().login(), table), "C(CREATE TABLE) Z(I)");
        let (mut session, _) = session(&file.writable()).await;
        let columns = ["name".to_owned()];
        let lines = "x\n".repeat(450);
        assert_eq!(copy(&mut session, "t", Some(&columns), &lines).await.expect("rows"), 450);
        let numbers = "SELECT count(DISTINCT n) || ',' || max(n) || ',' || max(id) FROM t";
        assert_eq!(file.find::<String>(numbers), "450,450,450");
        let condition = Some("n <> 452");
        let some = copy_where(&mut session, "t", Some(&columns), condition, "a\nb\nc\n").await;
        assert_eq!(some.expect("two rows"), 2);
        let found = "SELECT group_concat(id || name || n) FROM t WHERE name <> 'x'";
        assert_eq!(file.find::<String>(found), "451a451,453c453");
        let broken = "x\n".repeat(250) + "bad\n";
        let error = copy(&mut session, "t", Some(&columns), &broken).await.expect_err("a row");
        assert_eq!(error.get(b'D'), Some("Failing row contains (704, 704, bad)."));
        assert_eq!(copy(&mut session, "t", Some(&columns), "z\n").await.expect("a row"), 1);
        assert_eq!(file.find::<String>(numbers), "453,705,705");
    });
}

#[test]
fn what_is_not_there_is_told() {
    block_on(async {
        let file = File::new(&format!("{TABLE}; CREATE VIEW v AS SELECT 1 AS x;"));
        let (mut session, client) = session(&file.writable()).await;
        for (name, columns, code) in [
            ("nowhere", &[][..], "42P01"),
            ("v", &[], "42809"),
            ("t", &["nothing"], "42703"),
            ("t", &["id", "id"], "42701"),
            ("t", &["twice"], "42P10"),
        ] {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            let columns = (!columns.is_empty()).then_some(columns.as_slice());
            let error = copy(&mut session, name, columns, "").await.expect_err(name);
            assert_eq!(error.sqlstate().as_str(), code, "{name} {columns:?}");
        }
        client.settings().set("default_transaction_read_only", "on", false).expect("a setting");
        let error = copy(&mut session, "t", None, "").await.expect_err("read-only");
        assert_eq!(error.sqlstate().as_str(), "25006");
    });
}

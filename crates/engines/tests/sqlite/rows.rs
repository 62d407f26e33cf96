//! Rows that are streamed and suspended.

use std::future::poll_fn;

use trunkline_core::types::TextStyle;
use trunkline_core::{
    Columns, Format, Formats, Prepared, Progress, Reply, RowBuf, Rows, Run, Session,
};
use trunkline_engines::sqlite::{SqliteSession, Statement};
use trunkline_proto::message::Sync;

use crate::harness::{File, ask};
use crate::messages::{bind, execute, parse};

/// Rows that are read some at a time, of one column in text.
pub(crate) struct Reading {
    rows: Rows,
    style: TextStyle,
}

pub(crate) async fn reading(
    session: &mut SqliteSession,
    prepared: &Prepared<Statement>,
    run: Run,
) -> Reading {
    assert!(matches!(prepared.columns, Columns::Known(_)));
    match session.execute(&prepared.statement, run).await.expect("a reply") {
        Reply::Rows(rows) => Reading { rows, style: TextStyle::default() },
        _ => panic!("no rows"),
    }
}

impl Reading {
    pub(crate) async fn read(&mut self, count: u64) -> Vec<String> {
        let mut out = Vec::new();
        let columns = self.rows.columns().clone();
        let formats = Formats::All(Format::Text);
        let mut left = count;
        while left > 0 {
            let progress = poll_fn(|cx| {
                let mut buffer = RowBuf::new(&mut out, &columns, &formats, &self.style).limit(left);
                let progress = self.rows.poll_fill(cx, &mut buffer);
                left -= buffer.rows();
                progress
            });
            if let Progress::End(_) = progress.await.expect("rows") {
                break;
            }
        }
        // A DataRow of one column: 'D', its length, 1, the length of the value, the value.
        let mut values = Vec::new();
        let mut rest = out.as_slice();
        while let [_, _, _, _, _, _, _, a, b, c, d, after @ ..] = rest {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            values.push(String::from_utf8_lossy(&after[..length]).into_owned());
            rest = &after[length..];
        }
        values
    }
}

const MILLION: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
                       SELECT i, 'row ' || i AS name FROM n";

#[test]
fn portals_wait_while_others_run() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');",
    );
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "BEGIN");
    client.say(&parse("s", "SELECT name FROM t ORDER BY id")).say(&bind("one", "s"));
    client.say(&bind("two", "s")).say(&execute("one", 2)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 2 D(a) D(b) s Z(T)");
    client.say(&execute("two", 1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "D(a) s Z(T)");
    ask(&mut client, "CREATE TABLE u (x int); INSERT INTO u VALUES (2)");
    client.say(&execute("one", 1)).say(&execute("two", 0)).say(&execute("one", 0)).say(&Sync);
    let rest = "D(c) s D(b) D(c) D(d) C(SELECT 3) D(d) C(SELECT 1) Z(T)";
    assert_eq!(client.hear_until('Z'), rest);
    assert_eq!(ask(&mut client, "COMMIT"), "C(COMMIT) Z(I)");
}

#[test]
fn a_cursor_reads_on() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, &format!("BEGIN; DECLARE c CURSOR FOR {MILLION}"));
    assert_eq!(ask(&mut client, "FETCH 1 FROM c"), "D(1,row 1) C(FETCH 1) Z(T)");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(0) C(SELECT 1) Z(T)");
    let moved = ask(&mut client, "MOVE 9998 FROM c; FETCH c");
    assert_eq!(moved, "C(MOVE 9998) D(10000,row 10000) C(FETCH 1) Z(T)");
    ask(&mut client, "CLOSE c; COMMIT");
}

#[test]
fn what_is_returned_is_what_was_changed() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);");
    let server = file.serve();
    let mut client = server.login();
    let insert = "INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, name";
    assert_eq!(ask(&mut client, insert), "D(1,a) D(2,b) C(INSERT 0 2) Z(I)");
    // Suspended after a row, it has changed all of them.
    client.say(&parse("", "UPDATE t SET name = name || '!' RETURNING id")).say(&bind("", ""));
    client.say(&execute("", 1)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 2 D(1) s Z(I)");
    assert_eq!(ask(&mut client, "SELECT name FROM t ORDER BY id"), "D(a!) D(b!) C(SELECT 2) Z(I)");
}

#[test]
fn statements_follow_definitions() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
    let server = file.serve();
    let mut client = server.login();
    client.say(&parse("all", "SELECT * FROM t")).say(&parse("id", "SELECT id FROM t")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 1 Z(I)");
    file.run("ALTER TABLE t ADD COLUMN name TEXT");
    client.say(&bind("", "id")).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 D(1) C(SELECT 1) Z(I)");
    client.say(&bind("", "all")).say(&execute("", 0)).say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 E(ERROR 0A000) Z(I)");
}

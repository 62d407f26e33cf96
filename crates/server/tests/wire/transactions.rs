//! What the engine hears of transactions that clients begin, and of those that nobody begins.
//!
//! What clients hear is compared with a real PostgreSQL, in `conformance/dialogues/transactions.txt`.

use std::sync::{Arc, Mutex};

use trunkline::{
    Client, Columns, CommandTag, Engine, Oid, PgError, Prepared, Reply, Result, Run, Server,
    Session, SqlState,
};
use trunkline_proto::message::{Flush, Query, Sync};
use trunkline_sql::statement::TransactionModes;

use crate::dialogue::Dialogue;
use crate::messages::{cancel, extended};
use crate::toy::{RunningServer, start_server};

/// Writes down what it is asked; refuses what begins with `bad`, and to commit after `rotten`. After
/// `stuck` it cannot roll back, after `deaf` no BEGIN comes to an end.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn write(&self, word: impl Into<String>) {
        self.0.lock().expect("a diary").push(word.into());
    }

    fn says(&self, word: &str) -> bool {
        self.0.lock().expect("a diary").iter().any(|written| written == word)
    }

    async fn begins(&self, word: &str) -> Result<()> {
        self.write(word);
        match self.says("deaf") {
            true => std::future::pending().await,
            false => Ok(()),
        }
    }

    /// What was written since the last look.
    fn read(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("a diary")).join(" ")
    }
}

impl Engine for Diary {
    type Session = Diary;

    async fn open(&self, _: Client) -> Result<Diary> {
        Ok(self.clone())
    }
}

impl Session for Diary {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<String>> {
        Ok(Prepared::new(sql.to_owned(), Columns::None))
    }

    async fn execute(&mut self, statement: &String, _: Run) -> Result<Reply> {
        self.write(statement);
        match statement.starts_with("bad") {
            true => Err(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")),
            false => Ok(CommandTag::new("DONE").into()),
        }
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        match sql.starts_with("selec ") {
            true => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error").position(1)),
            false => Ok(()),
        }
    }

    async fn begin(&mut self, _: TransactionModes) -> Result<()> {
        self.begins("BEGIN").await
    }

    async fn begin_implicit(&mut self) -> Result<()> {
        self.begins("(").await
    }

    async fn savepoint(&mut self, name: &str) -> Result<()> {
        assert_ne!(name, "broken", "the engine panics");
        Ok(())
    }

    async fn commit(&mut self) -> Result<()> {
        let rotten = self.says("rotten");
        self.write(if rotten { "refused" } else { "COMMIT" });
        match rotten {
            true => Err(PgError::new(SqlState::UNIQUE_VIOLATION, "found at the end")),
            false => Ok(()),
        }
    }

    async fn rollback(&mut self) -> Result<()> {
        self.write("ROLLBACK");
        match self.says("stuck") {
            true => Err(PgError::internal("cannot roll back")),
            false => Ok(()),
        }
    }
}

fn start() -> (RunningServer<Diary>, Dialogue, Diary) {
    let diary = Diary::default();
    let server = start_server(Server::builder(diary.clone()).build());
    let client = Dialogue::login(server.address);
    (server, client, diary)
}

#[test]
fn a_string_is_one_transaction() {
    let (_server, mut client, diary) = start();
    for (sql, heard, written) in [
        ("one", "C(DONE) Z(I)", "one"),
        ("one; two", "C(DONE) C(DONE) Z(I)", "( one two COMMIT"),
        ("one; bad; two", "C(DONE) E(ERROR 22012) Z(I)", "( one bad ROLLBACK"),
        ("one; selec two", "E(ERROR 42601) Z(I)", ""),
        ("one; begin; two", "C(DONE) C(BEGIN) C(DONE) Z(T)", "( one two"),
        ("three", "C(DONE) Z(T)", "three"),
        ("commit", "C(COMMIT) Z(I)", "COMMIT"),
        ("begin; one", "C(BEGIN) C(DONE) Z(T)", "BEGIN one"),
        ("bad", "E(ERROR 22012) Z(E)", "bad"),
        ("rollback; one", "C(ROLLBACK) C(DONE) Z(I)", "ROLLBACK ( one COMMIT"),
        (
            "one; commit; two",
            "C(DONE) N(25P01) C(COMMIT) C(DONE) Z(I)",
            "( one COMMIT ( two COMMIT",
        ),
        ("set x.y = 1; set x.z = 2", "C(SET) C(SET) Z(I)", ""),
    ] {
        assert_eq!(client.say(&Query { sql }).hear_until('Z'), heard, "{sql}");
        assert_eq!(diary.read(), written, "{sql}");
    }
}

#[test]
fn what_cannot_be_kept_is_not_called_complete() {
    let (_server, mut client, diary) = start();
    let heard = client.say(&Query { sql: "one; rotten" }).hear_until('Z');
    assert_eq!(heard, "C(DONE) E(ERROR 23505) Z(I)");
    assert_eq!(diary.read(), "( one rotten refused");
    let heard = extended(extended(&mut client, "one"), "rotten").say(&Sync).hear_until('Z');
    assert_eq!(heard, "1 2 C(DONE) 1 2 C(DONE) E(ERROR 23505) Z(I)");
    let heard = client.say(&Query { sql: "begin; rotten; commit" }).hear_until('Z');
    assert_eq!(heard, "C(BEGIN) C(DONE) E(ERROR 23505) Z(I)");
}

#[test]
fn a_pipeline_is_one_transaction() {
    let (_server, mut client, diary) = start();
    // With its Sync behind it a statement is on its own.
    assert_eq!(extended(&mut client, "one").say(&Sync).hear_until('Z'), "1 2 C(DONE) Z(I)");
    assert_eq!(diary.read(), "one");
    extended(extended(&mut client, "one"), "two").say(&Sync).hear_until('Z');
    assert_eq!(diary.read(), "( one two COMMIT");
    extended(extended(&mut client, "one"), "bad").say(&Sync).hear_until('Z');
    assert_eq!(diary.read(), "( one bad ROLLBACK");
    // The Sync may be long in coming: until then nothing is kept.
    extended(&mut client, "one").say(&Flush).hear_until('C');
    assert_eq!(diary.read(), "( one");
    client.say(&Sync).hear_until('Z');
    assert_eq!(diary.read(), "COMMIT");
    // An error undoes at once: who forgets to Sync holds no locks.
    extended(extended(&mut client, "one"), "bad").say(&Flush).hear_until('E');
    assert_eq!(diary.read(), "( one bad ROLLBACK");
    client.say(&Sync).hear_until('Z');
    extended(extended(extended(&mut client, "one"), "begin"), "two").say(&Sync).hear_until('Z');
    assert_eq!(diary.read(), "( one two");
    extended(&mut client, "commit").say(&Sync).hear_until('Z');
    assert_eq!(diary.read(), "COMMIT");
}

#[test]
fn a_begin_that_is_cut_short_is_undone() {
    for (sql, begun) in [("begin", "BEGIN"), ("one; two", "(")] {
        let (server, mut client, diary) = start();
        client.say(&Query { sql: "deaf" }).hear_until('Z');
        client.say(&Query { sql }).send();
        let mut patience = 10_000;
        while !diary.says(begun) && patience > 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
            patience -= 1;
        }
        cancel(server.address, &client.key);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)");
        assert_eq!(diary.read(), format!("deaf {begun} ROLLBACK"));
    }
}

#[test]
fn a_transaction_that_cannot_be_undone_ends_the_connection() {
    for sql in ["begin; stuck; rollback", "stuck; bad"] {
        let (_server, mut client, _) = start();
        let heard = client.say(&Query { sql }).hear_out();
        assert!(heard.ends_with("E(FATAL XX000)"), "{sql}: {heard}");
    }
}

#[test]
fn a_panic_in_a_transaction_ends_one_connection_only() {
    let (server, mut client, _) = start();
    let heard = client.say(&Query { sql: "begin; savepoint broken" }).hear_out();
    assert_eq!(heard, "C(BEGIN) E(FATAL XX000)");
    Dialogue::login(server.address);
}

//! Cancels that come when everything is done: what is committed is never told to have failed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::Semaphore;
use trunkline::{
    Client, Column, Columns, CommandTag, Engine, Oid, Prepared, Progress, Reply, Result, RowBuf,
    RowSource, Rows, Run, Server, Session,
};
use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::fairness::narrow_client;
use crate::messages::cancel;
use crate::toy::{RunningServer, start_server};

/// More than the sockets hold between a server and a client that does not read.
const WIDE: usize = 16 << 20;

/// Tells when it commits, and does so when it may.
#[derive(Clone)]
struct Keeper {
    commits: Sender<()>,
    may_commit: Arc<Semaphore>,
}

impl Engine for Keeper {
    type Session = Keeper;

    async fn open(&self, _: Client) -> Result<Keeper> {
        Ok(self.clone())
    }
}

impl Session for Keeper {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<String>> {
        Ok(Prepared::new(sql.to_owned(), Columns::AfterBind))
    }

    async fn execute(&mut self, statement: &String, _: Run) -> Result<Reply> {
        Ok(match statement.as_str() {
            "wide" => Rows::from_source([Column::from(("wide", Oid::TEXT))].into(), Wide).into(),
            _ => CommandTag::new("DONE").into(),
        })
    }

    async fn commit(&mut self) -> Result<()> {
        self.commits.send(()).expect("the test listens");
        self.may_commit.acquire().await.expect("it is open").forget();
        Ok(())
    }
}

/// One row, and the end at once: nobody asks for more, so nothing is sent before the commit.
struct Wide;

impl RowSource for Wide {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        rows.row(|row| {
            row.text(&"x".repeat(WIDE));
            Ok(())
        })?;
        Poll::Ready(Ok(Progress::End(CommandTag::select())))
    }
}

fn start() -> (RunningServer<Keeper>, Receiver<()>, Arc<Semaphore>) {
    let (commits, committing) = channel();
    let may_commit = Arc::new(Semaphore::new(0));
    let keeper = Keeper { commits, may_commit: may_commit.clone() };
    (start_server(Server::builder(keeper).build()), committing, may_commit)
}

fn wait(committing: &Receiver<()>) {
    committing.recv_timeout(Duration::from_secs(20)).expect("it commits");
}

#[test]
fn a_cancel_during_the_last_commit_is_late() {
    let (server, committing, may_commit) = start();
    let mut client = Dialogue::login(server.address);
    let key = client.key.clone();
    for (sql, heard) in [
        ("one; two", "C(DONE) C(DONE) Z(I)"),
        ("begin; one; commit", "C(BEGIN) C(DONE) C(COMMIT) Z(I)"),
    ] {
        client.say(&Query { sql }).send();
        wait(&committing);
        // It is answered by the end of its connection when it has been obeyed.
        cancel(server.address, &key);
        may_commit.add_permits(1);
        assert_eq!(client.hear_until('Z'), heard, "{sql}");
    }
}

#[test]
fn a_cancel_while_the_last_answer_is_on_its_way_is_late() {
    let (server, committing, may_commit) = start();
    may_commit.add_permits(1);
    let mut client = narrow_client(server.address);
    let key = client.key.clone();
    client.say(&Query { sql: "one; wide" }).send();
    wait(&committing);
    cancel(server.address, &key);
    let heard = client.hear_until('Z');
    let end = heard.get(heard.len() - 40..).unwrap_or_default();
    assert!(end.ends_with("x) C(SELECT 1) Z(I)"), "{end}");
}

//! Clients that are sent away while they do not listen.

use std::task::{Context, Poll};

use trunkline::{
    Client, Column, Columns, Engine, Oid, Prepared, Progress, Reply, Result, RowBuf, RowSource,
    Rows, Run, Server, Session, Signal,
};
use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::fairness::narrow_client;
use crate::toy::start_server;

/// Keeps what each statement does, and then returns rows of it without end.
struct Keeping;

struct Kept(Client);

impl Engine for Keeping {
    type Session = Kept;

    async fn open(&self, client: Client) -> Result<Kept> {
        Ok(Kept(client))
    }
}

impl Session for Kept {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<String>> {
        Ok(Prepared::new(sql.to_owned(), Columns::AfterBind))
    }

    async fn execute(&mut self, statement: &String, _: Run) -> Result<Reply> {
        let columns = [Column::from(("row", Oid::TEXT))].into();
        if let Some(pid) = statement.strip_prefix("is here ") {
            let pid = pid.parse().expect("a pid");
            let is_here = self.0.backends().find(pid).is_some();
            return Ok(Rows::from_source(columns, Row(is_here.to_string())).into());
        }
        if let Some(pid) = statement.strip_prefix("dismiss ") {
            self.0.signal(pid.parse().expect("a pid"), Signal::Terminate)?;
            return Ok(trunkline::CommandTag::new("DONE").into());
        }
        assert!(self.0.interrupts().hold());
        Ok(Rows::from_source(columns, Endless).into())
    }
}

struct Row(String);

impl RowSource for Row {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        rows.row(|row| {
            row.text(&self.0);
            Ok(())
        })?;
        Poll::Ready(Ok(Progress::End(trunkline::CommandTag::select())))
    }
}

struct Endless;

impl RowSource for Endless {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while !rows.is_full() {
            rows.row(|row| {
                row.text("again");
                Ok(())
            })?;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

#[test]
fn who_does_not_take_the_rows_of_what_is_kept_can_be_sent_away() {
    let server = start_server(Server::builder(Keeping).build());
    let mut client = narrow_client(server.address);
    let mut other = Dialogue::login(server.address);
    let pid = client.key.0;
    client.say(&Query { sql: "keep" }).send();
    // It has begun to answer.
    client.hear_until('T');
    other.say(&Query { sql: &format!("dismiss {pid}") }).send();
    assert_eq!(other.hear_until('Z'), "C(DONE) Z(I)");
    let asked = format!("is here {pid}");
    for tries in 0.. {
        other.say(&Query { sql: &asked }).send();
        if other.hear_until('Z').contains("D(false)") {
            break;
        }
        assert!(tries < 2_000, "it stays");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

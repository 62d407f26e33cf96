//! One client that never pauses, and what the others get.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trunkline::{Client, Columns, Engine, Oid, PgError, Prepared, Reply, Result, Run, Session};
use trunkline_proto::message::{Execute, NewBind, NewParse, Query, Sync};

use crate::clock;
use crate::dialogue::Dialogue;
use crate::toy;

/// Counts the statements that are prepared while no other task has its turn.
#[derive(Clone, Default)]
struct Turns(Arc<Counts>);

#[derive(Default)]
struct Counts {
    turn: AtomicU64,
    last: AtomicU64,
    in_a_row: AtomicU64,
    most: AtomicU64,
}

impl Engine for Turns {
    type Session = Turns;

    async fn open(&self, _: Client) -> Result<Turns> {
        Ok(self.clone())
    }
}

impl Session for Turns {
    type Statement = ();

    async fn prepare(&mut self, _: &str, _: &[Oid]) -> Result<Prepared<()>> {
        let counts = &self.0;
        let turn = counts.turn.load(Ordering::SeqCst);
        if counts.last.swap(turn, Ordering::SeqCst) != turn {
            counts.in_a_row.store(0, Ordering::SeqCst);
        }
        let in_a_row = counts.in_a_row.fetch_add(1, Ordering::SeqCst) + 1;
        counts.most.fetch_max(in_a_row, Ordering::SeqCst);
        Ok(Prepared::new((), Columns::None))
    }

    async fn execute(&mut self, (): &(), _: Run) -> Result<Reply> {
        Err(PgError::internal("nothing is executed"))
    }
}

#[tokio::test]
async fn t27_a_client_that_never_pauses_leaves_others_their_turn() {
    const MESSAGES: u64 = 1000;
    let turns = Turns::default();
    let server = trunkline::Server::builder(turns.clone()).build();
    let address = clock::start(&server).await;
    let mut client = clock::client(move || Dialogue::login(address)).await;
    let counts = turns.0.clone();
    let other = tokio::spawn(async move {
        loop {
            counts.turn.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    });
    clock::client(move || {
        // One write, and few reads of the server.
        for _ in 0..MESSAGES {
            client.say(&NewParse { name: "", sql: "x", parameter_types: [Oid::INT4; 0] });
        }
        assert_eq!(client.say(&Sync).hear_until('Z').matches('1').count() as u64, MESSAGES);
    })
    .await;
    other.abort();
    let most = turns.0.most.load(Ordering::SeqCst);
    assert!((2..MESSAGES / 2).contains(&most), "{most} messages in a row");
}

/// Sends `rounds` times a Bind without waiting for anything, and then reads.
fn many_binds(rounds: usize, with_rows: bool) {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&NewParse { name: "s", sql: "rows 20", parameter_types: [Oid::INT4; 0] });
    for _ in 0..rounds {
        client.say(&NewBind {
            portal: "",
            statement: "s",
            parameter_formats: &[],
            parameters: std::iter::empty::<Option<&[u8]>>(),
            result_formats: &[],
        });
        if with_rows {
            client.say(&Execute { portal: "", max_rows: 1 });
        }
    }
    let heard = client.say(&Sync).hear_until('Z');
    assert_eq!(heard.matches('2').count(), rounds);
    assert!(client.say(&Query { sql: "one" }).hear_until('Z').ends_with("Z(I)"));
}

#[test]
fn t24_a_pipeline_of_many_binds_needs_no_reader() {
    many_binds(100_000, false);
    many_binds(30_000, true);
}

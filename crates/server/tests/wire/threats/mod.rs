//! Attacks and the mistakes of others, each test named after its row in THREATS.md.

mod crowds;
mod defaults;
mod desync;
mod disconnects;
mod encryption;
mod inputs;
mod literal;
mod log;
mod matrix;
mod memory;
mod panics;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use trunkline::{Auth, Client, Engine, Limits, Result, Server, ServerBuilder, Users};
use trunkline_proto::message::Encode;

use crate::toy::{Toy, ToySession};

/// The toy, and how many of its sessions were opened and how many live.
#[derive(Clone, Default)]
struct Counted {
    opened: Arc<AtomicUsize>,
    living: Arc<AtomicUsize>,
}

struct CountedSession {
    toy: ToySession,
    living: Arc<AtomicUsize>,
}

impl Drop for CountedSession {
    fn drop(&mut self) {
        self.living.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Engine for Counted {
    type Session = CountedSession;

    async fn open(&self, client: Client) -> Result<CountedSession> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let toy = Toy.open(client).await?;
        self.living.fetch_add(1, Ordering::SeqCst);
        Ok(CountedSession { toy, living: self.living.clone() })
    }
}

impl trunkline::Session for CountedSession {
    type Statement = Vec<String>;

    async fn prepare(
        &mut self,
        sql: &str,
        hints: &[trunkline::Oid],
    ) -> Result<trunkline::Prepared<Vec<String>>> {
        self.toy.prepare(sql, hints).await
    }

    async fn execute(
        &mut self,
        statement: &Vec<String>,
        run: trunkline::Run,
    ) -> Result<trunkline::Reply> {
        self.toy.execute(statement, run).await
    }
}

impl Counted {
    fn server(&self) -> ServerBuilder<Counted> {
        Server::builder(self.clone())
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// Waits until no session lives.
    fn all_gone(&self) {
        wait_for("the end of all sessions", || self.living.load(Ordering::SeqCst) == 0);
    }
}

/// Waits until something is so; what is not so by then never will be.
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn scram() -> Auth {
    Auth::scram(Users::new().and_then(|users| users.password("ann", "s3cret!")).expect("users"))
}

fn limits(connections: usize) -> Limits {
    let mut limits = Limits::default();
    limits.connections = connections;
    limits
}

fn encoded(message: &(impl Encode + ?Sized)) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes).expect("a message that can be written");
    bytes
}

//! COPY FROM: what a sink does and what a client does to it.

use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use trunkline::{
    Client, Column, Columns, CommandTag, CopyIn, CopyRow, CopySink, CopyTarget, Engine, Oid,
    PgError, Prepared, Reply, Result, Run, Server, Session, SqlState,
};
use trunkline_proto::message::{CopyData, CopyDone, Query};

use crate::dialogue::Dialogue;
use crate::messages::cancel;
use crate::toy::{self, RunningServer};

/// Takes rows into a table whose name says how.
#[derive(Clone, Default)]
struct Taker(Arc<Counts>);

/// What sinks there are, and how much they hold.
#[derive(Default)]
struct Counts {
    sinks: AtomicUsize,
    taken: AtomicUsize,
    stored: AtomicUsize,
    published: AtomicUsize,
}

struct Taking {
    client: Client,
    counts: Arc<Counts>,
}

impl Engine for Taker {
    type Session = Taking;

    async fn open(&self, client: Client) -> Result<Taking> {
        Ok(Taking { client, counts: self.0.clone() })
    }
}

impl Session for Taking {
    type Statement = ();

    async fn prepare(&mut self, _: &str, _: &[Oid]) -> Result<Prepared<()>> {
        Ok(Prepared::new((), Columns::None))
    }

    async fn execute(&mut self, (): &(), _: Run) -> Result<Reply> {
        let count = self.counts.published.fetch_add(1, Ordering::SeqCst);
        self.client.publish("news", &count.to_string())?;
        Ok(CommandTag::new("PUBLISH").into())
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        self.counts.sinks.fetch_add(1, Ordering::SeqCst);
        let kind = target.table.name.clone();
        let sink = Sink { counts: self.counts.clone(), kind, rows: 0 };
        Ok(CopyIn::new([Column::new("a", Oid::INT4)].into(), sink))
    }
}

struct Sink {
    counts: Arc<Counts>,
    kind: String,
    rows: usize,
}

impl CopySink for Sink {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        if self.kind == "stuck" && self.rows > 0 { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    fn push(&mut self, _: &CopyRow<'_>) -> Result<()> {
        self.rows += 1;
        self.counts.taken.fetch_add(1, Ordering::SeqCst);
        match (self.kind.as_str(), self.rows) {
            ("crowded", 2) => Err(PgError::new(SqlState::DISK_FULL, "disk full")),
            ("broken", 2) => panic!("the engine panics"),
            _ => Ok(()),
        }
    }

    fn poll_finish(&mut self, _: &mut Context<'_>) -> Poll<Result<u64>> {
        if self.kind == "endless" {
            return Poll::Pending;
        }
        self.counts.stored.fetch_add(self.rows, Ordering::SeqCst);
        Poll::Ready(Ok(self.rows as u64))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.counts.sinks.fetch_sub(1, Ordering::SeqCst);
        assert!(self.kind != "brittle", "the engine panics at the end of a sink");
    }
}

struct Setting {
    server: RunningServer<Taker>,
    counts: Arc<Counts>,
}

fn start() -> Setting {
    let taker = Taker::default();
    let counts = taker.0.clone();
    Setting { server: toy::start_server(Server::builder(taker).build()), counts }
}

impl Setting {
    /// A client whose COPY has begun.
    fn copying(&self, table: &str) -> Dialogue {
        let mut client = Dialogue::login(self.server.address);
        client.say(&Query { sql: &format!("copy {table} from stdin") });
        assert_eq!(client.hear_until('G'), "G");
        client
    }

    fn wait_for(&self, what: impl Fn(&Counts) -> bool) {
        let begun = Instant::now();
        while !what(&self.counts) {
            assert!(begun.elapsed() < Duration::from_secs(20), "it should have come so far");
            std::thread::yield_now();
        }
    }

    /// Whether nothing is left of a COPY that was not stored.
    fn is_undone(&self) {
        self.wait_for(|counts| counts.sinks.load(Ordering::SeqCst) == 0);
        assert_eq!(self.counts.stored.load(Ordering::SeqCst), 0);
    }
}

fn data(client: &mut Dialogue, data: &[u8]) {
    client.say(&CopyData { data });
}

#[test]
fn a_cancel_ends_a_copy_that_waits_for_its_client() {
    let setting = start();
    let mut client = setting.copying("t");
    data(&mut client, b"1\n2");
    client.send();
    setting.wait_for(|counts| counts.taken.load(Ordering::SeqCst) == 1);
    cancel(setting.server.address, &client.key);
    assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)");
    setting.is_undone();
    // What was on its way is ignored, and the next COPY begins anew.
    data(&mut client, b"\n3\n");
    client.say(&CopyDone).say(&Query { sql: "copy t from stdin" });
    assert_eq!(client.hear_until('G'), "G");
    data(&mut client, b"4\n");
    assert_eq!(client.say(&CopyDone).hear_until('Z'), "C(COPY 1) Z(I)");
}

#[test]
fn a_cancel_ends_a_copy_whose_engine_is_busy() {
    for (table, end) in [("stuck", false), ("endless", true)] {
        let setting = start();
        let mut client = setting.copying(table);
        data(&mut client, b"1\n2\n");
        if end {
            client.say(&CopyDone);
        }
        client.send();
        setting.wait_for(|counts| counts.taken.load(Ordering::SeqCst) >= 1);
        cancel(setting.server.address, &client.key);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)", "{table}");
        setting.is_undone();
    }
}

#[test]
fn a_statement_timeout_ends_a_copy() {
    let setting = start();
    let mut client = Dialogue::login(setting.server.address);
    client.say(&Query { sql: "set statement_timeout = 50" }).hear_until('Z');
    client.say(&Query { sql: "copy t from stdin" });
    assert_eq!(client.hear_until('Z'), "G E(ERROR 57014) Z(I)");
    setting.is_undone();
}

#[test]
fn nothing_stays_of_a_client_that_leaves() {
    let setting = start();
    for round in 0..50 {
        let mut client = setting.copying("t");
        data(&mut client, b"1\n2\n3");
        client.send();
        setting.wait_for(|counts| counts.taken.load(Ordering::SeqCst) == 2 * (round + 1));
        drop(client);
    }
    setting.is_undone();
}

#[test]
fn a_client_that_closes_its_side_is_told() {
    let setting = start();
    let mut client = setting.copying("t");
    data(&mut client, b"1\n");
    client.send();
    client.socket.shutdown(Shutdown::Write).expect("a socket");
    assert_eq!(client.hear_out(), "E(ERROR 08006) E(FATAL 08P01)");
    setting.is_undone();
}

#[test]
fn a_sink_that_refuses_a_row_ends_the_copy_and_one_that_panics_the_connection() {
    let setting = start();
    let mut client = setting.copying("crowded");
    data(&mut client, b"1\n2\n3\n");
    assert_eq!(client.say(&CopyDone).hear_until('Z'), "E(ERROR 53100) Z(I)");
    setting.is_undone();
    let mut client = setting.copying("brittle");
    data(&mut client, b"x\n");
    assert_eq!(client.say(&CopyDone).hear_until('Z'), "E(ERROR 22P02) Z(I)");
    setting.is_undone();
    let mut client = setting.copying("broken");
    data(&mut client, b"1\n2\n3\n");
    assert_eq!(client.say(&CopyDone).hear_out(), "E(FATAL XX000)");
    setting.is_undone();
}

/// Where the engine takes no more, the server reads a bounded amount, and then the client has to wait.
#[test]
fn t11_a_slow_sink_slows_the_client_down() {
    let setting = start();
    let client = setting.copying("stuck");
    let mut socket = client.socket.try_clone().expect("a socket");
    socket.set_write_timeout(Some(Duration::from_secs(1))).expect("a socket");
    let mut message = b"d\0\x01\0\x02".to_vec();
    message.resize(1 + 4 + 65_534, b'\n');
    for (place, byte) in message.iter_mut().enumerate().skip(5) {
        *byte = if place % 2 == 1 { b'1' } else { b'\n' };
    }
    let mut written = 0;
    let full = loop {
        match socket.write(&message[written % message.len()..]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
        assert!(written < 64 << 20, "nobody holds the client back");
    };
    assert!(matches!(full.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
    assert_eq!(setting.counts.taken.load(Ordering::SeqCst), 1);
    cancel(setting.server.address, &client.key);
    setting.is_undone();
}

#[test]
fn a_copy_is_undone_when_the_server_stops() {
    let setting = start();
    let mut client = setting.copying("t");
    data(&mut client, b"1\n");
    client.send();
    setting.wait_for(|counts| counts.taken.load(Ordering::SeqCst) == 1);
    let server = setting.server.server.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(server.shutdown());
    });
    assert_eq!(client.hear_out(), "E(FATAL 57P01)");
    setting.is_undone();
}

/// As `pg_notify` does it: within a statement, and heard when that is kept.
#[test]
fn what_an_engine_publishes_is_told_with_its_transaction() {
    let setting = start();
    let mut client = Dialogue::login(setting.server.address);
    client.say(&Query { sql: "listen news" }).hear_until('Z');
    let publish = |client: &mut Dialogue, sql| client.say(&Query { sql }).hear_until('Z');
    let pid = client.key.0;
    assert_eq!(publish(&mut client, "p"), format!("C(PUBLISH) A({pid} news 0) Z(I)"));
    assert_eq!(publish(&mut client, "begin; p; rollback"), "C(BEGIN) C(PUBLISH) C(ROLLBACK) Z(I)");
    assert_eq!(
        publish(&mut client, "begin; p; commit"),
        format!("C(BEGIN) C(PUBLISH) C(COMMIT) A({pid} news 2) Z(I)")
    );
}

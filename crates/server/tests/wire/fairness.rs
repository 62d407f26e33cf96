//! One client that never pauses, and what the others get.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use socket2::{Domain, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trunkline::{Client, Columns, Engine, Oid, PgError, Prepared, Reply, Result, Run, Session};
use trunkline_proto::message::{Encode, Query, Sync};

use crate::clock;
use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::startup::{ANN, startup};
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
            client.say(&parse("", "x"));
        }
        assert_eq!(client.say(&Sync).hear_until('Z').matches('1').count() as u64, MESSAGES);
    })
    .await;
    other.abort();
    let most = turns.0.most.load(Ordering::SeqCst);
    assert!((2..MESSAGES / 2).contains(&most), "{most} messages in a row");
}

/// How long a server takes by its clock for so many times the same, each time up to ReadyForQuery, all
/// at once or one after the other.
async fn taken_for(said: &[u8], count: usize, at_once: bool) -> Duration {
    let address = clock::start(&trunkline::Server::builder(toy::Toy).build()).await;
    let socket = clock::client(move || Dialogue::login(address).socket);
    let mut socket = unblocked(socket.await);
    let start = tokio::time::Instant::now();
    let (rounds, each) = if at_once { (1, count) } else { (count, 1) };
    for _ in 0..rounds {
        socket.write_all(&said.repeat(each)).await.expect("it is taken");
        hear(&mut socket, each).await;
    }
    start.elapsed()
}

/// A socket that does not stop the clock while it waits.
fn unblocked(socket: std::net::TcpStream) -> tokio::net::TcpStream {
    socket.set_nonblocking(true).expect("a socket");
    tokio::net::TcpStream::from_std(socket).expect("a socket")
}

/// Reads up to so many ReadyForQuery.
async fn hear(socket: &mut tokio::net::TcpStream, count: usize) {
    const READY: &[u8] = b"Z\0\0\0\x05I";
    let mut heard = Vec::new();
    while heard.windows(READY.len()).filter(|bytes| *bytes == READY).count() < count {
        assert_ne!(socket.read_buf(&mut heard).await.expect("an answer"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn t27_who_asks_for_nothing_again_and_again_has_to_wait() {
    let sync = b"S\0\0\0\x04";
    let floods: [&[u8]; 4] = [
        sync,
        // A byte too many, a string without an end, and what comes behind a mistake.
        b"S\0\0\0\x05x",
        b"Q\0\0\0\x07one",
        b"E\0\0\0\x09\0\0\0\0\0H\0\0\0\x04S\0\0\0\x04",
    ];
    for flood in floods {
        let waits = taken_for(flood, 1280, true).await.as_millis();
        assert!((9..=80).contains(&waits), "{} waits {waits} ms", flood.escape_ascii());
    }
    // Who waits for the answers is no flood.
    assert_eq!(taken_for(sync, 300, false).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn t27_who_has_something_done_does_not_wait() {
    let mut query = Vec::new();
    Query { sql: "one" }.encode(&mut query).expect("it fits");
    assert_eq!(taken_for(&query, 1280, true).await, Duration::ZERO);
    // A row at a time, of which no command is complete, and statements of no words.
    for (sql, max_rows) in [("rows 20", 1), ("", 0)] {
        let mut said = Vec::new();
        let encoded = parse("", sql)
            .encode(&mut said)
            .and_then(|()| bind("", "").encode(&mut said))
            .and_then(|()| execute("", max_rows).encode(&mut said))
            .and_then(|()| Sync.encode(&mut said));
        encoded.expect("it fits");
        assert_eq!(taken_for(&said, 1280, true).await, Duration::ZERO, "{sql}");
    }
}

/// Sends `rounds` times a Bind without waiting for anything, and then reads.
fn many_binds(rounds: usize, with_rows: bool) {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "rows 20"));
    for _ in 0..rounds {
        client.say(&bind("", "s"));
        if with_rows {
            client.say(&execute("", 1));
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

/// Sockets that hold little, so that each side soon has to wait for the other.
fn narrow() -> socket2::Socket {
    let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(16 * 1024).expect("a size");
    socket.set_send_buffer_size(16 * 1024).expect("a size");
    socket
}

/// Starts a server in this runtime whose sockets are narrow.
fn start_narrow() -> SocketAddr {
    let socket = narrow();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    socket.listen(9).expect("it listens");
    let address = socket.local_addr().expect("an address").as_socket().expect("an IP address");
    socket.set_nonblocking(true).expect("a mode");
    let listener = tokio::net::TcpListener::from_std(socket.into()).expect("a listener");
    let server = trunkline::Server::builder(toy::Toy).build();
    tokio::spawn(async move { server.serve(listener).await });
    address
}

/// A client whose sockets are narrow, too.
pub(crate) fn narrow_client(address: SocketAddr) -> Dialogue {
    let socket = narrow();
    socket.connect(&address.into()).expect("the server listens");
    let mut client = Dialogue::over(socket.into());
    client.say(&startup(0x30000, &ANN)).hear_until('Z');
    client
}

/// Much more than the sockets hold is answered, and a little more is asked. Who asks does not read,
/// and fails if nobody takes it.
#[tokio::test]
async fn t24_what_is_sent_ahead_is_read_while_an_answer_is_written() {
    let address = start_narrow();
    clock::client(move || {
        let mut client = narrow_client(address);
        client.socket.set_write_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        client.say(&Query { sql: "rows 100000" }).send();
        for _ in 0..4_000 {
            client.say(&Query { sql: "one" });
        }
        client.send();
        for _ in 0..4_001 {
            assert!(client.hear_until_ready());
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_came_while_the_last_answer_was_written_is_answered_too() {
    let address = start_narrow();
    // An answer of less than a chunk, and more than the sockets hold.
    let mut client = clock::client(move || {
        let mut client = narrow_client(address);
        client.say(&Query { sql: "rows 2700" }).send();
        client
    })
    .await;
    clock::idle().await;
    let mut client = clock::client(move || {
        client.say(&Query { sql: "one" }).send();
        client
    })
    .await;
    clock::idle().await;
    clock::client(move || {
        assert!(client.hear_until('Z').contains("D(2699,name)"));
        assert!(client.hear_until('Z').contains("D(1)"));
    })
    .await;
}

#[tokio::test]
async fn t24_what_is_beyond_what_is_read_ahead_is_read_later() {
    let address = start_narrow();
    clock::client(move || ask_more(&mut narrow_client(address))).await;
}

/// Asks from one thread, more than the server reads ahead, and reads in the other.
fn ask_more(client: &mut Dialogue) {
    const ASKED: usize = 20_000;
    let mut asking = client.socket.try_clone().expect("a socket");
    let asking = std::thread::spawn(move || {
        let mut questions = Vec::new();
        for number in 0..ASKED {
            let sql = if number % 5_000 == 0 { "rows 100000" } else { "one" };
            Query { sql }.encode(&mut questions).expect("a message");
        }
        asking.write_all(&questions).expect("the server reads");
    });
    for number in 0..ASKED {
        assert!(client.hear_until_ready(), "{number}");
    }
    asking.join().expect("no panic");
}

/// What comes while a client that is held back takes its answers is not forgotten.
#[tokio::test(start_paused = true)]
async fn t27_a_message_that_becomes_whole_while_its_client_is_held_back_is_answered() {
    const SYNCS: usize = 128;
    let address = start_narrow();
    let mut last = Vec::new();
    Query { sql: "one" }.encode(&mut last).expect("a message");
    let rest = last.split_off(3);
    let socket = clock::client(move || {
        let mut client = narrow_client(address);
        client.say(&Query { sql: "rows 2600" });
        for _ in 0..SYNCS {
            client.say(&Sync);
        }
        client.say_raw(&last).send();
        client.socket
    })
    .await;
    // The server waits for the client to take the rows.
    clock::idle().await;
    let mut socket = clock::client(move || {
        (&socket).write_all(&rest).expect("it is taken");
        unblocked(socket)
    })
    .await;
    clock::idle().await;
    let heard = hear(&mut socket, SYNCS + 2);
    tokio::time::timeout(Duration::from_secs(20), heard).await.expect("all is answered");
}

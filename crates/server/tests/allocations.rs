//! What a query costs in allocations, and an idle connection in memory, with an engine that
//! allocates next to nothing itself: the figures are the server's.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::thread;

use allocation_counter::measure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trunkline::{
    Client, Column, Columns, CommandTag, Engine, Listener, Oid, Prepared, Progress, Reply, Result,
    RowBuf, RowSource, Rows, Run, Server, Session,
};
use trunkline_proto::Format;
use trunkline_proto::message::{
    Describe, Encode, Execute, NewBind, NewParse, ProtocolVersion, Query, StartupMessage, Sync,
    Target,
};

static COLUMNS: LazyLock<Arc<[Column]>> =
    LazyLock::new(|| [("n", Oid::INT4)].map(Column::from).into());
static PARAMETERS: LazyLock<Arc<[Oid]>> = LazyLock::new(|| [Oid::INT4].into());

/// Any statement with `$1` gives it back; any other gives 1, as often as it says.
struct One;

impl Engine for One {
    type Session = OneSession;

    async fn open(&self, _: Client) -> Result<OneSession> {
        Ok(OneSession)
    }
}

struct OneSession;

impl Session for OneSession {
    /// The number of rows.
    type Statement = u32;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<u32>> {
        let rows = if sql == TEN_THOUSAND { 10_000 } else { 1 };
        let prepared = Prepared::new(rows, Columns::Known(COLUMNS.clone()));
        Ok(if sql.contains('$') { prepared.parameters(PARAMETERS.clone()) } else { prepared })
    }

    async fn execute(&mut self, rows: &u32, run: Run) -> Result<Reply> {
        let number = run.params.get(0).map_or(Ok(1), |param| param.decode(&run.style))?;
        let source = Numbers { number, left: *rows };
        Ok(Reply::Rows(Rows::from_source(COLUMNS.clone(), source)))
    }
}

const TEN_THOUSAND: &str = "select 1 ten thousand times";

struct Numbers {
    number: i32,
    left: u32,
}

impl RowSource for Numbers {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while self.left > 0 {
            if rows.is_full() {
                return Poll::Ready(Ok(Progress::More));
            }
            rows.row(|row| {
                row.int4(self.number);
                Ok(())
            })?;
            self.left -= 1;
        }
        Poll::Ready(Ok(Progress::End(CommandTag::select())))
    }
}

/// Everything on one thread, this one: the counter counts its allocations only.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A server on a free port, which runs while something is waited for.
fn start(runtime: &tokio::runtime::Runtime) -> SocketAddr {
    let mut limits = trunkline::Limits::default();
    limits.connections = 2000;
    let server = Server::builder(One).limits(limits).build();
    let listener =
        runtime.block_on(Listener::tcp(([127, 0, 0, 1], 0).into())).expect("a free port");
    let address = listener.local_address().expect("a TCP address");
    runtime.spawn(async move { server.serve(listener).await });
    address
}

fn startup() -> Vec<u8> {
    let parameters = [
        ("user", "ann"),
        ("database", "db"),
        ("application_name", "psql"),
        ("client_encoding", "UTF8"),
    ];
    encoded(&[&StartupMessage { version: ProtocolVersion::V3_0, parameters }])
}

fn encoded(messages: &[&dyn Encode]) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        message.encode(&mut out).expect("a message that can be written");
    }
    out
}

const READY: &[u8] = b"Z\0\0\0\x05I";

/// How many allocations the server makes for one round of these messages, once it is warm.
fn allocations(before: &[u8], round: &[u8]) -> u64 {
    const ROUNDS: u32 = 100;
    let runtime = runtime();
    let address = start(&runtime);
    // Ten thousand rows, and what stands around them.
    let mut answer = vec![0; 1 << 18];
    let mut client = runtime.block_on(async {
        let mut client = tokio::net::TcpStream::connect(address).await.expect("it listens");
        client.set_nodelay(true).expect("no delay");
        exchange(&mut client, &startup(), &mut answer).await;
        if !before.is_empty() {
            exchange(&mut client, before, &mut answer).await;
        }
        for _ in 0..ROUNDS {
            exchange(&mut client, round, &mut answer).await;
        }
        client
    });
    let counted = measure(|| {
        runtime.block_on(async {
            for _ in 0..ROUNDS {
                exchange(&mut client, round, &mut answer).await;
            }
        });
    });
    counted.count_total.div_ceil(ROUNDS.into())
}

/// Says something, and hears all up to ReadyForQuery.
async fn exchange(client: &mut tokio::net::TcpStream, said: &[u8], answer: &mut [u8]) {
    client.write_all(said).await.expect("the server reads");
    let mut heard = 0;
    loop {
        heard += client.read(&mut answer[heard..]).await.expect("the server answers");
        if answer[..heard].ends_with(READY) {
            let refused = answer[..heard].windows(6).any(|part| part == b"SERROR");
            assert!(!refused, "{}", answer[..heard].escape_ascii());
            return;
        }
    }
}

fn bind<'a>(statement: &'a str) -> NewBind<'a, [Option<&'static [u8]>; 1]> {
    NewBind {
        portal: "",
        statement,
        parameter_formats: &[Format::Binary],
        parameters: [Some(&[0, 0, 0, 7])],
        result_formats: &[Format::Binary],
    }
}

/// One of each figure is the engine's: its rows live in a box. The others are the bytes of the
/// parameters, the statement, and the types that Parse hints at.
#[test]
fn a_query_costs_few_allocations() {
    let simple = encoded(&[&Query { sql: "select 1" }]);
    let parse = |name| NewParse { name, sql: "select $1", parameter_types: [Oid::INT4] };
    let describe = Describe { target: Target::Portal, name: "" };
    let execute = Execute { portal: "", max_rows: 0 };
    let extended = encoded(&[&parse(""), &bind(""), &describe, &execute, &Sync]);
    let prepare = encoded(&[&parse("s"), &Sync]);
    let prepared = encoded(&[&bind("s"), &execute, &Sync]);
    let many = encoded(&[&Query { sql: TEN_THOUSAND }]);
    let counted = [
        ("a simple query", allocations(&[], &simple)),
        ("an extended query", allocations(&[], &extended)),
        ("a prepared execution", allocations(&prepare, &prepared)),
        ("a query of ten thousand rows", allocations(&[], &many)),
    ];
    #[allow(clippy::print_stdout, reason = "figures to be read")]
    for (what, count) in counted {
        println!("{what}: {count} allocations");
    }
    // None for a row.
    assert_eq!(counted.map(|(_, count)| count), [1, 4, 2, 1]);
}

#[test]
fn an_idle_connection_takes_little_memory() {
    const CLIENTS: i64 = 500;
    let runtime = runtime();
    let address = start(&runtime);
    let (greet, clients) = mpsc::channel();
    // The clients' own memory is not counted: they live on another thread.
    let (told, mut wait) = tokio::sync::mpsc::unbounded_channel();
    let talking = thread::spawn(move || {
        for count in clients {
            let greeted: Vec<TcpStream> = (0..count).map(|_| greet_as_client(address)).collect();
            told.send(greeted).expect("somebody waits");
        }
    });
    let mut connect = |count| {
        greet.send(count).expect("somebody connects");
        runtime.block_on(wait.recv()).expect("clients")
    };
    let warm = connect(50);
    let mut idle = Vec::new();
    let counted = measure(|| idle = connect(CLIENTS));
    assert_eq!((warm.len(), idle.len()), (50, 500));
    let each = counted.bytes_current / CLIENTS;
    #[allow(clippy::print_stdout, reason = "a figure to be read")]
    {
        println!("an idle connection: {each} bytes in {} blocks", counted.count_current / CLIENTS);
    }
    assert!(each <= 2000, "{each} bytes");
    drop(greet);
    talking.join().expect("the clients did not panic");
}

fn greet_as_client(address: SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).expect("the server listens");
    socket.write_all(&startup()).expect("the server reads");
    let (mut answer, mut heard) = ([0; 4096], 0);
    while !answer[..heard].ends_with(READY) {
        heard += socket.read(&mut answer[heard..]).expect("the server answers");
    }
    socket
}

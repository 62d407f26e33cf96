//! The end of the server, as its clients see it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use trunkline::{Auth, Limits, Users};
use trunkline_proto::message::{
    CancelRequest, Encode, ProtocolVersion, Query, SslRequest, StartupMessage,
};

use crate::cancel::{alone, running};
use crate::dialogue::Dialogue;
use crate::toy::{self, RunningServer};

fn start(drain: Duration) -> RunningServer {
    toy::start_with(|builder| {
        let mut limits = Limits::default();
        limits.drain = drain;
        builder.limits(limits)
    })
}

/// Shuts down from another thread, which ends when that is done.
fn shut_down(server: &RunningServer) -> JoinHandle<Duration> {
    let server = server.server.clone();
    std::thread::spawn(move || {
        let start = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(server.shutdown());
        start.elapsed()
    })
}

fn newcomer(server: &RunningServer) -> Dialogue {
    let mut client = Dialogue::silent(server.address);
    let parameters = [("user", "ann"), ("database", "toy")];
    client.say(&StartupMessage { version: ProtocolVersion::V3_0, parameters });
    client
}

#[test]
fn who_comes_while_the_server_drains_is_told_so() {
    let _alone = alone();
    let server = start(Duration::from_secs(60));
    let mut idle = Dialogue::login(server.address);
    let mut busy = Dialogue::login(server.address);
    let (process_id, key) = busy.key.clone();
    busy.say(&Query { sql: "forever" }).send();
    running(1);
    let mut early = Dialogue::silent(server.address);
    assert_eq!(early.say(&SslRequest).raw(1), b"N");
    let done = shut_down(&server);
    assert_eq!(idle.hear_out(), "E(FATAL 57P01)");
    assert_eq!(newcomer(&server).hear_out(), "E(FATAL 57P03)");
    let parameters = [("user", "ann"), ("database", "toy")];
    let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
    assert_eq!(early.say(&message).hear_out(), "E(FATAL 57P03)");
    // Statements can still be cancelled, and then there is nothing to wait for.
    let cancel = CancelRequest { process_id, key };
    assert_eq!(Dialogue::silent(server.address).say(&cancel).hear_out(), "");
    assert_eq!(busy.hear_out(), "E(ERROR 57014) Z(I) E(FATAL 57P01)");
    assert!(done.join().expect("the server stops") < Duration::from_secs(30));
    running(0);
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn who_has_not_proved_who_it_is_is_not_awaited() {
    let server = toy::start_with(|builder| {
        let users = Users::new().and_then(|users| users.password("ann", "secret"));
        builder.auth(Auth::scram(users.expect("users")))
    });
    let mut proving = newcomer(&server);
    assert_eq!(proving.hear_until('R'), "R(Sasl)");
    shut_down(&server).join().expect("nobody is waited for");
    assert_eq!(proving.hear_out(), "");
}

#[test]
fn a_client_that_never_pauses_is_sent_away_between_two_statements() {
    let _alone = alone();
    let server = start(Duration::from_millis(100));
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "forever" });
    for _ in 0..100 {
        client.say(&Query { sql: "notice" });
    }
    client.send();
    running(1);
    let done = shut_down(&server);
    assert_eq!(client.hear_out(), "E(ERROR 57014) Z(I) E(FATAL 57P01)");
    done.join().expect("the server stops");
}

#[test]
fn a_client_that_reads_nothing_is_gone_with_the_server() {
    let server = start(Duration::from_millis(100));
    let mut reading = Dialogue::login(server.address);
    reading.say(&Query { sql: "endless" }).send();
    fill_up(&reading.socket);
    let taken = shut_down(&server).join().expect("the server stops");
    assert!(taken < Duration::from_secs(10), "{taken:?}");
    // Nothing was left to tell it why: what comes are rows, and then the end.
    let mut rest = Vec::new();
    let _ = reading.socket.read_to_end(&mut rest);
    assert!(!rest.windows(5).any(|word| word == b"57P01"));
}

/// Waits until no more comes, because nothing is read.
fn fill_up(socket: &TcpStream) {
    let mut room = vec![0; 64 << 20];
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(200));
        let now = socket.peek(&mut room).expect("something came");
        if now == before {
            return;
        }
        before = now;
    }
}

#[test]
fn answers_that_nobody_reads_are_not_awaited() {
    let server = start(Duration::from_secs(60));
    let mut client = Dialogue::login(server.address);
    // Asks until nobody listens any more, because nobody reads.
    client.socket.set_write_timeout(Some(Duration::from_secs(1))).expect("a timeout");
    let mut questions = Vec::new();
    Query { sql: "one" }.encode(&mut questions).expect("a message");
    let questions = questions.repeat(10_000);
    while client.socket.write_all(&questions).is_ok() {}
    let taken = shut_down(&server).join().expect("the server stops");
    assert!(taken < Duration::from_secs(30), "{taken:?}");
}

#[test]
fn the_file_of_a_socket_goes_with_who_waits_for_its_server() {
    let folder = std::env::temp_dir().join(format!("trunkline-file-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    // One thread, so that nothing else is done between the end and the look.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = trunkline::Listener::unix(&folder, 5432).await.expect("a socket");
        let path = listener.path().expect("a file").to_owned();
        let server = trunkline::Server::builder(toy::Toy).build();
        let mut serving = Box::pin(server.serve(listener));
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut serving).await.is_err());
        assert!(path.exists());
        drop(serving);
        assert!(!path.exists());
    });
    std::fs::remove_dir(&folder).expect("nothing is left in it");
}

#[test]
fn a_server_that_nobody_waits_for_has_no_clients() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = trunkline::Listener::tcp(([127, 0, 0, 1], 0).into());
    let listener = runtime.block_on(listener).expect("a free port");
    let address = listener.local_address().expect("an address");
    let server = trunkline::Server::builder(toy::Toy).build();
    let serving = runtime.spawn(async move { server.serve(listener).await });
    let mut client = Dialogue::login(address);
    serving.abort();
    assert_eq!(client.hear_out(), "");
}

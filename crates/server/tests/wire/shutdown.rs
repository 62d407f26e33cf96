//! The end of the server, as its clients see it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use trunkline::{Auth, Limits, Server, Users};
use trunkline_proto::message::{Encode, ProtocolVersion, Query, SslRequest, StartupMessage};

use crate::cancel::{alone, running};
use crate::clock;
use crate::dialogue::Dialogue;
use crate::messages::cancel;
use crate::toy::{self, RunningServer, Toy};

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
    let key = busy.key.clone();
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
    cancel(server.address, &key);
    assert_eq!(busy.hear_out(), "E(ERROR 57014) Z(I) E(FATAL 57P01)");
    assert!(done.join().expect("the server stops") < Duration::from_secs(30));
    running(0);
    assert!(TcpStream::connect(server.address).is_err());
}

#[tokio::test(start_paused = true)]
async fn who_has_not_proved_who_it_is_is_not_awaited() {
    let users = Users::new().and_then(|users| users.password("ann", "secret"));
    let auth = Auth::scram(users.expect("users"));
    let server = Server::builder(Toy).auth(auth).build();
    let address = clock::start(&server).await;
    let mut proving = clock::client(move || {
        let mut client = Dialogue::silent(address);
        let parameters = [("user", "ann"), ("database", "toy")];
        client.say(&StartupMessage { version: ProtocolVersion::V3_0, parameters });
        assert_eq!(client.hear_until('R'), "R(Sasl)");
        client
    })
    .await;
    // By the clock of the server, so that no other limit can be what ended it.
    assert!(clock::shut_down(&server).await < Duration::from_secs(1));
    clock::client(move || assert_eq!(proving.hear_out(), "")).await;
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

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_gone_with_the_server() {
    let mut limits = Limits::default();
    limits.drain = Duration::from_millis(100);
    let server = Server::builder(Toy).limits(limits).build();
    let address = clock::start(&server).await;
    let mut reading = clock::client(move || {
        let mut client = Dialogue::login(address);
        client.say(&Query { sql: "endless" }).send();
        client
    })
    .await;
    // It can write no more, because nothing is read.
    clock::idle().await;
    // Sooner than by the time for the last word, which is 5 seconds.
    let taken = clock::shut_down(&server).await;
    assert!(taken < Duration::from_secs(3), "{taken:?}");
    // Nothing was left to tell it why: what comes are rows, and then the end.
    let mut rest = Vec::new();
    clock::client(move || {
        let _ = reading.socket.read_to_end(&mut rest);
        assert!(!rest.is_empty());
        assert!(!rest.windows(5).any(|word| word == b"57P01"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_reads_are_not_awaited() {
    let mut limits = Limits::default();
    limits.drain = Duration::from_secs(60);
    let server = Server::builder(Toy).limits(limits).build();
    let address = clock::start(&server).await;
    let mut client = clock::client(move || Dialogue::login(address)).await;
    client.socket.set_nonblocking(true).expect("a mode");
    let mut questions = Vec::new();
    Query { sql: "one" }.encode(&mut questions).expect("a message");
    let questions = questions.repeat(10_000);
    // Asks until nobody listens any more, because nobody reads.
    let mut asked = 0;
    loop {
        let before = asked;
        while let Ok(count) = client.socket.write(&questions[asked % questions.len()..]) {
            asked += count;
        }
        if asked == before {
            break;
        }
        clock::idle().await;
    }
    let taken = clock::shut_down(&server).await;
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

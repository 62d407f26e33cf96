//! Those who have not proved who they are: how long they may take, and how many they may be.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use trunkline::{Auth, Client, Engine, Limits, Listener, Server, ServerBuilder, Users};
use trunkline_proto::message::SslRequest;

use crate::clock;
use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy::{self, RunningServer, Toy, ToySession};

const LOGIN: Duration = Duration::from_secs(30);

fn with_users<E: Engine>(builder: ServerBuilder<E>) -> ServerBuilder<E> {
    let users = Users::new().and_then(|users| users.password("ann", "secret"));
    builder.auth(Auth::scram(users.expect("users")))
}

fn limits(connections: usize, logins: usize) -> Limits {
    let mut limits = Limits::default();
    (limits.connections, limits.logins, limits.login) = (connections, logins, LOGIN);
    limits
}

/// A server on which nobody can prove anything unless the test says so.
fn crowded(connections: usize, logins: usize) -> RunningServer {
    toy::start_with(|builder| with_users(builder).limits(limits(connections, logins)))
}

fn stranger(server: &RunningServer) -> Dialogue {
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&startup(0x30000, &ANN)).hear_until('R'), "R(Sasl)");
    client
}

/// Whether it is still there and not heard: a stranger whose seat is another's has been told so.
fn is_waiting(client: &mut Dialogue) -> bool {
    client.socket.set_nonblocking(true).expect("a mode");
    let waits = client.socket.peek(&mut [0]).is_err();
    client.socket.set_nonblocking(false).expect("a mode");
    waits
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_sent_away() {
    let address = clock::start(&Server::builder(Toy).limits(limits(9, 9)).build()).await;
    let clients = clock::client(move || {
        let mut half = Dialogue::silent(address);
        half.say_raw(b"\0\0\0").send();
        [Dialogue::silent(address), half]
    });
    let clients = clients.await;
    tokio::time::sleep(LOGIN + Duration::from_secs(1)).await;
    clock::client(|| clients.map(|mut client| assert_eq!(client.hear_out(), ""))).await;
}

/// PostgreSQL 15 and 18 say nothing either, and write it to their log.
#[tokio::test(start_paused = true)]
async fn a_proof_that_takes_too_long_is_not_awaited() {
    let server = with_users(Server::builder(Toy)).limits(limits(9, 9)).build();
    let address = clock::start(&server).await;
    let mut client = clock::client(move || {
        let mut client = Dialogue::silent(address);
        assert_eq!(client.say(&startup(0x30000, &ANN)).hear_until('R'), "R(Sasl)");
        client
    })
    .await;
    tokio::time::sleep(LOGIN + Duration::from_secs(1)).await;
    clock::client(move || assert_eq!(client.hear_out(), "")).await;
}

#[tokio::test(start_paused = true)]
async fn who_has_proved_who_it_is_hears_that_the_engine_takes_too_long() {
    let address = clock::start(&Server::builder(Toy).limits(limits(9, 9)).build()).await;
    let mut client = clock::client(move || {
        let mut client = Dialogue::silent(address);
        client.say(&startup(0x30000, &[("user", "ann"), ("database", "slow")])).send();
        client
    })
    .await;
    tokio::time::sleep(LOGIN + Duration::from_secs(1)).await;
    clock::client(move || assert_eq!(client.hear_out(), "R(Ok) E(FATAL 57014)")).await;
}

#[test]
fn who_has_proved_nothing_takes_no_place() {
    let server = crowded(1, 9);
    let _strangers = [stranger(&server), stranger(&server), stranger(&server)];
}

#[test]
fn as_many_as_there_is_room_for_may_log_in_at_once_from_one_host() {
    let server = crowded(300, 0);
    let mut burst: Vec<_> = (0..300).map(|_| stranger(&server)).collect();
    assert!(burst.iter_mut().all(is_waiting));
}

#[test]
fn the_oldest_stranger_makes_room_for_the_newest() {
    let server = crowded(2, 1);
    let mut waiting: Vec<_> = (0..3).map(|_| stranger(&server)).collect();
    let _newest = stranger(&server);
    assert_eq!(waiting.remove(0).hear_out(), "E(FATAL 53300)");
    assert!(waiting.iter_mut().all(is_waiting));
}

#[test]
fn users_take_no_seats_of_strangers() {
    let server = toy::start_with(|builder| builder.limits(limits(3, 2)));
    let mut users: Vec<_> = (0..3).map(|_| Dialogue::login(server.address)).collect();
    let mut waiting: Vec<_> = (0..2).map(|_| Dialogue::silent(server.address)).collect();
    for client in &mut waiting {
        // Its first packet is answered: it is in.
        assert_eq!(client.say(&SslRequest).raw(1), b"N");
    }
    assert!(waiting.iter_mut().chain(&mut users).all(is_waiting));
}

#[test]
fn strangers_on_tcp_take_no_seats_of_a_unix_socket() {
    let folder = std::env::temp_dir().join(format!("trunkline-seats-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let server = crowded(1, 1);
    let mut strangers = [stranger(&server), stranger(&server)];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(Listener::unix(&folder, 5432)).expect("a socket");
    let path = listener.path().expect("a file").to_owned();
    let shared = server.server.clone();
    let serving = runtime.spawn(async move { shared.serve(listener).await });
    for _ in 0..3 {
        let socket = UnixStream::connect(&path).expect("it listens");
        assert_eq!(crate::encryption::ask_for_login(&socket), (b'R', 10));
    }
    assert!(strangers.iter_mut().all(is_waiting));
    serving.abort();
    assert!(runtime.block_on(serving).is_err());
    std::fs::remove_dir(&folder).expect("nothing is left in it");
}

/// Opens a session when it is allowed to, and tells that it is asked.
#[derive(Clone)]
struct Slow {
    asked: Arc<Semaphore>,
    allowed: Arc<Semaphore>,
}

impl Engine for Slow {
    type Session = ToySession;

    async fn open(&self, client: Client) -> trunkline::Result<ToySession> {
        self.asked.add_permits(1);
        self.allowed.acquire().await.expect("an open door").forget();
        Toy.open(client).await
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_proved_who_it_is_has_given_its_seat_back() {
    let slow = Slow { asked: Arc::new(Semaphore::new(0)), allowed: Arc::new(Semaphore::new(0)) };
    // A place for the user, and one seat for a stranger.
    let address = clock::start(&Server::builder(slow.clone()).limits(limits(1, 1)).build()).await;
    let mut user = clock::client(move || {
        let mut user = Dialogue::silent(address);
        user.say(&startup(0x30000, &ANN)).send();
        user
    })
    .await;
    slow.asked.acquire().await.expect("an open door").forget();
    // With the seat, this stranger would send the user away.
    let _stranger = clock::client(move || {
        let mut stranger = Dialogue::silent(address);
        assert_eq!(stranger.say(&SslRequest).raw(1), b"N");
        stranger
    })
    .await;
    clock::idle().await;
    assert!(is_waiting(&mut user));
    slow.allowed.add_permits(1);
    clock::client(move || assert!(user.hear_until('Z').ends_with("Z(I)"))).await;
}

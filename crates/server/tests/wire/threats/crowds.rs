//! Many who say little, or nothing, and those who say nothing of weight very often.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use trunkline::{Limits, Server};
use trunkline_proto::message::{CancelRequest, Query, SslRequest};

use super::{encoded, limits, scram};
use crate::clock;
use crate::dialogue::Dialogue;
use crate::encryption::Certificate;
use crate::startup::{ANN, startup};
use crate::toy::{self, Toy};

const LOGIN: Duration = Duration::from_secs(30);

/// Writes a byte a second until the server has closed; how long that took by the server's clock.
async fn dribble(mut client: Dialogue, said: Vec<u8>) -> Duration {
    let start = Instant::now();
    for byte in said {
        client = clock::client(move || {
            client.socket.set_nonblocking(true).expect("a mode");
            client
        })
        .await;
        if is_closed(&client.socket) {
            return start.elapsed();
        }
        let _ = client.socket.write_all(&[byte]);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("the server listened to all of it");
}

fn is_closed(socket: &TcpStream) -> bool {
    match socket.peek(&mut [0]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

/// The deadline is one for everything before the login, and no byte moves it.
#[tokio::test(start_paused = true)]
async fn slowloris_a_byte_a_second() {
    let tls = Certificate::make();
    let mut bounds = Limits::default();
    bounds.login = LOGIN;
    let server = Server::builder(Toy).auth(scram()).tls(tls.tls.clone()).limits(bounds).build();
    let address = clock::start(&server).await;
    let login = encoded(&startup(0x30000, &ANN));
    let name = "x".repeat(100);
    let slow = encoded(&startup(0x30000, &[("user", "ann"), ("application_name", &name)]));
    let long = [&b"p\0\0\x04\0"[..], &[b'x'; 1019]].concat();
    let mut hello = Vec::new();
    tls.client_that_says(&[]).write_tls(&mut hello).expect("a buffer takes it");
    // The packet itself, the proof, the ClientHello behind SSLRequest.
    for (before, answer, said) in
        [(vec![], None, slow), (login, Some('R'), long), (encoded(&SslRequest), None, hello)]
    {
        let client = clock::client(move || {
            let mut client = Dialogue::silent(address);
            client.say_raw(&before).send();
            match answer {
                Some(tag) => drop(client.hear_until(tag)),
                None if !before.is_empty() => assert_eq!(client.raw(1), b"S"),
                None => {}
            }
            client
        })
        .await;
        let taken = dribble(client, said).await;
        assert!((LOGIN - Duration::from_secs(1)..LOGIN + Duration::from_secs(2)).contains(&taken));
    }
}

#[test]
fn riffq_silent_clients_do_not_block_logins() {
    let server = toy::start_with(|builder| builder.limits(limits(10)));
    let silent: Vec<_> = (0..100).map(|_| Dialogue::silent(server.address)).collect();
    let mut users: Vec<_> = (0..10).map(|_| Dialogue::login(server.address)).collect();
    for user in &mut users {
        assert_eq!(user.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
    }
    drop(silent);
}

/// The server ends the connection of a cancel itself, whatever its client goes on to do.
#[test]
fn odyssey_cancels_whose_clients_never_end_hold_nothing() {
    let server = toy::start_with(|builder| {
        let mut limits = limits(3);
        limits.logins = 3;
        builder.limits(limits)
    });
    let mut user = Dialogue::login(server.address);
    user.say(&Query { sql: "notice" }).hear_until('Z');
    let (process_id, key) = (1, vec![0; 4]);
    let lingering: Vec<_> = (0..100)
        .map(|_| {
            let mut cancel = Dialogue::silent(server.address);
            cancel.say(&CancelRequest { process_id, key: key.clone() });
            assert_eq!(cancel.hear_out(), "");
            cancel
        })
        .collect();
    let others = [(); 2].map(|()| Dialogue::login(server.address));
    for mut user in others.into_iter().chain([user]) {
        assert_eq!(user.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
    }
    drop(lingering);
}

/// More than a counter of eight bits holds, with a sign and without.
#[test]
fn pgcat_158_three_hundred_clients_at_the_drain() {
    let server = toy::start_with(|builder| builder.limits(limits(300)));
    let clients: Vec<_> = (0..300).map(|_| Dialogue::login(server.address)).collect();
    let stopping = server.server.clone();
    let stopped = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(stopping.shutdown());
    });
    for mut client in clients {
        assert_eq!(client.hear_out(), "E(FATAL 57P01)");
    }
    stopped.join().expect("the server stops");
}

/// One that floods, on a server of one thread: another is heard all the time. What it may cost in
/// memory is the business of `tests/memory.rs`.
#[test]
fn rustsec_2026_0258_a_flood_of_empty_messages_starves_nobody() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let address = runtime.block_on(clock::start(&Server::builder(Toy).build()));
    let serving = std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    let flood = b"H\0\0\0\x04S\0\0\0\x04P\0\0\0\x08\0\0\0\0d\0\0\0\x04c\0\0\0\x04";
    let mut talker = Dialogue::login(address).socket;
    let mut listener = talker.try_clone().expect("a socket");
    let talking = talker.try_clone().expect("a socket");
    let flooding =
        std::thread::spawn(move || while talker.write_all(&flood.repeat(100)).is_ok() {});
    let answered = Arc::new(AtomicUsize::new(0));
    let draining = std::thread::spawn({
        let (answered, mut chunk) = (answered.clone(), [0; 4096]);
        move || {
            // Its end may be a reset.
            while let Ok(count @ 1..) = listener.read(&mut chunk) {
                answered.fetch_add(count, Ordering::SeqCst);
            }
        }
    });
    let mut other = Dialogue::login(address);
    let mut asked = 0;
    // The flood is answered, too.
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while asked < 100 || answered.load(Ordering::SeqCst) < 10_000 {
        assert!(std::time::Instant::now() < deadline, "the flood is not answered");
        assert_eq!(other.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
        asked += 1;
    }
    assert!(!flooding.is_finished(), "it has no end by itself");
    talking.shutdown(std::net::Shutdown::Both).expect("it is still there");
    flooding.join().expect("no panic");
    draining.join().expect("no panic");
    assert!(!serving.is_finished());
}

//! Which cancels are let through, and whom they hit.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::StreamOwned;
use trunkline::Server;
use trunkline_proto::message::{AnyBackend, Encode, FieldCode, Query, SslRequest, Sync};

use crate::cancel::{alone, running};
use crate::clock;
use crate::dialogue::Dialogue;
use crate::encryption::Certificate;
use crate::messages::{cancel, cancel_request, extended};
use crate::startup::{ANN, startup};
use crate::toy::{self, Toy};

#[tokio::test(start_paused = true)]
async fn t16_after_many_wrong_keys_no_key_is_right_for_a_second() {
    let address = clock::start(&Server::builder(Toy).build()).await;
    let mut client = clock::client(move || {
        let mut client = Dialogue::login(address);
        client.say(&Query { sql: "sleep 99999999" }).send();
        client
    })
    .await;
    let right = client.key.clone();
    let mut wrong = right.clone();
    wrong.1[0] ^= 1;
    clock::client(move || {
        // Those for nobody are no guesses.
        let nobody = (right.0 ^ 1, right.1.clone());
        (0..100).for_each(|_| cancel(address, &nobody));
        (0..15).for_each(|_| cancel(address, &wrong));
        cancel(address, &right);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)");
        client.say(&Query { sql: "sleep 99999999" }).send();
        cancel(address, &wrong);
        cancel(address, &right);
        assert!(client.hears_nothing());
    })
    .await;
}

#[test]
fn t15_a_cancel_comes_under_tls_too() {
    let _alone = alone();
    let certificate = Certificate::make();
    let tls = certificate.tls.clone();
    let server = toy::start_with(|builder| builder.tls(tls));
    for is_direct in [false, true] {
        let mut client = Dialogue::login(server.address);
        client.say(&Query { sql: "forever" }).send();
        running(1);
        let mut socket = TcpStream::connect(server.address).expect("it listens");
        let mut message = Vec::new();
        if !is_direct {
            SslRequest.encode(&mut message).expect("a message");
            socket.write_all(&message).expect("the server reads");
            socket.read_exact(&mut [0]).expect("the server answers");
            message.clear();
        }
        cancel_request(&client.key).encode(&mut message).expect("a message");
        let tls = certificate.client_that_says(&[b"postgresql"]);
        let mut socket = StreamOwned::new(tls, socket);
        socket.write_all(&message).expect("the server reads");
        assert_eq!(socket.read(&mut [0]).expect("a goodbye"), 0);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)");
        running(0);
    }
}

/// A pipeline of many statements, of which some take a moment; how many were cancelled.
fn pipeline(client: &mut Dialogue) -> usize {
    const STATEMENTS: usize = 20;
    for number in 0..STATEMENTS {
        let sql = if number % 5 == 0 { "sleep 1" } else { "rows 10" };
        extended(client, sql).say(&Sync);
    }
    client.send();
    let (mut ready, mut canceled) = (0, 0);
    while ready < STATEMENTS {
        match client.next().expect("the server goes on talking") {
            AnyBackend::ReadyForQuery(_) => ready += 1,
            AnyBackend::ErrorResponse(error) => {
                let sqlstate = error.fields.get(FieldCode::SQLSTATE).unwrap_or_default();
                assert_eq!(sqlstate, b"57014");
                canceled += 1;
            }
            _ => {}
        }
    }
    canceled
}

/// The short form; the long one is a bench.
#[test]
fn pgbouncer_717_a_storm_of_cancels_hits_only_whom_it_is_for() {
    const CANCELS: usize = 2_000;
    let server = toy::start();
    let address = server.address;
    let login = |version| {
        let mut client = Dialogue::silent(address);
        client.say(&startup(version, &ANN)).hear_until('Z');
        client
    };
    let mut clients: Vec<_> = (0..8).map(|n| login(0x30000 + (n & 2))).collect();
    assert_eq!(clients.iter().filter(|client| client.key.1.len() == 32).count(), 4);
    // Every other one is meant.
    let keys: Vec<_> = clients.iter().step_by(2).map(|client| client.key.clone()).collect();
    let over = &AtomicBool::new(false);
    let hits: Vec<usize> = std::thread::scope(|scope| {
        let running = clients.iter_mut().map(|client| {
            scope.spawn(move || {
                let mut hits = 0;
                while !over.load(Ordering::SeqCst) {
                    hits += pipeline(client);
                }
                hits
            })
        });
        let running: Vec<_> = running.collect();
        for number in 0..CANCELS {
            cancel(address, &keys[number % keys.len()]);
        }
        over.store(true, Ordering::SeqCst);
        running.into_iter().map(|client| client.join().expect("no panic")).collect()
    });
    let meant = hits.iter().step_by(2).sum::<usize>();
    let others = hits.iter().skip(1).step_by(2).sum::<usize>();
    assert!(meant > 0 && meant <= CANCELS, "{hits:?}");
    assert_eq!(others, 0, "{hits:?}");
    // None of them was kept for later.
    assert!(clients.iter_mut().all(|client| pipeline(client) == 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_is_cancelled_too() {
    let address = clock::start(&Server::builder(Toy).build()).await;
    let heard = clock::client(move || {
        let mut client = Dialogue::login(address);
        client.say(&Query { sql: "unplanned" }).send();
        let key = client.key.clone();
        client.socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
        // One that comes before the statement hits nothing.
        while client.socket.peek(&mut [0]).is_err() {
            cancel(address, &key);
        }
        client.hear_until('Z')
    });
    assert_eq!(heard.await, "E(ERROR 57014) Z(I)");
}

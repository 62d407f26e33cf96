//! Clients that leave where nobody expects it: nothing of them stays behind.

use std::net::Shutdown;
use std::sync::mpsc;
use std::time::Duration;

use socket2::SockRef;
use trunkline::Server;
use trunkline_proto::message::{Close, Describe, Encode, Flush, Query, Sync, Target, Terminate};

use super::{Counted, encoded, limits, wait_for};
use crate::clock;
use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::startup::{ANN, startup};
use crate::toy::{Toy, start_server};

/// A session with every kind of message, and rows that nobody reads.
fn recorded() -> Vec<Vec<u8>> {
    let messages: [&dyn Encode; 12] = [
        &startup(0x30002, &ANN),
        &Query { sql: "one; notice" },
        &Query { sql: "begin" },
        &bind("p", "s"),
        &Describe { target: Target::Portal, name: "p" },
        &execute("p", 1),
        &Flush,
        &Query { sql: "wrong" },
        &Close { target: Target::Portal, name: "p" },
        &Sync,
        &Query { sql: "rows 200000" },
        &Terminate,
    ];
    let mut messages: Vec<_> = messages.iter().map(|message| encoded(*message)).collect();
    messages.insert(3, encoded(&parse("s", "rows 9")));
    messages
}

/// Ways to leave.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// RST.
    Abruptly,
    /// FIN, of both directions.
    Closing,
    /// FIN of its own direction only: it listens on, until the server has closed.
    Half,
}

fn leave(mut client: Dialogue, how: Leaves) {
    match how {
        Leaves::Abruptly => {
            let socket = SockRef::from(&client.socket);
            socket.set_linger(Some(Duration::ZERO)).expect("an option");
        }
        Leaves::Closing => {}
        Leaves::Half => {
            let _ = client.socket.shutdown(Shutdown::Write);
            client.hear_out();
        }
    }
}

/// At each boundary of messages, and one byte before it.
#[test]
fn pgbouncer_1470_resets_at_each_message_boundary() {
    const PLACES: usize = 3;
    let counted = Counted::default();
    let mut limits = limits(PLACES);
    limits.logins = PLACES;
    let server = start_server(counted.server().limits(limits).build());
    let messages = recorded();
    for how in [Leaves::Abruptly, Leaves::Closing, Leaves::Half] {
        for count in 0..=messages.len() {
            let said = messages[..count].concat();
            for said in [&said[..], &said[..said.len().saturating_sub(1)]] {
                let mut client = Dialogue::silent(server.address);
                client.say_raw(said).send();
                leave(client, how);
            }
        }
        counted.all_gone();
        // Every place is free again: as many as there are come in, one after the other at once.
        wait_for("all places", || {
            let clients: Vec<_> = (0..PLACES).map(|_| Dialogue::silent(server.address)).collect();
            let let_in = |mut client: Dialogue| {
                client.say(&startup(0x30000, &ANN)).hear_until_ready().then_some(client)
            };
            let let_in: Vec<_> = clients.into_iter().map(let_in).collect();
            let_in.iter().all(Option::is_some)
        });
    }
}

/// The clock of a paused runtime moves only when no task has anything to do: a task that spins on
/// a socket that is gone would stop it for ever.
#[test]
fn pgdog_175_nobody_spins_after_an_abrupt_end() {
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let address = clock::start(&Server::builder(Toy).limits(limits(100)).build()).await;
            for how in [Leaves::Abruptly, Leaves::Closing] {
                for count in 1..=recorded().len() {
                    clock::client(move || {
                        let mut client = Dialogue::silent(address);
                        client.say_raw(&recorded()[..count].concat()).send();
                        leave(client, how);
                    })
                    .await;
                    clock::idle().await;
                }
            }
        });
        let _ = done.send(());
    });
    is_done.recv_timeout(Duration::from_secs(60)).expect("the server comes to rest");
}

#[test]
fn half_closed_sockets_are_answered_and_closed() {
    let counted = Counted::default();
    let server = start_server(counted.server().build());
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "notice" }).say(&Query { sql: "rows 2" }).send();
    client.socket.shutdown(Shutdown::Write).expect("it is open");
    let heard = client.hear_out();
    assert!(heard.starts_with("N(00000) C(NOTICE) Z(I) T("), "{heard}");
    assert!(heard.ends_with("C(SELECT 2) Z(I)"), "{heard}");
    // What waits for its engine is given up when nobody listens any more.
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "forever" }).send();
    client.socket.shutdown(Shutdown::Write).expect("it is open");
    assert!(client.first().starts_with("S("));
    leave(client, Leaves::Abruptly);
    counted.all_gone();
}

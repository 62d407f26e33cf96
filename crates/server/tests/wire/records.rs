//! What a client says under TLS lies in records as it likes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{ClientConnection, StreamOwned};
use trunkline_proto::message::{Encode, Query, Sync};

use crate::encryption::{Certificate, ann};
use crate::messages::{bind_with, execute, parse};
use crate::toy::{self, RunningServer};

type Encrypted = StreamOwned<ClientConnection, TcpStream>;

const READY: &[u8] = b"Z\0\0\0\x05I";

fn start() -> (RunningServer, Certificate) {
    let certificate = Certificate::make();
    let tls = certificate.tls.clone();
    (toy::start_with(|builder| builder.tls(tls)), certificate)
}

fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).expect("it listens");
    socket.set_nodelay(true).expect("a mode");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    socket
}

fn encrypted(server: &RunningServer, certificate: &Certificate) -> Encrypted {
    let tls = certificate.client_that_says(&[b"postgresql"]);
    let mut socket = StreamOwned::new(tls, connect(server.address));
    socket.write_all(&encoded(&ann())).expect("the server reads");
    hear(&mut socket, 1);
    socket
}

fn encoded(message: &impl Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes).expect("a message");
    bytes
}

/// All that the server says until it is ready so many times.
fn hear(socket: &mut impl Read, times: usize) -> Vec<u8> {
    let (mut heard, mut chunk, mut seen, mut ready) = (Vec::new(), [0; 4096], 0, 0);
    while ready < times {
        let count = socket.read(&mut chunk).expect("the server answers");
        assert_ne!(count, 0, "the server goes on talking: {heard:?}");
        heard.extend_from_slice(&chunk[..count]);
        while let Some(at) = heard[seen..].windows(READY.len()).position(|word| word == READY) {
            seen += at + READY.len();
            ready += 1;
        }
    }
    heard
}

/// A statement with a parameter that no record holds, many small ones, and a result of many records.
fn work() -> (Vec<u8>, usize) {
    let text = vec![b'x'; 100_000];
    let mut bytes = encoded(&parse("", "echo"));
    bytes.extend(encoded(&bind_with("", "", &[Some(&text)], &[])));
    bytes.extend(encoded(&execute("", 0)));
    bytes.extend(encoded(&Sync));
    let ones = 500;
    bytes.extend(encoded(&Query { sql: "one" }).repeat(ones));
    bytes.extend(encoded(&Query { sql: "rows 20000" }));
    (bytes, ones + 2)
}

/// All that the server says behind the login.
fn answers(heard: &[u8]) -> &[u8] {
    let login = heard.windows(READY.len()).position(|word| word == READY);
    &heard[login.expect("the server was ready")..]
}

#[test]
fn what_comes_by_tls_is_what_comes_in_clear() {
    let (server, certificate) = start();
    let (work, times) = work();
    let work = [encoded(&ann()), work].concat();
    let mut clear = connect(server.address);
    clear.write_all(&work).expect("the server reads");
    let expected = hear(&mut clear, times + 1);
    for version in [&TLS12, &TLS13] {
        // Long records, those that end within a message, tiny ones, and tiny ones behind others.
        for sizes in [&[10_000][..], &[1_000], &[33], &[30, 2], &[7_000, 3, 100]] {
            let tls = certificate.client_of(&[version], &[b"postgresql"]);
            let mut socket = StreamOwned::new(tls, connect(server.address));
            socket.conn.complete_io(&mut socket.sock).expect("a handshake");
            let (mut rest, mut sizes) = (work.as_slice(), sizes.iter().cycle());
            let mut records = Vec::new();
            while !rest.is_empty() {
                let size = sizes.next().map_or(1, |size| rest.len().min(*size));
                let count = socket.conn.writer().write(&rest[..size]).expect("a record");
                rest = &rest[count..];
                while socket.conn.wants_write() {
                    socket.conn.write_tls(&mut records).expect("a buffer takes it");
                }
            }
            socket.sock.write_all(&records).expect("the server reads");
            let heard = hear(&mut socket, times + 1);
            assert!(answers(&heard) == answers(&expected), "{version:?}, {sizes:?}");
        }
    }
}

#[test]
fn keys_change_at_any_time() {
    let (server, certificate) = start();
    let mut socket = encrypted(&server, &certificate);
    let query = encoded(&Query { sql: "rows 20000" });
    socket.write_all(&query).expect("the server reads");
    let expected = hear(&mut socket, 1);
    for changes in [1, 2, 20] {
        for _ in 0..changes {
            // Asks the server to change its own, too.
            socket.conn.refresh_traffic_keys().expect("TLS 1.3");
        }
        socket.write_all(&query).expect("the server reads");
        // In the middle of an answer as well.
        let mut first = [0; 10_000];
        socket.read_exact(&mut first).expect("the server answers");
        socket.conn.refresh_traffic_keys().expect("TLS 1.3");
        socket.conn.write_tls(&mut socket.sock).expect("the server reads");
        let heard = [first.to_vec(), hear(&mut socket, 1)].concat();
        assert!(heard == expected, "{changes}");
    }
}

#[test]
fn a_goodbye_within_a_statement_is_answered() {
    let (server, certificate) = start();
    let mut socket = encrypted(&server, &certificate);
    socket.write_all(&encoded(&Query { sql: "sleep 50" })).expect("the server reads");
    socket.conn.send_close_notify();
    socket.conn.write_tls(&mut socket.sock).expect("the server reads");
    let heard = hear(&mut socket, 1);
    assert!(heard.windows(6).any(|word| word == b"SLEEP\0"), "{heard:?}");
    // And then the server says goodbye itself.
    assert_eq!(socket.read(&mut [0]).expect("close_notify"), 0);
}

#[test]
fn what_is_no_record_ends_the_connection_by_an_alert() {
    let (server, certificate) = start();
    for attack in
        [&b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[..], b"Q\0\0\0\x08one\0"]
    {
        let mut socket = encrypted(&server, &certificate);
        socket.sock.write_all(attack).expect("the server reads");
        let wrong = socket.read(&mut [0]).expect_err("an alert");
        assert!(wrong.to_string().contains("received fatal alert"), "{wrong}");
    }
}

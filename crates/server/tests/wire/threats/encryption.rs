//! What comes before TLS, within it, and in place of it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{self, ClientConnection, StreamOwned};
use trunkline_proto::message::{Encode, GssEncRequest, Query, SslRequest};

use super::{Counted, encoded};
use crate::dialogue::Dialogue;
use crate::encryption::{Certificate, ann, ask_for_login};
use crate::toy::{self, RunningServer, start_server};

/// A server that believes everybody and offers TLS: what it hears it would do.
fn trusting() -> (Counted, Certificate, RunningServer<Counted>) {
    let (counted, certificate) = (Counted::default(), Certificate::make());
    let server = start_server(counted.server().tls(certificate.tls.clone()).build());
    (counted, certificate, server)
}

fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).expect("it listens");
    socket.set_nodelay(true).expect("a mode");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    socket
}

/// Everything until the server closes, by FIN or RST.
fn rest(mut socket: impl Read) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match socket.read(&mut chunk) {
            Ok(0) => return heard,
            Ok(count) => heard.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                panic!("the server waits: {heard:?}")
            }
            Err(_) => return heard,
        }
    }
}

fn byte(mut socket: impl Read) -> u8 {
    let mut byte = [0];
    socket.read_exact(&mut byte).expect("the server answers");
    byte[0]
}

/// What the client's TLS library wants to send.
fn hello(client: &mut ClientConnection) -> Vec<u8> {
    let mut bytes = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut bytes).expect("a buffer takes it");
    }
    bytes
}

#[test]
fn cve_2026_6479_repeated_encryption_requests() {
    let (counted, certificate, with_tls) = trusting();
    let plain = toy::start();
    let pair = [encoded(&SslRequest), encoded(&GssEncRequest)].concat();
    for address in [with_tls.address, plain.address] {
        let mut socket = connect(address);
        // The server closes long before it was sent everything.
        let _ = socket.write_all(&pair.repeat(50_000));
        let heard = rest(socket);
        assert!(!heard.contains(&b'R') && heard.len() < 300, "{heard:?}");
    }
    // One at a time, as a client that waits: each once, whatever comes first.
    for (first, second) in [(&pair[..8], &pair[8..]), (&pair[8..], &pair[..8])] {
        for third in [first, second] {
            let mut client = Dialogue::silent(plain.address);
            assert_eq!(client.say_raw(first).raw(1), b"N");
            assert_eq!(client.say_raw(second).raw(1), b"N");
            assert_eq!(client.say_raw(third).hear_out(), "E(FATAL 0A000)");
        }
    }
    // Within TLS that was asked for, both are spent.
    for request in [&pair[..8], &pair[8..]] {
        let mut socket = connect(with_tls.address);
        socket.write_all(&pair[..8]).expect("the server reads");
        assert_eq!(byte(&mut socket), b'S');
        let mut socket = StreamOwned::new(certificate.client_that_says(&[]), socket);
        socket.write_all(request).expect("the server reads");
        let heard = rest(&mut socket);
        assert!(heard.starts_with(b"E") && find(&heard, b"0A000"), "{heard:?}");
    }
    assert_eq!(counted.opened(), 0);
}

fn find(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn cve_2021_23214_plaintext_behind_sslrequest() {
    let (counted, certificate, server) = trusting();
    let injected = [encoded(&SslRequest), encoded(&ann()), encoded(&Query { sql: "one" })].concat();
    let mut client = certificate.client_that_says(&[]);
    let attack = [injected.clone(), hello(&mut client)].concat();
    for cut in 1..=injected.len() {
        let mut socket = connect(server.address);
        socket.write_all(&attack[..cut]).expect("the server reads");
        if cut >= 8 {
            assert_eq!(byte(&mut socket), b'S');
        }
        let _ = socket.write_all(&attack[cut..]);
        let _ = socket.shutdown(Shutdown::Write);
        let heard = rest(socket);
        let heard = heard.strip_prefix(b"S").unwrap_or(&heard);
        // A TLS alert at the most, and no word of the protocol.
        assert!(heard.is_empty() || heard[0] == 0x15, "{cut}: {heard:?}");
    }
    assert_eq!(counted.opened(), 0, "nothing that came in clear was taken for a login");
    // What is legal there is a ClientHello that was sent ahead.
    let mut client = certificate.client_that_says(&[]);
    let mut socket = connect(server.address);
    let ahead = [encoded(&SslRequest), hello(&mut client)].concat();
    socket.write_all(&ahead).expect("the server reads");
    assert_eq!(byte(&mut socket), b'S');
    assert_eq!(ask_for_login(StreamOwned::new(client, socket)), (b'R', 0));
}

#[test]
fn cve_2021_23214_plaintext_behind_gssencrequest() {
    let (counted, _, server) = trusting();
    let mut client = Dialogue::silent(server.address);
    client.say(&GssEncRequest).say(&ann()).say(&Query { sql: "one" });
    assert_eq!(client.raw(1), b"N");
    assert_eq!(client.hear_out(), "E(FATAL 08P01)");
    assert_eq!(counted.opened(), 0);
}

#[test]
fn cve_2026_14681_encryption_requests_within_direct_tls() {
    let (_, certificate, server) = trusting();
    let client = certificate.client_that_says(&[b"postgresql"]);
    let mut socket = StreamOwned::new(client, connect(server.address));
    for request in [encoded(&GssEncRequest), encoded(&SslRequest)] {
        socket.write_all(&request).expect("the server reads");
        assert_eq!(byte(&mut socket), b'N');
    }
    assert_eq!(ask_for_login(&mut socket), (b'R', 0), "and still within TLS");
    // Other protocols, and those who name none, are not spoken to (ALPACA).
    for protocols in [&[][..], &[&b"http/1.1"[..]], &[b"h2", b"postgres"]] {
        let client = certificate.client_that_says(protocols);
        let mut socket = StreamOwned::new(client, connect(server.address));
        let mut login = Vec::new();
        ann().encode(&mut login).expect("a message");
        let _ = socket.write_all(&login);
        assert_eq!(rest(&mut socket), b"", "{protocols:?}");
    }
}

#[test]
fn rustsec_2024_0399_client_hello_in_fragments() {
    let (_, certificate, server) = trusting();
    // Each byte in a segment, then each byte in a record of TLS.
    for in_records in [false, true] {
        let mut client = certificate.client_that_says(&[]);
        let record = hello(&mut client);
        let mut socket = connect(server.address);
        socket.write_all(&encoded(&SslRequest)).expect("the server reads");
        assert_eq!(byte(&mut socket), b'S');
        match in_records {
            false => record.chunks(1).for_each(|byte| socket.write_all(byte).expect("it reads")),
            true => {
                let [kind, major, minor, _, _, fragment @ ..] = &record[..] else { panic!() };
                let records = fragment.iter().flat_map(|b| [*kind, *major, *minor, 0, 1, *b]);
                socket.write_all(&records.collect::<Vec<_>>()).expect("it reads");
            }
        }
        assert_eq!(ask_for_login(StreamOwned::new(client, socket)), (b'R', 0), "{in_records}");
    }
}

#[test]
fn rustsec_2024_0336_close_notify_within_the_handshake() {
    let (counted, certificate, server) = trusting();
    const CLOSE_NOTIFY: [u8; 7] = [0x15, 3, 3, 0, 2, 1, 0];
    let mut client = certificate.client_that_says(&[]);
    let hello = hello(&mut client);
    for before in [0, 1, 5, hello.len() / 2, hello.len()] {
        let mut socket = connect(server.address);
        socket.write_all(&encoded(&SslRequest)).expect("the server reads");
        assert_eq!(byte(&mut socket), b'S');
        let said = [&hello[..before], &CLOSE_NOTIFY.repeat(1000)[..]].concat();
        let _ = socket.write_all(&said);
        let _ = socket.shutdown(Shutdown::Write);
        rest(socket);
    }
    assert_eq!(counted.opened(), 0);
    // Nobody spins on one of them: the server has time for others.
    let client = certificate.client_that_says(&[b"postgresql"]);
    assert_eq!(ask_for_login(StreamOwned::new(client, connect(server.address))), (b'R', 0));
}

#[test]
fn tls_floor_is_1_2_and_nothing_is_resumed() {
    let (counted, certificate, server) = trusting();
    let mut client = certificate.client_of(&[&rustls::version::TLS12], &[]);
    let hello = hello(&mut client);
    let versions = hello.windows(7).position(|bytes| bytes == b"\0\x2b\0\x03\x02\x03\x03");
    for minor in 0..=3 {
        let mut hello = hello.clone();
        // What the hello says of itself, and the one version in its list of versions.
        hello[10] = minor;
        hello[versions.expect("a list of one") + 6] = minor;
        let mut socket = connect(server.address);
        socket.write_all(&[encoded(&SslRequest), hello].concat()).expect("the server reads");
        assert_eq!(byte(&mut socket), b'S');
        let (alert, handshake) = (0x15, 0x16);
        assert_eq!(byte(&mut socket), if minor == 3 { handshake } else { alert }, "1.{minor}");
    }
    assert_eq!(counted.opened(), 0);
    let client = certificate.client_that_says(&[b"postgresql"]);
    let mut socket = StreamOwned::new(client, connect(server.address));
    assert_eq!(ask_for_login(&mut socket), (b'R', 0));
    // Without a ticket there is no early data either.
    assert_eq!(socket.conn.tls13_tickets_received(), 0);
}

//! What strangers and floods cost in memory: of the thread that serves, to the byte.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use allocation_counter::measure;
use rustls::Stream;
use trunkline::{Auth, Limits, Server};
use trunkline_proto::message::{SaslInitialResponse, SslRequest, Sync};

use super::{encoded, scram};
use crate::clock;
use crate::dialogue::Dialogue;
use crate::encryption::{Certificate, ann};
use crate::toy::{self, Toy};

const STRANGERS: usize = 200;

/// The most that a stranger may cost, in bytes.
const MOST: usize = 32 * 1024;

/// The most memory that a server needs at a time while a client does something, in bytes.
fn peak(auth: Auth, does: impl FnOnce(SocketAddr) + Send + 'static) -> usize {
    peak_of(&Certificate::make(), auth, does)
}

/// The same of a server with this certificate.
fn peak_of(
    certificate: &Certificate,
    auth: Auth,
    does: impl FnOnce(SocketAddr) + Send + 'static,
) -> usize {
    let tls = certificate.tls.clone();
    let info = measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mut limits = Limits::default();
            limits.logins = STRANGERS;
            let server = Server::builder(Toy).auth(auth).tls(tls).limits(limits);
            let address = clock::start(&server.build()).await;
            clock::client(move || does(address)).await;
        });
    });
    usize::try_from(info.bytes_max).expect("it fits")
}

/// What each of many strangers costs who say something and wait.
fn cost(says: impl Fn(&mut Dialogue) + Send + 'static) -> usize {
    cost_of(&Certificate::make(), says)
}

fn cost_of(certificate: &Certificate, says: impl Fn(&mut Dialogue) + Send + 'static) -> usize {
    let all = peak_of(certificate, scram(), move |address| {
        let crowd = (0..STRANGERS).map(|_| {
            let mut stranger = Dialogue::silent(address);
            says(&mut stranger);
            stranger
        });
        let mut crowd: Vec<_> = crowd.collect();
        // What all of them sent was read before one more is answered.
        let mut last = crowd.pop().expect("one of them");
        last.hears_nothing();
        drop(last);
        assert_eq!(Dialogue::silent(address).say(&SslRequest).raw(1), b"S");
    });
    all / STRANGERS
}

#[test]
fn t8_a_startup_message_that_does_not_end_costs_little() {
    let head = [0, 0, 0x27, 0x14, 0, 3, 0, 0];
    let cost = cost(move |stranger| {
        stranger.say_raw(&[&head[..], &[b'x'; 9_990]].concat()).send();
    });
    assert!((9_998..=MOST).contains(&cost), "{cost}");
}

#[test]
fn t8_a_proof_that_does_not_end_costs_little() {
    let cost = cost(|stranger| {
        stranger.say(&ann()).hear_until('R');
        let (mechanism, response) = ("SCRAM-SHA-256", Some("n,,n=,r=x"));
        stranger.say(&SaslInitialResponse { mechanism, response }).hear_until('R');
        stranger.say_raw(&[&b"p\0\0\x04\0"[..], &[b'x'; 1_000]].concat()).send();
    });
    assert!((1_000..=MOST).contains(&cost), "{cost}");
}

/// What is held at least of so many bytes: who says more than 12 KiB is sent away.
fn held(length: usize) -> usize {
    if length <= 12_000 { length } else { 0 }
}

/// The longest ClientHello that TLS can have, but for its last bytes.
fn longest_hello() -> Vec<u8> {
    let mut hello = vec![1, 0, 0xff, 0xfb];
    hello.resize(0xfffa, 0);
    let records = hello.chunks(0x0fff).flat_map(|part| {
        let [high, low] = u16::try_from(part.len()).expect("4 KiB").to_be_bytes();
        [&[0x16, 3, 1, high, low], part].concat()
    });
    records.collect()
}

#[test]
fn t8_a_client_hello_that_does_not_end_costs_little() {
    let hello = longest_hello();
    for length in [5, 4_000, 8_000, 12_000, 16_000, 30_000, hello.len()] {
        let said = hello[..length].to_vec();
        let cost = cost(move |stranger| {
            assert_eq!(stranger.say(&SslRequest).raw(1), b"S");
            stranger.say_raw(&said).send();
        });
        assert!((held(length)..=MOST).contains(&cost), "{length}: {cost}");
    }
}

/// A ClientHello as it should be, and behind the server's answer a record that does not end.
#[test]
fn t8_a_handshake_that_does_not_end_costs_little() {
    let certificate = Certificate::make();
    for length in [0, 5, 8_000, 11_000, 16_000] {
        let certificate = certificate.clone();
        let cost = cost(move |stranger| {
            assert_eq!(stranger.say(&SslRequest).raw(1), b"S");
            let mut hello = Vec::new();
            certificate.client_that_says(&[]).write_tls(&mut hello).expect("a buffer takes it");
            stranger.say_raw(&hello).raw(1);
            // A longer one is refused at its length.
            let high = if length <= 11_000 { 0x2c } else { 0x40 };
            let record = [&[0x17, 3, 3, high, 0][..], &[0; 16_000]].concat();
            stranger.say_raw(&record[..length]).send();
        });
        assert!((held(length)..=MOST).contains(&cost), "{length}: {cost}");
    }
}

/// Under TLS: messages that do not end, and behind them records that do not.
#[test]
fn t8_a_record_that_does_not_end_costs_little() {
    let certificate = Certificate::make();
    let startup = [&[0, 0, 0x27, 0x14, 0, 3, 0, 0][..], &[b'x'; 9_900]].concat();
    let proof = [encoded(&ann()), b"p\0\0\x04\0".to_vec(), vec![b'x'; 1_000]].concat();
    let begun = &startup[..1_000];
    // What was said, the record that is announced behind it, and whether it is waited for.
    for (message, length, is_held) in [
        (&[][..], 11_264, true),
        (begun, 11_264, true),
        (&startup, 4_000, true),
        (&startup, 4_001, false),
        (&proof, 11_264, true),
        (&proof, 11_265_u16, false),
    ] {
        let (made, message) = (certificate.clone(), message.to_vec());
        let said = message.len();
        let cost = cost_of(&certificate, move |stranger| {
            let mut tls = made.client_that_says(&[]);
            assert_eq!(stranger.say(&SslRequest).raw(1), b"S");
            tls.complete_io(&mut stranger.socket).expect("a handshake");
            let mut socket = Stream::new(&mut tls, &mut stranger.socket);
            socket.write_all(&message).expect("the server reads");
            socket.flush().expect("the server reads");
            let head = [&[0x17, 3, 3][..], &length.to_be_bytes()].concat();
            stranger.say_raw(&head).say_raw(&vec![0; usize::from(length) - 1]).send();
        });
        let expected = if is_held { usize::from(length)..=MOST } else { 0..=1_000 };
        assert!(expected.contains(&cost), "{said}, {length}: {cost}");
    }
}

#[test]
fn t8_a_gibibyte_that_is_claimed_is_not_awaited() {
    let server = toy::start_with(|builder| builder.auth(scram()));
    for _ in 0..100 {
        let first = b"\x40\0\0\0\0\x03\0\0";
        assert_eq!(Dialogue::silent(server.address).say_raw(first).hear_out(), "");
        let mut stranger = Dialogue::silent(server.address);
        stranger.say(&ann()).hear_until('R');
        assert_eq!(stranger.say_raw(b"p\x40\0\0\0").hear_out(), "E(FATAL 28P01)");
    }
}

/// Messages without a body are answered, or not, and nothing of them is kept.
#[test]
fn rustsec_2026_0258_a_flood_of_empty_messages_needs_no_memory() {
    let flood = |rounds: usize| {
        peak(Auth::trust(), move |address| {
            let mut client = Dialogue::login(address);
            let empty = b"H\0\0\0\x04d\0\0\0\x04c\0\0\0\x04P\0\0\0\x08\0\0\0\0".repeat(1000);
            for _ in 0..rounds {
                client.say_raw(&empty).say(&Sync).hear_until('Z');
            }
        })
    };
    let (few, many) = (flood(2), flood(100));
    assert!(many < few + 16 * 1024, "{few} bytes for few of them, {many} for many");
}

/// Who asks and never reads is not listened to for ever.
#[test]
fn t10_a_client_that_does_not_read_is_not_read_from() {
    let peak = peak(Auth::trust(), |address| {
        let mut deaf = Dialogue::login(address);
        let patience = Some(Duration::from_millis(300));
        deaf.socket.set_write_timeout(patience).expect("a timeout");
        let syncs = encoded(&Sync).repeat(10_000);
        let mut written = 0;
        while std::io::Write::write_all(&mut deaf.socket, &syncs).is_ok() {
            written += syncs.len();
            assert!(written < 100 << 20, "the server has read {written} bytes");
        }
    });
    assert!(peak < 1 << 20, "{peak} bytes");
}

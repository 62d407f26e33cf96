//! T8, T9: those who have not proved who they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use trunkline_proto::message::{Encode, ProtocolVersion, SslRequest, StartupMessage};

use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Target, USER, timed};
use crate::durations::Durations;

/// The time that a server of these tests gives for a login.
const LOGIN: Duration = Duration::from_secs(3);

/// T8: what they can have the server keep.
pub(super) fn memory(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(1_000, 400);
    let mut lines = Vec::new();
    for (name, tls, pushes) in
        [("pre-auth memory", false, STRANGERS), ("pre-auth memory, TLS", true, ENCRYPTED)]
    {
        let setup = Setup::new().scram().flag("--login", LOGIN.as_millis());
        let server = if tls { setup.tls() } else { setup }.start()?;
        lines.push(block_on(pushed(Line::new("T8", name), &server, count, pushes))?);
    }
    Ok(lines)
}

/// What a stranger claims and sends.
#[derive(Clone, Copy, Debug)]
enum Push {
    /// A startup packet of a gibibyte.
    Startup,
    /// One that is as long as it may be, all but its end.
    Patient,
    /// A message of a gibibyte, of this type, where a proof is asked for.
    Message(u8),
    /// A proof that is as long as it may be, all but its end.
    Proof,
    /// TLS records that never become a ClientHello.
    Records,
}

const STRANGERS: &[Push] = &[
    Push::Startup,
    Push::Patient,
    Push::Message(b'p'),
    Push::Message(b'Q'),
    Push::Message(b'd'),
    Push::Proof,
];

const ENCRYPTED: &[Push] = &[Push::Records, Push::Startup, Push::Patient];

async fn pushed(
    line: Line,
    server: &Running,
    count: usize,
    pushes: &'static [Push],
) -> Result<Line, String> {
    for _ in 0..50 {
        Client::login(&server.target()).await?;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.process.forget_peak()?;
    let (before, files) = (server.process.resident(), server.process.files());
    let (start, refused) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let mut strangers = JoinSet::new();
    for number in 0..count {
        let (address, refused) = (server.address, refused.clone());
        strangers.spawn(async move {
            let push = pushes[number % pushes.len()];
            let closed = stranger(address, push).await;
            refused.fetch_add(usize::from(closed), Relaxed);
        });
    }
    strangers.join_all().await;
    let taken = start.elapsed().as_secs_f64();
    let rise = server.process.peak() - before;
    let files = server.process.files().saturating_sub(files);
    Ok(line
        .with(format!("{} push", grouped(count as u64)))
        .at_most(rise / count as f64, 32.0, "KiB each at the peak")
        .exactly(count - refused.load(Relaxed), 0, "not closed")
        .exactly(files, 0, "files left")
        .within(taken, LOGIN.as_secs_f64() + 1.0, "s to the last"))
}

/// Sends as long as anybody listens; whether the server closed.
async fn stranger(address: std::net::SocketAddr, push: Push) -> bool {
    let Ok(mut socket) = TcpStream::connect(address).await else { return false };
    let mut claim = Vec::new();
    let gibibyte = 0x3fff_ffff_u32.to_be_bytes();
    match push {
        Push::Startup => claim.extend(gibibyte),
        Push::Patient => {
            claim.extend(10_000_u32.to_be_bytes());
            claim.extend(ProtocolVersion::V3_0.0.to_be_bytes());
            claim.resize(9_999, b'x');
        }
        Push::Message(_) | Push::Proof => {
            if !is_asked_for_a_proof(&mut socket).await {
                return false;
            }
            if let Push::Message(tag) = push {
                claim.push(tag);
                claim.extend(gibibyte);
            } else {
                claim.push(b'p');
                claim.extend(1024_u32.to_be_bytes());
                claim.resize(1024, b'x');
            }
        }
        Push::Records => {
            let _ = SslRequest.encode(&mut claim);
            if socket.write_all(&claim).await.is_err() || socket.read(&mut [0]).await.is_err() {
                return false;
            }
            // A handshake message of 16 MiB, as records of 16 KiB each.
            claim = vec![22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff];
            claim.resize(5 + 0x4000, 0);
        }
    }
    let never_ends = matches!(push, Push::Startup | Push::Message(_) | Push::Records);
    let (mut reading, mut writing) = socket.split();
    let pushing = async {
        let mut bytes = claim;
        loop {
            if writing.write_all(&bytes).await.is_err() {
                return;
            }
            if !never_ends {
                return std::future::pending().await;
            }
            bytes = match push {
                Push::Records => {
                    let mut record = vec![22, 3, 1, 0x40, 0];
                    record.resize(5 + 0x4000, 0);
                    record
                }
                _ => vec![b'x'; 16 * 1024],
            };
        }
    };
    let hearing =
        async { while reading.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {} };
    let ended = async {
        tokio::select! {
            () = pushing => {}
            () = hearing => {}
        }
    };
    tokio::time::timeout(LOGIN * 3, ended).await.is_ok()
}

/// Says who it is, and reads the request for a proof.
async fn is_asked_for_a_proof(socket: &mut TcpStream) -> bool {
    let mut packet = Vec::new();
    let parameters = [("user", USER)];
    let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
    let mut heard = BytesMut::new();
    message.encode(&mut packet).is_ok()
        && socket.write_all(&packet).await.is_ok()
        && socket.read_buf(&mut heard).await.is_ok()
        && heard.first() == Some(&b'R')
}

/// T9: a crowd that says nothing, or a byte a second.
pub(super) fn slow(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(5_000, 1_000);
    let login = LOGIN.as_millis();
    // With seats for all of them, and with those that a server has unless it is told.
    let wide = Setup::new().scram().flag("--login", login).start()?;
    let narrow = Setup::new().scram().flag("--login", login);
    let narrow = narrow.flag("--connections", 100).flag("--logins", 256).start()?;
    let held = block_on(slowloris(Line::new("T9", "slowloris"), &wide, count))?;
    let thrown = block_on(slowloris(Line::new("T9", "slowloris, few seats"), &narrow, count))?;
    Ok(vec![
        held.0.at_least(held.1.0, 2.0, "s stays the first").within(held.1.1, 4.0, "s the last"),
        thrown.0.within(thrown.1.1, 4.0, "s stays the last"),
    ])
}

/// The line, and how long the first and the last of the crowd stayed.
async fn slowloris(
    line: Line,
    server: &Running,
    count: usize,
) -> Result<(Line, (f64, f64)), String> {
    let target = server.target();
    let all = Arc::new(Barrier::new(count + 1));
    let mut crowd = JoinSet::new();
    for number in 0..count {
        let (address, all) = (server.address, all.clone());
        crowd.spawn(async move {
            let socket = TcpStream::connect(address).await;
            let came = Instant::now();
            all.wait().await;
            match socket {
                Ok(socket) => dribble(socket, number % 2 == 0).await,
                Err(error) => return Err(error.to_string()),
            }
            Ok(came.elapsed())
        });
        // Not faster than the queue of the listening socket is emptied.
        if number % 256 == 255 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    all.wait().await;
    let (logins, failed) = users(&target, Duration::from_secs(2)).await;
    let (mut first, mut last) = (f64::MAX, 0.0_f64);
    while let Some(gone) = crowd.join_next().await {
        let stayed = gone.map_err(|error| error.to_string())??.as_secs_f64();
        (first, last) = (first.min(stayed), last.max(stayed));
    }
    let line = line
        .with(format!("{} silent or slow", grouped(count as u64)))
        .seen(format!("{} logins of users", logins.count()))
        .exactly(failed, 0, "of them refused")
        .within(logins.p99(), 50.0, "ms login p99");
    Ok((line, (first, last)))
}

/// Waits for the end of the connection, and says a byte a second of a startup packet.
async fn dribble(mut socket: TcpStream, speaks: bool) {
    let (mut reading, mut writing) = socket.split();
    let speaking = async {
        for byte in 1000_u32.to_be_bytes().into_iter().cycle() {
            if speaks && writing.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let hearing = async { while reading.read(&mut [0; 64]).await.is_ok_and(|count| count > 0) {} };
    tokio::select! {
        () = speaking => {}
        () = hearing => {}
    }
}

/// One user after the other logs in; how long each took, and how many were refused.
///
/// On a thread of its own: a user does not wait for what else this process has to do.
pub(super) async fn users(target: &Target, during: Duration) -> (Durations, usize) {
    let target = target.clone();
    let logins = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.ok().map(|runtime| runtime.block_on(one_by_one(&target, during)))
    });
    logins.await.ok().flatten().unwrap_or_default()
}

async fn one_by_one(target: &Target, during: Duration) -> (Durations, usize) {
    let (mut logins, mut failed, start) = (Durations::default(), 0, Instant::now());
    while start.elapsed() < during {
        let (login, taken) = timed(Client::login(target)).await;
        match login {
            Ok(client) => {
                logins.push(taken);
                let _ = client.leave().await;
            }
            Err(_) => failed += 1,
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (logins, failed)
}

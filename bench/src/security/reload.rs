//! T19: certificates that are renewed while clients use them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

use super::idle::crowd;
use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::Client;

/// How long a new certificate may take to be seen.
const SEEN: Duration = Duration::from_secs(1);

pub(super) fn certificates(extent: Extent) -> Result<Vec<Line>, String> {
    let (clients, reloads) = extent.of((500, 100), (50, 5));
    let server = Setup::new().tls().start()?;
    block_on(renewed(&server, clients, reloads)).map(|line| vec![line])
}

async fn renewed(server: &Running, count: usize, reloads: usize) -> Result<Line, String> {
    let clients = crowd(&server.target(), count).await?;
    let answers = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let mut talking = JoinSet::new();
    for client in clients {
        talking.spawn(talk(client, answers.clone(), stop.clone()));
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..reloads {
        let certificate = server.renew()?;
        server.signal("HUP")?;
        slowest = slowest.max(seen(server, &certificate).await?);
    }
    let (last, lines) = (shown(server).await?, server.gauges().await?.lines);
    server.spoil()?;
    server.signal("HUP")?;
    // The server says that it cannot use them.
    let deadline = Instant::now() + SEEN;
    while server.gauges().await?.lines == lines && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // A second line would come with the first.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let complaints = (server.gauges().await?.lines - lines) as usize;
    let is_kept = shown(server).await? == last;
    stop.store(true, Relaxed);
    let mut dropped = 0;
    while let Some(talked) = talking.join_next().await {
        dropped += usize::from(!talked.is_ok_and(|answered| answered));
    }
    Ok(Line::new("T19", "certificates")
        .with(format!("{reloads} reloads under {} TLS clients", grouped(count as u64)))
        .seen(format!("{} answers meanwhile", grouped(answers.load(Relaxed) as u64)))
        .exactly(dropped, 0, "drops")
        .within(slowest.as_secs_f64(), SEEN.as_secs_f64(), "s until the new one is seen")
        .exactly(complaints, 1, "line of a broken pair")
        .exactly(usize::from(is_kept), 1, "kept in spite of it"))
}

/// Asks now and then until it is told to stop; whether every answer came.
async fn talk(mut client: Client, answers: Arc<AtomicUsize>, stop: Arc<AtomicBool>) -> bool {
    while !stop.load(Relaxed) {
        if !client.ask("select 1").await.is_ok_and(|rows| rows == ["1"]) {
            return false;
        }
        answers.fetch_add(1, Relaxed);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    client.leave().await.is_ok()
}

/// How long it takes until who comes anew is shown this certificate.
async fn seen(server: &Running, certificate: &CertificateDer<'_>) -> Result<Duration, String> {
    let start = Instant::now();
    while shown(server).await? != *certificate {
        if start.elapsed() > 10 * SEEN {
            return Err("a new certificate is never seen".to_owned());
        }
    }
    Ok(start.elapsed())
}

/// The certificate that who comes now is shown.
async fn shown(server: &Running) -> Result<CertificateDer<'static>, String> {
    let connector = server.target().tls.ok_or("no TLS")?;
    let name = ServerName::try_from("localhost").map_err(|error| error.to_string())?;
    let socket = TcpStream::connect(server.address).await.map_err(|error| error.to_string())?;
    let stream = connector.connect(name, socket).await.map_err(|error| error.to_string())?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    Ok(shown.ok_or("no certificate is shown")?.clone().into_owned())
}

//! T17: what takes too long ends, not earlier and not much later.

use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use trunkline_proto::message::Query;

use super::line::Line;
use super::{Extent, block_on};
use crate::child::Setup;
use crate::client::{Client, Fault, Target};

/// How long a client of these tests may take.
const TIMEOUT: Duration = Duration::from_millis(500);

/// How many wait for the same end at the same time.
const CLIENTS: usize = 20;

/// What times out, what is said before, and the SQLSTATE of the end.
const TIMEOUTS: &[(&str, &str, &str)] = &[
    ("statement_timeout", "nap 5000 1", "57014"),
    ("transaction_timeout", "begin; nap 5000 1", "25P04"),
    ("idle_session_timeout", "", "57P05"),
    ("idle_in_transaction_session_timeout", "begin", "25P03"),
];

/// T17.
pub(super) fn ends(extent: Extent) -> Result<Vec<Line>, String> {
    let rounds = extent.of(5, 1);
    let server = Setup::new().flag("--login", TIMEOUT.as_millis()).start()?;
    let target = server.target();
    let mut lines = Vec::new();
    for &(setting, said, state) in TIMEOUTS {
        let waiting = |target| async move { waits(&target, setting, said, state).await };
        lines.push(block_on(all(setting, rounds, &target, waiting))?);
    }
    lines.push(block_on(all("login", rounds, &target, stranger))?);
    Ok(lines)
}

/// A line for what many see who wait for the same; `false` is another end than the right one.
async fn all<F>(
    name: &str,
    rounds: usize,
    target: &Target,
    waiting: impl Fn(Target) -> F,
) -> Result<Line, String>
where
    F: Future<Output = Result<(Duration, bool), Fault>> + Send + 'static,
{
    let (mut wrong, mut early, mut latest) = (0, 0, 0.0_f64);
    for _ in 0..rounds {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(waiting(target.clone()));
        }
        while let Some(client) = clients.join_next().await {
            let (taken, is_right) = client.map_err(|error| error.to_string())??;
            wrong += usize::from(!is_right);
            early += usize::from(taken < TIMEOUT);
            latest = latest.max((taken.as_secs_f64() - TIMEOUT.as_secs_f64()) * 1e3);
        }
    }
    Ok(Line::new("T17", "timeouts")
        .with(format!("{} times {name}", rounds * CLIENTS))
        .exactly(wrong, 0, "without its SQLSTATE")
        .exactly(early, 0, "early")
        .within(latest, 100.0, "ms late"))
}

/// Sets a timeout, says something, and waits for the end.
async fn waits(
    target: &Target,
    setting: &str,
    said: &str,
    state: &str,
) -> Result<(Duration, bool), Fault> {
    let mut client = Client::login(target).await?;
    // The clock of an idle session starts with the answer to this, and we see it a little later.
    let mut start = Instant::now();
    client.ask(&format!("set {setting} = {}", TIMEOUT.as_millis())).await?;
    let mut word = Fault::Closed;
    for sql in said.split("; ").filter(|sql| !sql.is_empty()) {
        start = Instant::now();
        client.say(&Query { sql })?.send().await?;
        match client.answer().await {
            Ok(_) => {}
            Err(fault) => word = fault,
        }
    }
    if matches!(word, Fault::Closed) {
        word = client.last_word().await;
    }
    Ok((start.elapsed(), word.is(state)))
}

/// Says nothing, and waits for the end, which comes without a word.
async fn stranger(target: Target) -> Result<(Duration, bool), Fault> {
    // The server may accept, and its clock start, before the client sees that it is connected.
    let start = Instant::now();
    let mut socket = TcpStream::connect(target.address).await?;
    let said = socket.read(&mut [0]).await.unwrap_or_default();
    Ok((start.elapsed(), said == 0))
}

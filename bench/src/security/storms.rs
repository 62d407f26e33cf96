//! T3, T4: many who come, ask once and go, or die on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use trunkline_proto::message::Query;

use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Fault, Target};
use crate::dice::Dice;

/// How many come at the same time.
const AT_ONCE: usize = 64;

/// T3: logins.
pub(super) fn logins(extent: Extent) -> Result<Vec<Line>, String> {
    let storms = [
        ("logins, trust", Setup::new(), 5000.0),
        ("logins, SCRAM", Setup::new().scram(), 2000.0),
        ("logins, TLS", Setup::new().tls(), 800.0),
    ];
    let mut lines = Vec::new();
    for (name, setup, rate) in storms {
        let (warm, count) = extent.of((10_000, 100_000), (500, 3_000));
        let server = setup.start()?;
        lines.push(block_on(storm(Line::new("T3", name), &server, warm, count, rate))?);
    }
    Ok(lines)
}

async fn storm(
    line: Line,
    server: &Running,
    warm: usize,
    count: usize,
    rate: f64,
) -> Result<Line, String> {
    let target = server.target();
    many(warm, {
        let target = target.clone();
        move |_| come_and_go(target.clone())
    })
    .await?;
    let gauges = server.gauges().await?;
    let (before, files) = (server.process.resident(), server.process.files());
    let start = Instant::now();
    many(count, move |_| come_and_go(target.clone())).await?;
    let per_second = count as f64 / start.elapsed().as_secs_f64();
    let (now, open) = server.back_to(gauges, files, Duration::from_secs(2)).await?;
    let grown = (server.process.resident() - before) / 1024.0;
    Ok(line
        .with(format!("{} connect, select 1 and go", grouped(count as u64)))
        .at_most(grown, 4.0, "MiB more")
        .exactly(open.saturating_sub(files), 0, "files left")
        .exactly(now.tasks.saturating_sub(gauges.tasks) as usize, 0, "tasks left")
        .at_least(per_second, rate, "a second"))
}

async fn come_and_go(target: Target) -> Result<(), String> {
    let mut client = Client::login(&target).await?;
    client.ask("select 1").await?;
    Ok(client.leave().await?)
}

/// Does something so many times, some at once.
pub(super) async fn many<F>(count: usize, what: impl Fn(usize) -> F) -> Result<(), String>
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let mut running = JoinSet::new();
    for number in 0..count {
        if number >= AT_ONCE {
            ended(running.join_next().await)?;
        }
        running.spawn(what(number));
    }
    while let Some(one) = running.join_next().await {
        ended(Some(one))?;
    }
    Ok(())
}

fn ended(one: Option<Result<Result<(), String>, tokio::task::JoinError>>) -> Result<(), String> {
    one.unwrap_or(Ok(Ok(()))).map_err(|error| error.to_string())?
}

/// T4: sessions that end anywhere by an RST.
pub(super) fn deaths(extent: Extent) -> Result<Vec<Line>, String> {
    let storms = [
        ("deaths, plain", Setup::new(), 4),
        ("deaths, SCRAM", Setup::new().scram(), 4),
        ("deaths, TLS", Setup::new().scram().tls(), 2),
    ];
    let mut lines = Vec::new();
    for (name, setup, tenths) in storms {
        let count = extent.of(100_000, 6_000) * tenths / 10;
        let server = setup.start()?;
        lines.push(block_on(dying(Line::new("T4", name), &server, count, extent))?);
    }
    Ok(lines)
}

async fn dying(line: Line, server: &Running, count: usize, extent: Extent) -> Result<Line, String> {
    let target = server.target();
    // One that lives says how long a session is.
    let (whole, _) = session(&target, usize::MAX, false).await;
    let gauges = server.gauges().await?;
    let files = server.process.files();
    let finished = Arc::new(AtomicUsize::new(0));
    many(count, |number| {
        let (target, finished) = (target.clone(), finished.clone());
        async move {
            let mut dice = Dice::new(number);
            let (_, is_finished) = session(&target, dice.below(whole), dice.below(2) == 0).await;
            finished.fetch_add(usize::from(is_finished), Relaxed);
            Ok(())
        }
    })
    .await?;
    let (now, open) = server.back_to(gauges, files, Duration::from_secs(2)).await?;
    tokio::time::sleep(Duration::from_millis(extent.of(2000, 500))).await;
    let load = server.process.load(Duration::from_millis(extent.of(2000, 500))).await;
    Ok(line
        .with(format!("{} killed at any of {whole} bytes", grouped(count as u64)))
        .exactly(finished.load(Relaxed), 0, "survivors")
        .exactly(server.panics() as usize, 0, "panics")
        .exactly(now.sessions.saturating_sub(gauges.sessions) as usize, 0, "sessions left")
        .exactly(now.tasks.saturating_sub(gauges.tasks) as usize, 0, "tasks left")
        .exactly(open.saturating_sub(files), 0, "files left")
        .at_most(load, 2.0, "% busy afterwards"))
}

/// A session whose socket breaks after so many bytes; how many it took, and whether it was whole.
async fn session(target: &Target, bytes: usize, waits: bool) -> (usize, bool) {
    let Ok(mut client) = Client::login_within(target, bytes).await else { return (0, false) };
    let asked: Result<(), Fault> = async {
        client.ask("select 1").await?;
        // It dies while it is asleep, and while its rows are on the way.
        for sql in ["nap 2 1", "rows 2000", "select 1"] {
            client.say(&Query { sql })?;
        }
        client.send().await?;
        for _ in 0..3 {
            client.answer().await?;
        }
        Ok(())
    }
    .await;
    let taken = client.wire().base().taken(bytes);
    if waits {
        // Some have read what was said to them, and some have not.
        let mut wire = client.into_wire();
        let _ = tokio::time::timeout(Duration::from_millis(1), wire.read(&mut [0; 4096])).await;
    }
    (taken, asked.is_ok())
}

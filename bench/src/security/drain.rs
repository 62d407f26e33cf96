//! T13: the end of a server that is at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::idle::crowd;
use super::line::Line;
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Fault};

const BUSY: usize = 200;
const IDLE: usize = 20;

/// T13.
pub(super) fn signals(extent: Extent) -> Result<Vec<Line>, String> {
    let rounds = extent.of(50, 3);
    let mut seen = Seen::default();
    for _ in 0..rounds {
        let mut server = Setup::new().start()?;
        block_on(seen.round(&mut server))?;
    }
    let first = Line::new("T13", "SIGTERM").with(format!("{rounds} times {BUSY} at work"));
    let first = first
        .exactly(seen.failed, 0, "failed in flight")
        .exactly(seen.unheard, 0, "answers lost")
        .exactly(seen.told_idle, rounds * IDLE, "idle told 57P01")
        .exactly(seen.speechless, 0, "busy gone without 57P01")
        .within(seen.slowest, 30.0, "s at most");
    let mut slowest = 0.0_f64;
    for _ in 0..extent.of(10, 2) {
        let mut server = Setup::new().start()?;
        slowest = slowest.max(block_on(twice(&mut server))?);
    }
    let second = Line::new("T13", "SIGTERM twice").with("naps of a minute");
    Ok(vec![first, second.within(slowest, 1.0, "s at most")])
}

/// What all rounds have seen.
#[derive(Default)]
struct Seen {
    /// Naps that were begun and not finished.
    failed: usize,
    /// Naps that were finished, and their clients did not hear of it.
    unheard: usize,
    told_idle: usize,
    /// Clients at work that were not told why they must go.
    speechless: usize,
    slowest: f64,
}

impl Seen {
    async fn round(&mut self, server: &mut Running) -> Result<(), String> {
        let target = server.target();
        let idle = crowd(&target, IDLE).await?;
        let (answered, speechless) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut clients = JoinSet::new();
        for mut client in crowd(&target, BUSY).await? {
            let (answered, speechless) = (answered.clone(), speechless.clone());
            clients.spawn(async move {
                loop {
                    match client.ask("nap 100 1").await {
                        Ok(_) => answered.fetch_add(1, Relaxed),
                        Err(fault) => {
                            return speechless.fetch_add(usize::from(!fault.is("57P01")), Relaxed);
                        }
                    };
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        let start = Instant::now();
        server.signal("TERM")?;
        for client in idle {
            self.told_idle += usize::from(client.last_word().await.is("57P01"));
        }
        clients.join_all().await;
        let gauges = server.ended(Duration::from_secs(40))?;
        self.slowest = self.slowest.max(start.elapsed().as_secs_f64());
        self.failed += (gauges.started - gauges.finished) as usize;
        self.unheard += gauges.finished.saturating_sub(answered.load(Relaxed)) as usize;
        self.speechless += speechless.load(Relaxed);
        Ok(())
    }
}

/// How long it takes from the second signal to the end.
async fn twice(server: &mut Running) -> Result<f64, String> {
    let target = server.target();
    let mut clients = JoinSet::new();
    for mut client in crowd(&target, 20).await? {
        clients.spawn(async move { client.ask("nap 60000 1").await });
    }
    while server.gauges().await?.running < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.signal("TERM")?;
    // The first has been heard when nobody else is let in.
    while Client::login(&target).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let start = Instant::now();
    server.signal("TERM")?;
    server.ended(Duration::from_secs(40))?;
    let taken = start.elapsed().as_secs_f64();
    while let Some(client) = clients.join_next().await {
        let outcome = client.map_err(|error| error.to_string())?;
        if !matches!(outcome, Err(Fault::Closed | Fault::Refused(_))) {
            return Err(format!("a nap of a minute ended with {outcome:?}"));
        }
    }
    Ok(taken)
}

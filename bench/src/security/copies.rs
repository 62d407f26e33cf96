//! T11: clients that send much to an engine that is slow, and die on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trunkline_proto::frontend::Event;
use trunkline_proto::message::{CopyData, CopyDone, Encode, Query};

use super::line::{Line, grouped};
use super::storms::many;
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Fault, Target};
use crate::dice::Dice;
use crate::engine::SLOW;

const MIB: u64 = 1 << 20;

/// So many rows of a thousand bytes go in one message.
const ROWS: usize = 64;

/// T11.
pub(super) fn into_a_slow_sink(extent: Extent) -> Result<Vec<Line>, String> {
    let server = Setup::new().start()?;
    let slow = block_on(slow(Line::new("T11", "copy, slow sink"), &server, extent))?;
    let server = Setup::new().start()?;
    let dying = block_on(dying(Line::new("T11", "copy, deaths"), &server, extent))?;
    Ok(vec![slow, dying])
}

async fn slow(line: Line, server: &Running, extent: Extent) -> Result<Line, String> {
    // A whole COPY before is what the memory is compared with.
    copy(&server.target(), MIB).await?;
    server.process.forget_peak()?;
    let before = server.process.resident();
    let bytes = extent.of(10_000, 200) * MIB;
    let told = copy(&server.target(), bytes).await?;
    let grown = (server.process.peak() - before) / 1024.0;
    let missing = rows(bytes).saturating_sub(told);
    Ok(line
        .with(format!("{} MiB, a pause each {}", grouped(bytes / MIB), grouped(SLOW / MIB)))
        .at_most(grown, 8.0, "MiB more at the peak")
        .exactly(missing as usize, 0, "rows missing"))
}

fn rows(bytes: u64) -> u64 {
    let row = 1001;
    bytes.div_ceil(ROWS as u64 * row) * ROWS as u64
}

/// Sends so many bytes; how many rows the server says they were.
async fn copy(target: &Target, bytes: u64) -> Result<u64, Fault> {
    let mut wire = begun(Client::login(target).await?).await?.into_wire();
    let message = message()?;
    for _ in 0..rows(bytes) / ROWS as u64 {
        wire.write_all(&message).await?;
    }
    let mut end = Vec::new();
    CopyDone.encode(&mut end)?;
    wire.write_all(&end).await?;
    wire.flush().await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"Z\0\0\0\x05I") {
        if wire.read_buf(&mut answer).await? == 0 {
            return Err(Fault::Closed);
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let count = answer.split("COPY ").nth(1).and_then(|rest| rest.split('\0').next());
    count
        .and_then(|count| count.parse().ok())
        .ok_or_else(|| Fault::Broken(format!("told no number of rows: {answer}")))
}

/// A message of rows.
fn message() -> Result<Vec<u8>, Fault> {
    let data = format!("{}\n", "x".repeat(1000)).repeat(ROWS);
    let mut message = Vec::new();
    CopyData { data: data.as_bytes() }.encode(&mut message)?;
    Ok(message)
}

async fn begun(mut client: Client) -> Result<Client, Fault> {
    client.say(&Query { sql: "copy nothing from stdin" })?.send().await?;
    loop {
        match client.next().await? {
            Event::CopyIn(_) => return Ok(client),
            Event::Error(_) => return Err(Fault::Broken("the COPY is refused".into())),
            _ => {}
        }
    }
}

async fn dying(line: Line, server: &Running, extent: Extent) -> Result<Line, String> {
    let target = server.target();
    copy(&target, MIB).await?;
    let (gauges, files) = (server.gauges().await?, server.process.files());
    let (count, finished) = (extent.of(1_000, 200), Arc::new(AtomicUsize::new(0)));
    many(count, |number| {
        let (target, finished) = (target.clone(), finished.clone());
        async move {
            let bytes = Dice::new(number).below(2 << 20);
            let is_whole = dies(&target, bytes).await.is_ok();
            finished.fetch_add(usize::from(is_whole), Relaxed);
            Ok(())
        }
    })
    .await?;
    let (now, open) = server.back_to(gauges, files, Duration::from_secs(5)).await?;
    Ok(line
        .with(format!("{} killed within a COPY", grouped(count as u64)))
        .exactly(finished.load(Relaxed), 0, "survivors")
        .exactly(now.running as usize, 0, "sinks left")
        .exactly(now.finished.saturating_sub(gauges.finished) as usize, 0, "stored")
        .exactly(now.tasks.saturating_sub(gauges.tasks) as usize, 0, "tasks left")
        .exactly(open.saturating_sub(files), 0, "files left"))
}

/// A COPY whose socket breaks by an RST after so many bytes, before its end.
async fn dies(target: &Target, bytes: usize) -> Result<(), Fault> {
    let mut wire = begun(Client::login_within(target, bytes).await?).await?.into_wire();
    let message = message()?;
    loop {
        wire.write_all(&message).await?;
    }
}

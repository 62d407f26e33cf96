//! T10: clients that ask for much and read little.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use trunkline_proto::message::Query;

use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Fault};
use crate::wire::Wire;

const MIB: u64 = 1 << 20;

/// A thousand bytes of value, and the head of its DataRow.
const ROW: u64 = 1011;

/// T10.
pub(super) fn slow(extent: Extent) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for (name, tls) in [("slow reader", false), ("slow reader, TLS", true)] {
        // A tenth of it over TLS: the client decrypts it, too.
        let share = if tls { 10 } else { 1 };
        let mebibytes = extent.of(10_000, 200) / share;
        lines.push(one(name, tls, mebibytes)?);
    }
    for (name, tls) in [("stalled readers", false), ("stalled readers, TLS", true)] {
        let setup = Setup::new();
        let server = if tls { setup.tls() } else { setup }.start()?;
        lines.push(block_on(stalled(Line::new("T10", name), &server, extent))?);
    }
    Ok(lines)
}

fn one(name: &'static str, tls: bool, mebibytes: u64) -> Result<Line, String> {
    let setup = Setup::new();
    let server = if tls { setup.tls() } else { setup }.start()?;
    let cage = Cage::around(&server);
    let line = Line::new("T10", name);
    let line = match &cage {
        Ok(_) => line.with("within a cgroup of 128 MiB"),
        Err(why) => line.seen(format!("without a cgroup: {why}")),
    };
    block_on(read_slowly(line, &server, mebibytes))
}

async fn read_slowly(line: Line, server: &Running, mebibytes: u64) -> Result<Line, String> {
    let mut client = Client::login(&server.target()).await?;
    client.ask("rows 1000").await?;
    server.process.forget_peak()?;
    let before = server.process.resident();
    let pauses = mebibytes.div_ceil(500);
    let (mut wire, rows) = asked(client, mebibytes).await?;
    let (mut read, mut paused) = (0, 0);
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let got = wire.read(&mut chunk).await.map_err(|error| error.to_string())?;
        if got == 0 {
            return Err(format!("closed after {read} bytes"));
        }
        read += got as u64;
        if read > paused * 500 * MIB && paused < pauses {
            paused += 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // The last message is ReadyForQuery.
        if chunk[..got].ends_with(b"Z\0\0\0\x05I") {
            break;
        }
    }
    let grown = (server.process.peak() - before) / 1024.0;
    let missing = (rows * ROW).saturating_sub(read);
    Ok(line
        .with(format!("{} MiB, a pause each 500", grouped(mebibytes)))
        .at_most(grown, 8.0, "MiB more at the peak")
        .exactly(missing as usize, 0, "bytes missing"))
}

async fn stalled(line: Line, server: &Running, extent: Extent) -> Result<Line, String> {
    let count = 100;
    let target = server.target();
    for _ in 0..50 {
        Client::login(&target).await?.ask("rows 1000").await?;
    }
    server.process.forget_peak()?;
    let before = server.process.resident();
    let mut wires = Vec::new();
    for _ in 0..count {
        wires.push(asked(Client::login(&target).await?, 1024).await?);
    }
    tokio::time::sleep(Duration::from_secs(extent.of(10, 1))).await;
    // They read a little now and then, so that what was held back moves on.
    let mut chunk = vec![0; 64 * 1024];
    for (wire, _) in &mut wires {
        wire.read_exact(&mut chunk).await.map_err(|error| error.to_string())?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let grown = (server.process.peak() - before) / 1024.0;
    let load = server.process.load(Duration::from_secs(1)).await;
    Ok(line
        .with(format!("{count} who stop reading 1 GiB"))
        .at_most(grown, 64.0, "MiB more at the peak")
        .at_most(load, 2.0, "% busy"))
}

/// Asks for so much, and gives the socket; how many rows will come.
async fn asked(mut client: Client, mebibytes: u64) -> Result<(Wire, u64), Fault> {
    let rows = mebibytes * MIB / ROW;
    client.say(&Query { sql: &format!("rows {rows}") })?.send().await?;
    Ok((client.into_wire(), rows))
}

/// A cgroup with little memory, gone when it is dropped.
struct Cage(std::path::PathBuf);

impl Cage {
    /// Moves a server into it.
    fn around(server: &Running) -> Result<Cage, String> {
        let process = server.process.0;
        let folder = format!("/sys/fs/cgroup/memory/trunkline-bench-{process}");
        let failed = |error: std::io::Error| format!("{folder}: {error}");
        std::fs::create_dir(&folder).map_err(failed)?;
        let cage = Cage(folder.clone().into());
        let limit = (128 * MIB).to_string();
        std::fs::write(cage.0.join("memory.limit_in_bytes"), limit).map_err(failed)?;
        std::fs::write(cage.0.join("cgroup.procs"), process.to_string()).map_err(failed)?;
        Ok(cage)
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        // Empty only when its last process is gone: with the server it was made for.
        let folder = self.0.clone();
        std::thread::spawn(move || {
            for _ in 0..100 {
                if std::fs::remove_dir(&folder).is_ok() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
    }
}

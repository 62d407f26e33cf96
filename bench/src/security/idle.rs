//! T1, T2: what a connection costs that does nothing.

use std::time::Duration;

use tokio::task::JoinSet;

use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Target};

/// How many log in at the same time.
const AT_ONCE: usize = 64;

pub(super) fn plain(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(10_000, 2_000);
    block_on(idle(Line::new("T1", "idle, plain"), Setup::new().start()?, count, 4.0, extent))
}

pub(super) fn tls(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(5_000, 500);
    let server = Setup::new().tls().start()?;
    block_on(idle(Line::new("T2", "idle, TLS 1.3"), server, count, 16.0, extent))
}

async fn idle(
    line: Line,
    server: Running,
    count: usize,
    goal: f64,
    extent: Extent,
) -> Result<Vec<Line>, String> {
    let target = server.target();
    // What the threads keep once for all clients is there before the count begins.
    drop(crowd(&target, 16).await?);
    let before = server.process.resident();
    let mut clients = crowd(&target, count).await?;
    let held = Duration::from_secs(extent.of(60, 2));
    tokio::time::sleep(held).await;
    let each = (server.process.resident() - before) / count as f64;
    let mut answers = 0;
    for client in &mut clients {
        answers += usize::from(client.ask("select 1").await.is_ok_and(|rows| rows == ["1"]));
    }
    let again = (server.process.resident() - before) / count as f64;
    let held = format!("{} held {} s", grouped(count as u64), held.as_secs());
    let line = line.with(held).at_most(each, goal, "KiB").at_most(again, goal, "KiB after a query");
    Ok(vec![line.exactly(count - answers, 0, "drops")])
}

/// Clients that have logged in and asked once.
pub(super) async fn crowd(target: &Target, count: usize) -> Result<Vec<Client>, String> {
    let mut coming = JoinSet::new();
    let mut clients = Vec::new();
    for started in 0..count {
        if started >= AT_ONCE {
            clients.extend(arrived(&mut coming).await?);
        }
        let target = target.clone();
        coming.spawn(async move {
            let mut client = Client::login(&target).await?;
            client.ask("select 1").await?;
            Ok(client)
        });
    }
    while let Some(client) = arrived(&mut coming).await? {
        clients.push(client);
    }
    Ok(clients)
}

async fn arrived(
    coming: &mut JoinSet<Result<Client, crate::client::Fault>>,
) -> Result<Option<Client>, String> {
    match coming.join_next().await {
        None => Ok(None),
        Some(client) => Ok(Some(client.map_err(|error| error.to_string())??)),
    }
}

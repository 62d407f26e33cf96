//! T12: an engine that panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::task::JoinSet;

use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::Setup;
use crate::client::Client;

const CLIENTS: usize = 100;

/// T12: of ten queries one panics, by turns in each call of the engine.
pub(super) fn engine(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(10_000, 10_000);
    let server = Setup::new().start()?;
    let (panicked, right) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    block_on(async {
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let (target, panicked, right) = (server.target(), panicked.clone(), right.clone());
            clients.spawn(async move {
                let mut client = Client::login(&target).await?;
                for query in 0..count / CLIENTS {
                    if (query + number) % 10 != 3 {
                        let ticket = number * 1000 + query;
                        let answer = client.ask(&format!("nap 0 {ticket}")).await;
                        let is_right = answer.is_ok_and(|rows| rows == [ticket.to_string()]);
                        right.fetch_add(usize::from(is_right), Relaxed);
                        continue;
                    }
                    let place = ["prepare", "execute", "rows"][(query / 10 + number) % 3];
                    let told = client.ask(&format!("panic {place}")).await;
                    let is_told = told.is_err_and(|fault| fault.is("XX000"));
                    let is_over = client.ask("select 1").await.is_err();
                    panicked.fetch_add(usize::from(is_told && is_over), Relaxed);
                    client = Client::login(&target).await?;
                }
                Ok::<_, String>(())
            });
        }
        while let Some(client) = clients.join_next().await {
            client.map_err(|error| error.to_string())??;
        }
        Ok(())
    })?;
    let (panicked, right) = (panicked.load(Relaxed), right.load(Relaxed));
    let line = Line::new("T12", "panics of an engine");
    let line = line.with(format!("{} queries on {CLIENTS} connections", grouped(count as u64)));
    let line = line.exactly(panicked, count / 10, "XX000 and closed");
    Ok(vec![line.exactly(right, count - count / 10, "others right").exactly(
        server.panics() as usize,
        count / 10,
        "panics logged",
    )])
}

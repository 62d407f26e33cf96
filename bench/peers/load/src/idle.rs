//! What clients cost who have asked once and now wait.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::Connection;

/// What a server does once, for the first clients, is not counted.
const FIRST: usize = 8;
/// So long the server's memory must be what it is.
const SETTLE: Duration = Duration::from_millis(500);

pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let (target, server) = (arguments.target()?, arguments.server()?);
    let request = arguments.request("select 1")?;
    let count: usize = arguments.number("connections", 2000)?;
    let open = |count| {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            let mut connection = Connection::open(&target)?;
            if let Some(preparation) = &request.preparation {
                connection.ask(preparation)?;
            }
            connection.ask(&request.bytes)?;
            connection.rest();
            connections.push(connection);
        }
        thread::sleep(SETTLE);
        Ok::<_, io::Error>(connections)
    };
    let first = open(FIRST)?;
    let (before, start) = (server.resident(), Instant::now());
    let idle = open(count)?;
    let grown = server.resident() - before;
    let line = json!({
        "kib": grown / count as f64,
        "resident_mb": server.resident() * 1024.0 / 1e6,
        "seconds": start.elapsed().as_secs_f64(),
    });
    println!("{line}");
    first.into_iter().chain(idle).for_each(Connection::leave);
    Ok(())
}

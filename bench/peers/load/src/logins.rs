//! Clients that come, ask once, and leave.

use std::io;
use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::{Connection, Target};
use crate::histogram::Histogram;
use crate::request::query;

pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let (target, server) = (arguments.target()?, arguments.server()?);
    let at_once: usize = arguments.number("connections", 1)?;
    let seconds = arguments.number("seconds", 1.5)?;
    let request = query(arguments.text("sql", "select 1"));
    // Salts the password, and sees whether the server is there.
    visit(&target, &request)?;
    let (busy, start) = (server.busy(), Instant::now());
    let visitors = || {
        let mut taken = Histogram::new();
        let mut count = 0_u64;
        while start.elapsed().as_secs_f64() < seconds {
            let came = Instant::now();
            visit(&target, &request)?;
            taken.add(came.elapsed().as_nanos() as u64);
            count += 1;
        }
        Ok::<_, io::Error>((count, taken))
    };
    let (mut count, mut taken) = (0, Histogram::new());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(visitors)).collect();
        for thread in threads {
            let (seen, times) = thread.join().map_err(|_| io::Error::other("a panic"))??;
            count += seen;
            taken.merge(&times);
        }
        Ok::<_, io::Error>(())
    })?;
    let took = start.elapsed().as_secs_f64();
    let line = json!({
        "rate": count as f64 / took,
        "cpu_us": (server.busy() - busy) * 1e6 / count as f64,
        "p50_us": taken.quantile(0.5),
        "p99_us": taken.quantile(0.99),
    });
    println!("{line}");
    Ok(())
}

fn visit(target: &Target, request: &[u8]) -> io::Result<()> {
    let mut connection = Connection::open(target)?;
    let rows = connection.ask(request)?;
    connection.leave();
    if rows == 1 { Ok(()) } else { Err(io::Error::other(format!("{rows} rows, not one"))) }
}

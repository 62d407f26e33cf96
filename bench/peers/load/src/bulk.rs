//! One client reads one large result as fast as it can, and throws it away.

use std::io::{self, Read};
use std::time::Instant;

use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::{Connection, closed};
use crate::scan::Scan;

/// Prints a line for each time.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let (target, server) = (arguments.target()?, arguments.server()?);
    let request = arguments.request("select * from rows")?;
    let times = arguments.number("times", 3)?;
    let mut connection = Connection::open(&target)?;
    if let Some(preparation) = &request.preparation {
        connection.ask(preparation)?;
    }
    let mut buffer = vec![0; 512 * 1024];
    for _ in 0..times {
        server.forget_peak();
        let (before, busy, start) = (server.resident(), server.busy(), Instant::now());
        connection.send(&request.bytes)?;
        let mut scan = Scan::default();
        let (mut bytes, mut first_row) = (0, None);
        while scan.readies < request.readies {
            let count = connection.stream.read(&mut buffer)?;
            if count == 0 {
                return Err(closed());
            }
            bytes += count;
            scan.feed(&buffer[..count]);
            if scan.rows > 0 && first_row.is_none() {
                first_row = Some(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        let took = start.elapsed().as_secs_f64();
        let busy = server.busy() - busy;
        if scan.errors > 0 || scan.rows == 0 {
            let (rows, errors) = (scan.rows, scan.errors);
            return Err(io::Error::other(format!("{rows} rows and {errors} errors")));
        }
        let line = json!({
            "rate": scan.rows as f64 / took,
            "cpu_us": busy * 1e6 / scan.rows as f64,
            "mb_s": bytes as f64 / took / 1e6,
            "first_row_ms": first_row,
            "grown_mb": (server.peak() - before).max(0.0) * 1024.0 / 1e6,
            "seconds": took,
            "rows": scan.rows,
            "bytes": bytes,
        });
        println!("{line}");
    }
    connection.leave();
    Ok(())
}

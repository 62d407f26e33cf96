//! One client reads one large result as fast as it can, and throws it away.

use std::io::{self, Read};
use std::time::Instant;

use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::{Connection, closed};
use crate::scan::Scan;

/// Prints a line for each time; an error if there are other rows than as many as `--expect` says.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let (target, server) = (arguments.target()?, arguments.server()?);
    let request = arguments.request("select * from rows")?;
    let times = arguments.number("times", 3)?;
    let expected: u64 = arguments.number("expect", 1_000_000)?;
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
        is_whole(&scan, expected)?;
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

/// Part of an answer has no rate.
fn is_whole(scan: &Scan, expected: u64) -> io::Result<()> {
    let (rows, errors) = (scan.rows, scan.errors);
    if errors == 0 && rows == expected {
        return Ok(());
    }
    Err(io::Error::other(format!("{rows} rows and {errors} errors, not {expected} rows")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_all_rows_and_no_error() {
        let mut scan = Scan::default();
        scan.feed(b"D\0\0\0\x04d\0\0\0\x04Z\0\0\0\x05I");
        assert!(is_whole(&scan, 2).is_ok());
        assert!(is_whole(&scan, 1).is_err() && is_whole(&scan, 3).is_err());
        scan.feed(b"E\0\0\0\x05\0");
        assert!(is_whole(&scan, 2).is_err());
    }
}

//! Ten million rows at flat memory: to a quick reader in both protocols, and to a slow one; and row
//! groups that are nearly as large as what memory may grow by.

use std::fs;
use std::io;
use std::process::Command;
use std::time::Duration;

use super::Run;
use super::clients::python_with;
use super::target::Ours;
use super::verdict::Verdicts;
use crate::halt::Halt;
use crate::process;
use crate::wire::Session;

const ROWS: u64 = 10_000_000;
const QUERY: &str = "select * from bulk";
const LARGE_ROWS: u64 = 3_000_000;
const LARGE_QUERY: &str = "select * from large";
/// What the peak may lie above the memory after a first small query.
const GROWTH_KIB: u64 = 64 * 1024;
const SLOW: u64 = 1_000_000;
const SLOW_FOR: Duration = Duration::from_secs(8);

pub(super) fn run(run: &Run<'_>) -> Result<Verdicts, Halt> {
    let binary = run.target.binary()?;
    let server = Ours::start(binary, &data(run)?, run.scratch.path(), &[])?;
    let connect = || Session::connect(server.port, "guest", "interop");
    let text = told(connect().and_then(|mut first| {
        first.query("select id from bulk limit 1")?;
        first.rows()
    }))?;
    let mut verdicts = Verdicts::default();
    verdicts.record("first_query", equal(text, 1));
    let base = reset_peak(server.pid())?;
    let mut measured = |name: &str, outcome: io::Result<()>| {
        let outcome = told(outcome).and_then(|()| {
            let grown = peak_kib(server.pid())?.saturating_sub(base);
            println!("      {name}: peak memory {} MiB above {} MiB", grown / 1024, base / 1024);
            if grown <= GROWTH_KIB { Ok(()) } else { Err(format!("{grown} KiB more at the peak")) }
        });
        verdicts.record(name, outcome);
    };
    measured(
        "text",
        connect().and_then(|mut session| {
            session.query(QUERY)?;
            all(session.rows()?, ROWS)
        }),
    );
    measured(
        "large_row_groups",
        connect().and_then(|mut session| {
            session.query(LARGE_QUERY)?;
            all(session.rows()?, LARGE_ROWS)
        }),
    );
    measured(
        "binary",
        connect().and_then(|mut session| {
            session.query_binary(QUERY)?;
            all(session.rows()?, ROWS)
        }),
    );
    measured(
        "slow_reader",
        connect().and_then(|mut session| {
            session.query_binary(QUERY)?;
            session.read_slowly(SLOW, SLOW_FOR).map(drop)
        }),
    );
    Ok(verdicts)
}

fn all(rows: u64, expected: u64) -> io::Result<()> {
    equal(rows, expected).map_err(io::Error::other)
}

fn equal(found: u64, expected: u64) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found} rows, expected {expected}")) }
}

fn told<T>(outcome: io::Result<T>) -> Result<T, String> {
    outcome.map_err(|error| error.to_string())
}

/// Made once: two files of together nearly half a gigabyte.
fn data(run: &Run<'_>) -> Result<std::path::PathBuf, Halt> {
    let script = run.workspace.path("interop/make_bulk.py");
    let stamp = fs::read_to_string(&script).map_err(|e| format!("{}: {e}", script.display()))?;
    let requirements = run.workspace.path("interop/python/requirements-data.txt");
    let python = python_with(run.cache, "python-data", &requirements)?;
    run.cache.installed("bulk", &stamp, |folder| {
        let mut write = Command::new(python);
        process::output(write.arg(&script).arg(folder))?;
        Ok(())
    })
}

/// Sets the peak back to the memory of now, and says how much that is.
fn reset_peak(process: u32) -> Result<u64, String> {
    let peak = "5";
    fs::write(format!("/proc/{process}/clear_refs"), peak).map_err(|error| error.to_string())?;
    peak_kib(process)
}

fn peak_kib(process: u32) -> Result<u64, String> {
    let status =
        fs::read_to_string(format!("/proc/{process}/status")).map_err(|e| e.to_string())?;
    kib(&status, "VmHWM:").ok_or_else(|| "no VmHWM".into())
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(kib("VmPeak:\t 9 kB\nVmHWM:\t  1234 kB\n", "VmHWM:"), Some(1234));
        assert_eq!(kib("VmPeak:\t 9 kB\n", "VmHWM:"), None);
    }

    #[test]
    fn memory_that_was_used_shows_in_the_peak() {
        let own = std::process::id();
        let base = reset_peak(own).unwrap();
        drop(std::hint::black_box(vec![1_u8; 32 << 20]));
        assert!(peak_kib(own).unwrap() - base > 30 * 1024);
    }
}

//! COPY into and out of the SQLite engine, beside PostgreSQL.

use std::path::PathBuf;
use std::process::Command;

use super::figures::{Goal, Report, rounded};
use super::load::{Place, Seen};
use super::postgresql::PostgreSql;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::interop::Ours;
use crate::process;
use crate::servers::Scratch;
use crate::workspace::Workspace;

const BUILD: &[&str] =
    &["build", "--release", "--quiet", "-p", "trunkline-cli", "-p", "trunkline-bench", "--bins"];

/// What is measured, in MB a second, and how much of PostgreSQL's rate is hoped for.
const RATES: [(&str, &str, f64); 4] = [
    ("COPY FROM, csv", "csv_in", 1.0),
    ("COPY FROM, binary", "binary_in", 1.0),
    ("COPY TO, csv", "csv_out", 1.0),
    ("COPY TO, binary", "binary_out", 1.0),
];

pub(super) fn task(workspace: &Workspace, words: &[&str]) -> Result<(), String> {
    let rounds = match words {
        [] => 5,
        ["--rounds", count] => count.parse().ok().filter(|count| *count > 0).ok_or("--rounds N")?,
        _ => return Err(format!("copy does not know {}", words.join(" "))),
    };
    let (ours, postgresql) = measure(workspace, rounds).map_err(Halt::reason)?;
    tell(&ours, &postgresql).print()
}

fn measure(workspace: &Workspace, rounds: u32) -> Result<(Seen, Seen), Halt> {
    let cache = Cache::find()?;
    process::succeed(&mut workspace.cargo(BUILD))?;
    let built = workspace.target().join("release");
    let scratch = Scratch::new("copy")?;
    let file = scratch.path().join("copy.db");
    let ours = Ours::start(&built.join("trunkline"), &file, scratch.path(), &["--writable"])?;
    let postgresql = PostgreSql::start_durable(&cache)?;
    let load = built.join("trunkline-bench");
    let at_postgresql = |place: Place| once(&load, place.port, "postgres", "postgres");
    let (mut of_ours, mut of_postgresql) = (Seen::default(), Seen::default());
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        of_ours.read(&once(&load, ours.port, "guest", "interop")?)?;
        of_postgresql.read(&at_postgresql(postgresql.place())?)?;
    }
    Ok((of_ours, of_postgresql))
}

fn once(load: &PathBuf, port: u16, user: &str, database: &str) -> Result<String, String> {
    process::output(Command::new(load).args(["copy", &port.to_string(), user, database]))
}

fn tell(ours: &Seen, postgresql: &Seen) -> Report {
    let mut report = Report::new(false);
    report.line("500,000 rows of five columns; MB a second of the SQLite engine and PostgreSQL 15");
    for (name, rate, goal) in RATES {
        let (ours, theirs) = (ours.value(rate), postgresql.value(rate));
        let text = format!("{name:<20}{:>9}{:>9}", rounded(ours), rounded(theirs));
        report.judged(&text, ours / theirs, "x", &[Goal::at_least(goal)]);
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_rate_is_held_against_postgresqls() {
        let seen = |rate| {
            let mut seen = Seen::default();
            let names = RATES.map(|(_, name, _)| format!("\"{name}\":{rate}")).join(",");
            seen.read(&format!("{{{names}}}")).expect("it is JSON");
            seen
        };
        let told = tell(&seen("30.0"), &seen("20.0")).close().expect("all hold");
        assert!(told.contains("1.50x   goal >= 1 holds"), "{told}");
        assert!(tell(&seen("10.0"), &seen("20.0")).close().is_err());
    }
}

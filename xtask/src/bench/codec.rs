//! Rows and messages in process: our encoders and decoders, the ceiling, a peer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::figures::{Goal, Report, median};
use super::peers::{self, Peers};
use super::processors;
use crate::cache::Cache;
use crate::process;
use crate::workspace::Workspace;

const ROUNDS: usize = 3;
/// Rows and messages of a short run.
const FEW: &str = "100000";

/// What is hoped for of our figures, in nanoseconds.
const GOALS: &[(&str, &[Goal])] = &[
    ("encode a row, text", &[Goal::at_most(40.0)]),
    ("encode a row, binary", &[Goal::at_most(7.0)]),
    ("decode a frontend message", &[Goal::at_most(10.0)]),
    ("decode one that owns its bytes", &[Goal::at_most(43.0)]),
    ("receive one and answer it", &[]),
];

/// Nanoseconds by whose they are and what they are for.
type Figures = BTreeMap<(&'static str, String), Vec<f64>>;

/// The short form builds no peer, and judges nothing.
pub(super) fn task(workspace: &Workspace, words: &[&str]) -> Result<(), String> {
    let is_short = match words {
        [] => false,
        ["--short"] => true,
        _ => return Err(format!("codec does not know {}", words.join(" "))),
    };
    let peers = if is_short { None } else { Some(Peers::build(workspace, &Cache::find()?)?) };
    let ours = peers::build_alike(workspace, &["-p", "trunkline-bench"])?.join("trunkline-bench");
    let rows: &[&str] = if is_short { &[FEW] } else { &[] };
    let mut figures = Figures::new();
    for _ in 0..if is_short { 1 } else { ROUNDS } {
        read(&run(&ours, rows)?, "ours", &mut figures)?;
        if let Some(peers) = &peers {
            read(&run(&peers.pgwire, rows)?, "pgwire", &mut figures)?;
        }
    }
    tell(&figures, Report::new(is_short)).print()
}

/// On one processor, where there is `taskset`.
fn run(program: &Path, rows: &[&str]) -> Result<String, String> {
    let mut command = match (process::require("taskset"), processors::own().first()) {
        (Ok(taskset), Some(processor)) => {
            let mut command = Command::new(taskset);
            command.args(["-c", processor]).arg(program);
            command
        }
        _ => Command::new(program),
    };
    process::output(command.arg("codec").args(rows))
}

fn read(printed: &str, whose: &'static str, figures: &mut Figures) -> Result<(), String> {
    for line in printed.lines() {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
        let (Some(name), Some(ns)) = (value["figure"].as_str(), value["ns"].as_f64()) else {
            return Err(format!("{line}: no figure"));
        };
        figures.entry((whose, name.to_owned())).or_default().push(ns);
    }
    Ok(())
}

fn tell(figures: &Figures, mut report: Report) -> Report {
    let value = |whose, name: &str| {
        median(figures.get(&(whose, name.to_owned())).into_iter().flatten().copied())
    };
    report.line("nanoseconds of a thread's time for each row or message");
    for (name, goals) in GOALS {
        let mut beside = Vec::new();
        if let Some(format) = name.strip_prefix("encode a row, ") {
            beside.push(("ceiling", value("ours", &format!("ceiling, {format}"))));
            beside.push(("memcpy", value("ours", &format!("memcpy, {format}"))));
        }
        beside.push(("pgwire 0.42.1", value("pgwire", name)));
        let ours = value("ours", name);
        report.judged(&format!("{name:<28}"), ours, " ns", goals);
        for (whose, ns) in beside.into_iter().filter(|(_, ns)| !ns.is_nan()) {
            report.line(&format!(
                "  {whose:<26}{:>11}   ours takes {:.2} of it",
                format!("{ns:.1} ns"),
                ours / ns
            ));
        }
    }
    report.line("allocations for each query and row: crates/server/tests/allocations.rs");
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_judged_and_compared() {
        let mut figures = Figures::new();
        let line = |name: &str, ns| format!("{{\"figure\":\"{name}\",\"ns\":{ns}}}\n");
        let ours = line("encode a row, text", 50.0) + &line("ceiling, text", 25.0);
        read(&ours, "ours", &mut figures).unwrap();
        read(&line("encode a row, text", 500.0), "pgwire", &mut figures).unwrap();
        let told = tell(&figures, Report::new(false)).close().unwrap_err();
        assert!(
            told.contains("encode a row, text                50 ns   goal <= 40 MISSED"),
            "{told}"
        );
        assert!(
            told.contains("ceiling                       25.0 ns   ours takes 2.00 of it"),
            "{told}"
        );
        assert!(
            told.contains("pgwire 0.42.1                500.0 ns   ours takes 0.10 of it"),
            "{told}"
        );
        assert!(read("{\"ns\":1}", "ours", &mut figures).is_err());
    }
}

//! pgbench: its tables are made and filled, its TPC-B transactions lose and invent nothing.

use std::path::Path;
use std::process::Command;

use super::Run;
use super::place::Place;
use super::verdict::Verdicts;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;

/// Steps that may be taken apart: without keys and vacuum the tables are still there.
const STEPS: [(&str, &str); 5] = [
    ("makes_and_copies", "dtg"),
    ("vacuums", "v"),
    ("adds_primary_keys", "p"),
    ("adds_foreign_keys", "f"),
    ("drops_and_generates", "dtGvp"),
];
/// Four clients of 100 transactions each; whoever meets another one tries again.
const LOAD: [&str; 5] =
    ["--client=4", "--jobs=2", "--transactions=100", "--max-tries=100", "--no-vacuum"];
const MODES: [&str; 3] = ["simple", "extended", "prepared"];
/// What was given and what is there, wherever it is written down, and how often.
const BALANCES: &str = "select (select count(*) from pgbench_history), \
    (select sum(delta) from pgbench_history) = (select sum(abalance) from pgbench_accounts), \
    (select sum(delta) from pgbench_history) = (select sum(tbalance) from pgbench_tellers), \
    (select sum(delta) from pgbench_history) = (select sum(bbalance) from pgbench_branches)";

pub(super) fn run(run: &Run<'_>, version: Version) -> Result<Verdicts, Halt> {
    let fresh = run.fresh(&format!("tpcb-{}", version.name()))?;
    let clients = run.clients_of(version)?;
    let pgbench = || Command::new(clients.join("pgbench"));
    let mut verdicts = Verdicts::default();
    for (name, steps) in STEPS {
        let mut command = pgbench();
        command.args(["--initialize", "--quiet", "--init-steps", steps]);
        let made = process::output(command.arg(fresh.place.conninfo()));
        verdicts.record(name, made.map(drop));
    }
    for mode in MODES {
        let mut command = pgbench();
        command.args(LOAD).arg(format!("--protocol={mode}")).arg(fresh.place.conninfo());
        verdicts.record(mode, process::output(&mut command).and_then(|said| complete(&said)));
    }
    verdicts.record("balances", agree(&clients.join("psql"), &fresh.place));
    Ok(verdicts)
}

fn complete(said: &str) -> Result<(), String> {
    let all = said.contains("number of transactions actually processed: 400/400");
    let none_failed = said.contains("number of failed transactions: 0 ");
    if all && none_failed {
        Ok(())
    } else {
        Err(format!("not all transactions succeeded:\n{said}"))
    }
}

fn agree(psql: &Path, place: &Place) -> Result<(), String> {
    let mut command = Command::new(psql);
    let said = process::output(command.args(["-XAtc", BALANCES]).arg(place.conninfo()))?;
    let expected = format!("{}|t|t|t", MODES.len() * 400);
    if said.trim() == expected { Ok(()) } else { Err(format!("found {said}, expected {expected}")) }
}

//! pgbench: thousands of small queries in each of its three protocols.

use std::process::Command;

use super::Run;
use super::verdict::Verdicts;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;

/// Four clients of 250 queries each.
const LOAD: [&str; 4] = ["--client=4", "--transactions=250", "--no-vacuum", "--jobs=2"];

pub(super) fn run(run: &Run<'_>, version: Version) -> Result<Verdicts, Halt> {
    let pgbench = run.clients_of(version)?.join("pgbench");
    let mut verdicts = Verdicts::default();
    for script in ["select1", "lookup"] {
        for mode in ["simple", "extended", "prepared"] {
            let mut command = Command::new(&pgbench);
            command.args(LOAD).arg(format!("--protocol={mode}")).arg("--file");
            command.arg(run.workspace.path(format!("interop/pgbench/{script}.sql")));
            command.arg(run.target.place.conninfo());
            let outcome = process::output(&mut command).and_then(|said| complete(&said));
            verdicts.record(format!("{script}_{mode}"), outcome);
        }
    }
    Ok(verdicts)
}

fn complete(said: &str) -> Result<(), String> {
    let all = said.contains("number of transactions actually processed: 1000/1000");
    let none_failed = said.contains("number of failed transactions: 0 ");
    if all && none_failed { Ok(()) } else { Err(format!("not all queries succeeded:\n{said}")) }
}

//! The figures: builds what measures them in the release profile, and runs it.

use crate::process;
use crate::workspace::Workspace;

/// Runs `trunkline-bench` with these words; it prints a line for each figure.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let words = ["build", "--release", "--quiet", "-p", "trunkline-bench"];
    process::succeed(&mut workspace.cargo(&words))?;
    let program = workspace.target().join("release/trunkline-bench");
    process::succeed(std::process::Command::new(program).args(arguments))
}

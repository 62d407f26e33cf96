//! The figures: builds what measures them in the release profile, and runs it.

use crate::process;
use crate::workspace::Workspace;

/// How many messages the decoders get, unless it is said.
const MALFORMED: &str = "10000000";

/// Runs what measures these figures; it prints a line for each.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    match arguments {
        [figures] if figures == "malformed" => malformed(workspace, MALFORMED),
        [figures, count] if figures == "malformed" => malformed(workspace, count),
        [room] if room == "security" => {
            let server = of_the_server(workspace, arguments);
            malformed(workspace, MALFORMED).and(server)
        }
        _ => of_the_server(workspace, arguments),
    }
}

fn of_the_server(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let words = ["build", "--release", "--quiet", "-p", "trunkline-bench"];
    process::succeed(&mut workspace.cargo(&words))?;
    let program = workspace.target().join("release/trunkline-bench");
    process::succeed(std::process::Command::new(program).args(arguments))
}

fn malformed(workspace: &Workspace, count: &str) -> Result<(), String> {
    let words = ["run", "--release", "--quiet", "-p", "trunkline-proto", "--all-features"];
    process::succeed(workspace.cargo(&words).args(["--example", "malformed", "--", count]))
}

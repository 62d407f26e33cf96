//! The figures: builds what measures them with optimisations, and runs it.

mod catalog;
mod codec;
mod copy;
mod figures;
mod lineitem;
mod load;
mod peers;
mod postgresql;
mod processors;
mod started;
mod wire;

use crate::process;
use crate::workspace::Workspace;

/// How many messages the decoders get, unless it is said.
const MALFORMED: &str = "10000000";

const NAMES: &str = "\
cargo xtask bench wire [--short] [--only SECTION,…] [--rounds N]
                               queries, results, logins and memory, beside peers and ceilings:
                               sections point, pipeline, bulk, tls, logins, idle
cargo xtask bench codec [--short]
                               rows and messages in process, beside a peer and the ceiling
cargo xtask bench lineitem [--rounds N]
                               TPC-H's largest table from Parquet to a client, beside peers
cargo xtask bench catalog [--rounds N]
                               what tools ask when they look around, of few tables and of many
cargo xtask bench copy [--rounds N]
                               COPY into and out of the SQLite engine, beside PostgreSQL
cargo xtask bench security [--short] [T1 …]
                               what clients can do to a server: each figure with its goal
cargo xtask bench malformed [N]
                               N malformed messages for every decoder of trunkline-proto
";

/// Runs what measures these figures; without a name it lists them.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            print!("{NAMES}");
            Ok(())
        }
        ["wire", rest @ ..] => wire::task(workspace, rest),
        ["codec", rest @ ..] => codec::task(workspace, rest),
        ["catalog", rest @ ..] => catalog::task(workspace, rest),
        ["copy", rest @ ..] => copy::task(workspace, rest),
        ["lineitem", rest @ ..] => lineitem::task(workspace, rest),
        ["malformed"] => malformed(workspace, MALFORMED),
        ["malformed", count] => malformed(workspace, count),
        ["security"] => {
            let server = of_the_server(workspace, arguments);
            malformed(workspace, MALFORMED).and(server)
        }
        ["security", ..] => of_the_server(workspace, arguments),
        _ => Err(format!("{NAMES}\nunknown figures: {}", arguments.join(" "))),
    }
}

/// The figures of a room of `trunkline-bench`, which says itself what holds.
fn of_the_server(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let words = ["build", "--release", "--quiet", "-p", "trunkline-bench"];
    let mut build = workspace.cargo(&words);
    if !arguments.iter().any(|word| word == "--short") {
        // T28 looks at the command itself.
        build.args(["-p", "trunkline-cli", "--bins"]);
    }
    process::succeed(&mut build)?;
    let program = workspace.target().join("release/trunkline-bench");
    process::succeed(std::process::Command::new(program).args(arguments))
}

fn malformed(workspace: &Workspace, count: &str) -> Result<(), String> {
    let words = ["run", "--release", "--quiet", "-p", "trunkline-proto", "--all-features"];
    process::succeed(workspace.cargo(&words).args(["--example", "malformed", "--", count]))
}

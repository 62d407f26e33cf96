//! The tasks of this repository. `cargo xtask` lists them.

mod bench;
mod cache;
mod catalog;
mod codegen;
mod conformance;
mod debian;
mod deps;
mod halt;
mod interop;
mod process;
mod python;
mod servers;
mod test;
mod threats;
mod tidy;
mod types;
mod wire;
mod workspace;

use std::process::ExitCode;

use halt::Halt;
use workspace::Workspace;

const TASKS: &str = "\
cargo xtask test [--only NAME] everything below and all tests, with a table at the end
cargo xtask deps               prove the law of imports and the budgets of third-party packages
cargo xtask tidy               sizes, names, stubs, paths, commands in the documentation
cargo xtask threats            every row of THREATS.md names tests that exist
cargo xtask codegen [--check]  write the tables taken from PostgreSQL 18, or say which are stale
cargo xtask servers            install PostgreSQL 18 into the cache, and say where each version is
cargo xtask servers run NAME   run pg15 or pg18 until its standard input ends
cargo xtask conformance [--record] [--brief] [--only NAME] [FILE …]
                               dialogues and session scripts, with PostgreSQL 15 and 18 and us, compared
cargo xtask interop [--against sqlite|pg15|pg18|DSN] [--bless] [CLIENT …]
                               real clients against `trunkline serve`, or against a real PostgreSQL
cargo xtask catalog [--corpus FOLDER] [--client NAME] [--bless]
                               what clients see of the same definitions in PostgreSQL 18 and served by us
cargo xtask types [--values N] [--only NAME]
                               N values of each family by PostgreSQL 15 and 18 and by us, compared
cargo xtask python [ARGUMENTS OF PYTEST]
                               the Python package: its wheel, its types, its tests
cargo xtask bench [NAME …]     figures beside those of peers, and their goals; lists the names
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let workspace = Workspace::find()?;
    let (task, rest) = arguments.split_first().map_or(("", arguments), |(t, r)| (t.as_str(), r));
    match (task, rest) {
        ("deps", []) => deps::prove(&workspace).map(|report| print!("{report}")),
        ("tidy", []) => tidy::prove(&workspace).map(|report| print!("{report}")),
        ("threats", []) => threats::prove(&workspace).map(|report| println!("{report}")),
        ("test", _) => test::task(&workspace, rest),
        ("codegen", []) => printed(codegen::write(&workspace)),
        ("codegen", [check]) if check == "--check" => {
            printed(codegen::check(&workspace, &cache::Cache::find()?))
        }
        ("servers", []) => servers::list().map(|report| print!("{report}")),
        ("servers", [run, name]) if run == "run" => servers::run(name),
        ("types", _) => types::task(&workspace, rest).map_err(Halt::reason),
        ("catalog", _) => printed(catalog::task(&workspace, rest)),
        ("python", _) => printed(python::task(&workspace, rest)),
        ("conformance", _) => printed(conformance::task(&workspace, rest)),
        ("interop", _) => {
            interop::task(&workspace, rest).map(|report| println!("{report}")).map_err(Halt::reason)
        }
        ("bench", _) => bench::task(&workspace, rest),
        _ => Err(format!("{TASKS}\nunknown task: {}", arguments.join(" "))),
    }
}

fn printed(outcome: Result<String, Halt>) -> Result<(), String> {
    outcome.map(|report| println!("{report}")).map_err(Halt::reason)
}

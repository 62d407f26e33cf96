//! trunkline: put files behind psql and every PostgreSQL driver.

mod args;
mod banner;
mod failure;
mod listen;
mod serve;
mod users;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let Command::Serve(said) = Cli::parse().command;
    match said.settled().and_then(serve::serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A terminal that is gone is no reason to fail differently.
            let _ = writeln!(std::io::stderr(), "trunkline: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

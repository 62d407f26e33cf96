//! trunkline: put files behind psql and every PostgreSQL driver.

mod access;
mod args;
mod banner;
mod declared;
mod failure;
mod hash_password;
mod listen;
mod log;
mod open_files;
mod printable;
mod private;
mod reload;
mod serve;
mod signals;
mod source;
mod timeouts;
mod users;

use std::io::Write;
use std::process::ExitCode;

use crate::args::{Cli, Command};
use crate::printable::printable;

/// Threads hand rows to one another, and what a large result took is given back within seconds: the usual allocator
/// keeps most of it for whichever thread comes next.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let outcome = Cli::read().and_then(|cli| match cli.command {
        Command::Serve(said) => serve::serve(said.settled()?),
        Command::HashPassword(said) => hash_password::hash_password(&said),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A terminal that is gone is no reason to fail differently.
            let _ = writeln!(std::io::stderr(), "trunkline: {}", printable(&failure.to_string()));
            ExitCode::from(failure.code())
        }
    }
}

//! `trunkline hash-password`: a line for a users file, in which the password cannot be read.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use trunkline_proto::auth::scram::ScramVerifier;

use crate::failure::Failure;
use crate::users::PASSWORD;

/// As in PostgreSQL.
const ITERATIONS: u32 = 4096;

/// Prints `"name" "verifier"`. The password comes from the environment, or is a line of the
/// standard input.
pub(crate) fn hash_password(name: &str) -> Result<(), Failure> {
    let password = password()?;
    if name.is_empty() || password.is_empty() {
        return Err(Failure::usage("neither name nor password may be empty"));
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)
        .map_err(|error| Failure::runtime(format!("no randomness for the salt: {error}")))?;
    let verifier = ScramVerifier::from_password(&password, &salt, ITERATIONS).secret();
    let line = format!("\"{}\" \"{verifier}\"", name.replace('"', "\"\""));
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| Failure::runtime(format!("cannot print it: {error}")))
}

fn password() -> Result<String, Failure> {
    if let Some(password) = std::env::var_os(PASSWORD) {
        let password = password.into_string();
        return password.map_err(|_| Failure::usage(format!("{PASSWORD} is no UTF-8")));
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::usage(format!(
            "a terminal would show the password: set {PASSWORD}, or give it a file with < FILE"
        )));
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("cannot read the password: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

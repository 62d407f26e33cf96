//! `trunkline hash-password`: a line for a users file, from which the password cannot be had.

use std::io::{IsTerminal, Read, Write};

use clap::Args;
use trunkline::Users;
use trunkline_proto::auth::scram::ScramVerifier;

use crate::failure::Failure;
use crate::printable::printable;

/// The flags of `hash-password`. The password is none: others could read it.
#[derive(Args)]
pub(crate) struct HashPassword {
    /// The user's name
    #[arg(value_name = "NAME")]
    name: String,

    /// Rounds of the hash, 4096 in PostgreSQL: whoever guesses passwords needs as much longer, and so
    /// does the client at each login
    #[arg(long, value_name = "N", default_value_t = ITERATIONS)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(Users::MAX_ITERATIONS)))]
    iterations: u32,
}

/// The rounds in PostgreSQL.
const ITERATIONS: u32 = 4096;

/// The longest name that a client can log in by, in bytes.
const LONGEST_NAME: usize = 63;

/// Asks for the password and prints the line.
pub(crate) fn hash_password(said: &HashPassword) -> Result<(), Failure> {
    check_name(&said.name)?;
    if let Some(warning) = warning(said.iterations) {
        let _ = writeln!(std::io::stderr(), "trunkline: warning: {warning}");
    }
    let password = match std::io::stdin().is_terminal() {
        true => typed(&said.name)?,
        false => piped(std::io::stdin())?,
    };
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)
        .map_err(|error| Failure::runtime(format!("no randomness for a salt: {error}")))?;
    let line = line(&said.name, &password, &salt, said.iterations);
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| Failure::runtime(format!("cannot print the line: {error}")))
}

/// A line of PgBouncer's `userlist.txt`, in which quotes are doubled.
fn line(name: &str, password: &[u8], salt: &[u8], iterations: u32) -> String {
    let secret = ScramVerifier::from_password(password, salt, iterations).secret();
    format!("\"{}\" \"{secret}\"", name.replace('"', "\"\""))
}

fn check_name(name: &str) -> Result<(), Failure> {
    let why = match name {
        "" => "is empty".to_owned(),
        name if name.contains(['\n', '\r', '\0']) => "does not fit on a line".to_owned(),
        name if name.len() > LONGEST_NAME => {
            format!("has {} bytes, and clients can say {LONGEST_NAME}", name.len())
        }
        _ => return Ok(()),
    };
    Err(Failure::usage(format!("the name {why}: say trunkline hash-password NAME")))
}

fn warning(iterations: u32) -> Option<String> {
    (iterations < ITERATIONS).then(|| {
        format!(
            "{iterations} iterations are less than the {ITERATIONS} of PostgreSQL: passwords are guessed faster"
        )
    })
}

/// Asks twice at the terminal, without echo.
fn typed(name: &str) -> Result<Vec<u8>, Failure> {
    let name = printable(name);
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt)
            .map_err(|error| Failure::runtime(format!("no password could be read: {error}")))
    };
    let password = ask(format!("Password for {name}: "))?;
    if password != ask("The same again: ".to_owned())? {
        return Err(Failure::usage("these were two passwords: try again"));
    }
    checked(password.into_bytes())
}

/// Reads all of the standard input; a line break at the end is none of the password.
fn piped(mut input: impl Read) -> Result<Vec<u8>, Failure> {
    let mut password = Vec::new();
    input
        .read_to_end(&mut password)
        .map_err(|error| Failure::runtime(format!("no password could be read: {error}")))?;
    if password.last() == Some(&b'\n') {
        password.pop();
        if password.last() == Some(&b'\r') {
            password.pop();
        }
    }
    checked(password)
}

fn checked(password: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if password.is_empty() {
        return Err(Failure::usage("an empty password lets nobody in: type one, or pipe it in"));
    }
    if password.iter().any(|byte| matches!(byte, b'\n' | b'\0')) {
        return Err(Failure::usage("a password is one line, without a NUL"));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_piped_in_is_the_password_but_for_the_end_of_its_line() {
        let piped = |bytes: &[u8]| piped(bytes).ok();
        for input in ["secret", "secret\n", "secret\r\n"] {
            assert_eq!(piped(input.as_bytes()), Some(b"secret".to_vec()), "{input:?}");
        }
        assert_eq!(piped(b" a b \n"), Some(b" a b ".to_vec()));
        assert_eq!(piped(b"\r"), Some(b"\r".to_vec()));
        assert_eq!(piped(b"\xff"), Some(b"\xff".to_vec()), "PostgreSQL hashes any bytes");
        for input in [&b""[..], b"\n", b"\r\n", b"two\nlines", b"secret\n\n", b"a\0b"] {
            assert_eq!(piped(input), None, "{input:?}");
        }
    }

    #[test]
    fn a_line_has_what_postgresql_stores() {
        // By PostgreSQL 18: alter role … password 'secret'.
        let salt = [
            0xdc, 0xe3, 0xaa, 0xa0, 0x20, 0x2a, 0x46, 0x0c, 0xde, 0x41, 0x85, 0xe5, 0x04, 0x18,
            0x7f, 0xd5,
        ];
        assert_eq!(
            line("a\"b", b"secret", &salt, 4096),
            "\"a\"\"b\" \"SCRAM-SHA-256$4096:3OOqoCAqRgzeQYXlBBh/1Q==$6xhhzf0lHMyx1KSjlct9OoreKjwGAPpgGXgbXcknNMQ=:lQ/4VRKCRc6w/lqwAXewUHxFwR2HUUqL8Ckr9856vsQ=\""
        );
    }

    #[test]
    fn only_names_that_can_log_in_are_taken() {
        for name in ["ann", "größer", "a b", "a\"b", "\\", &"x".repeat(63)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "a\nb", "a\rb", &"x".repeat(64), &"ö".repeat(32)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn few_iterations_are_warned_of() {
        assert!(warning(1).is_some() && warning(4095).is_some());
        assert!(warning(4096).is_none() && warning(100_000).is_none());
    }
}

//! Figures of the server, measured from outside of its process. `cargo xtask bench` runs this.
//!
//! Each room is a set of figures: `security` holds what clients can do to a server, `codec` what
//! rows and messages cost in process.

mod certificates;
mod child;
mod client;
mod codec;
mod copy;
mod dice;
mod durations;
mod engine;
mod process;
mod security;
mod serve;
mod wire;

use std::process::ExitCode;

const USAGE: &str = "\
trunkline-bench security [--short] [T1 …]  what clients can do to a server, and the goals for it
trunkline-bench codec [ROWS]               rows and messages in process, for `cargo xtask bench`
trunkline-bench copy PORT USER DATABASE    COPY in and out of any server, for `cargo xtask bench`
trunkline-bench serve [FLAG VALUE …]       the server that is measured
trunkline-bench hold HOST:PORT             a client that waits, in a network of its own (T21)
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // A socket a client: as many as the system gives.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let outcome = match words.split_first() {
        Some((&"security", rest)) => security::run(rest),
        Some((&"codec", rest)) => codec::run(rest).map(|()| true),
        Some((&"copy", rest)) => copy::run(rest).map(|()| true),
        Some((&"serve", rest)) => serve::run(rest).map(|()| true),
        Some((&"hold", rest)) => security::network::hold(rest).map(|()| true),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

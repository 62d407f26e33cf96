//! Loads a server, and prints what it saw: one line of JSON for each measurement.
//!
//!     bench-load point  --mode simple|extended|prepared|pipeline|pipeline1 [--connections N] [--seconds S]
//!     bench-load bulk   --mode simple|extended|prepared [--times N] [--expect ROWS]
//!     bench-load logins [--connections N] [--seconds S]
//!     bench-load idle   [--connections N]
//!
//! All take `--port P --process ID [--host H] [--user U] [--password W] [--database D] [--tls]
//! [--sql STATEMENT]`. `pipeline` asks 32 times at once, each with its Sync; `pipeline1` has one
//! Sync for all 32. Rates are by the client's clock, times of the server by the system's account
//! of the process and its children.

mod arguments;
mod bulk;
mod connection;
mod histogram;
mod idle;
mod logins;
mod point;
mod request;
mod scan;
mod scram;
mod server;
mod stream;

use std::io;
use std::process::ExitCode;

use arguments::Arguments;

fn main() -> ExitCode {
    raise_limit_of_files();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let arguments = Arguments::read(words)?;
    match what.as_str() {
        "point" => point::run(&arguments),
        "bulk" => bulk::run(&arguments),
        "logins" => logins::run(&arguments),
        "idle" => idle::run(&arguments),
        _ => Err(io::Error::other("bench-load point|bulk|logins|idle --port P --process ID …")),
    }
}

/// A socket a client: as many as the system gives.
fn raise_limit_of_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

//! The log: a line for each event, whatever clients wrote into it.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::printable::printable;

/// Starts to write what is at least as grave as `level` to the standard error.
pub(crate) fn start(level: &str) -> Result<(), Failure> {
    let wrong = || Failure::usage(format!("--log {level}: say error, warn, info, debug or trace"));
    // A word that is no level would be taken for a part of the program, and nothing be logged.
    let known = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |word: &str| known.iter().any(|known| known.eq_ignore_ascii_case(word));
    if !level.split(',').all(|part| part.contains('=') || is_level(part.trim())) {
        return Err(wrong());
    }
    let filter = EnvFilter::try_new(level).map_err(|_| wrong())?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Line).init();
    Ok(())
}

/// Writes an event, which comes whole, as one line.
struct Line;

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = printable(text.strip_suffix('\n').unwrap_or(&text));
        line.push('\n');
        io::stderr().write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

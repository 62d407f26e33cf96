//! A server that was told its port, gone when dropped.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::load::Place;
use crate::process;

/// How long a server may take to make its table.
const START: Duration = Duration::from_secs(60);

/// A running server.
pub(super) struct Started {
    child: Child,
    pub(super) place: Place,
}

impl Started {
    /// Starts a server and waits until it takes clients; what it says goes to a file.
    pub(super) fn new(server: &mut Command, port: u16, log: &Path) -> Result<Self, String> {
        let child = process::spawn_logged(server, log)?;
        let mut started = Self { place: Place { port, process: child.id() }, child };
        let deadline = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = started.child.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || Instant::now() > deadline {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("it does not start:\n{said}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(started)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It has nothing to save, and thousands of clients to say good-bye to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The signals that end the server, or have it read its files again.

use std::fs::File;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// The signals that a server listens to.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    quit: Signal,
    /// None under `nohup`, which wants it ignored.
    hangup: Option<Signal>,
    has_terminal: bool,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To end in good order.
    Stop,
    /// To end at once.
    StopAtOnce,
    /// To read users, rules and certificates again.
    Reload,
}

impl Signals {
    pub(crate) fn new() -> Result<Signals, Failure> {
        let failed = |error| Failure::runtime(format!("cannot handle signals: {error}"));
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            quit: signal(SignalKind::quit()).map_err(failed)?,
            hangup: match is_ignored(SignalKind::hangup()) {
                true => None,
                false => Some(signal(SignalKind::hangup()).map_err(failed)?),
            },
            has_terminal: has_terminal(),
        })
    }

    /// Waits for a signal.
    pub(crate) async fn next(&mut self) -> Asked {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // The same signal tells that the terminal is gone: then nobody can end us by a key.
            _ = hangup => match self.has_terminal && !has_terminal() {
                true => {
                    tracing::warn!("the terminal is gone: the server ends");
                    Asked::Stop
                }
                false => Asked::Reload,
            },
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.quit.recv() => Asked::StopAtOnce,
        }
    }

    /// Waits for a signal to stop.
    pub(crate) async fn stop(&mut self) {
        while self.next().await == Asked::Reload {}
    }
}

/// Whether there is a terminal that controls us.
fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}

/// Whether whoever started us has this signal ignored; known on Linux only.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = kind.as_raw_value().checked_sub(1).and_then(|shift| u32::try_from(shift).ok());
    ignored.zip(bit).is_some_and(|(mask, bit)| mask.checked_shr(bit).unwrap_or(0) & 1 == 1)
}

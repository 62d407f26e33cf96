//! The signals that end the server.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// The signals that end the server.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    quit: Signal,
    /// None under `nohup`, which wants it ignored.
    hangup: Option<Signal>,
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
        })
    }

    /// Waits for a signal to stop; `true` if it is to be at once (SIGQUIT).
    pub(crate) async fn stop(&mut self) -> bool {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hangup => false,
            _ = self.interrupt.recv() => false,
            _ = self.terminate.recv() => false,
            _ = self.quit.recv() => true,
        }
    }
}

/// Whether whoever started us has this signal ignored; known on Linux only.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = kind.as_raw_value().checked_sub(1).and_then(|shift| u32::try_from(shift).ok());
    ignored.zip(bit).is_some_and(|(mask, bit)| mask.checked_shr(bit).unwrap_or(0) & 1 == 1)
}

//! Whether a statement can still be stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Who comes first: the server, which is to stop a statement, or the engine, which is about to keep for good
/// what the statement did; cheap to clone.
///
/// What was kept must not be told as cancelled. An engine that keeps something outside of a transaction that
/// the server ends asks [`hold`](Interrupts::hold) right before; one that never asks is stopped at any time.
#[derive(Clone, Debug, Default)]
pub struct Interrupts(Arc<AtomicU8>);

const OPEN: u8 = 0;
const HELD: u8 = 1;
const STOPPED: u8 = 2;

impl Interrupts {
    /// For the engine: whether the statement goes on to its end from here, whatever is asked. If not,
    /// it was stopped, and nothing of it may be kept.
    pub fn hold(&self) -> bool {
        self.change(HELD)
    }

    /// For the server: whether the statement is to stop. If not, something of it is kept, and what comes
    /// of it is waited for.
    pub fn stop(&self) -> bool {
        self.change(STOPPED)
    }

    /// For the server: another call begins.
    pub fn resume(&self) {
        self.0.store(OPEN, Ordering::Release);
    }

    fn change(&self, to: u8) -> bool {
        let changed = self.0.compare_exchange(OPEN, to, Ordering::AcqRel, Ordering::Acquire);
        changed.is_ok() || changed == Err(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_is_first_until_another_call() {
        let interrupts = Interrupts::default();
        assert!(interrupts.hold() && interrupts.hold() && !interrupts.stop());
        interrupts.resume();
        assert!(interrupts.stop() && interrupts.stop() && !interrupts.hold());
        interrupts.resume();
        assert!(interrupts.hold());
    }
}

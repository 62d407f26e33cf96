//! What stops a statement, and how long it waits for a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shared by a session and its thread.
///
/// Not `sqlite3_interrupt`: that ends every statement of the connection, those of suspended portals
/// among them.
#[derive(Debug)]
pub(super) struct Control {
    /// Jobs up to this number, of which the first is 1, are to stop.
    stopped: AtomicU64,
    /// The number of the job that runs.
    running: AtomicU64,
    /// How long to wait for a lock, in milliseconds.
    patience: AtomicU64,
}

/// How long one waits for a lock where `lock_timeout` is 0: the writers of a file take turns, and
/// waiting for ever would be waiting for somebody who went for lunch within a transaction.
const PATIENCE: Duration = Duration::from_secs(5);

impl Default for Control {
    /// Before the first job nothing is to stop.
    fn default() -> Control {
        let patience = AtomicU64::new(millis(PATIENCE));
        Control { stopped: AtomicU64::new(0), running: AtomicU64::new(1), patience }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Control {
    /// Stops a job, and those before it.
    pub(super) fn stop(&self, job: u64) {
        self.stopped.fetch_max(job, Ordering::Relaxed);
    }

    pub(super) fn set_running(&self, job: u64) {
        self.running.store(job, Ordering::Relaxed);
    }

    /// Whether the job that runs is to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.running.load(Ordering::Relaxed) <= self.stopped.load(Ordering::Relaxed)
    }

    /// Sets how long to wait for a lock: `lock_timeout`, of which 0 is no promise here.
    pub(super) fn set_patience(&self, lock_timeout: Duration) {
        let patience = if lock_timeout.is_zero() { PATIENCE } else { lock_timeout };
        self.patience.store(millis(patience), Ordering::Relaxed);
    }

    /// Waits a little for a lock; whether to try again. `since` is when the waiting began.
    pub(super) fn wait_for_lock(&self, since: Instant) -> bool {
        let patience = Duration::from_millis(self.patience.load(Ordering::Relaxed));
        let left = patience.saturating_sub(since.elapsed());
        if self.is_stopped() || left.is_zero() {
            return false;
        }
        // SQLite has nobody to be woken by: one asks again, at first often.
        let pause = (since.elapsed() / 4)
            .clamp(Duration::from_millis(1), Duration::from_millis(20))
            .min(left);
        std::thread::sleep(pause);
        true
    }
}

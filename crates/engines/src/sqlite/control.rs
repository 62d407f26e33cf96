//! What stops a statement, and how long it waits for a lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use trunkline_core::settings::Settings;
use trunkline_core::{Client, Identity, PgError, SqlState};

use super::queue::Queue;

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
    /// How long to wait for a lock, in milliseconds; 0 is for ever.
    patience: AtomicU64,
    /// Whether each statement of the transaction sees what was committed before it.
    read_committed: AtomicBool,
    /// How often SQLite's machine has run for a while.
    runs: AtomicU64,
    /// Where it waits with others.
    queue: Arc<Queue>,
    ticket: u64,
    client: Client,
    /// Who would wait for ever: why, and when it was last asked.
    deadlock: Mutex<Option<PgError>>,
    asked: AtomicU64,
    /// A job that waits in a function, and what tells it to stop.
    waiting: Mutex<Option<(u64, Arc<AtomicBool>)>>,
}

/// How often who waits asks whether it waits for ever: PostgreSQL's `deadlock_timeout`.
const DEADLOCK: Duration = Duration::from_secs(1);

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Control {
    /// Before the first job nothing is to stop.
    pub(super) fn new(queue: &Arc<Queue>, client: &Client) -> Control {
        Control {
            stopped: AtomicU64::new(0),
            running: AtomicU64::new(1),
            patience: AtomicU64::new(0),
            read_committed: AtomicBool::new(true),
            runs: AtomicU64::new(0),
            queue: queue.clone(),
            ticket: queue.ticket(),
            client: client.clone(),
            deadlock: Mutex::default(),
            asked: AtomicU64::new(0),
            waiting: Mutex::default(),
        }
    }

    /// That of a connection of nobody's.
    pub(super) fn of_nobody(queue: &Arc<Queue>) -> Control {
        Control::new(queue, &Client::new(Identity::new("", ""), Settings::default()))
    }

    /// Stops a job, and those before it.
    pub(super) fn stop(&self, job: u64) {
        self.stopped.fetch_max(job, Ordering::Relaxed);
        if let Some((waiting, flag)) = &*self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
            && *waiting <= job
        {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// What is set when the job that runs is to stop: for a function that may wait.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        let running = self.running.load(Ordering::Relaxed);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((job, flag)) = &*waiting
            && *job == running
        {
            return flag.clone();
        }
        // Whoever stops the job waits for the lock, or is seen here.
        let flag = Arc::new(AtomicBool::new(self.is_stopped()));
        *waiting = Some((running, flag.clone()));
        flag
    }

    pub(super) fn set_running(&self, job: u64) {
        self.running.store(job, Ordering::Relaxed);
    }

    /// Whether the job that runs is to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.running.load(Ordering::Relaxed) <= self.stopped.load(Ordering::Relaxed)
    }

    /// Whether what was done may be kept; from then on the job is not stopped any more.
    pub(super) fn may_keep(&self) -> bool {
        !self.is_stopped() && self.client.interrupts().hold()
    }

    /// SQLite's machine has run for a while; whether the job that runs is to stop.
    pub(super) fn has_run(&self) -> bool {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.is_stopped()
    }

    /// A number that is another one when SQLite's machine has run for a while.
    pub(super) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// Sets how long to wait for a lock: `lock_timeout`, of which 0 is for ever, as long as nobody
    /// stops the job.
    pub(super) fn set_patience(&self, lock_timeout: Duration) {
        self.patience.store(millis(lock_timeout), Ordering::Relaxed);
    }

    pub(super) fn set_read_committed(&self, is: bool) {
        self.read_committed.store(is, Ordering::Relaxed);
    }

    pub(super) fn is_read_committed(&self) -> bool {
        self.read_committed.load(Ordering::Relaxed)
    }

    /// Does something without waiting for locks.
    pub(super) fn hurried<T>(&self, job: impl FnOnce() -> T) -> T {
        let patience = self.patience.swap(1, Ordering::Relaxed);
        let done = job();
        self.patience.store(patience, Ordering::Relaxed);
        done
    }

    /// Waits a little for a lock; whether to try again. `since` is when the waiting began.
    pub(super) fn wait_for_lock(&self, since: Instant) -> bool {
        let left = match self.patience.load(Ordering::Relaxed) {
            0 => Duration::MAX,
            patience => Duration::from_millis(patience).saturating_sub(since.elapsed()),
        };
        if self.is_stopped() || left.is_zero() || self.is_deadlocked(since) {
            self.leave_queue();
            return false;
        }
        std::thread::sleep(self.queue.stand(self.ticket, since).min(left));
        true
    }

    /// Whether who holds the lock waits for this session.
    fn is_deadlocked(&self, since: Instant) -> bool {
        let turn = millis(since.elapsed()) / millis(DEADLOCK);
        if self.asked.swap(turn, Ordering::Relaxed) == turn {
            return false;
        }
        // What came of an earlier waiting is over.
        let deadlock = if turn == 0 { None } else { self.client.deadlock(self.queue.file()) };
        let is_one = deadlock.is_some();
        *self.deadlock.lock().unwrap_or_else(PoisonError::into_inner) = deadlock;
        is_one
    }

    /// Tells others whether this session has the lock: behind each job, and before a statement that takes it, for a
    /// function of it may wait for them. Who only waits for the lock itself is in nobody's way by that.
    pub(super) fn tell_lock(&self, has_lock: bool) {
        self.client.set_writing(if has_lock { self.queue.file() } else { 0 });
    }

    /// What the client is told of a lock that was not had: why, if it would have waited for ever.
    pub(super) fn told(&self, error: PgError) -> PgError {
        if error.sqlstate() != SqlState::LOCK_NOT_AVAILABLE {
            return error;
        }
        let mut deadlock = self.deadlock.lock().unwrap_or_else(PoisonError::into_inner);
        deadlock.take().unwrap_or(error)
    }

    /// Lets those go first who wait for the lock already; for who is about to ask for it.
    pub(super) fn let_others_pass(&self) {
        self.queue.let_pass();
    }

    /// Waits no more: the lock is there, or is not needed.
    pub(super) fn leave_queue(&self) {
        self.queue.leave(self.ticket);
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.leave_queue();
    }
}

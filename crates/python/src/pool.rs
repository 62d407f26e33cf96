//! Threads that run what needs the interpreter: as few as get on with it, as many as are needed.
//!
//! Only one thread at a time can run Python, so short handlers are fastest on a single one that keeps the
//! interpreter while there is work. One that waits for something (a file, an engine without the interpreter's lock) or
//! goes on for long must not hold up others: a thread that watches takes the next job when nothing has moved for a
//! millisecond, and where jobs are known to be long, nobody waits for that.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::Python;
use trunkline::{PgError, SqlState};

use crate::executor::mark_thread;

/// Something to do with the interpreter at hand.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// Whether a job can be refused.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Room {
    /// So many wait already.
    Bounded,
    /// Never: it goes on with what has begun, or frees it.
    Always,
}

/// How long nothing moves until another thread takes the next job.
const STALLED: Duration = Duration::from_millis(1);
/// From here on a job is long: the next one gets a thread of its own.
const LONG: Duration = Duration::from_micros(300);
/// Room for what the interpreter calls within itself; only what is touched takes memory.
pub(crate) const STACK: usize = 16 << 20;

/// The threads of one server.
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// For those who wait for work.
    work: Condvar,
    /// For the one who watches.
    progress: Condvar,
    /// For those who wait until no thread is left.
    gone: Condvar,
    threads: usize,
    waiting: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    threads: usize,
    /// Those that connections have for themselves.
    others: usize,
    idle: usize,
    /// Those that run a job now.
    busy: usize,
    is_watched: bool,
    /// Whether the last job was a long one.
    is_long: bool,
    /// How many jobs were taken: while that changes, nothing has stalled.
    taken: u64,
    is_stopped: bool,
}

impl Pool {
    /// At most so many threads, and so many jobs that wait for one.
    pub(crate) fn new(threads: usize, waiting: usize) -> Pool {
        let (work, progress, gone) = (Condvar::new(), Condvar::new(), Condvar::new());
        Pool(Arc::new(Shared { state: Mutex::default(), work, progress, gone, threads, waiting }))
    }

    /// Has a job done.
    ///
    /// # Errors
    ///
    /// 53400 if too many wait already; 57P01 behind [`stop`](Pool::stop).
    pub(crate) fn submit(&self, job: Job, room: Room) -> Result<(), PgError> {
        let mut state = self.0.lock();
        if state.is_stopped {
            return Err(PgError::new(SqlState::ADMIN_SHUTDOWN, "the server is stopped"));
        }
        if room == Room::Bounded && state.waiting.len() >= self.0.waiting {
            let message = "too many queries wait for a thread";
            let hint = "Give the server more threads, or let its handler be a coroutine.";
            return Err(PgError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, message).hint(hint));
        }
        state.waiting.push_back(job);
        self.0.have_worked(&mut state);
        Ok(())
    }

    /// Ends the threads as soon as they have done what waits.
    pub(crate) fn stop(&self) {
        self.0.lock().is_stopped = true;
        self.0.work.notify_all();
        self.0.progress.notify_all();
    }

    /// Waits until the threads have ended, those of connections too, for so long at the most: none of them may be
    /// within Python when the interpreter ends.
    pub(crate) fn join(&self, most: Duration) {
        let are_there = |state: &mut State| state.threads + state.others > 0;
        let waited = self.0.gone.wait_timeout_while(self.0.lock(), most, are_there);
        drop(waited);
    }

    /// Counts a thread that a connection has for itself, as long as what this returns is there.
    pub(crate) fn count(&self) -> Counted {
        self.0.lock().others += 1;
        Counted(self.0.clone())
    }
}

/// A thread that is no thread of the pool's, but ends before it.
pub(crate) struct Counted(Arc<Shared>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.lock().others -= 1;
        self.0.gone.notify_all();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that somebody takes what waits, or watches those who should.
    fn have_worked(self: &Arc<Self>, state: &mut State) {
        let is_awaited = state.busy > 0 && state.is_watched && !state.is_long;
        if state.waiting.is_empty() || is_awaited {
            return;
        }
        if state.idle > 0 {
            self.work.notify_one();
        } else if state.threads < self.threads {
            let shared = self.clone();
            let thread = std::thread::Builder::new().name("trunkline-handler".to_owned());
            let started = thread.stack_size(STACK).spawn(move || shared.serve());
            state.threads += usize::from(started.is_ok());
        }
    }

    fn serve(self: Arc<Self>) {
        mark_thread();
        while let Some(job) = self.await_job() {
            let attached = Python::try_attach(|py| {
                let mut next = Some(job);
                while let Some(job) = next {
                    let start = Instant::now();
                    // Whoever waits for it finds out that nobody answers.
                    let _ = catch_unwind(AssertUnwindSafe(|| job(py)));
                    next = self.next(start.elapsed() > LONG);
                }
            });
            if attached.is_none() {
                // The interpreter is ending.
                let mut state = self.lock();
                state.busy = state.busy.saturating_sub(1);
                state.is_stopped = true;
                let waiting = std::mem::take(&mut state.waiting);
                drop(state);
                drop(waiting);
            }
        }
        self.lock().threads -= 1;
        self.gone.notify_all();
    }

    /// The next job for a thread that is at it; without one it is not any more.
    fn next(&self, is_long: bool) -> Option<Job> {
        let mut state = self.lock();
        state.is_long = is_long;
        let job = state.waiting.pop_front();
        match job {
            Some(_) => state.taken += 1,
            None => state.busy -= 1,
        }
        job
    }

    /// Waits for a job; none is left when the pool has stopped.
    fn await_job(self: &Arc<Self>) -> Option<Job> {
        let mut state = self.lock();
        let mut has_stalled = false;
        loop {
            if state.waiting.is_empty() && state.is_stopped {
                return None;
            }
            let may_take = state.busy == 0 || state.is_long || has_stalled;
            if may_take && let Some(job) = state.waiting.pop_front() {
                state.taken += 1;
                state.busy += 1;
                self.have_worked(&mut state);
                return Some(job);
            }
            has_stalled = false;
            if state.waiting.is_empty() || state.is_watched {
                state.idle += 1;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            } else {
                state.is_watched = true;
                let seen = state.taken;
                let waited = self.progress.wait_timeout(state, STALLED);
                let timeout;
                (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                state.is_watched = false;
                has_stalled = timeout.timed_out() && state.taken == seen;
            }
        }
    }
}

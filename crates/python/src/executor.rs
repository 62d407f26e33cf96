//! Where the calls of one connection run.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use trunkline::{PgError, SqlState};

use crate::pool::{Job, Pool, Room, STACK};

thread_local! {
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Says that this thread is one that runs handlers.
pub(crate) fn mark_thread() {
    IN_HANDLER.set(true);
}

/// Whether this thread is one that runs handlers.
#[pyfunction]
pub(crate) fn in_handler() -> bool {
    IN_HANDLER.get()
}

/// The threads that a connection's calls run on, one at a time.
#[derive(Clone)]
pub(crate) enum Executor {
    /// Any of the server's, for what is no connection's and may overlap.
    Any(Arc<Pool>),
    /// Any of the server's.
    Lane(Arc<Lane>),
    /// One of its own, which ends with the connection: for what may not change threads, as SQLite's connections.
    Thread(Sender<Job>),
}

/// The jobs of one connection, on whatever threads.
pub(crate) struct Lane {
    pool: Arc<Pool>,
    state: Mutex<LaneState>,
}

#[derive(Default)]
struct LaneState {
    is_running: bool,
    waiting: VecDeque<Job>,
}

impl Executor {
    /// The threads of a pool for one connection.
    pub(crate) fn lane(pool: Arc<Pool>) -> Executor {
        Executor::Lane(Arc::new(Lane { pool, state: Mutex::default() }))
    }

    /// A thread of its own for what waits for the client; that of the connection, if it has one.
    ///
    /// # Errors
    ///
    /// Those of [`thread`](Executor::thread).
    pub(crate) fn aside(&self) -> Result<Executor, PgError> {
        match self {
            Executor::Any(pool) => Executor::thread(pool),
            Executor::Lane(lane) => Executor::thread(&lane.pool),
            Executor::Thread(jobs) => Ok(Executor::Thread(jobs.clone())),
        }
    }

    /// A thread for one connection.
    ///
    /// # Errors
    ///
    /// 53000 if the system has none left.
    pub(crate) fn thread(pool: &Pool) -> Result<Executor, PgError> {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Mutex::new(waiting);
        let counted = pool.count();
        let thread = std::thread::Builder::new().name("trunkline-connection".to_owned());
        let started = thread.stack_size(STACK).spawn(move || {
            let _counted = counted;
            mark_thread();
            // Attached for good, so that what Python keeps for a thread stays.
            Python::try_attach(|py| {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(job) = py.detach(next) {
                    let _ = catch_unwind(AssertUnwindSafe(|| job(py)));
                }
            });
        });
        started.map_err(|error| {
            PgError::new(SqlState::INSUFFICIENT_RESOURCES, "there is no thread left").source(error)
        })?;
        Ok(Executor::Thread(jobs))
    }

    /// Has a job done.
    ///
    /// # Errors
    ///
    /// Those of [`Pool::submit`].
    pub(crate) fn submit(&self, job: Job, room: Room) -> Result<(), PgError> {
        match self {
            Executor::Any(pool) => pool.submit(job, room),
            Executor::Lane(lane) => lane.submit(job, room),
            Executor::Thread(jobs) => {
                jobs.send(job).map_err(|_| PgError::internal("the connection's thread has ended"))
            }
        }
    }
}

impl Lane {
    fn submit(self: &Arc<Self>, job: Job, room: Room) -> Result<(), PgError> {
        let mut state = self.lock();
        if state.is_running {
            state.waiting.push_back(job);
            return Ok(());
        }
        let lane = self.clone();
        // Under the lock: nothing comes to wait behind a job that is refused.
        self.pool.submit(Box::new(move |py| lane.run(py, job)), room)?;
        state.is_running = true;
        Ok(())
    }

    /// Runs a job, and those that came meanwhile.
    fn run(&self, py: Python<'_>, job: Job) {
        let mut next = Some(job);
        while let Some(job) = next {
            let _ = catch_unwind(AssertUnwindSafe(|| job(py)));
            let mut state = self.lock();
            next = state.waiting.pop_front();
            state.is_running = next.is_some();
        }
    }

    fn lock(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

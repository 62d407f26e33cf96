//! One statement that a handler answers: its turns on a thread, and how it is given up.

use std::os::raw::c_long;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use tokio::sync::Notify;

use crate::error;

/// How long what was given up may take for its end, before it is told anew, and before its connection goes on without it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A statement that is being answered: the call of the handler, and each time that its result is asked for more.
#[derive(Default)]
pub(crate) struct Call {
    stage: Mutex<Stage>,
    ended: Notify,
    /// For the thread that has told it to end.
    left: Condvar,
    is_canceled: AtomicBool,
    /// What is to be called when it is given up.
    on_cancel: Mutex<Vec<Py<PyAny>>>,
}

/// Who is at it now.
#[derive(Default)]
enum Stage {
    #[default]
    Nobody,
    /// A job waits for its turn.
    Waiting,
    /// A thread, by the number that Python has for it, and whether it was told to stop.
    Thread(c_long, bool),
    /// The user's event loop, which can be told to stop.
    Task(Py<PyAny>),
}

impl Call {
    /// Says that a turn is coming.
    pub(crate) fn expect(&self) {
        *self.stage() = Stage::Waiting;
    }

    /// Takes a turn on this thread; `None` if nobody wants it any more.
    pub(crate) fn turn<T>(&self, py: Python<'_>, work: impl FnOnce() -> T) -> Option<T> {
        if self.is_canceled() {
            self.end();
            return None;
        }
        let thread = error::thread_number(py);
        *self.stage() = Stage::Thread(thread, false);
        let done = work();
        let mut stage = self.stage();
        if let Stage::Thread(_, true) = *stage {
            // The interrupt may still wait to be raised: the next one on this thread has nothing to do with it.
            error::forget_interrupt(py, thread);
        }
        if let Stage::Thread(..) = *stage {
            *stage = Stage::Nobody;
        }
        drop(stage);
        self.tell_end();
        Some(done)
    }

    /// Says that a task of the event loop is at it now.
    pub(crate) fn hand_over(&self, task: Py<PyAny>) {
        *self.stage() = Stage::Task(task);
    }

    /// Says that nobody is at it any more.
    pub(crate) fn end(&self) {
        *self.stage() = Stage::Nobody;
        self.tell_end();
    }

    fn tell_end(&self) {
        self.ended.notify_waiters();
        self.left.notify_all();
    }

    /// Whether it was given up.
    pub(crate) fn is_canceled(&self) -> bool {
        self.is_canceled.load(Ordering::Acquire)
    }

    /// Has something called when it is given up; at once if it was.
    pub(crate) fn on_cancel(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        let mut callbacks = self.callbacks();
        if self.is_canceled() {
            drop(callbacks);
            return callback.call0(py).map(drop);
        }
        callbacks.push(callback);
        Ok(())
    }

    /// Gives it up: nobody waits for what comes of it. The interpreter is asked for on a thread aside.
    pub(crate) fn cancel(self: &Arc<Self>) {
        self.is_canceled.store(true, Ordering::Release);
        if let Stage::Nobody = *self.stage() {
            return;
        }
        let own = self.clone();
        let thread = std::thread::Builder::new().name("trunkline-cancel".to_owned());
        // Where there is no thread left, it goes on to its end.
        let _ = thread.spawn(move || own.stop());
    }

    /// Tells whoever is at it to stop, and again as long as that does not help: code may catch what is raised in it.
    fn stop(&self) {
        let mut is_repeated = false;
        while Python::try_attach(|py| self.interrupt(py, is_repeated)).is_some() {
            let is_at_it = |stage: &mut Stage| matches!(stage, Stage::Thread(..) | Stage::Task(_));
            let waited = self.left.wait_timeout_while(self.stage(), PATIENCE, is_at_it);
            let (stage, waited) = waited.unwrap_or_else(PoisonError::into_inner);
            drop(stage);
            if !waited.timed_out() {
                return;
            }
            is_repeated = true;
        }
    }

    /// Says that the thread which is at it knows that it was given up: nothing has to be raised in it any more.
    pub(crate) fn heard(&self, py: Python<'_>) {
        if let Stage::Thread(thread, is_told) = &mut *self.stage() {
            if *is_told {
                error::forget_interrupt(py, *thread);
            }
            *is_told = true;
        }
    }

    fn interrupt(&self, py: Python<'_>, is_repeated: bool) {
        for callback in std::mem::take(&mut *self.callbacks()) {
            if let Err(raised) = callback.call0(py) {
                error::log(py, &raised, "a callback of on_cancel failed");
            }
        }
        let Ok(exception) = error::canceled(py) else { return };
        // Under this lock no Python code may run: another thread that has the interpreter may wait for it.
        let task = match &mut *self.stage() {
            Stage::Nobody | Stage::Waiting => return,
            Stage::Thread(_, true) if !is_repeated => return,
            Stage::Thread(thread, is_told) => {
                *is_told = true;
                return error::interrupt(py, *thread, exception);
            }
            Stage::Task(task) => task.clone_ref(py),
        };
        let canceled = task.call_method0(py, "cancel_soon");
        if let Err(raised) = canceled {
            error::log(py, &raised, "a task could not be cancelled");
        }
    }

    /// Waits until nobody is at it any more, but not for good: what does not end is still behind what its connection
    /// asks next.
    pub(crate) async fn settled(&self) {
        let ended = async {
            loop {
                let ended = self.ended.notified();
                if let Stage::Nobody = *self.stage() {
                    return;
                }
                ended.await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, ended).await;
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn callbacks(&self) -> MutexGuard<'_, Vec<Py<PyAny>>> {
        self.on_cancel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

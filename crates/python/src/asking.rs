//! Questions to Python code: on a thread that has the interpreter, or on the user's event loop.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use tokio::sync::oneshot;
use trunkline::PgError;

use crate::arrow;
use crate::call::Call;
use crate::error;
use crate::executor::Executor;
use crate::pool::Room;

/// Where one connection's questions are asked.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) executor: Executor,
    /// `trunkline._tasks.Tasks`: the event loop that coroutines run on.
    pub(crate) tasks: Arc<Py<PyAny>>,
}

/// Where the answer is awaited.
pub(crate) type Tell<T> = oneshot::Sender<Result<T, PgError>>;

/// What becomes of what Python code returned.
type Finish<T> = Box<dyn FnOnce(Python<'_>, Bound<'_, PyAny>, Tell<T>) + Send>;

impl Asker {
    /// Asks, and waits for the answer: what `start` returns, or what the coroutine returns that it returns, is
    /// finished with the interpreter at hand. Dropped before, the call is given up.
    ///
    /// # Errors
    ///
    /// What Python code raised; those of [`Executor::submit`].
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        call: &Arc<Call>,
        start: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyAny>> + Send + 'static,
        finish: impl FnOnce(Python<'_>, Bound<'_, PyAny>, Tell<T>) + Send + 'static,
    ) -> Result<T, PgError> {
        let (tell, told) = oneshot::channel();
        let (asker, own) = (self.clone(), call.clone());
        let finish: Finish<T> = Box::new(finish);
        call.expect();
        let job = Box::new(move |py: Python<'_>| {
            let call = own.clone();
            own.turn(py, || match end_forked(py, || start(py)) {
                Ok(answer) => asker.receive(answer, call, finish, tell),
                Err(_) if own.is_canceled() => {}
                Err(raised) => drop(tell.send(Err(error::answer(py, &raised)))),
            });
        });
        let submitted = self.executor.submit(job, Room::Bounded);
        if let Err(refused) = submitted {
            call.end();
            return Err(refused);
        }
        let mut waiting = Waiting(Some(call));
        let answer = told.await;
        waiting.0 = None;
        answer.unwrap_or_else(|_| Err(PgError::internal("the handler gave no answer")))
    }

    /// Finishes what was returned, behind a coroutine on a thread of its own.
    fn receive<T: Send + 'static>(
        self,
        answer: Bound<'_, PyAny>,
        call: Arc<Call>,
        finish: Finish<T>,
        tell: Tell<T>,
    ) {
        let py = answer.py();
        match answer.get_type().hasattr("__await__") {
            Ok(true) => {}
            Ok(false) => return finish(py, answer, tell),
            Err(raised) => return drop(tell.send(Err(error::answer(py, &raised)))),
        }
        let own = call.clone();
        let executor = self.executor.clone();
        let done = Done::new(move |py, outcome: PyResult<Bound<'_, PyAny>>| match outcome {
            // What is quick to finish holds up the loop for less than another thread would take.
            Ok(answer) if is_quick(&answer) => {
                finish(py, answer, tell);
                own.end();
            }
            Ok(answer) => {
                let answer = answer.unbind();
                own.expect();
                let turn = own.clone();
                let tell = Arc::new(Mutex::new(Some(tell)));
                let told = tell.clone();
                let take = |tell: &Mutex<Option<Tell<T>>>| {
                    tell.lock().unwrap_or_else(PoisonError::into_inner).take()
                };
                let job = Box::new(move |py: Python<'_>| {
                    turn.turn(py, || {
                        if let Some(tell) = take(&told) {
                            finish(py, answer.into_bound(py), tell);
                        }
                    });
                });
                if let Err(refused) = executor.submit(job, Room::Always) {
                    if let Some(tell) = take(&tell) {
                        let _ = tell.send(Err(refused));
                    }
                    own.end();
                }
            }
            Err(raised) => {
                // Of one that was given up nobody hears, the log neither.
                if !own.is_canceled() {
                    let _ = tell.send(Err(error::answer(py, &raised)));
                }
                own.end();
            }
        });
        let started = Bound::new(py, done).and_then(|done| {
            self.tasks.bind(py).call_method1("task", (answer, &done)).map(|task| (task, done))
        });
        match started {
            Ok((task, _)) => {
                call.hand_over(task.clone().unbind());
                if let Err(raised) = task.call_method0("start") {
                    call.end();
                    error::log(py, &raised, "a coroutine could not be run");
                }
            }
            Err(raised) => error::log(py, &raised, "a coroutine could not be run"),
        }
    }

    /// Sees to the end of what was called, and nobody waits for.
    pub(crate) fn tell(&self, py: Python<'_>, told: PyResult<Bound<'_, PyAny>>) {
        let told = told.and_then(|told| match told.get_type().hasattr("__await__")? {
            true => self.tasks.bind(py).call_method1("forget", (told,)).map(drop),
            false => Ok(()),
        });
        if let Err(raised) = told {
            error::log(py, &raised, "a callback failed");
        }
    }
}

/// The most rows that are made on the user's event loop.
const FEW: usize = 100;

/// Whether it takes no time to make an answer of what a coroutine returned, and nothing is waited for.
fn is_quick(answer: &Bound<'_, PyAny>) -> bool {
    if answer.is_none() || answer.is_instance_of::<PyString>() {
        return true;
    }
    let rows = match answer.cast::<PyTuple>() {
        Ok(pair) => pair.get_item(0).ok(),
        Err(_) => Some(answer.clone()),
    };
    rows.is_some_and(|rows| match rows.cast::<PyList>() {
        Ok(rows) => {
            // A list may be of readers, which may wait.
            let is_arrow = |first| arrow::is_arrow(&first).unwrap_or(true);
            rows.len() <= FEW && !rows.get_item(0).is_ok_and(is_arrow)
        }
        Err(_) => arrow::is_at_hand(&rows).unwrap_or(false),
    })
}

/// Calls; a child process that is forked meanwhile, and comes back from it, ends here: none of the server's other
/// threads is in it, and the client is its parent's.
pub(crate) fn end_forked<T>(py: Python<'_>, call: impl FnOnce() -> T) -> T {
    let process = std::process::id();
    let answer = call();
    if std::process::id() != process {
        let ended = py.import("os").and_then(|os| os.call_method1("_exit", (70,)));
        drop(ended);
    }
    answer
}

/// Gives a call up that nobody waits for any more.
struct Waiting<'a>(Option<&'a Arc<Call>>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call.cancel();
        }
    }
}

/// What a task calls at its end.
type Outcome = Box<dyn FnOnce(Python<'_>, PyResult<Bound<'_, PyAny>>) + Send>;

/// Called with what a coroutine returned and None, or with None and what it raised; later calls do nothing.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Done(Mutex<Option<Outcome>>);

impl Done {
    fn new(outcome: impl FnOnce(Python<'_>, PyResult<Bound<'_, PyAny>>) + Send + 'static) -> Done {
        Done(Mutex::new(Some(Box::new(outcome))))
    }
}

#[pymethods]
impl Done {
    fn __call__(&self, py: Python<'_>, value: Bound<'_, PyAny>, raised: Bound<'_, PyAny>) {
        let outcome = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(outcome) = outcome else { return };
        match raised.is_none() {
            true => outcome(py, Ok(value)),
            false => outcome(py, Err(PyErr::from_value(raised))),
        }
    }
}

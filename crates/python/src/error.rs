//! Exceptions of Python as errors for the client, and the exception that stops a thread.

use std::os::raw::c_long;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use trunkline::{PgError, SqlState};

/// What `trunkline._errors.answer` makes of an exception: its code, its message, and the other fields by their codes.
type Told = (String, String, Vec<(char, String)>, bool);

/// What the client is told of an exception. What the handler did not mean to say is logged.
pub(crate) fn answer(py: Python<'_>, raised: &PyErr) -> PgError {
    let told = function(py, "answer").and_then(|answer| answer.call1((raised.value(py),)));
    match told.and_then(|told| told.extract::<Told>()) {
        Ok((sqlstate, message, fields, is_fatal)) => {
            let sqlstate = sqlstate.as_bytes().first_chunk().copied().and_then(SqlState::new);
            let mut error = PgError::new(sqlstate.unwrap_or(SqlState::INTERNAL_ERROR), message);
            for (code, text) in fields {
                if let Ok(code) = u8::try_from(code) {
                    error = error.field(code, text);
                }
            }
            if is_fatal { error.fatal() } else { error }
        }
        Err(wrong) => {
            log(py, raised, "a handler failed");
            log(py, &wrong, "what the client is to be told of it cannot be told");
            PgError::internal("the handler failed")
        }
    }
}

/// XX000 with a text of which the log knows already, without its paths.
pub(crate) fn answer_quietly(py: Python<'_>, text: &str) -> PgError {
    let told = function(py, "without_paths").and_then(|told| told.call1((text,)));
    let told = told.and_then(|told| told.extract::<String>());
    PgError::internal(told.unwrap_or_else(|_| "the handler failed".to_owned()))
}

/// An error that the client is told, as an exception for Python code: `trunkline.Error`.
pub(crate) fn raised(py: Python<'_>, error: &PgError) -> PyErr {
    let fields: Vec<(char, String)> = error
        .to_fields()
        .iter()
        .filter(|(code, _)| !b"SVCM".contains(&code.0))
        .map(|(code, text)| (char::from(code.0), String::from_utf8_lossy(text).into_owned()))
        .collect();
    let told = (error.sqlstate().as_str().to_owned(), error.message().to_owned(), fields);
    let exception = function(py, "of_fields").and_then(|of_fields| of_fields.call1(told));
    exception.map_or_else(|raised| raised, PyErr::from_value)
}

/// Tells the log of an exception that nobody else is told of.
pub(crate) fn log(py: Python<'_>, raised: &PyErr, what: &str) {
    let logged = function(py, "log").and_then(|log| log.call1((raised.value(py), what)));
    // Without a log there is nobody left to tell.
    drop(logged);
}

/// Tells the log a line of the server's own, of a level of Python's `logging`.
pub(crate) fn log_line(py: Python<'_>, level: u8, text: &str) {
    drop(function(py, "log_line").and_then(|log| log.call1((level, text))));
}

fn function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let import = || py.import("trunkline._errors").map(Bound::unbind);
    MODULE.get_or_try_init(py, import)?.bind(py).getattr(name)
}

/// The number that Python has for this thread.
pub(crate) fn thread_number(_: Python<'_>) -> c_long {
    // SAFETY: it reads a number of the thread that calls it, and needs nothing.
    #[allow(unsafe_code, reason = "there is no safe name for it")]
    let number = unsafe { ffi::PyThread_get_thread_ident() };
    number.cast_signed()
}

/// The class of what stops a thread.
pub(crate) fn canceled(py: Python<'_>) -> PyResult<&Py<PyAny>> {
    static CANCELED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CANCELED.get_or_try_init(py, || function(py, "CANCELED").map(Bound::unbind))
}

/// Raises an exception in a thread, before the next step of its Python code. Nothing of Python runs here.
pub(crate) fn interrupt(_: Python<'_>, thread: c_long, exception: &Py<PyAny>) {
    // SAFETY: the interpreter is attached, and the class is alive: Python takes a reference of its own.
    #[allow(unsafe_code, reason = "there is no safe name for it")]
    unsafe {
        ffi::PyThreadState_SetAsyncExc(thread, exception.as_ptr());
    }
}

/// Takes back what [`interrupt`] has not raised yet.
pub(crate) fn forget_interrupt(_: Python<'_>, thread: c_long) {
    // SAFETY: the interpreter is attached, and NULL is how to take it back.
    #[allow(unsafe_code, reason = "there is no safe name for it")]
    unsafe {
        ffi::PyThreadState_SetAsyncExc(thread, std::ptr::null_mut());
    }
}

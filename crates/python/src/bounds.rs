//! What a server may take.

use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use trunkline::Limits;

/// `trunkline._handlers.Bounds`. Times are in seconds.
#[derive(FromPyObject)]
pub(crate) struct Bounds {
    connections: usize,
    login_timeout: f64,
    drain_timeout: f64,
    statement_timeout: Option<f64>,
    message_bytes: usize,
    limits: Py<PyDict>,
    pub(crate) threads: usize,
    pub(crate) waiting: usize,
    pub(crate) require_tls: bool,
    pub(crate) insecure: bool,
}

impl Bounds {
    /// # Errors
    ///
    /// TypeError for a name that no limit has and for a value of another type, ValueError for a number out of range.
    pub(crate) fn limits(&self, py: Python<'_>) -> PyResult<Limits> {
        let mut limits = Limits::default();
        limits.connections = self.connections;
        limits.login = time(self.login_timeout)?;
        limits.drain = time(self.drain_timeout)?;
        limits.message = self.message_bytes;
        if let Some(seconds) = self.statement_timeout {
            limits.timeouts.statement = time(seconds)?;
        }
        for (name, value) in self.limits.bind(py) {
            let name: String = name.extract()?;
            set(&mut limits, &name, &value)?;
        }
        Ok(limits)
    }
}

/// Sets what `trunkline.Limits` has of this name.
fn set(limits: &mut Limits, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let seconds = || time(value.extract()?);
    match name {
        "reserved" => limits.reserved = value.extract()?,
        "admins" => limits.admins = value.extract()?,
        "connections_per_user" => limits.connections_per_user = value.extract()?,
        "connections_per_database" => limits.connections_per_database = value.extract()?,
        "logins" => limits.logins = value.extract()?,
        "guesses" => limits.guesses = value.extract()?,
        "statements" => limits.statements = value.extract()?,
        "statement_bytes" => limits.statement_bytes = value.extract()?,
        "portals" => limits.portals = value.extract()?,
        "portal_bytes" => limits.portal_bytes = value.extract()?,
        "cursor_files" => limits.cursor_files = value.extract()?,
        "channels" => limits.channels = value.extract()?,
        "notifications" => limits.notifications = value.extract()?,
        "transaction_timeout" => limits.timeouts.transaction = seconds()?,
        "idle_in_transaction_session_timeout" => limits.timeouts.idle_in_transaction = seconds()?,
        "idle_session_timeout" => limits.timeouts.idle_session = seconds()?,
        "max_statement_timeout" => limits.max_timeouts.statement = seconds()?,
        "max_transaction_timeout" => limits.max_timeouts.transaction = seconds()?,
        "max_idle_in_transaction_session_timeout" => {
            limits.max_timeouts.idle_in_transaction = seconds()?;
        }
        "max_idle_session_timeout" => limits.max_timeouts.idle_session = seconds()?,
        "tcp_keepalives_idle" => limits.tcp_keepalives_idle = seconds()?,
        "tcp_keepalives_interval" => limits.tcp_keepalives_interval = seconds()?,
        "tcp_keepalives_count" => limits.tcp_keepalives_count = value.extract()?,
        "tcp_user_timeout" => limits.tcp_user_timeout = seconds()?,
        _ => return Err(PyTypeError::new_err(format!("there is no limit {name:?}"))),
    }
    Ok(())
}

/// A time of so many seconds; an infinite one is the longest there is.
fn time(seconds: f64) -> PyResult<Duration> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(PyValueError::new_err(format!("a time is a number of seconds, not {seconds}")));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

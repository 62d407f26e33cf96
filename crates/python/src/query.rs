//! What a handler is asked, and by whom.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};
use trunkline::types::{Value, name_of};
use trunkline::{Client, Notice, Oid, PgError, Run, Severity, SqlState};

use crate::call::Call;
use crate::engine::Kept;
use crate::error;
use crate::values;

/// A client, for the handler.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Connection {
    client: Client,
    state: Py<PyDict>,
}

/// A client, and what it is for the handler once that has heard of it.
pub(crate) struct Peer {
    client: Client,
    object: PyOnceLock<Py<Connection>>,
}

impl Peer {
    pub(crate) fn new(client: Client) -> Peer {
        Peer { client, object: PyOnceLock::new() }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn object(&self, py: Python<'_>) -> PyResult<&Py<Connection>> {
        self.object.get_or_try_init(py, || {
            let state = PyDict::new(py).unbind();
            Py::new(py, Connection { client: self.client.clone(), state })
        })
    }
}

#[pymethods]
impl Connection {
    #[getter]
    fn id(&self) -> i32 {
        self.client.identity().pid
    }

    #[getter]
    fn user(&self) -> &str {
        &self.client.identity().user
    }

    #[getter]
    fn database(&self) -> &str {
        &self.client.identity().database
    }

    #[getter]
    fn address(&self) -> Option<(String, u16)> {
        self.client.identity().address.map(|address| (address.ip().to_string(), address.port()))
    }

    #[getter]
    fn encrypted(&self) -> bool {
        self.client.identity().encrypted
    }

    #[getter]
    fn server_name(&self) -> Option<&str> {
        self.client.identity().server_name.as_deref()
    }

    /// What was left for it at its login.
    #[getter]
    fn _attached(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let attached = self.client.identity().attachment.get::<Py<PyAny>>();
        attached.map(|instance| instance.clone_ref(py))
    }

    #[getter]
    fn state(&self, py: Python<'_>) -> Py<PyDict> {
        self.state.clone_ref(py)
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.client.setting(name)
    }

    #[pyo3(signature = (message, *, severity="NOTICE", sqlstate=None, detail=None, hint=None))]
    fn notice(
        &self,
        message: String,
        severity: &str,
        sqlstate: Option<&str>,
        detail: Option<String>,
        hint: Option<String>,
    ) -> PyResult<()> {
        let severity = match severity {
            "DEBUG" => Severity::Debug,
            "INFO" => Severity::Info,
            "LOG" => Severity::Log,
            "NOTICE" => Severity::Notice,
            "WARNING" => Severity::Warning,
            _ => {
                let message = "a notice is one of DEBUG, INFO, LOG, NOTICE, WARNING";
                return Err(PyValueError::new_err(message));
            }
        };
        let usual = if severity == Severity::Warning { "01000" } else { "00000" };
        let code = sqlstate.unwrap_or(usual).as_bytes().try_into().ok().and_then(SqlState::new);
        let code = code.ok_or_else(|| PyValueError::new_err("a SQLSTATE has five characters"))?;
        let mut notice = Notice::new(severity, code, message);
        for (field, text) in [(b'D', detail), (b'H', hint)] {
            if let Some(text) = text {
                notice = notice.field(field, text);
            }
        }
        self.client.notify(notice);
        Ok(())
    }

    fn notify(&self, py: Python<'_>, channel: &str, payload: &str) -> PyResult<()> {
        self.client.publish(channel, payload).map_err(|refused| error::raised(py, &refused))
    }

    fn __repr__(&self) -> String {
        let identity = self.client.identity();
        let (id, user, database) = (identity.pid, &identity.user, &identity.database);
        format!("Connection(id={id}, user={user:?}, database={database:?})")
    }
}

/// A statement to be answered.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Query {
    #[pyo3(get)]
    sql: Py<PyString>,
    #[pyo3(get)]
    params: Py<PyList>,
    #[pyo3(get)]
    connection: Py<Connection>,
    /// Whether the client only wants to know the columns.
    #[pyo3(get)]
    describing: bool,
    /// What the handler's `prepare` made of the statement.
    #[pyo3(get)]
    prepared: Option<Py<PyAny>>,
    types: Arc<[Oid]>,
    call: Arc<Call>,
}

impl Query {
    /// The question that a run asks.
    ///
    /// # Errors
    ///
    /// That of a parameter that cannot be read.
    pub(crate) fn new(
        py: Python<'_>,
        sql: &str,
        types: Arc<[Oid]>,
        run: &Run,
        (describing, prepared): (bool, Option<&Kept>),
        (peer, call): (&Peer, Arc<Call>),
    ) -> PyResult<Query> {
        let mut params = Vec::with_capacity(types.len());
        for param in run.params.iter() {
            let value = param.decode::<Option<Value>>(&run.style);
            let value = value.map_err(|wrong| error::raised(py, &PgError::from(wrong)))?;
            let value = value.unwrap_or_default();
            params.push(values::object(py, &value, param.type_oid, &run.style)?);
        }
        let params = PyList::new(py, params)?.unbind();
        let sql = PyString::new(py, sql).unbind();
        let connection = peer.object(py)?.clone_ref(py);
        let prepared = prepared.and_then(|kept| kept.get(py));
        Ok(Query { sql, params, connection, describing, prepared, types, call })
    }
}

#[pymethods]
impl Query {
    #[getter]
    fn param_types(&self) -> Vec<String> {
        let name = |oid: &Oid| name_of(*oid).map_or_else(|| oid.0.to_string(), str::to_owned);
        self.types.iter().map(name).collect()
    }

    #[getter]
    fn cancelled(&self) -> bool {
        self.call.is_canceled()
    }

    fn on_cancel(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        self.call.on_cancel(py, callback)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        // Parameters may be secret.
        Ok(format!("Query({})", self.sql.bind(py).repr()?))
    }
}

/// An answer with what an object alone cannot say: its columns, or its command tag.
#[pyclass(frozen, module = "trunkline", name = "Result")]
pub(crate) struct Answer {
    #[pyo3(get)]
    pub(crate) rows: Py<PyAny>,
    #[pyo3(get)]
    pub(crate) columns: Option<Py<PyAny>>,
    #[pyo3(get)]
    pub(crate) tag: Option<String>,
}

#[pymethods]
impl Answer {
    #[new]
    #[pyo3(signature = (rows, columns=None, *, tag=None))]
    fn new(rows: Py<PyAny>, columns: Option<Py<PyAny>>, tag: Option<String>) -> Answer {
        Answer { rows, columns, tag }
    }
}

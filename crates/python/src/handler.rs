//! What Python code answers with: functions for all clients, or those of an object for each.

use std::sync::Arc;

use pyo3::prelude::*;
use trunkline::Oid;

use crate::arrow;
use crate::column::{self, Named};

/// What one client's statements are answered with.
pub(crate) struct Calls {
    pub(crate) query: Py<PyAny>,
    /// Called with a statement before it is described; what it returns is its `prepared`.
    pub(crate) prepare: Option<Py<PyAny>>,
    pub(crate) describe: Option<Py<PyAny>>,
    /// Takes the rows of a COPY FROM.
    pub(crate) copy_in: Option<Py<PyAny>>,
    /// Called with the channel and the payload of a NOTIFY.
    pub(crate) notify: Option<Py<PyAny>>,
    pub(crate) disconnect: Option<Py<PyAny>>,
    /// Called with `"begin"`, `"commit"` or `"rollback"` when a transaction begins and ends.
    pub(crate) transaction: Option<Py<PyAny>>,
}

impl<'py> FromPyObject<'_, 'py> for Calls {
    type Error = PyErr;

    /// From `trunkline._handlers.Calls`.
    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Calls> {
        let of = |name: &str| Ok::<_, PyErr>(given.getattr(name)?.extract::<Option<Py<PyAny>>>()?);
        Ok(Calls {
            query: given.getattr("query")?.unbind(),
            prepare: of("prepare")?,
            describe: of("describe")?,
            copy_in: of("copy_in")?,
            notify: of("notify")?,
            disconnect: of("disconnect")?,
            transaction: of("transaction")?,
        })
    }
}

/// What the user gave to answer with.
pub(crate) struct Handler {
    /// Called with a connection, for the calls of that one.
    pub(crate) open: Py<PyAny>,
    /// The calls for all connections, where nothing has to be opened.
    pub(crate) calls: Option<Arc<Calls>>,
    /// The columns that were declared for all answers.
    pub(crate) columns: Option<Arc<[Named]>>,
    /// Whether a statement may run for its description alone.
    pub(crate) runs_to_describe: bool,
    /// Whether each connection has a thread of its own.
    pub(crate) has_threads: bool,
    /// The databases that clients may ask for, all of them if nobody has said.
    pub(crate) databases: Option<Vec<String>>,
}

impl<'py> FromPyObject<'_, 'py> for Handler {
    type Error = PyErr;

    /// From `trunkline._handlers.Handler`.
    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Handler> {
        let columns = given.getattr("columns")?;
        let columns = match columns.is_none() {
            true => None,
            false => Some(column::columns(&columns)?.into()),
        };
        Ok(Handler {
            open: given.getattr("open")?.unbind(),
            calls: given.getattr("calls")?.extract::<Option<Calls>>()?.map(Arc::new),
            columns,
            runs_to_describe: given.getattr("runs_to_describe")?.extract()?,
            has_threads: given.getattr("has_threads")?.extract()?,
            databases: given.getattr("databases")?.extract()?,
        })
    }
}

/// What `describe` says of a statement: its columns, and the types of its parameters.
pub(crate) struct Described {
    /// None for a statement without rows.
    pub(crate) columns: Option<Vec<Named>>,
    pub(crate) parameters: Vec<Oid>,
}

impl Described {
    /// From a list of columns, an Arrow schema or what streams batches of one, None, or `(columns, types)`; `None` for
    /// NotImplemented.
    pub(crate) fn of(given: &Bound<'_, PyAny>) -> PyResult<Option<Described>> {
        let py = given.py();
        if given.is(py.NotImplemented()) {
            return Ok(None);
        }
        let (columns, parameters) = match given.extract::<(Bound<'_, PyAny>, Vec<String>)>() {
            Ok((columns, types)) if !columns.is_instance_of::<pyo3::types::PyString>() => {
                let types = types.iter().map(|ty| Ok(column::type_of(ty)?.0));
                (columns, types.collect::<PyResult<Vec<_>>>()?)
            }
            _ => (given.clone(), Vec::new()),
        };
        let columns = match arrow::schema_of(&columns)? {
            Some(schema) => Some(column::of_schema(&schema)),
            None if columns.is_none() => None,
            None => Some(column::columns(&columns)?),
        };
        Ok(Some(Described { columns, parameters }))
    }
}

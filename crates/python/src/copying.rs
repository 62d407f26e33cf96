//! COPY FROM: the rows that a client sends, for Python code that takes them.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use tokio::sync::oneshot;
use trunkline::catalog::{Schema, Snapshot};
use trunkline::types::{TextStyle, name_of};
use trunkline::{Column, CopyIn, CopyTarget, Oid, PgError, SqlState};

use crate::arriving::{Arrivals, Row, Sink, Taking};
use crate::asking::Asker;
use crate::call::Call;
use crate::column;
use crate::error;
use crate::executor::Executor;
use crate::handler::Calls;
use crate::pool::Room;
use crate::query::{Connection, Peer};
use crate::values;

/// A table, as COPY FROM names it, and the rows for it.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Copy {
    #[pyo3(get)]
    table: String,
    #[pyo3(get)]
    schema: Option<String>,
    #[pyo3(get)]
    connection: Py<Connection>,
    /// The columns that the client names.
    named: Option<Vec<String>>,
    columns: Mutex<Columns>,
    arrivals: Arc<Arrivals>,
    /// Rows that have arrived, and are not asked for yet.
    taken: Mutex<std::vec::IntoIter<Row>>,
    style: Arc<TextStyle>,
    call: Arc<Call>,
    /// Where a coroutine that waits is told that there are rows.
    executor: Executor,
}

/// The columns that rows are sent of, if the catalog knows the table.
///
/// # Errors
///
/// 42703 for one that the table has not.
pub(crate) fn known(
    snapshot: &Snapshot,
    target: &CopyTarget<'_>,
) -> Result<Option<Arc<[Column]>>, PgError> {
    let given = target.table;
    let is_here = |schema: &&Schema| given.schema.as_ref().is_none_or(|name| *name == schema.name);
    let mut relations =
        snapshot.schemas.iter().filter(is_here).flat_map(|schema| &schema.relations);
    let Some(relation) = relations.find(|relation| relation.name == given.name) else {
        return Ok(None);
    };
    let all = || relation.columns.iter().map(|attribute| &attribute.column);
    let Some(named) = target.columns else { return Ok(Some(all().cloned().collect())) };
    let find = |name: &String| {
        all().find(|column| *column.name == **name).cloned().ok_or_else(|| {
            let relation = &relation.name;
            let message = format!("column \"{name}\" of relation \"{relation}\" does not exist");
            PgError::new(SqlState::UNDEFINED_COLUMN, message)
        })
    };
    named.iter().map(find).collect::<Result<_, _>>().map(Some)
}

/// Asks a handler to take rows, and waits until it wants the first one.
///
/// # Errors
///
/// What the handler raises before; 0A000 for a condition, which it could not honour.
pub(crate) async fn begin(
    calls: &Arc<Calls>,
    peer: &Arc<Peer>,
    asker: Asker,
    call: Arc<Call>,
    target: &CopyTarget<'_>,
    known: Option<Arc<[Column]>>,
) -> Result<CopyIn, PgError> {
    if target.condition.is_some() {
        return Err(PgError::unsupported("COPY FROM with WHERE is not supported"));
    }
    let (tell, told) = oneshot::channel();
    let arrivals = Arc::<Arrivals>::default();
    let style = peer.client().reading_style();
    let (table, schema) = (target.table.name.clone(), target.table.schema.clone());
    let (named, columns) = (target.columns.map(<[_]>::to_vec), Columns::Open(known, tell));
    let copy = (calls.clone(), peer.clone(), arrivals.clone(), style.clone(), call.clone());
    let executor = asker.executor.clone();
    let mut handler: Taking = Box::pin(async move {
        let (calls, peer, arrivals, style, own) = copy;
        asker
            .ask(
                &call,
                move |py| {
                    let copy = Copy {
                        table,
                        schema,
                        connection: peer.object(py)?.clone_ref(py),
                        named,
                        columns: Mutex::new(columns),
                        arrivals,
                        taken: Mutex::default(),
                        style,
                        call: own,
                        executor,
                    };
                    match &calls.copy_in {
                        Some(copy_in) => copy_in.bind(py).call1((copy,)),
                        None => Ok(py.None().into_bound(py)),
                    }
                },
                |py, taken, tell| {
                    let taken = taken.extract::<Option<u64>>();
                    let _ = tell.send(taken.map_err(|raised| error::answer(py, &raised)));
                },
            )
            .await
    });
    tokio::select! {
        biased;
        Ok(columns) = told => {
            Ok(CopyIn::new(columns, Sink { arrivals, style, handler: Some(handler), rows: 0 }))
        }
        ended = &mut handler => {
            ended?;
            Err(PgError::internal("the handler has asked for no row of the COPY"))
        }
    }
}

/// What the fields of a row are.
pub(crate) enum Columns {
    /// As the catalog says, or as was declared; and who has to hear of it before the first row.
    Open(Option<Arc<[Column]>>, oneshot::Sender<Arc<[Column]>>),
    /// The client was told.
    Told(Arc<[Column]>),
}

impl Columns {
    fn known(&self) -> Option<&Arc<[Column]>> {
        match self {
            Columns::Open(known, _) => known.as_ref(),
            Columns::Told(columns) => Some(columns),
        }
    }
}

#[pymethods]
impl Copy {
    /// Names and types, as far as they are known.
    #[getter]
    fn columns(&self) -> Option<Vec<(String, String)>> {
        let columns = self.lock();
        let of = |column: &Column| {
            let ty = name_of(column.type_oid).map_or_else(|| "text".to_owned(), str::to_owned);
            (column.name.to_string(), ty)
        };
        columns.known().map(|known| known.iter().map(of).collect())
    }

    fn declare(&self, given: &Bound<'_, PyAny>) -> PyResult<()> {
        let given = column::columns(given)?;
        if let Some(named) = &self.named
            && !named.iter().eq(given.iter().map(|column| &column.name))
        {
            let message = format!("the client sends the columns {}", named.join(", "));
            return Err(PyValueError::new_err(message));
        }
        let declared = given.iter().map(|column| column.column(Oid::TEXT)).collect();
        match &mut *self.lock() {
            Columns::Open(known, _) => *known = Some(declared),
            Columns::Told(_) => {
                let message = "columns are declared before the first row is asked for";
                return Err(PyRuntimeError::new_err(message));
            }
        }
        Ok(())
    }

    fn on_cancel(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        self.call.on_cancel(py, callback)
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let columns = self.begin(py)?;
        if let Some(row) = self.next_taken() {
            return self.tuple(py, &columns, &row).map(Some);
        }
        match py.detach(|| self.arrivals.wait()) {
            Ok(rows) => {
                *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = rows.into_iter()
            }
            Err(()) => return Err(self.given_up(py)),
        }
        self.next_taken().map(|row| self.tuple(py, &columns, &row)).transpose()
    }

    fn __aiter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        let py = this.py();
        py.import("trunkline._tasks")?.getattr("arriving")?.call1((this,))
    }

    /// Has something called when there are rows, or no more will come; False if that is so already.
    fn _when_ready(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<bool> {
        self.begin(py)?;
        let executor = self.executor.clone();
        let tell = move || {
            let job = Box::new(move |py: Python<'_>| {
                if let Err(raised) = callback.call0(py) {
                    error::log(py, &raised, "a coroutine could not be told of rows");
                }
            });
            let _ = executor.submit(job, Room::Always);
        };
        Ok(self.arrivals.when_ready(Box::new(tell)))
    }

    /// The rows that are there; None after the last.
    fn _take<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        let columns = self.begin(py)?;
        let rows = self.arrivals.take().map_err(|()| self.given_up(py))?;
        let Some(rows) = rows else { return Ok(None) };
        let rows = rows.iter().map(|row| self.tuple(py, &columns, row));
        PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?).map(Some)
    }
}

impl Copy {
    /// Has the client told what it is to send, at the first time.
    fn begin(&self, py: Python<'_>) -> PyResult<Arc<[Column]>> {
        let mut state = self.lock();
        let columns = match (state.known(), &self.named) {
            (Some(known), _) => known.clone(),
            (None, Some(named)) => {
                named.iter().map(|name| Column::new(name.as_str(), Oid::TEXT)).collect()
            }
            (None, None) => {
                let message = format!("relation \"{}\" does not exist", self.table);
                let unknown = PgError::new(SqlState::UNDEFINED_TABLE, message);
                return Err(error::raised(py, &unknown));
            }
        };
        if let Columns::Open(_, tell) =
            std::mem::replace(&mut *state, Columns::Told(columns.clone()))
        {
            // Nobody hears of it who has gone meanwhile.
            let _ = tell.send(columns.clone());
        }
        Ok(columns)
    }

    fn next_taken(&self) -> Option<Row> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn tuple<'py>(
        &self,
        py: Python<'py>,
        columns: &[Column],
        row: &Row,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let objects = columns.iter().zip(row).map(|(column, value)| match value {
            Some(value) => values::object(py, value, column.type_oid, &self.style),
            None => Ok(py.None().into_bound(py)),
        });
        PyTuple::new(py, objects.collect::<PyResult<Vec<_>>>()?)
    }

    /// The client is gone, has given up, or has sent what is no row: nothing that came may stay.
    fn given_up(&self, py: Python<'_>) -> PyErr {
        self.call.heard(py);
        match error::canceled(py).and_then(|class| class.bind(py).call0()) {
            Ok(canceled) => PyErr::from_value(canceled),
            Err(raised) => raised,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Columns> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

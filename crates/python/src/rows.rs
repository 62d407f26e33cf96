//! Rows of Python values.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyMapping, PyString, PyTuple};
use trunkline::types::{Value, name_of};
use trunkline::{Column, CommandTag, Oid, PgError, Progress, RowBuf, RowSource, SqlState};

use crate::arrow::step;
use crate::burial::Buried;
use crate::column::Named;
use crate::error;
use crate::feed::{Feed, Pull};
use crate::values::{self, Kind};

/// How many rows are made at a time at the most, and looked at for the types of columns.
const SOME: usize = 1_000;
/// What a part should not be larger than, in bytes: two of them wait for a client that does not read.
const LARGE: usize = 256 * 1024;
/// What takes longer than this is slow.
const SOON: Duration = Duration::from_millis(1);

/// The rows of an iterator: tuples, lists or dicts.
pub(crate) struct PyRows {
    rows: Py<PyAny>,
    /// What was looked at already.
    ahead: Option<Vec<Py<PyAny>>>,
    columns: Vec<(String, Oid)>,
    /// Whether all of them are in memory.
    is_at_hand: bool,
    /// Whether the iterator has ended.
    is_over: bool,
    /// How many are made at a time: one if that takes long, so that it is sent, and more the sooner they come.
    pace: usize,
}

impl PyRows {
    /// The rows of an iterator behind its first, of these columns; without them those of the first row, which is a dict then. Of columns without a type
    /// it is that of their values in the first rows: of as many as there are within a millisecond.
    ///
    /// # Errors
    ///
    /// TypeError for rows that are neither, or of values that PostgreSQL has no type for, or of no one type.
    pub(crate) fn new(
        iterator: &Bound<'_, PyAny>,
        first: Option<Bound<'_, PyAny>>,
        is_at_hand: bool,
        columns: Option<Vec<Named>>,
    ) -> PyResult<(PyRows, Arc<[Column]>)> {
        let most = if is_at_hand { SOME } else { 0 };
        let (mut ahead, mut is_over) = some(iterator, first, most)?;
        let columns = match (columns, ahead.first()) {
            (Some(columns), _) => columns,
            (None, Some(row)) => names(row)?,
            (None, None) => {
                let message = "rows without columns: return (rows, columns), or dicts";
                return Err(PyTypeError::new_err(message));
            }
        };
        let start = Instant::now();
        let types = loop {
            let found = types(&columns, &ahead)?;
            let is_open = found.contains(&Kind::Unknown) && ahead.len() < SOME && !is_over;
            if !is_open || start.elapsed() > SOON {
                break found.into_iter().map(Kind::oid).collect::<Vec<_>>();
            }
            match step(iterator)? {
                Some(row) => ahead.push(row),
                None => is_over = true,
            }
        };
        let announced = columns.iter().zip(&types).map(|(column, oid)| column.column(*oid));
        let announced: Arc<[Column]> = announced.collect();
        let columns = columns.into_iter().zip(announced.iter());
        let columns = columns.map(|(named, column)| (named.name, column.type_oid)).collect();
        let ahead = Some(ahead.into_iter().map(Bound::unbind).collect());
        let rows = iterator.clone().unbind();
        let pace = if is_at_hand { SOME } else { 1 };
        Ok((PyRows { rows, ahead, columns, is_at_hand, is_over, pace }, announced))
    }

    /// One row, as values of its columns.
    fn row(&self, row: &Bound<'_, PyAny>, out: &mut Vec<Value>) -> PyResult<()> {
        if let Some(dict) = mapping(row) {
            let mut found = 0;
            for (name, oid) in &self.columns {
                let value = match dict.cast::<PyDict>() {
                    Ok(dict) => dict.get_item(name)?,
                    Err(_) if dict.contains(name)? => Some(dict.get_item(name)?),
                    Err(_) => None,
                };
                found += usize::from(value.is_some());
                out.push(match value {
                    Some(value) => self.value(name, *oid, &value)?,
                    None => Value::Null,
                });
            }
            if found < dict.len()? {
                let known = |name: &str| self.columns.iter().any(|(known, _)| known == name);
                for name in dict.keys()? {
                    let name = name.str()?;
                    if !known(name.to_str()?) {
                        let message =
                            format!("a row has a column \"{name}\" that the result has not");
                        return Err(PyValueError::new_err(message));
                    }
                }
            }
            return Ok(());
        }
        if !is_sequence(row)? {
            let message = format!("a row is a tuple, a list or a dict, not {}", row.get_type());
            return Err(PyTypeError::new_err(message));
        }
        let mut columns = self.columns.iter();
        let mut count = 0;
        for value in row.try_iter()? {
            count += 1;
            if let Some((name, oid)) = columns.next() {
                out.push(self.value(name, *oid, &value?)?);
            }
        }
        if count != self.columns.len() {
            let wanted = self.columns.len();
            let message = format!("a row has {count} values, but the result has {wanted} columns");
            return Err(PyValueError::new_err(message));
        }
        Ok(())
    }

    fn value(&self, name: &str, oid: Oid, value: &Bound<'_, PyAny>) -> PyResult<Value> {
        values::value(value, oid).map_err(|raised| {
            PyValueError::new_err(format!("column \"{name}\": {}", raised.value(value.py())))
        })
    }

    fn part(&mut self, py: Python<'_>) -> PyResult<Option<Vec<Value>>> {
        let ahead = match self.ahead.take() {
            Some(ahead) => ahead.into_iter().map(|row| row.into_bound(py)).collect(),
            None if self.is_over => return Ok(None),
            None => {
                let start = Instant::now();
                let (rows, is_over) = some(self.rows.bind(py), None, self.pace)?;
                self.is_over = is_over;
                self.pace = if start.elapsed() > SOON { 1 } else { SOME.min(self.pace * 4) };
                rows
            }
        };
        if ahead.is_empty() {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(ahead.len() * self.columns.len());
        for row in &ahead {
            self.row(row, &mut values)?;
        }
        let size: usize = values.iter().map(size).sum();
        if size > LARGE {
            self.pace = (self.pace * LARGE / size).max(1);
        }
        // Rows without columns still count.
        if self.columns.is_empty() {
            values.resize(ahead.len(), Value::Null);
        }
        Ok(Some(values))
    }
}

impl Pull for PyRows {
    /// Values, row by row.
    type Part = Vec<Value>;

    fn pull(&mut self, py: Python<'_>) -> Result<Option<Vec<Value>>, PgError> {
        self.part(py).map_err(|raised| error::answer(py, &raised))
    }

    fn keep(_: &Vec<Value>) -> Option<Buried> {
        None
    }

    fn is_at_hand(&self) -> bool {
        self.is_at_hand || self.is_over
    }
}

/// About what a value takes in memory, in bytes.
fn size(value: &Value) -> usize {
    let more = match value {
        Value::Text(text) | Value::Json(text) => text.len(),
        Value::Bytea(bytes) => bytes.len(),
        _ => 0,
    };
    size_of::<Value>() + more
}

/// The next rows of an iterator behind its first, as many as asked for, and whether these are its last.
fn some<'py>(
    iterator: &Bound<'py, PyAny>,
    first: Option<Bound<'py, PyAny>>,
    most: usize,
) -> PyResult<(Vec<Bound<'py, PyAny>>, bool)> {
    let mut rows: Vec<_> = first.into_iter().collect();
    while rows.len() < most {
        let Some(row) = step(iterator)? else { return Ok((rows, true)) };
        rows.push(row);
    }
    Ok((rows, false))
}

/// A row that names its columns.
///
/// Whether others are one is asked of Python code, which takes time, and where an interrupt would be lost: tuples and
/// lists are none.
fn mapping<'a, 'py>(row: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyMapping>> {
    let is_plain = row.is_instance_of::<PyTuple>() || row.is_instance_of::<PyList>();
    if is_plain { None } else { row.cast().ok() }
}

/// Whether a row has values by their places: what only can be gone through has no order, or is gone once it was.
fn is_sequence(row: &Bound<'_, PyAny>) -> PyResult<bool> {
    if row.is_instance_of::<PyTuple>() || row.is_instance_of::<PyList>() {
        return Ok(true);
    }
    let is_text = row.is_instance_of::<PyString>()
        || row.is_instance_of::<PyBytes>()
        || row.is_instance_of::<PyByteArray>();
    Ok(!is_text && row.get_type().hasattr("__getitem__")?)
}

/// The columns of a row that names them.
fn names(row: &Bound<'_, PyAny>) -> PyResult<Vec<Named>> {
    let wrong = || {
        let ty = row.get_type();
        PyTypeError::new_err(format!(
            "rows of {ty} do not name their columns: return (rows, columns), or dicts"
        ))
    };
    let keys = mapping(row).ok_or_else(wrong)?.keys()?;
    keys.iter().map(|key| Ok(Named { name: key.extract()?, ty: None })).collect()
}

/// The types of columns; of those that have none by their values in these rows.
fn types(columns: &[Named], rows: &[Bound<'_, PyAny>]) -> PyResult<Vec<Kind>> {
    let mut types = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        if let Some((oid, _)) = column.ty {
            types.push(Kind::Of(oid));
            continue;
        }
        let mut all = Kind::Unknown;
        for row in rows {
            let value = match mapping(row) {
                Some(dict) if dict.contains(&column.name)? => dict.get_item(&column.name)?,
                Some(_) => continue,
                None => match row.get_item(index) {
                    Ok(value) => value,
                    // A row that is too short, or no row: that is told when it is made.
                    Err(_) => continue,
                },
            };
            let mixed = || {
                let (name, ty) = (&column.name, value.get_type());
                PyTypeError::new_err(format!(
                    "column \"{name}\" has a value of {ty} beside others: give the column a type, as in (\"{name}\", \"text\")"
                ))
            };
            all = values::kind_of(&value)?.and_then(|kind| all.with(kind)).ok_or_else(mixed)?;
        }
        types.push(all);
    }
    Ok(types)
}

/// Writes rows of values.
pub(crate) struct ValueRows {
    feed: Feed<PyRows>,
    columns: Arc<[Column]>,
    part: std::vec::IntoIter<Value>,
}

impl ValueRows {
    pub(crate) fn new(feed: Feed<PyRows>, columns: Arc<[Column]>) -> ValueRows {
        ValueRows { feed, columns, part: Vec::new().into_iter() }
    }
}

/// A value that its column cannot have is the handler's mistake, not the client's.
fn wrong(column: &Column, error: PgError) -> PgError {
    let code = error.sqlstate();
    let is_of_value = code.as_str().starts_with("22") || code == SqlState::DATATYPE_MISMATCH;
    // What the client's encoding lacks, the client has asked for.
    if !is_of_value || code == SqlState::UNTRANSLATABLE_CHARACTER {
        return error;
    }
    let ty = name_of(column.type_oid).unwrap_or("another type");
    let message = format!(
        "the handler gave column \"{}\", of type {ty}, a wrong value: {}",
        column.name,
        error.message()
    );
    tracing::error!("{message}");
    PgError::internal(message)
}

impl RowSource for ValueRows {
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        rows: &mut RowBuf<'_>,
    ) -> Poll<Result<Progress, PgError>> {
        loop {
            while self.part.len() > 0 {
                if rows.is_full() {
                    return Poll::Ready(Ok(Progress::More));
                }
                let part = &mut self.part;
                if self.columns.is_empty() {
                    part.next();
                }
                rows.row(|row| {
                    let mut values = self.columns.iter().zip(part);
                    values.try_for_each(|(column, value)| {
                        row.value(&value).map_err(|error| wrong(column, error))
                    })
                })?;
            }
            match ready!(Pin::new(&mut self.feed).poll_next(cx)) {
                Some(part) => self.part = part?.into_iter(),
                None => return Poll::Ready(Ok(Progress::End(CommandTag::select()))),
            }
        }
    }
}

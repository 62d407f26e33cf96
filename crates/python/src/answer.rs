//! From what a handler returns to the answer that the client gets.

use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use trunkline::{Column, CommandTag, Reply, Rows};
use trunkline_arrow::ArrowRows;
use trunkline_sql::{StatementKind, outline};

use crate::arrow::{self, Batches};
use crate::asking::{Asker, Tell, end_forked};
use crate::call::Call;
use crate::column::{self, Named};
use crate::error;
use crate::feed::{Feed, Pull, Rest};
use crate::query::Answer;
use crate::rows::{PyRows, ValueRows};

/// What was asked, as far as an answer depends on it.
pub(crate) struct Asked {
    pub(crate) sql: Arc<str>,
    /// The columns that were declared for all answers.
    pub(crate) columns: Option<Arc<[Named]>>,
    pub(crate) call: Arc<Call>,
    pub(crate) asker: Asker,
}

/// What goes on once the client was told.
type Later = Box<dyn FnOnce(Python<'_>)>;

impl Asked {
    /// Tells the answer, and makes what more of it can be made ahead.
    pub(crate) fn finish(self, py: Python<'_>, given: &Bound<'_, PyAny>, tell: Tell<Reply>) {
        match end_forked(py, || self.reply(given)) {
            Ok((reply, later)) => {
                let _ = tell.send(Ok(reply));
                if let Some(later) = later {
                    later(py);
                }
            }
            Err(raised) => drop(tell.send(Err(error::answer(py, &raised)))),
        }
    }

    fn reply(&self, given: &Bound<'_, PyAny>) -> PyResult<(Reply, Option<Later>)> {
        let py = given.py();
        let declared = || self.columns.as_deref().map(<[Named]>::to_vec);
        if let Ok(answer) = given.cast::<Answer>() {
            let answer = answer.get();
            let columns = answer.columns.as_ref().map(|list| column::columns(list.bind(py)));
            let columns = columns.transpose()?.or_else(declared);
            let (reply, later) = self.rows(answer.rows.bind(py), columns)?;
            return Ok(match (reply, &answer.tag) {
                (Reply::Rows(rows), Some(words)) => (rows.tagged(tag(words)?).into(), later),
                (_, Some(words)) => (tag(words)?.into(), later),
                (reply, None) => (reply, later),
            });
        }
        if let Ok(words) = given.cast::<PyString>() {
            if !words.to_str()?.starts_with("SELECT")
                && outline(&self.sql).kind == StatementKind::Select
            {
                let message = "the handler returned a text, but the statement asks for rows: return (rows, columns)";
                return Err(PyTypeError::new_err(message));
            }
            return Ok((tag(words.to_str()?)?.into(), None));
        }
        if let Ok(pair) = given.cast::<PyTuple>() {
            let (rows, columns): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair
                .extract()
                .map_err(|_| PyTypeError::new_err("a tuple as an answer is (rows, columns)"))?;
            return self.rows(&rows, Some(column::columns(&columns)?));
        }
        self.rows(given, declared())
    }

    fn rows(
        &self,
        given: &Bound<'_, PyAny>,
        columns: Option<Vec<Named>>,
    ) -> PyResult<(Reply, Option<Later>)> {
        if given.is_none() {
            return Ok((self.nothing(None)?.into(), None));
        }
        if arrow::is_arrow(given)? {
            return self.batches(given.py(), Batches::of(given)?, columns);
        }
        if given.is_instance_of::<PyString>() || given.cast::<pyo3::types::PyMapping>().is_ok() {
            return Err(wrong(given));
        }
        // A cursor of DB-API tells its columns, or that it has none.
        let (given, columns) = match given.getattr_opt("description")? {
            None => (given.clone(), columns),
            Some(description) if description.is_none() => {
                let count = given.getattr("rowcount")?.extract::<i64>()?;
                return Ok((self.nothing(u64::try_from(count).ok())?.into(), None));
            }
            Some(description) => {
                let columns = columns.map_or_else(|| column::columns(&description), Ok)?;
                (given.clone(), Some(columns))
            }
        };
        let iterator = match given.get_type().hasattr("__aiter__")? {
            true => {
                let py = given.py();
                let steps = self.asker.tasks.bind(py).call_method1("iterate", (&given,))?;
                self.call.on_cancel(py, steps.getattr("cancel")?.unbind())?;
                steps
            }
            false => given.try_iter().map_err(|_| wrong(&given))?.into_any(),
        };
        let first = arrow::step(&iterator)?;
        match first {
            Some(first) if arrow::is_arrow(&first)? => {
                let first = Box::new(Batches::of(&first)?);
                self.batches(given.py(), Batches::Each(first, iterator.unbind()), columns)
            }
            first => {
                let is_at_hand = given.is_instance_of::<PyList>();
                let (rows, columns) = PyRows::new(&iterator, first, is_at_hand, columns)?;
                let (feed, rest) = self.feed(given.py(), rows, &columns)?;
                let source = ValueRows::new(feed, columns.clone());
                let reply = Rows::from_source(columns, source).into();
                Ok((reply, Some(Box::new(|py| rest.run(py)))))
            }
        }
    }

    fn batches(
        &self,
        py: Python<'_>,
        batches: Batches,
        columns: Option<Vec<Named>>,
    ) -> PyResult<(Reply, Option<Later>)> {
        let found = trunkline_arrow::columns(&batches.schema());
        let columns = match columns {
            None => found,
            Some(named) => renamed(&found, &named)?,
        };
        let (feed, rest) = self.feed(py, batches, &columns)?;
        let reply = Rows::from_source(columns, ArrowRows::new(feed)).into();
        Ok((reply, Some(Box::new(|py| rest.run(py)))))
    }

    fn feed<P: Pull>(
        &self,
        py: Python<'_>,
        source: P,
        columns: &[Column],
    ) -> PyResult<(Feed<P>, Rest<P>)> {
        // No message can carry it.
        if let Some(column) = columns.iter().find(|column| column.name.contains('\0')) {
            let message = format!("the name of column {:?} has a NUL within", column.name);
            return Err(PyValueError::new_err(message));
        }
        let begun = Feed::begin(py, source, &self.call, &self.asker.executor);
        begun.map_err(|failed| error::raised(py, &failed))
    }

    /// The command tag of a statement that was done and has no rows to tell.
    fn nothing(&self, rows: Option<u64>) -> PyResult<CommandTag> {
        let outline = outline(&self.sql);
        let tag = outline.command_tag;
        Ok(match outline.kind {
            StatementKind::Select | StatementKind::Explain => {
                let message = "the handler returned None, but the statement asks for rows";
                return Err(PyTypeError::new_err(message));
            }
            StatementKind::Insert => CommandTag::affected("INSERT 0", rows.unwrap_or(0)),
            StatementKind::Update | StatementKind::Delete | StatementKind::Merge => {
                CommandTag::affected(tag, rows.unwrap_or(0))
            }
            _ if tag.is_empty() => CommandTag::new("OK"),
            _ => CommandTag::new(tag),
        })
    }
}

/// The columns that were found, under the names and types that were declared for them.
fn renamed(found: &[Column], named: &[Named]) -> PyResult<Arc<[Column]>> {
    if found.len() != named.len() {
        let (found, named) = (found.len(), named.len());
        let message = format!("{named} columns are declared, but the data has {found}");
        return Err(PyValueError::new_err(message));
    }
    let pairs = found.iter().zip(named);
    let columns = pairs.map(|(found, named)| match named.ty {
        Some(_) => named.column(found.type_oid),
        None => Column::new(named.name.as_str(), found.type_oid).typmod(found.typmod),
    });
    Ok(columns.collect())
}

fn tag(words: &str) -> PyResult<CommandTag> {
    if words.contains('\0') || words.is_empty() {
        return Err(PyValueError::new_err("a command tag has words, and no NUL within"));
    }
    Ok(CommandTag::new(words.to_owned()))
}

fn wrong(given: &Bound<'_, PyAny>) -> PyErr {
    let ty = given.get_type();
    PyTypeError::new_err(format!(
        "the handler returned {ty}: return Arrow data, (rows, columns), a list of dicts, a command tag or None"
    ))
}

//! COPY FROM: rows on their way into a table.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{
    Column, CopyField, CopyIn, CopyRow, CopySink, Oid, PgError, Result, SqlState, copy_line,
    copy_place,
};
use trunkline_sql::statement::QualifiedName;

use super::cells::{Cell, Cells};
use super::input;
use super::schema::{Relation, Schema};
use super::sequence::Sequence;
use super::storage;
use super::thread::{Call, Thread};
use super::types::Type;
use super::worker::quote;

/// Rows go to the thread when they are so many bytes.
const BATCH: usize = 64 * 1024;

/// So much of a line is kept for an error about its row, which shows a little less.
const SHOWN: usize = 128;

/// Where rows go.
#[derive(Debug)]
pub(super) struct Target {
    table: QualifiedName,
    /// As SQLite knows it.
    name: String,
    pub(super) columns: Arc<[Column]>,
    defaults: Vec<bool>,
    relation: Relation,
    pub(super) sequences: Vec<Sequence>,
}

impl Target {
    /// Looks for the table and its columns.
    ///
    /// # Errors
    ///
    /// 42P01, 42703, 42701; 42809 for a view, 42P10 for a column that is generated.
    pub(super) fn find(
        schema: &Schema,
        table: QualifiedName,
        given: Option<&[String]>,
    ) -> Result<Target> {
        let is_here = table.schema.as_deref().is_none_or(|schema| schema == "public");
        let relation = schema.relation(&table.name).filter(|_| is_here);
        let Some(relation) = relation else { return Err(no_table(&table)) };
        if relation.sequence.is_some() {
            let message = format!("cannot copy to sequence \"{}\"", relation.name);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        if relation.view {
            let message = format!("cannot copy to view \"{}\"", relation.name);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        let places = places(relation, given)?;
        let columns = places.iter().filter_map(|place| relation.columns.get(*place));
        let described = columns.clone().map(|column| {
            Column::new(column.name.as_str(), column.ty.oid).typmod(column.ty.typmod)
        });
        let defaults = columns.clone().map(|column| column.default.is_some()).collect();
        let columns = described.collect();
        let (name, relation) = (relation.name.clone(), relation.clone());
        let sequences = schema.sequences_of(&relation);
        Ok(Target { name, table, columns, defaults, relation, sequences })
    }

    /// What takes the rows.
    pub(super) fn copy_in(self, thread: Arc<Thread>, style: Arc<TextStyle>) -> CopyIn {
        let (columns, defaults) = (self.columns.clone(), self.defaults.clone());
        let sink = Sink {
            target: Arc::new(self),
            thread,
            style,
            rows: Cells::default(),
            call: None,
            count: 0,
            stage: Stage::New,
        };
        CopyIn::new(columns, sink).defaults(defaults)
    }

    /// The statement that stores a row: of what is by default it says nothing, unless SQLite would have
    /// another default.
    pub(super) fn insert(&self, row: &[Cell<'_>]) -> String {
        let given: Vec<&Column> = (self.columns.iter().zip(row))
            .filter(|(_, cell)| **cell != Cell::Default)
            .map(|(column, _)| column)
            .collect();
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in &self.relation.columns {
            let place = given.iter().position(|given| *given.name == *column.name);
            let value = match place {
                Some(place) => Some(self.relation.given(column, format!("?{}", place + 1))),
                None => self.relation.supplied(column),
            };
            if let Some(value) = value {
                names.push(quote(&column.name));
                values.push(value);
            }
        }
        let table = quote(&self.name);
        if names.is_empty() {
            return format!("INSERT INTO {table} DEFAULT VALUES");
        }
        let row = self.relation.row(&values.join(", "));
        format!("INSERT INTO {table} ({}) {row}", names.join(", "))
    }

    /// Where a row stands, for an error about it.
    pub(super) fn place(&self, line: i64) -> String {
        copy_place(&self.table, u64::try_from(line).unwrap_or(0))
    }

    /// The same with the text of its line, if it has one.
    pub(super) fn place_and_text(&self, line: i64, text: Cell<'_>) -> String {
        match text {
            Cell::Text(text) => copy_line(&self.table, u64::try_from(line).unwrap_or(0), text),
            _ => self.place(line),
        }
    }
}

fn no_table(table: &QualifiedName) -> PgError {
    let name = match &table.schema {
        Some(schema) => format!("{schema}.{}", table.name),
        None => table.name.clone(),
    };
    PgError::new(SqlState::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist"))
}

/// The columns that are given, by number.
fn places(relation: &Relation, given: Option<&[String]>) -> Result<Vec<usize>> {
    let Some(given) = given else {
        let stored = relation.columns.iter().enumerate().filter(|(_, column)| !column.generated);
        return Ok(stored.map(|(place, _)| place).collect());
    };
    let mut places = Vec::with_capacity(given.len());
    for name in given {
        let (place, column) = relation.column(name).ok_or_else(|| {
            let message =
                format!("column \"{name}\" of relation \"{}\" does not exist", relation.name);
            PgError::new(SqlState::UNDEFINED_COLUMN, message)
        })?;
        if column.generated {
            let message = format!("column \"{name}\" is a generated column");
            return Err(PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message)
                .detail("Generated columns cannot be used in COPY."));
        }
        if places.contains(&place) {
            let message = format!("column \"{name}\" specified more than once");
            return Err(PgError::new(SqlState::DUPLICATE_COLUMN, message));
        }
        places.push(place);
    }
    Ok(places)
}

/// Rows that wait for a batch to be full, or for one to be stored.
struct Sink {
    target: Arc<Target>,
    thread: Arc<Thread>,
    style: Arc<TextStyle>,
    rows: Cells,
    call: Option<Call<Result<()>>>,
    count: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The thread knows nothing of it.
    New,
    /// A savepoint is set.
    Open,
    /// It is being released.
    Ending,
    /// All is stored.
    Done,
}

impl Sink {
    fn send(&mut self) {
        let (target, rows) = (self.target.clone(), std::mem::take(&mut self.rows));
        let is_first = self.stage == Stage::New;
        self.stage = Stage::Open;
        self.call = Some(self.thread.call(move |worker| {
            if is_first {
                worker.enter()?;
            }
            worker.copy(&target, &rows)
        }));
    }

    fn poll_stored(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(call) = &mut self.call else { return Poll::Ready(Ok(())) };
        let stored = ready!(Pin::new(call).poll(cx));
        self.call = None;
        Poll::Ready(stored.and_then(|stored| stored))
    }

    fn add(&mut self, row: &CopyRow<'_>) -> Result<()> {
        self.rows.push(Cell::Integer(i64::try_from(row.line()).unwrap_or(i64::MAX)));
        self.rows.push(match row.text() {
            Some(text) => Cell::Text(text.get(..SHOWN).unwrap_or(text)),
            None => Cell::Null,
        });
        for (column, field) in self.target.columns.iter().zip(row.iter()) {
            match field {
                CopyField::Default => self.rows.push(Cell::Default),
                CopyField::Value(param)
                    if param.bytes.is_none()
                        || (column.typmod < 0 && column.type_oid != Oid::NUMERIC) =>
                {
                    input::push(&param, &self.style, &mut self.rows)?;
                }
                CopyField::Value(param) => {
                    let ty = Type { oid: column.type_oid, typmod: column.typmod };
                    let value = storage::fitted(param.decode::<Value>(&self.style)?, ty, false)?;
                    storage::check(&value)?;
                    input::push_value(&value, ty.oid, &mut self.rows)?;
                }
            }
        }
        Ok(())
    }
}

impl CopySink for Sink {
    /// Rows are gathered while those before them are stored.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let is_full = self.rows.size() >= BATCH;
        match self.poll_stored(cx) {
            Poll::Pending if is_full => return Poll::Pending,
            Poll::Pending => {}
            Poll::Ready(stored) => {
                stored?;
                if is_full {
                    self.send();
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn push(&mut self, row: &CopyRow<'_>) -> Result<()> {
        let added = self.add(row);
        added.map_err(|error| error.context(copy_place(&self.target.table, row.line())))?;
        self.count += 1;
        Ok(())
    }

    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        loop {
            ready!(self.poll_stored(cx))?;
            match self.stage {
                _ if self.rows.size() > 0 => self.send(),
                Stage::Open => {
                    self.stage = Stage::Ending;
                    self.call = Some(self.thread.call(|worker| worker.keep()));
                }
                Stage::New | Stage::Ending | Stage::Done => {
                    self.stage = Stage::Done;
                    return Poll::Ready(Ok(self.count));
                }
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // What runs is stopped by this.
        self.call = None;
        if matches!(self.stage, Stage::Open | Stage::Ending) {
            self.thread.tell(|worker| worker.undo());
        }
    }
}

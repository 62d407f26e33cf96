//! COPY FROM: rows on their way into a table.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{
    Column, CopyField, CopyIn, CopyRow, CopySink, Oid, Param, PgError, Result, SqlState, copy_line,
    copy_place,
};
use trunkline_sql::statement::QualifiedName;

use super::cells::{Cell, Cells};
use super::input;
use super::schema::{Relation, Schema};
use super::storage;
use super::thread::{Call, Thread};
use super::types::Type;
use super::worker::quote;

/// Rows go to the thread when they are so many bytes.
const BATCH: usize = 128 * 1024;

/// So many batches are under way at most: the thread has the next one when it is done with one.
const AHEAD: usize = 2;

/// The values that one statement stores, at most: of more, SQLite has no room at hand.
const VALUES: usize = 200;

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
        Ok(Target { name: relation.name.clone(), table, columns, defaults })
    }

    /// What takes the rows.
    pub(super) fn copy_in(self, thread: Arc<Thread>, style: Arc<TextStyle>) -> CopyIn {
        let (columns, defaults) = (self.columns.clone(), self.defaults.clone());
        let sink = Sink {
            target: Arc::new(self),
            thread,
            style,
            batch: Batch::default(),
            calls: VecDeque::new(),
            failed: Arc::default(),
            count: 0,
            stage: Stage::New,
        };
        CopyIn::new(columns, sink).defaults(defaults)
    }

    /// The statement that stores a row: of what is by default it says nothing.
    pub(super) fn insert(&self, row: &[Cell<'_>]) -> String {
        let given = self.columns.iter().zip(row).filter(|(_, cell)| **cell != Cell::Default);
        let names: Vec<String> = given.map(|(column, _)| quote(&column.name)).collect();
        let table = quote(&self.name);
        if names.is_empty() {
            return format!("INSERT INTO {table} DEFAULT VALUES");
        }
        let values: Vec<String> = (1..=names.len()).map(|index| format!("?{index}")).collect();
        format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
    }

    /// How many rows one statement stores that have no defaults.
    pub(super) fn together(&self) -> usize {
        VALUES.checked_div(self.columns.len()).unwrap_or(1)
    }

    /// The statement that stores so many rows.
    pub(super) fn insert_many(&self, rows: usize) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quote(&column.name)).collect();
        let row = format!("({})", vec!["?"; names.len()].join(", "));
        let rows = vec![row; rows].join(", ");
        let (table, names) = (quote(&self.name), names.join(", "));
        // Nothing of it is to stay if one of them is wrong, whatever the table says of conflicts.
        format!("INSERT OR ABORT INTO {table} ({names}) VALUES {rows}")
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

/// Rows that go to the thread together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Of each row its line, the text of that, and its values.
    pub(super) cells: Cells,
    pub(super) rows: usize,
    /// Whether some of the values are what their columns are by default.
    pub(super) has_defaults: bool,
}

/// Takes rows, and gives them to the thread.
struct Sink {
    target: Arc<Target>,
    thread: Arc<Thread>,
    style: Arc<TextStyle>,
    /// What waits to be full, or for one before it to be stored.
    batch: Batch,
    /// What the thread does, in this order.
    calls: VecDeque<Call<Result<()>>>,
    /// Whether one of these has failed: the thread leaves out what is behind it.
    failed: Arc<AtomicBool>,
    count: u64,
    stage: Stage,
}

/// How far it got.
#[derive(Clone, Copy, PartialEq, Eq)]
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
        let (target, batch) = (self.target.clone(), std::mem::take(&mut self.batch));
        let failed = self.failed.clone();
        let is_first = self.stage == Stage::New;
        self.stage = Stage::Open;
        self.calls.push_back(self.thread.call(move |worker| {
            if failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let entered = if is_first { worker.enter() } else { Ok(()) };
            let stored = entered.and_then(|()| worker.copy(&target, &batch));
            failed.store(stored.is_err(), Ordering::Relaxed);
            stored
        }));
    }

    /// Waits until no more than so many calls are under way.
    fn poll_stored(&mut self, cx: &mut Context<'_>, most: usize) -> Poll<Result<()>> {
        while self.calls.len() > most {
            let Some(call) = self.calls.front_mut() else { break };
            let stored = ready!(Pin::new(call).poll(cx));
            self.calls.pop_front();
            stored.and_then(|stored| stored)?;
        }
        Poll::Ready(Ok(()))
    }

    fn add(&mut self, row: &CopyRow<'_>) -> Result<()> {
        self.batch.cells.push(Cell::Integer(i64::try_from(row.line()).unwrap_or(i64::MAX)));
        self.batch.cells.push(match row.text() {
            Some(text) => Cell::Text(text.get(..SHOWN).unwrap_or(text)),
            None => Cell::Null,
        });
        for (place, column) in self.target.columns.iter().enumerate() {
            if let (Some(scalar), true) = (row.scalar(place), column.typmod < 0) {
                input::push_scalar(scalar, &mut self.batch.cells);
                continue;
            }
            match row.get(place).unwrap_or(CopyField::Default) {
                CopyField::Default => {
                    self.batch.cells.push(Cell::Default);
                    self.batch.has_defaults = true;
                }
                // Who has read the row has read the string.
                CopyField::Value(Param { bytes: Some(bytes), .. })
                    if column.typmod < 0 && matches!(column.type_oid, Oid::TEXT | Oid::VARCHAR) =>
                {
                    self.batch.cells.push(Cell::Text(bytes));
                }
                CopyField::Value(param)
                    if param.bytes.is_none()
                        || (column.typmod < 0 && column.type_oid != Oid::NUMERIC) =>
                {
                    input::push(&param, &self.style, &mut self.batch.cells)?;
                }
                CopyField::Value(param) => {
                    let ty = Type { oid: column.type_oid, typmod: column.typmod };
                    let value = storage::fitted(param.decode::<Value>(&self.style)?, ty, false)?;
                    storage::check(&value)?;
                    input::push_value(&value, ty.oid, &mut self.batch.cells)?;
                }
            }
        }
        Ok(())
    }
}

impl CopySink for Sink {
    /// Rows are gathered while those before them are stored.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.batch.cells.size() >= BATCH {
            ready!(self.poll_stored(cx, AHEAD - 1))?;
            self.send();
        }
        Poll::Ready(Ok(()))
    }

    fn push(&mut self, row: &CopyRow<'_>) -> Result<()> {
        let added = self.add(row);
        added.map_err(|error| error.context(copy_place(&self.target.table, row.line())))?;
        self.count += 1;
        self.batch.rows += 1;
        Ok(())
    }

    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        loop {
            if self.batch.rows > 0 {
                self.send();
            }
            ready!(self.poll_stored(cx, 0))?;
            if self.stage != Stage::Open {
                self.stage = Stage::Done;
                return Poll::Ready(Ok(self.count));
            }
            self.stage = Stage::Ending;
            self.calls.push_back(self.thread.call(|worker| worker.keep()));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // What runs is stopped by this.
        self.calls.clear();
        if matches!(self.stage, Stage::Open | Stage::Ending) {
            self.thread.tell(|worker| worker.undo());
        }
    }
}

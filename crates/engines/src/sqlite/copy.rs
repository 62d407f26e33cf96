//! COPY FROM: rows on their way into a table.

mod filter;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{
    Column, CopyField, CopyIn, CopyRow, CopySink, Oid, Param, PgError, Result, SqlState, copy_line,
    copy_place,
};
use trunkline_proto::copy::check_names;
use trunkline_sql::Lexer;
use trunkline_sql::statement::QualifiedName;

use super::cells::{Cell, Cells};
use super::input;
use super::schema::{Relation, Schema};
use super::sequence::Sequence;
use super::thread::{Call, Thread};
use super::translate::reading::Reading;
use super::types::Type;
use super::{storage, translate};
use filter::Filter;
use translate::quoted as quote;

/// Rows go to the thread when they are so many bytes.
const BATCH: usize = 128 * 1024;

/// So many batches are under way at most: the thread has the next one when it is done with one.
const AHEAD: usize = 2;

/// The values that one statement stores, at most: for the texts of more, SQLite has no room at hand.
const VALUES: usize = 100;

/// So much of a line is kept for an error about its row, which shows a little less.
const SHOWN: usize = 128;

/// Whether a default is one: NULL is said where SQLite would number a key by itself.
fn is_given(default: &str) -> bool {
    let mut lexer = Lexer::new(default);
    let is_null = lexer.next_significant().is_some_and(|token| token.is_word(default, "null"));
    !is_null || lexer.next_significant().is_some()
}

/// Where rows go.
#[derive(Debug)]
pub(super) struct Target {
    table: QualifiedName,
    pub(super) columns: Arc<[Column]>,
    defaults: Vec<bool>,
    relation: Relation,
    pub(super) sequences: Vec<Sequence>,
    filter: Option<Filter>,
    /// What stores rows together, once there are so many.
    insert_many: OnceLock<String>,
    /// Why it takes no rows: what PostgreSQL says only when the client is to send them.
    refused: Option<PgError>,
}

impl Target {
    /// Looks for the table and its columns.
    ///
    /// # Errors
    ///
    /// 42P01, 42703, 42701; 42P10 for a column that is generated; those of the condition.
    pub(super) fn find(
        schema: &Schema,
        reading: &Reading,
        table: QualifiedName,
        given: Option<&[String]>,
        condition: Option<&str>,
    ) -> Result<Target> {
        let relation = match table.schema.as_deref() {
            None => (schema.relation(&table.name))
                .filter(|found| found.temporary || reading.path.finds_public),
            Some("public") => schema.relation_of(Some(false), &table.name),
            Some("pg_temp") => schema.relation_of(Some(true), &table.name),
            Some(_) => None,
        };
        let Some(relation) = relation else { return Err(no_table(&table)) };
        let takes_rows =
            |trigger: &String| trigger.to_ascii_uppercase().contains("INSTEAD OF INSERT");
        let is_refused = relation.view && !relation.triggers.iter().any(takes_rows);
        let refused = match &relation.sequence {
            Some(_) => Some(sequence(&relation.name)),
            None => is_refused.then(|| view(&relation.name)),
        };
        let places = places(relation, given)?;
        let columns = places.iter().filter_map(|place| relation.columns.get(*place));
        let described = columns.clone().map(|column| {
            Column::new(column.name.as_str(), column.ty.oid).typmod(column.ty.typmod)
        });
        let defaults = columns.clone().map(|column| {
            column.sequence.is_some() || column.default.as_deref().is_some_and(is_given)
        });
        let defaults = defaults.collect();
        let columns = described.collect();
        let filter = condition.map(|condition| Filter::new(condition, schema, reading, relation));
        Ok(Target {
            table,
            columns,
            defaults,
            relation: relation.clone(),
            sequences: relation.sequences(),
            filter: filter.transpose()?,
            insert_many: OnceLock::new(),
            refused,
        })
    }

    /// Lets rows only into a table that was made or emptied in this subtransaction, as FREEZE demands.
    pub(super) fn frozen(mut self, is_fresh: impl FnOnce(&str) -> bool) -> Target {
        if self.refused.is_none() && !is_fresh(&self.relation.name) {
            let message = "cannot perform COPY FREEZE because the table was not created or truncated in the \
                           current subtransaction";
            let state = SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE;
            self.refused = Some(PgError::new(state, message));
        }
        self
    }

    /// Whether it is a temporary table.
    pub(super) fn is_temporary(&self) -> bool {
        self.relation.temporary
    }

    /// What takes the rows.
    pub(super) fn copy_in(mut self, thread: Arc<Thread>, style: Arc<TextStyle>) -> CopyIn {
        let (columns, defaults) = (self.columns.clone(), self.defaults.clone());
        let is_temporary = self.is_temporary();
        if let Some(error) = self.refused.take() {
            return CopyIn::new(columns, Refused(Some(error))).defaults(defaults);
        }
        let sink = Sink {
            target: Arc::new(self),
            thread,
            style,
            batch: Batch::default(),
            calls: VecDeque::new(),
            failed: Arc::default(),
            entered: Arc::default(),
            count: 0,
            stage: Stage::New,
        };
        CopyIn::new(columns, sink).defaults(defaults).temporary(is_temporary)
    }

    /// The statement that stores a row: of what is by default it says nothing, unless SQLite would have
    /// another default.
    pub(super) fn insert(&self, row: &[Cell<'_>]) -> String {
        let given: Vec<&Column> = (self.columns.iter().zip(row))
            .filter(|(_, cell)| **cell != Cell::Default)
            .map(|(column, _)| column)
            .collect();
        let (names, values) = self.row(&given, 0);
        let table = translate::written(&self.relation);
        if let Some(filter) = &self.filter {
            return filter.insert(&table, &quote(&self.relation.name), names, values);
        }
        if names.is_empty() {
            return format!("INSERT INTO {table} DEFAULT VALUES");
        }
        let row = self.relation.row(&values.join(", "));
        format!("INSERT INTO {table} ({}) {row}", names.join(", "))
    }

    /// The table.
    pub(super) fn relation(&self) -> &Relation {
        &self.relation
    }

    /// Whether rows may refer to others that come with them.
    pub(super) fn refers_to_itself(&self) -> bool {
        self.relation.refers_to_itself()
    }

    /// How many rows an insertion stored that changed so many; of a view's rows SQLite counts none.
    pub(super) fn stored(&self, changes: usize) -> u64 {
        u64::from(self.filter.is_none() || changes > 0)
    }

    /// How many rows one statement stores that have no defaults.
    pub(super) fn together(&self) -> usize {
        match self.filter {
            Some(_) => 1,
            None => VALUES.checked_div(self.columns.len()).unwrap_or(1),
        }
    }

    /// The statement that stores as many rows as go together.
    pub(super) fn insert_many(&self) -> &str {
        self.insert_many.get_or_init(|| self.insert_rows(self.together()))
    }

    fn insert_rows(&self, rows: usize) -> String {
        let columns: Vec<&Column> = self.columns.iter().collect();
        let (names, _) = self.row(&columns, 0);
        let row = |row| format!("({})", self.row(&columns, row * columns.len()).1.join(", "));
        let rows: Vec<String> = (0..rows).map(row).collect();
        let table = translate::written(&self.relation);
        let (names, rows) = (names.join(", "), rows.join(", "));
        // Nothing of it is to stay if one of them is wrong, whatever the table says of conflicts.
        format!("INSERT OR ABORT INTO {table} ({names}) VALUES {rows}")
    }

    /// What a row says of these columns, whose values are parameters behind so many others: names and
    /// values, also of those columns for which SQLite would have another default.
    fn row(&self, given: &[&Column], before: usize) -> (Vec<String>, Vec<String>) {
        let said = self.relation.columns.iter().filter_map(|column| {
            let place = given.iter().position(|given| *given.name == *column.name);
            let value = match place {
                Some(place) => {
                    let parameter = format!("?{}", before + place + 1);
                    self.relation.given(column, parameter)
                }
                None => self.relation.supplied(column)?,
            };
            Some((quote(&column.name), value))
        });
        said.unzip()
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
    check_names(given, Some(&relation.name), |name| relation.column(name).is_some())?;
    let mut places = Vec::with_capacity(given.len());
    for (place, column) in given.iter().filter_map(|name| relation.column(name)) {
        if column.generated {
            let message = format!("column \"{}\" is a generated column", column.name);
            return Err(PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message)
                .detail("Generated columns cannot be used in COPY."));
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
    calls: VecDeque<Call<Result<u64>>>,
    /// Whether one of these has failed: the thread leaves out what is behind it.
    failed: Arc<AtomicBool>,
    /// Whether there is something to undo: the savepoint was set, and has not been released.
    entered: Arc<AtomicBool>,
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
        let (failed, entered) = (self.failed.clone(), self.entered.clone());
        let is_first = self.stage == Stage::New;
        self.stage = Stage::Open;
        self.calls.push_back(self.thread.call(move |worker| {
            if failed.load(Ordering::Relaxed) {
                return Ok(0);
            }
            let begun = if is_first { worker.enter_copy(&target) } else { Ok(()) };
            entered.fetch_or(begun.is_ok(), Ordering::Relaxed);
            let stored = begun.and_then(|()| worker.copy(&target, &batch));
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
            self.count += stored.and_then(|stored| stored)?;
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
            let scalar = row.scalar(place).filter(|scalar| storage::is_scalar_kept(*scalar));
            if let (Some(scalar), true) = (scalar, column.typmod < 0) {
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
                        || (column.typmod < 0 && !is_checked(column.type_oid)) =>
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

/// Whether a column may have no place for a value of its type.
fn is_checked(oid: Oid) -> bool {
    oid == Oid::NUMERIC || Type::of(oid).is_date_or_timestamp()
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
            let (target, entered) = (self.target.clone(), self.entered.clone());
            self.calls.push_back(self.thread.call(move |worker| {
                let kept = worker.keep_copy(&target);
                entered.fetch_and(kept.is_err(), Ordering::Relaxed);
                kept.map(|()| 0)
            }));
        }
    }
}

/// A view, of which PostgreSQL says so only when the client is to send its rows.
fn view(name: &str) -> PgError {
    let message = format!("cannot copy to view \"{name}\"");
    PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
        .hint("To enable copying to a view, provide an INSTEAD OF INSERT trigger.")
}

/// A sequence, of which it says so then, too.
fn sequence(name: &str) -> PgError {
    PgError::new(SqlState::WRONG_OBJECT_TYPE, format!("cannot copy to sequence \"{name}\""))
}

/// Takes no rows, for this reason.
struct Refused(Option<PgError>);

impl CopySink for Refused {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Err(self.0.take().unwrap_or_else(PgError::canceled)))
    }

    fn push(&mut self, _: &CopyRow<'_>) -> Result<()> {
        Ok(())
    }

    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        self.poll_ready(cx).map_ok(|()| 0)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // What runs is stopped by this.
        self.calls.clear();
        if matches!(self.stage, Stage::Open | Stage::Ending) {
            let (target, entered) = (self.target.clone(), self.entered.clone());
            self.thread.tell(move |worker| {
                if entered.load(Ordering::Relaxed) {
                    worker.undo_copy(&target);
                }
            });
        }
    }
}

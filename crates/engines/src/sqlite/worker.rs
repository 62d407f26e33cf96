//! What the thread of a session does with its connection.

mod constant;
mod constraints;
mod copied;
mod current;
mod discard;
mod explained;
mod in_use;
mod settings;
mod transaction;

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection};
use trunkline_core::catalog::Snapshot;
use trunkline_core::{Client, Notice, PgError, Result, SqlState};

pub(super) use self::constraints::Deferrals;
use super::cells::Cells;
use super::connect::Guarded;
use super::control::Control;
use super::cursor::{Batch, Cursor};
use super::errors::{self, answer};
use super::fresh::Fresh;
use super::names::Names;
use super::plan::{Plan, Statement};
use super::schema::Schema;
use super::sequence::Sequence;
use super::translate::Request;
use super::violation;
use settings::Settings;
use transaction::Savepoints;

/// The most rows that a statement may return which changes something, in bytes: they are held until
/// the change is made.
const RETURNED: usize = 64 << 20;

/// A connection, and what is open on it.
pub(super) struct Worker<'c> {
    pub(super) guarded: &'c Guarded,
    pub(super) control: &'c Control,
    client: Client,
    names: Names,
    settings: Settings,
    pub(super) cursors: HashMap<u64, Cursor<'c>>,
    schema: Option<(i64, Arc<Schema>)>,
    /// The number of the definitions of temporary tables, which only the session itself changes.
    temporary: Option<i64>,
    pub(super) in_transaction: bool,
    /// How often definitions may have been undone: SQLite gives their numbers to others then.
    pub(super) undone: i64,
    savepoints: Savepoints,
    pub(super) fresh: Fresh,
    pub(super) deferrals: Deferrals,
}

/// What a statement did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The rows that it returned, if it returns rows.
    pub(super) rows: Batch,
    /// How many it changed.
    pub(super) changed: u64,
    /// What the client is told beside.
    pub(super) notices: Vec<Notice>,
}

impl<'c> Worker<'c> {
    pub(super) fn new(
        guarded: &'c Guarded,
        control: &'c Control,
        client: Client,
        names: Names,
    ) -> Worker<'c> {
        Worker {
            guarded,
            control,
            settings: Settings::of(&client),
            client,
            names,
            cursors: HashMap::new(),
            schema: None,
            temporary: None,
            in_transaction: false,
            undone: 0,
            savepoints: Savepoints::default(),
            fresh: Fresh::default(),
            deferrals: Deferrals::default(),
        }
    }

    pub(super) fn connection(&self) -> &'c Connection {
        &self.guarded.connection
    }

    /// Parses and describes.
    pub(super) fn prepare(&mut self, request: Request<'_>) -> Result<Plan> {
        let (version, schema) = self.before_the_snapshot(Worker::schema)?;
        self.tell_settings();
        let plan = Plan::new(request, &schema, version, &self.reading())?;
        // SQLite has its say before anything is announced; later steps may need what this one makes.
        if let Some(first) = plan.translated.steps.first() {
            self.compile(&plan, first)?;
        }
        Ok(plan)
    }

    /// The plan of a statement by the definitions as they are now.
    fn current(&mut self, statement: &Statement) -> Result<Arc<Plan>> {
        self.check_kept()?;
        self.tell_settings();
        let plan = statement.plan();
        match plan.translated.writes {
            true => {
                if let Some(locking) = &plan.translated.locking {
                    self.lock(locking)?;
                }
                self.reserve()?;
            }
            false => self.look_anew()?,
        }
        if self.version()? == plan.version && self.settings().path == plan.path {
            return Ok(plan);
        }
        let (version, schema) = self.schema()?;
        statement.renew(&schema, version, &self.reading())
    }

    /// Plans a statement once more, unless definitions are as they were.
    pub(super) fn plan_again(&mut self, statement: &Statement) -> Result<()> {
        self.before_the_snapshot(|worker| {
            let (version, schema) = worker.schema()?;
            if version != statement.plan().version {
                let reading = worker.reading();
                statement.renew(&schema, version, &reading)?;
            }
            worker.work_out(&statement.plan())
        })
    }

    /// A number that is another one when definitions are.
    fn version(&mut self) -> Result<i64> {
        let main = self.number("PRAGMA main.schema_version")?;
        Ok(main ^ (self.temporary()? << 32) ^ (self.undone << 48))
    }

    /// Temporary tables have definitions, and a number, of their own: 0 if there were none yet.
    fn temporary(&mut self) -> Result<i64> {
        let number = match self.temporary {
            Some(number) => number,
            None => self.number("PRAGMA temp.schema_version")?,
        };
        self.temporary = Some(number);
        Ok(number)
    }

    /// Whether there may be temporary tables.
    pub(super) fn has_temporary(&mut self) -> bool {
        !matches!(self.temporary(), Ok(0))
    }

    /// What there is, as the catalogs describe it, and the number of the definitions before they were read.
    pub(super) fn described(&mut self) -> Result<(i64, Arc<Snapshot>)> {
        let number = self.number("PRAGMA main.schema_version")?;
        Ok((number, self.schema()?.1.snapshot()))
    }

    /// A number that SQLite tells.
    fn number(&self, pragma: &str) -> Result<i64> {
        let told = |connection: &Connection| {
            connection.prepare_cached(pragma)?.query_row([], |row| row.get(0))
        };
        self.guarded.own(told).map_err(answer)
    }

    /// What there is, and the number that SQLite gave to it.
    pub(super) fn schema(&mut self) -> Result<(i64, Arc<Schema>)> {
        let version = self.version()?;
        if let Some((read, schema)) = &self.schema
            && *read == version
        {
            return Ok((version, schema.clone()));
        }
        let mut schema = self.guarded.own(Schema::read).map_err(answer)?;
        schema.databases = self.names.clone();
        let schema = Arc::new(schema);
        self.guarded.sequences.retain(|place| schema.sequences().any(|one| one.place() == place));
        self.schema = Some((version, schema.clone()));
        Ok((version, schema))
    }

    /// Has SQLite parse a step of a statement.
    fn compile(&self, plan: &Plan, step: &str) -> Result<CachedStatement<'c>> {
        let connection = self.connection();
        let compiled = self.guarded.theirs(plan.defines(), |_| connection.prepare_cached(step));
        let compiled = compiled.map_err(|error| self.explain(error))?;
        let is_read = !plan.translated.writes && plan.translated.explain.is_none();
        if is_read && !compiled.readonly() {
            return Err(PgError::internal("a statement that is to read would write"));
        }
        Ok(compiled)
    }

    fn bound(&self, plan: &Plan, step: &str, values: &Cells) -> Result<CachedStatement<'c>> {
        let mut statement = self.compile(plan, step)?;
        // A step need not use all of them.
        for (index, value) in (1..=statement.parameter_count()).zip(values.reader()) {
            statement.raw_bind_parameter(index, value).map_err(answer)?;
        }
        Ok(statement)
    }

    /// Starts a query; its rows are fetched by its number.
    pub(super) fn open(
        &mut self,
        number: u64,
        statement: &Statement,
        values: &Cells,
        limit: u64,
    ) -> Result<Batch> {
        if let Some(locking) = &statement.plan().translated.locking
            && !self.lock(locking)?
        {
            return Ok(Batch { is_last: true, ..Batch::default() });
        }
        let plan = self.current(statement)?;
        if !plan.translated.sequences.is_empty() {
            // What it takes of sequences is to be written when all of it is known.
            let values = self.opened(&plan, values)?;
            return self.run(statement, &values).map(|outcome| outcome.rows);
        }
        let Some(step) = plan.translated.steps.last() else { return Ok(Batch::default()) };
        let values = self.opened(&plan, values)?;
        let compiled = self.bound(&plan, step, &values)?;
        let cursor = Cursor::new(compiled, plan.columns())?;
        self.cursors.insert(number, cursor);
        self.fetch(number, limit)
    }

    /// The next rows of a query.
    pub(super) fn fetch(&mut self, number: u64, limit: u64) -> Result<Batch> {
        self.tell_settings();
        let Some(cursor) = self.cursors.get_mut(&number) else {
            return Err(PgError::internal("rows of a query that is over"));
        };
        let fetched = cursor.fetch(limit, self.control);
        if !matches!(fetched, Ok(Batch { is_last: false, .. })) {
            self.close(number);
        }
        fetched.map_err(|error| self.explain(error))
    }

    /// Ends a query.
    pub(super) fn close(&mut self, number: u64) {
        self.cursors.remove(&number);
    }

    /// Runs a statement to its end, all of its steps or none.
    pub(super) fn run(&mut self, statement: &Statement, values: &Cells) -> Result<Outcome> {
        let plan = self.current(statement)?;
        self.watch_keys(&plan, values)?;
        if plan.defines() {
            self.temporary = None;
        }
        let is_plain = plan.translated.columns.is_none()
            && plan.translated.sequences.is_empty()
            && self.deferrals.is_silent();
        // SQLite may have to compile a step once more while it runs.
        let guarded = self.guarded;
        let done = guarded.theirs(plan.defines(), |_| match &*plan.translated.steps {
            [step] if is_plain => self.step(&plan, step, values),
            _ => self.atomically(|worker| {
                let outcome = worker.steps(&plan, values)?;
                worker.check_keys(None).map(|()| outcome)
            }),
        });
        if done.is_ok() && self.in_transaction {
            self.fresh.extend(&plan.translated.fresh, self.savepoints.depth());
        }
        let mut outcome = done.map_err(|error| match plan.defines() {
            true => self.validated(error, &plan),
            false if plan.translated.calls_session => error,
            false => self.detailed(error, |worker| {
                let sequences = &worker.guarded.sequences;
                let again = || {
                    worker.begin_keys(&plan);
                    worker.steps(&plan, values).map(drop)
                };
                sequences.again(&plan.translated.sequences, again)
            }),
        })?;
        outcome.notices.clone_from(&plan.translated.notices);
        if plan.defines() {
            self.guarded.sequences.forget();
        }
        if !self.in_transaction {
            if plan.translated.writes {
                self.end_temporary()?;
            }
            self.guarded.sequences.end(true);
        }
        Ok(outcome)
    }

    /// Whether a table was made or emptied in this subtransaction.
    pub(super) fn may_freeze(&self, table: &str) -> bool {
        self.fresh.has(table, self.savepoints.depth())
    }

    fn steps(&self, plan: &Plan, values: &Cells) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        self.load(&plan.translated.sequences)?;
        for step in &plan.translated.steps {
            outcome = self.step(plan, step, values)?;
        }
        self.save(&plan.translated.sequences)?;
        Ok(outcome)
    }

    /// Reads how far sequences are.
    fn load(&self, all: &[Sequence]) -> Result<()> {
        let (sequences, within) = (&self.guarded.sequences, self.in_transaction);
        self.guarded.own(|connection| sequences.load(connection, all, within)).map_err(answer)
    }

    /// Writes how far they have come.
    fn save(&self, all: &[Sequence]) -> Result<()> {
        self.guarded.own(|connection| self.guarded.sequences.save(connection, all)).map_err(answer)
    }

    /// An error with the row that violates a constraint, if it is one of these and a second run tells.
    fn detailed(&self, error: PgError, again: impl FnOnce(&Worker<'c>) -> Result<()>) -> PgError {
        let is_violation = matches!(
            error.sqlstate(),
            SqlState::UNIQUE_VIOLATION
                | SqlState::NOT_NULL_VIOLATION
                | SqlState::CHECK_VIOLATION
                | SqlState::FOREIGN_KEY_VIOLATION
        );
        match &self.schema {
            // Queries that run would not survive what is undone.
            Some((_, schema)) if is_violation && self.cursors.is_empty() => {
                let again = || self.guarded.theirs(false, |_| again(self));
                let (guarded, control) = (self.guarded, self.control);
                let (within, deferrals) = (self.in_transaction, &self.deferrals);
                let is_asked = |child: &_, key: &_| !(within && deferrals.defers(child, key));
                control.hurried(|| violation::explained(error, guarded, schema, &is_asked, again))
            }
            _ => error,
        }
    }

    /// An error of a definition with the row that is in its way, if it is one of these.
    fn validated(&self, error: PgError, plan: &Plan) -> PgError {
        let validations = &plan.translated.validations;
        let style = self.guarded.surroundings.style();
        let look = |own: &Connection| violation::of_definition(error, own, validations, &style);
        self.control.hurried(|| self.guarded.theirs(true, look))
    }

    fn step(&self, plan: &Plan, step: &str, values: &Cells) -> Result<Outcome> {
        let mut compiled = self.bound(plan, step, values)?;
        if plan.translated.writes && !plan.translated.is_temporary {
            self.control.tell_lock(true);
        }
        let mut outcome = Outcome::default();
        if plan.translated.columns.is_none() && compiled.column_count() > 0 {
            // SQLite looks at the rows by a query of its own, as ALTER TABLE may; nobody is told of it.
            let mut rows = compiled.raw_query();
            while rows.next().map_err(|error| self.explain(error))?.is_some() {}
            outcome.rows.is_last = true;
            return Ok(outcome);
        }
        if compiled.column_count() == 0 {
            let changed = compiled.raw_execute().map_err(|error| self.explain(error))?;
            outcome.changed = u64::try_from(changed).unwrap_or(0);
            outcome.rows.is_last = true;
            return Ok(outcome);
        }
        let mut cursor = Cursor::new(compiled, plan.columns())?;
        let rows = &mut outcome.rows;
        while !rows.is_last {
            let fetched = cursor.fetch(u64::MAX, self.control);
            let batch = fetched.map_err(|error| self.explain(error))?;
            rows.cells.append(&batch.cells);
            rows.is_last = batch.is_last;
            if rows.cells.size() > RETURNED {
                let message = "a statement that changes rows returns too much of them";
                return Err(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
            }
        }
        outcome.changed = self.connection().changes();
        Ok(outcome)
    }

    /// Runs a statement of ours, which may define or undo.
    pub(super) fn own(&mut self, sql: &str) -> Result<()> {
        self.temporary = None;
        self.guarded
            .own(|connection| connection.execute_batch(sql))
            .map_err(answer)
            .map_err(|error| self.control.told(error))
    }

    /// The answer to an error of a client's statement, with what the definitions say of it.
    pub(super) fn explain(&self, error: rusqlite::Error) -> PgError {
        let schema = self.schema.as_ref().map(|(_, schema)| &**schema);
        self.control.told(errors::explained(error, schema))
    }
}

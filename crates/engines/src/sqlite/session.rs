//! One client's session.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use trunkline_core::catalog::Snapshot;
use trunkline_core::types::TextStyle;
use trunkline_core::{
    Client, CopyIn, CopyTarget, LentRelation, Oid, Params, PgError, Prepared, Reply, Result, Rows,
    Run, Session, SqlState,
};
use trunkline_sql::statement::{Constraints, Discard, TransactionModes};

use super::cells::Cells;
use super::connect::Database;
use super::copy::Target;
use super::input;
use super::lent;
use super::names::Names;
use super::plan::Statement as Planned;
use super::rows::{Order, QueryRows, RefusedRows};
use super::thread::{Call, Thread};
use super::translate::{self, Request, Translated};
use super::watch::{FileNumber, Watch, file_number};
use super::worker::{Outcome, Worker};

/// A session on a connection of its own, which is opened for its first statement.
#[derive(Debug)]
pub struct SqliteSession {
    database: Arc<Database>,
    names: Names,
    client: Client,
    settings: Settings,
    thread: Option<Arc<Thread>>,
    /// The number of the newest query.
    queries: u64,
    /// Whether the transaction has changed definitions.
    defines: bool,
    /// Whether any has, or may have left what is temporary: what there is may be what nobody else sees.
    has_own: bool,
    /// Which file the thread has opened.
    file: Option<FileNumber>,
    /// What sees that definitions change, once somebody has asked for them.
    watch: Option<Arc<Watch>>,
}

/// What the client's settings say of what is run, as long as none has changed.
#[derive(Debug)]
struct Settings {
    /// When they were looked at: see [`Client::changes`].
    changes: usize,
    is_read_only: bool,
    is_read_committed: bool,
    lock_timeout: Duration,
}

impl Settings {
    fn of(client: &Client) -> Settings {
        let changes = client.changes();
        let isolation = client.setting("transaction_isolation").unwrap_or_default();
        Settings {
            changes,
            is_read_only: client.setting("transaction_read_only").as_deref() == Some("on"),
            is_read_committed: isolation.starts_with("read"),
            lock_timeout: client.timeouts().unwrap_or_default().lock,
        }
    }
}

/// Asks for the only row of a query, and whether it is the only one.
const ONE_ROW: u64 = 2;

/// A statement that was prepared.
#[derive(Debug)]
pub struct Statement(Arc<Planned>);

impl SqliteSession {
    pub(super) fn new(database: Arc<Database>, names: Names, client: Client) -> SqliteSession {
        let settings = Settings::of(&client);
        SqliteSession {
            database,
            names,
            client,
            settings,
            thread: None,
            queries: 0,
            defines: false,
            has_own: false,
            file: None,
            watch: None,
        }
    }

    async fn thread(&mut self) -> Result<Arc<Thread>> {
        if let Some(thread) = &self.thread {
            return Ok(thread.clone());
        }
        let before = file_number(&self.database.path);
        let thread = Thread::start(&self.database, &self.client, self.names.clone()).await?;
        self.file = before.filter(|_| before == file_number(&self.database.path));
        self.thread = Some(thread.clone());
        Ok(thread)
    }

    /// Has something done on the thread.
    async fn call<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Worker<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let thread = self.thread().await?;
        self.brief(&thread);
        let call: Call<Result<T>> = thread.call(job);
        call.await.and_then(|done| done)
    }

    /// What the settings are now.
    fn settings(&mut self) -> &Settings {
        if self.settings.changes != self.client.changes() {
            self.settings = Settings::of(&self.client);
        }
        &self.settings
    }

    /// Tells the thread what settings say of the next job.
    fn brief(&mut self, thread: &Thread) {
        let settings = self.settings();
        thread.control().set_patience(settings.lock_timeout);
        thread.control().set_read_committed(settings.is_read_committed);
    }

    async fn prepare_as(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
        lent: &Arc<[LentRelation]>,
    ) -> Result<Prepared<Statement>> {
        let (text, hints, beside) = (sql.to_owned(), hints.to_vec(), lent.clone());
        let seen = self.definitions();
        let plan = self.call(move |worker| {
            worker.prepare(Request { sql: &text, hints: &hints, is_cursor, lent: &beside })
        });
        let plan = plan.await?;
        let prepared = Planned::prepared(sql, lent, plan, seen);
        Ok(prepared.map(|statement| Statement(Arc::new(statement))))
    }

    fn definitions(&self) -> u64 {
        self.database.definitions.load(Ordering::Relaxed)
    }

    /// Whether it sees of definitions what everybody sees.
    fn sees_what_all_see(&mut self) -> bool {
        !self.has_own && self.settings().is_read_committed
    }

    /// What there is, if that is known without the thread.
    fn look(&mut self) -> Option<Arc<Snapshot>> {
        if !self.sees_what_all_see() {
            return None;
        }
        if self.watch.is_none() {
            self.watch = Watch::known(&self.database);
        }
        let watch = self.watch.as_ref()?;
        if self.thread.is_some() && !watch.is_of(self.file) {
            return None;
        }
        watch.look(&self.database.path)
    }

    /// Tells all sessions that definitions may be others than they were.
    fn redefine(&self) {
        self.database.definitions.fetch_add(1, Ordering::Relaxed);
    }

    /// The same at the end of a transaction, which changes for others what it has changed; `has_temporary` tells
    /// whether something is left that only this session sees.
    fn ended(&mut self, has_temporary: Result<bool>) -> Result<()> {
        if std::mem::take(&mut self.defines) {
            self.redefine();
        }
        self.has_own &= has_temporary?;
        Ok(())
    }

    /// Runs what changes something.
    async fn run(&mut self, statement: Arc<Planned>, values: Cells) -> Result<Outcome> {
        let defines = statement.plan().defines();
        // It may be done, and nobody hear of that.
        self.has_own |= defines;
        let outcome = self.call(move |worker| worker.run(&statement, &values)).await;
        if defines {
            self.defines = true;
            self.redefine();
        }
        outcome
    }

    /// The values that a statement runs with: those of its parameters, what it is lent, the key of a cursor's row.
    async fn values(&mut self, statement: &Planned, run: &Run) -> Result<Cells> {
        let mut values = input::values(&run.params, &run.style)?;
        let relations = statement.lent();
        if !relations.is_empty() {
            let (relations, rows) = (relations.clone(), run.lent.clone());
            let lent = self.call(move |worker| lent::cells(&relations, &rows, worker.control));
            values.append(&lent.await?);
        }
        if let Some(row) = &run.row {
            values.append(&input::values(row, &run.style)?);
        }
        Ok(values)
    }

    /// Tells the plan of a statement, and runs it if that is asked for.
    async fn explain(&mut self, statement: Arc<Planned>, run: Run) -> Result<Reply> {
        let plan = statement.plan();
        self.admit_statement(&plan.translated)?;
        let values = self.values(&statement, &run).await?;
        let columns = statement.columns().cloned().unwrap_or_default();
        let (thread, shape) = (self.thread().await?, statement.shape());
        let told = self.call(move |worker| worker.explained(&statement, &values)).await?;
        let rows = QueryRows::ready(thread, shape, told, plan.tag(0));
        Ok(Reply::Rows(Rows::from_source(columns, rows)))
    }

    /// Refuses a command that writes where nothing may be written: 25006.
    fn admit(&mut self, command: &str) -> Result<()> {
        let may_write = !self.settings().is_read_only && self.database.writable;
        if may_write { Ok(()) } else { Err(read_only(command)) }
    }

    /// The same of a statement; what a READ ONLY transaction lets in a file may still refuse.
    fn admit_statement(&mut self, translated: &Translated) -> Result<()> {
        match translated.refused_as() {
            Some(command) => self.admit(command),
            None if translated.writes && translated.taking.is_none() && !self.database.writable => {
                Err(read_only(translated.tag.strip_suffix(" 0").unwrap_or(&translated.tag)))
            }
            None => Ok(()),
        }
    }
}

impl Session for SqliteSession {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        self.prepare_as(sql, hints, false, &Arc::default()).await
    }

    async fn prepare_cursor(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        self.prepare_as(sql, hints, true, &Arc::default()).await
    }

    async fn prepare_lent(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
        lent: &Arc<[LentRelation]>,
    ) -> Result<Prepared<Statement>> {
        self.prepare_as(sql, hints, is_cursor, lent).await
    }

    async fn execute(&mut self, statement: &Statement, run: Run) -> Result<Reply> {
        let statement = statement.0.clone();
        let plan = statement.plan();
        if plan.translated.explain.is_some() {
            return self.explain(statement, run).await;
        }
        self.admit_statement(&plan.translated)?;
        if let Some(locking) = &plan.translated.locking {
            self.admit(&format!("SELECT {}", locking.strength))?;
        }
        let values = self.values(&statement, &run).await?;
        let Some(columns) = statement.columns().cloned() else {
            let outcome = self.run(statement, values).await?;
            outcome.notices.into_iter().for_each(|notice| self.client.notify(notice));
            return Ok(Reply::Done(plan.tag(outcome.changed)));
        };
        if let Some(taking) = plan.translated.taking
            && let Err(error) = self.admit(taking)
        {
            // PostgreSQL refuses it where it runs.
            return Ok(Reply::Rows(Rows::from_source(columns, RefusedRows::new(error))));
        }
        let thread = self.thread().await?;
        // A query that takes numbers of sequences fails while it runs, as others do.
        let is_query = plan.translated.tag == "SELECT" && plan.translated.steps.len() == 1;
        let rows = if plan.translated.writes && !is_query || plan.translated.steps.len() > 1 {
            let shape = statement.shape();
            let outcome = self.run(statement, values).await?;
            QueryRows::ready(thread, shape, outcome.rows, plan.tag(outcome.changed))
        } else if plan.translated.constant {
            self.queries += 1;
            let (number, shape) = (self.queries, statement.shape());
            let begun = self.call(move |worker| worker.open(number, &statement, &values, ONE_ROW));
            QueryRows::begun(thread, number, shape, begun.await?, plan.tag(0))
        } else {
            self.brief(&thread);
            self.queries += 1;
            QueryRows::new(thread, self.queries, Order { statement, values }, plan.tag(0))
        };
        Ok(Reply::Rows(Rows::from_source(columns, rows)))
    }

    async fn admit_beside(
        &mut self,
        statement: Option<&Statement>,
        open: &[&Statement],
    ) -> Result<()> {
        let plan = statement.map(|statement| statement.0.plan());
        if plan.as_ref().is_some_and(|plan| plan.translated.redefined.is_empty()) {
            return Ok(());
        }
        let read: BTreeSet<Oid> =
            open.iter().flat_map(|query| query.0.plan().translated.reads.clone()).collect();
        let dropped = plan.clone();
        let admitted = self.call(move |worker| worker.admit_beside(plan.as_deref(), read)).await;
        if let (Err(_), Some(plan)) = (&admitted, dropped)
            && plan.translated.tag == "DROP TABLE"
        {
            // What else goes is told before it is looked at.
            plan.translated.notices.iter().for_each(|notice| self.client.notify(notice.clone()));
        }
        admitted
    }

    fn bound(&self, statement: &Statement, params: &Params, style: &TextStyle) -> Result<bool> {
        let holds = statement.0.has_seen(self.definitions());
        if holds {
            statement.0.check(params, style)?;
        }
        Ok(holds && !statement.0.plan().translated.may_fail_early())
    }

    async fn plan_again(&mut self, statement: &Statement) -> Result<()> {
        let (seen, planned) = (self.definitions(), statement.0.clone());
        self.call(move |worker| worker.plan_again(&planned)).await?;
        statement.0.see(seen);
        Ok(())
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        // The thread has the stack for it.
        let sql = sql.to_owned();
        self.call(move |_| translate::check(&sql)).await
    }

    async fn settle(&mut self) {
        // Jobs are done in order: when this one is done, those that were stopped are over.
        if let Some(thread) = &self.thread {
            let _ = thread.call(|_| ()).await;
        }
    }

    async fn begin(&mut self, _: TransactionModes) -> Result<()> {
        self.call(|worker| worker.begin()).await
    }

    async fn begin_implicit(&mut self) -> Result<()> {
        self.call(|worker| worker.begin()).await
    }

    async fn commit(&mut self) -> Result<()> {
        let ended = self.call(|worker| worker.commit().map(|()| worker.has_temporary()));
        let ended = ended.await;
        self.ended(ended)
    }

    async fn rollback(&mut self) -> Result<()> {
        let ended = self.call(|worker| worker.rollback().map(|()| worker.has_temporary()));
        let ended = ended.await;
        self.ended(ended)
    }

    async fn set_constraints(&mut self, constraints: &Constraints) -> Result<()> {
        let constraints = constraints.clone();
        self.call(move |worker| worker.set_constraints(&constraints)).await
    }

    async fn savepoint(&mut self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.call(move |worker| worker.savepoint(&name)).await
    }

    async fn release(&mut self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.call(move |worker| worker.release(&name)).await
    }

    async fn rollback_to(&mut self, name: &str) -> Result<()> {
        let name = name.to_owned();
        let undone = self.call(move |worker| worker.rollback_to(&name)).await;
        if self.defines {
            self.redefine();
        }
        undone
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        if !self.database.writable {
            return Err(read_only("COPY FROM"));
        }
        let table = target.table.clone();
        let columns = target.columns.map(<[String]>::to_vec);
        let condition = target.condition.map(str::to_owned);
        let freeze = target.freeze;
        let found = self.call(move |worker| {
            let (_, schema) = worker.before_the_snapshot(Worker::schema)?;
            let reading = worker.reading();
            let (columns, condition) = (columns.as_deref(), condition.as_deref());
            let found = Target::find(&schema, &reading, table, columns, condition)?;
            Ok(if freeze { found.frozen(|table| worker.may_freeze(table)) } else { found })
        });
        let found = found.await?;
        if !found.is_temporary() {
            self.admit("COPY FROM")?;
        }
        Ok(found.copy_in(self.thread().await?, self.client.reading_style()))
    }

    async fn discard(&mut self, what: Discard) -> Result<()> {
        // A session without a connection has nothing of its own.
        if what == Discard::Plans || self.thread.is_none() {
            return Ok(());
        }
        let discarded = self.call(move |worker| worker.discard(what)).await;
        if matches!(what, Discard::All | Discard::Temp) {
            self.defines = true;
            self.redefine();
        }
        discarded
    }

    async fn snapshot(&mut self) -> Result<Arc<Snapshot>> {
        if let Some(snapshot) = self.look() {
            return Ok(snapshot);
        }
        let is_told = self.sees_what_all_see();
        let database = is_told.then(|| self.database.clone());
        self.thread().await?;
        let file = self.file;
        let described = self.call(move |worker| {
            let (number, snapshot) = worker.before_the_snapshot(Worker::described)?;
            let watch = database.and_then(|database| Watch::of(&database));
            let watch = watch.filter(|watch| watch.is_of(file));
            watch.iter().for_each(|watch| watch.tell(number, &snapshot));
            Ok((snapshot, watch))
        });
        let (snapshot, watch) = described.await?;
        self.watch = watch.or(self.watch.take());
        Ok(snapshot)
    }
}

impl Drop for SqliteSession {
    /// Ends the thread: what is open on its connection is rolled back.
    fn drop(&mut self) {
        if let Some(thread) = &self.thread {
            thread.stop_all();
        }
        if self.defines {
            self.redefine();
        }
    }
}

/// 25006: a command that writes.
fn read_only(command: &str) -> PgError {
    PgError::new(
        SqlState::READ_ONLY_SQL_TRANSACTION,
        format!("cannot execute {command} in a read-only transaction"),
    )
}

//! One client's session.

use std::sync::Arc;
use std::time::Duration;

use trunkline_core::catalog::Snapshot;
use trunkline_core::{
    Client, CopyIn, CopyTarget, Oid, PgError, Prepared, Reply, Result, Rows, Run, Session, SqlState,
};
use trunkline_sql::statement::TransactionModes;

use super::connect::Database;
use super::copy::Target;
use super::input;
use super::plan::{self, Statement as Planned};
use super::rows::{Order, QueryRows};
use super::thread::{Call, Thread};
use super::worker::Worker;

/// A session on a connection of its own, which is opened for its first statement.
#[derive(Debug)]
pub struct SqliteSession {
    database: Arc<Database>,
    client: Client,
    thread: Option<Arc<Thread>>,
    /// The number of the newest query.
    queries: u64,
}

/// Asks for the only row of a query, and whether it is the only one.
const ONE_ROW: u64 = 2;

/// A statement that was prepared.
#[derive(Debug)]
pub struct Statement(Arc<Planned>);

impl SqliteSession {
    pub(super) fn new(database: Arc<Database>, client: Client) -> SqliteSession {
        SqliteSession { database, client, thread: None, queries: 0 }
    }

    async fn thread(&mut self) -> Result<Arc<Thread>> {
        if let Some(thread) = &self.thread {
            return Ok(thread.clone());
        }
        let thread = Thread::start(&self.database).await?;
        self.thread = Some(thread.clone());
        Ok(thread)
    }

    /// Has something done on the thread.
    async fn call<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Worker<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let thread = self.thread().await?;
        thread.control().set_patience(self.lock_timeout());
        let call: Call<Result<T>> = thread.call(job);
        call.await.and_then(|done| done)
    }

    /// `lock_timeout`, as SHOW has it: a number with a unit, or 0.
    fn lock_timeout(&self) -> Duration {
        let shown = self.client.setting("lock_timeout").unwrap_or_default();
        let digits = shown.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = shown.split_at(digits);
        let millis = match unit {
            "s" => 1_000,
            "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 1,
        };
        Duration::from_millis(number.parse().unwrap_or(0_u64).saturating_mul(millis))
    }

    /// Refuses a command that writes where nothing may be written: 25006.
    fn admit(&self, command: &str) -> Result<()> {
        let is_read_only = !self.database.writable
            || self.client.setting("transaction_read_only").is_some_and(|value| value == "on");
        if is_read_only {
            let command = command.strip_suffix(" 0").unwrap_or(command);
            return Err(PgError::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                format!("cannot execute {command} in a read-only transaction"),
            ));
        }
        Ok(())
    }
}

impl Session for SqliteSession {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        let (text, hints) = (sql.to_owned(), hints.to_vec());
        let plan = self.call(move |worker| worker.prepare(&text, &hints)).await?;
        let Prepared { statement, parameters, columns, .. } = Planned::prepared(sql, plan);
        Ok(Prepared::new(Statement(Arc::new(statement)), columns).parameters(parameters))
    }

    async fn execute(&mut self, statement: &Statement, run: Run) -> Result<Reply> {
        let statement = statement.0.clone();
        let plan = statement.plan();
        if plan.translated.writes {
            self.admit(&plan.translated.tag)?;
        }
        let values = input::values(&run.params, &run.style)?;
        let Some(columns) = statement.columns().cloned() else {
            let outcome = self.call(move |worker| worker.run(&statement, &values)).await?;
            return Ok(Reply::Done(plan.tag(outcome.changed)));
        };
        let thread = self.thread().await?;
        // A query that takes numbers of sequences fails while it runs, as others do.
        let is_query = plan.translated.tag == "SELECT" && plan.translated.steps.len() == 1;
        let rows = if plan.translated.writes && !is_query || plan.translated.steps.len() > 1 {
            let shape = statement.shape();
            let outcome = self.call(move |worker| worker.run(&statement, &values)).await?;
            QueryRows::ready(thread, shape, outcome.rows, plan.tag(outcome.changed))
        } else if plan.translated.constant {
            self.queries += 1;
            let (number, shape) = (self.queries, statement.shape());
            let begun = self.call(move |worker| worker.open(number, &statement, &values, ONE_ROW));
            QueryRows::begun(thread, number, shape, begun.await?, plan.tag(0))
        } else {
            thread.control().set_patience(self.lock_timeout());
            self.queries += 1;
            QueryRows::new(thread, self.queries, Order { statement, values }, plan.tag(0))
        };
        Ok(Reply::Rows(Rows::from_source(columns, rows)))
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        // The thread has the stack for it.
        let sql = sql.to_owned();
        self.call(move |_| plan::check(&sql)).await
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
        self.call(|worker| worker.commit()).await
    }

    async fn rollback(&mut self) -> Result<()> {
        self.call(|worker| worker.rollback()).await
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
        self.call(move |worker| worker.rollback_to(&name)).await
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        self.admit("COPY FROM")?;
        let table = target.table.clone();
        let columns = target.columns.map(<[String]>::to_vec);
        if target.condition.is_some() {
            return Err(PgError::unsupported(
                "COPY FROM with WHERE is not supported by the SQLite engine",
            ));
        }
        let found = self.call(move |worker| {
            let (_, schema) = worker.before_the_snapshot(Worker::schema)?;
            Target::find(&schema, table, columns.as_deref())
        });
        let found = found.await?;
        Ok(found.copy_in(self.thread().await?, self.client.style()))
    }

    async fn snapshot(&mut self) -> Result<Arc<Snapshot>> {
        self.call(|worker| Ok(Arc::new(worker.before_the_snapshot(Worker::schema)?.1.snapshot())))
            .await
    }
}

impl Drop for SqliteSession {
    /// Ends the thread: what is open on its connection is rolled back.
    fn drop(&mut self) {
        if let Some(thread) = &self.thread {
            thread.stop_all();
        }
    }
}

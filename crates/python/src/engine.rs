//! A handler as an engine: each connection's statements, one call at a time.

use std::sync::Arc;

use pyo3::prelude::*;
use trunkline::catalog::Snapshot;
use trunkline::{
    Client, Column, Columns, CopyIn, CopyTarget, Engine, Format, Oid, Params, PgError, Prepared,
    Reply, Result, Run, Session, SqlState,
};
use trunkline_sql::statement::TransactionModes;
use trunkline_sql::{Lexer, StatementKind, outline};

use crate::answer::Asked;
use crate::asking::Asker;
use crate::burial::bury;
use crate::call::Call;
use crate::catalog::Catalogs;
use crate::column::Named;
use crate::copying;
use crate::error;
use crate::executor::Executor;
use crate::handler::{Calls, Described, Handler};
use crate::parameters;
use crate::pool::{Pool, Room};
use crate::query::{Peer, Query};
use crate::sql::has_returning;

/// What serves all clients of a server.
pub(crate) struct PyEngine {
    pub(crate) handler: Arc<Handler>,
    pub(crate) pool: Arc<Pool>,
    /// Asks what no statement may delay: who comes in.
    pub(crate) front: Asker,
    pub(crate) catalogs: Catalogs,
}

/// What serves one.
pub(crate) struct PySession {
    handler: Arc<Handler>,
    calls: Arc<Calls>,
    peer: Arc<Peer>,
    asker: Asker,
    /// Those that may still run.
    running: Vec<Arc<Call>>,
    catalogs: Catalogs,
    database: Box<str>,
    /// Whether the handler has heard of a transaction that has not ended.
    is_in_transaction: bool,
}

impl Engine for PyEngine {
    type Session = PySession;

    async fn open(&self, client: Client) -> Result<PySession> {
        let database = client.identity().database.clone();
        let is_known = |known: &Vec<String>| known.iter().any(|known| **known == *database);
        if !self.handler.databases.as_ref().is_none_or(is_known) {
            let message = format!("database \"{database}\" does not exist");
            return Err(PgError::new(SqlState::INVALID_CATALOG_NAME, message));
        }
        let executor = match self.handler.has_threads {
            true => Executor::thread(&self.pool)?,
            false => Executor::lane(self.pool.clone()),
        };
        let asker = Asker { executor, tasks: self.front.tasks.clone() };
        let peer = Arc::new(Peer::new(client));
        let opening = if self.handler.has_threads { &asker } else { &self.front };
        let calls = match self.handler.calls.clone() {
            Some(calls) => calls,
            None => self.opened(&peer, opening).await?,
        };
        Ok(PySession {
            handler: self.handler.clone(),
            calls,
            peer,
            asker,
            running: Vec::new(),
            catalogs: self.catalogs.clone(),
            database,
            is_in_transaction: false,
        })
    }
}

impl PyEngine {
    /// What the handler makes for a connection.
    async fn opened(&self, peer: &Arc<Peer>, asker: &Asker) -> Result<Arc<Calls>> {
        let (handler, peer) = (self.handler.clone(), peer.clone());
        let call = Arc::new(Call::default());
        asker
            .ask(
                &call,
                move |py| handler.open.bind(py).call1((peer.object(py)?,)),
                |py, opened, tell| {
                    let calls = opened.extract::<Calls>().map(Arc::new);
                    let _ = tell.send(calls.map_err(|raised| error::answer(py, &raised)));
                },
            )
            .await
    }
}

impl PySession {
    /// A call that [`settle`](Session::settle) waits for.
    fn call(&mut self) -> Arc<Call> {
        self.running.retain(|call| Arc::strong_count(call) > 1);
        let call = Arc::new(Call::default());
        self.running.push(call.clone());
        call
    }

    /// Tells the handler that a transaction begins or ends, if it wants to know.
    async fn transaction(&mut self, what: &'static str) -> Result<()> {
        if self.calls.transaction.is_none() {
            return Ok(());
        }
        self.is_in_transaction = what == "begin";
        let (call, calls) = (self.call(), self.calls.clone());
        self.asker
            .ask(
                &call,
                move |py| match &calls.transaction {
                    Some(transaction) => transaction.bind(py).call1((what,)),
                    None => Ok(py.None().into_bound(py)),
                },
                |_, _, tell| drop(tell.send(Ok(()))),
            )
            .await
    }

    /// What a function of the handler says of a statement before it runs; `None` without such a function.
    async fn ahead<T: Send + 'static>(
        &mut self,
        function: fn(&Calls) -> &Option<Py<PyAny>>,
        (sql, types, prepared): (&str, &Arc<[Oid]>, &Option<Arc<Kept>>),
        read: fn(Bound<'_, PyAny>) -> PyResult<T>,
    ) -> Result<Option<T>> {
        if function(&self.calls).is_none() {
            return Ok(None);
        }
        let call = self.call();
        let (calls, peer, own) = (self.calls.clone(), self.peer.clone(), call.clone());
        let (sql, types, prepared) = (sql.to_owned(), types.clone(), prepared.clone());
        let said = self.asker.ask(
            &call,
            move |py| {
                let run = Run::new(Params::unbound(types.clone()), Arc::default());
                let prepared = prepared.as_deref();
                let query = Query::new(py, &sql, types, &run, (true, prepared), (&peer, own))?;
                match function(&calls) {
                    Some(function) => function.bind(py).call1((query,)),
                    None => Ok(py.NotImplemented().into_bound(py)),
                }
            },
            move |py, said, tell| {
                let read = read(said);
                let _ = tell.send(read.map_err(|raised| error::answer(py, &raised)));
            },
        );
        said.await.map(Some)
    }
}

/// A statement that was prepared.
pub(crate) struct Statement {
    sql: Arc<str>,
    /// The columns that were described, under whatever names the answer has.
    columns: Option<Arc<[Named]>>,
    parameters: Arc<[Oid]>,
    /// What the handler has made of it.
    prepared: Option<Arc<Kept>>,
}

/// Something of Python's, for which no thread of the sockets needs the interpreter when it ends.
pub(crate) struct Kept(Option<Py<PyAny>>);

impl Kept {
    pub(crate) fn get(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.0.as_ref().map(|kept| kept.clone_ref(py))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(kept) = self.0.take() {
            bury(Box::new(kept));
        }
    }
}

impl Session for PySession {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        // All there are, and what is known of each so far.
        let types: Arc<[Oid]> = parameters::types(sql, hints, &[])?.into();
        let keep = |said: Bound<'_, PyAny>| Ok(Kept(Some(said.unbind())));
        let prepared = self.ahead(|calls| &calls.prepare, (sql, &types, &None), keep).await?;
        let prepared = prepared.map(Arc::new);
        let read = |said: Bound<'_, PyAny>| Described::of(&said);
        let described = self.ahead(|calls| &calls.describe, (sql, &types, &prepared), read);
        let described = described.await?.flatten();
        let parameters = match &described {
            Some(described) => parameters::types(sql, hints, &described.parameters)?.into(),
            None => types,
        };
        let named = match &described {
            Some(described) => Some(described.columns.as_ref().map(|columns| columns[..].into())),
            None => self.handler.columns.clone().map(Some),
        };
        let (columns, named) = match named {
            Some(Some(named)) => {
                let is_typed = named.iter().all(|column| column.ty.is_some());
                let columns = named.iter().map(|column| column.column(Oid::TEXT));
                let columns: Arc<[Column]> = columns.collect();
                let known = if is_typed { Columns::Known(columns) } else { Columns::AfterBind };
                (known, Some(named))
            }
            Some(None) => (Columns::None, None),
            None if is_without_rows(sql) => (Columns::None, None),
            None => (Columns::AfterBind, None),
        };
        let (sql, declared) = (sql.into(), parameters.clone());
        let statement = Statement { sql, columns: named, parameters, prepared };
        Ok(Prepared::new(statement, columns).parameters(declared))
    }

    async fn execute(&mut self, statement: &Statement, mut run: Run) -> Result<Reply> {
        let describing = !run.params.is_bound();
        if describing {
            if !self.handler.runs_to_describe {
                return Err(undescribed());
            }
            let nulls = statement.parameters.iter().map(|_| (Format::Text, None));
            run.params = Params::bind(statement.parameters.clone(), nulls)?;
        }
        let call = self.call();
        let asked = Asked {
            sql: statement.sql.clone(),
            columns: statement.columns.clone().or_else(|| self.handler.columns.clone()),
            call: call.clone(),
            asker: self.asker.clone(),
        };
        let (calls, peer, own) = (self.calls.clone(), self.peer.clone(), call.clone());
        let (sql, types) = (statement.sql.clone(), statement.parameters.clone());
        let prepared = statement.prepared.clone();
        self.asker
            .ask(
                &call,
                move |py| {
                    let prepared = (describing, prepared.as_deref());
                    let query = Query::new(py, &sql, types, &run, prepared, (&peer, own))?;
                    calls.query.bind(py).call1((query,))
                },
                |py, answer, tell| asked.finish(py, &answer, tell),
            )
            .await
    }

    async fn settle(&mut self) {
        for call in &self.running {
            if call.is_canceled() {
                call.settled().await;
            }
        }
    }

    async fn begin(&mut self, _: TransactionModes) -> Result<()> {
        self.transaction("begin").await
    }

    async fn begin_implicit(&mut self) -> Result<()> {
        self.transaction("begin").await
    }

    async fn commit(&mut self) -> Result<()> {
        self.transaction("commit").await
    }

    async fn rollback(&mut self) -> Result<()> {
        self.transaction("rollback").await
    }

    async fn notify(&mut self, channel: &str, payload: &str) -> Result<()> {
        if self.calls.notify.is_none() {
            return Ok(());
        }
        let (call, calls) = (self.call(), self.calls.clone());
        let said = (channel.to_owned(), payload.to_owned());
        self.asker
            .ask(
                &call,
                move |py| match &calls.notify {
                    Some(notify) => notify.bind(py).call1(said),
                    None => Ok(py.None().into_bound(py)),
                },
                |_, _, tell| drop(tell.send(Ok(()))),
            )
            .await
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        if self.calls.copy_in.is_none() {
            return Err(PgError::unsupported("COPY FROM is not supported"));
        }
        let snapshot = self.snapshot().await?;
        let known = copying::known(&snapshot, &target)?;
        let asker =
            Asker { executor: self.asker.executor.aside()?, tasks: self.asker.tasks.clone() };
        let call = self.call();
        copying::begin(&self.calls, &self.peer, asker, call, &target, known).await
    }

    async fn snapshot(&mut self) -> Result<Arc<Snapshot>> {
        self.catalogs.snapshot(&self.database).await
    }
}

impl Drop for PySession {
    fn drop(&mut self) {
        let is_open = self.is_in_transaction;
        if self.calls.disconnect.is_none() && !is_open {
            return;
        }
        let (calls, peer) = (self.calls.clone(), self.peer.clone());
        let asker = self.asker.clone();
        let job = Box::new(move |py: Python<'_>| {
            if is_open && let Some(transaction) = &calls.transaction {
                asker.tell(py, transaction.bind(py).call1(("rollback",)));
            }
            if let Some(disconnect) = &calls.disconnect {
                let told = peer.object(py).and_then(|peer| disconnect.bind(py).call1((peer,)));
                asker.tell(py, told);
            }
        });
        let _ = self.asker.executor.submit(job, Room::Always);
    }
}

/// Whether PostgreSQL would tell no rows of a statement: changes without RETURNING, and definitions.
fn is_without_rows(sql: &str) -> bool {
    let outline = outline(sql);
    match outline.kind {
        StatementKind::Insert
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge => !has_returning(Lexer::new(sql)),
        StatementKind::Truncate | StatementKind::Definition => !outline.command_tag.is_empty(),
        _ => false,
    }
}

fn undescribed() -> PgError {
    let message = "the columns of this statement are not known before it runs";
    PgError::unsupported(message).hint(
        "The client wants them before it sends parameters: give the server describe=, declare columns=, or say describe=\"run\" if running the handler twice does no harm.",
    )
}

//! An engine with catalogs: a middleware.

mod owner;

use std::sync::Arc;

use trunkline_core::catalog::Snapshot;
use trunkline_core::types::TextStyle;
use trunkline_core::{
    Client, Columns, CommandTag, CopyIn, CopyTarget, Engine, Inventory, Language, Oid, Params,
    PgError, Prepared, Reply, Result, Run, Session, SqlState,
};
use trunkline_sql::statement::{Constraints, Discard, TransactionModes};

use crate::answer::Answer;
use crate::by_number;
use crate::explain::Explanation;
use crate::feed::Unread;
use crate::functions::started;
use crate::known::{Common, Known};
use crate::lend::Loan;
use crate::lock::Lock;
use crate::route::{Route, begins_query, names_no_relation, route};
use crate::statements::Asked;
use crate::syntax::Explain;
use crate::world::{World, is_shown_by, proc_by_oid};
use owner::Owner;

/// An engine behind which `pg_catalog` and `information_schema` are answered from its
/// [`snapshot`](Session::snapshot), and the functions of a session from its client.
///
/// ```
/// use trunkline_catalog::Catalog;
/// use trunkline_core::{Query, Result, Rows, RowSet, query_fn};
///
/// async fn answer(query: Query) -> Result<RowSet> {
///     Ok(Rows::new([("asked", trunkline_core::Oid::TEXT)]).row((query.sql().to_owned(),)))
/// }
///
/// let engine = Catalog::new(query_fn(answer));
/// # let _ = engine;
/// ```
#[derive(Debug)]
pub struct Catalog<E> {
    engine: E,
    common: Arc<Common>,
}

impl<E: Engine> Catalog<E> {
    /// Wraps an engine.
    pub fn new(engine: E) -> Catalog<E> {
        // The clock of pg_postmaster_start_time begins.
        started();
        Catalog { engine, common: Arc::default() }
    }

    /// Declares objects beside those that the engine has, such as [`define`](crate::ddl::define) reads them.
    ///
    /// What is said of a relation that the engine has is shown with it: comments, keys, privileges. Its
    /// columns are the engine's.
    #[must_use]
    pub fn declaring(self, declared: Snapshot) -> Catalog<E> {
        Catalog { common: Arc::new(Common::declaring(declared)), ..self }
    }

    /// What its sessions were asked for, and PostgreSQL has, but the catalogs here have not: each construct by its
    /// name, with how often a statement was refused for it (0A000).
    ///
    /// The log has it, too: a warning when it is the first time, the tenth, the hundredth and so on.
    pub fn refusals(&self) -> Vec<(String, u64)> {
        self.common.refusals.all()
    }

    /// The engine within.
    pub fn engine(&self) -> &E {
        &self.engine
    }
}

impl<E: Engine> Engine for Catalog<E> {
    type Session = CatalogSession<E::Session>;

    async fn open(&self, client: Client) -> Result<CatalogSession<E::Session>> {
        let session = self.engine.open(client.clone()).await?;
        // The client is told before anybody can ask pg_roles.
        if self.common.is_superuser(&client.identity().user) {
            client.settings().preset("is_superuser", "on");
        }
        Ok(CatalogSession {
            session,
            client,
            common: self.common.clone(),
            known: None,
            unread: Arc::default(),
        })
    }
}

/// A session of an engine with catalogs.
#[derive(Debug)]
pub struct CatalogSession<S> {
    session: S,
    client: Client,
    common: Arc<Common>,
    /// What the last snapshot came to.
    known: Option<Known>,
    unread: Arc<Unread>,
}

/// A statement of the engine, or of the catalogs.
#[derive(Debug)]
pub struct CatalogStatement<S>(Kind<S>);

#[derive(Debug)]
enum Kind<S> {
    Engine(S),
    /// The engine's, with relations that it does not have.
    Mixed(S, Loan),
    Answer(Asked),
    /// `EXPLAIN` of such a statement.
    Explain(Arc<Explanation>),
    /// `LOCK TABLE` of relations that the engine does not have.
    Lock,
}

impl<S> CatalogStatement<S> {
    /// What the engine has of it, if it is the engine's.
    fn engines(&self) -> Option<&S> {
        match &self.0 {
            Kind::Engine(statement) | Kind::Mixed(statement, _) => Some(statement),
            Kind::Answer(_) | Kind::Explain(_) | Kind::Lock => None,
        }
    }
}

impl<S: Session> CatalogSession<S> {
    /// What the engine has now.
    async fn world(&mut self, inventory: Option<Arc<Inventory>>) -> Result<Arc<World>> {
        let snapshot = self.session.snapshot().await?;
        let objects = match &self.known {
            Some(known) if Arc::ptr_eq(&known.of, &snapshot) => known.objects.clone(),
            _ => self.known.insert(self.common.objects(snapshot)).objects.clone(),
        };
        let mut world = World::new(self.client.clone(), objects);
        world.inventory = inventory.unwrap_or_default();
        Ok(Arc::new(world))
    }

    /// The schema of a relation that was declared and that the engine does not have.
    fn schema_of_declared(
        &self,
        world: &World,
        schema: Option<&str>,
        name: &str,
    ) -> Option<String> {
        let class = world.declared_class(schema, name)?;
        let schema = world.schema_name(class.schema).unwrap_or_default();
        let is_engines = self.known.as_ref().is_none_or(|known| known.has(&schema, &class.name));
        (!is_engines).then(|| schema.to_string())
    }

    /// A statement of the catalogs; the client's values may be of its types from now on.
    fn described(&self, asked: Asked) -> Prepared<CatalogStatement<S::Statement>> {
        let answer = asked.answer.clone();
        if *answer.types() != self.client.style().types && !answer.types().is_empty() {
            self.client.set_types(answer.types().clone());
        }
        // Constants of the text are the parameters of its plan alone.
        let parameters = if asked.constants.is_empty() { answer.parameters() } else { &[] };
        answer.described(CatalogStatement(Kind::Answer(asked))).parameters(parameters)
    }

    /// A statement of the engine that is lent what it does not have.
    async fn prepare_lent(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
        loan: Loan,
    ) -> Result<Prepared<CatalogStatement<S::Statement>>> {
        let lent = loan.relations();
        let mut prepared = self.session.prepare_lent(sql, hints, is_cursor, &lent).await?;
        if !prepared.terms.borrows {
            return Ok(of_engine(prepared));
        }
        prepared.terms.shows_inventory |= is_shown_by(sql);
        Ok(prepared.map(|statement| CatalogStatement(Kind::Mixed(statement, loan))))
    }

    /// `LOCK TABLE` of what was declared: locked already, with what the engine has to lock beside it.
    async fn prepare_lock(
        &mut self,
        lock: Lock<'_>,
    ) -> Result<Prepared<CatalogStatement<S::Statement>>> {
        let world = self.world(None).await?;
        let left = lock.without(|table| {
            let schema = table.schema.as_deref();
            self.schema_of_declared(&world, schema, &table.name).is_some()
        });
        match left {
            Some(sql) => self.prepare_engine(&sql, &[], false).await,
            None => Ok(Prepared::new(CatalogStatement(Kind::Lock), Columns::None)),
        }
    }

    async fn prepare_engine(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
    ) -> Result<Prepared<CatalogStatement<S::Statement>>> {
        let prepared = match is_cursor {
            true => self.session.prepare_cursor(sql, hints).await?,
            false => self.session.prepare(sql, hints).await?,
        };
        Ok(of_engine(prepared))
    }

    async fn prepare_routed(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
    ) -> Result<Prepared<CatalogStatement<S::Statement>>> {
        if let Some(explanation) = self.explanation(sql, hints).await? {
            let prepared = explanation.described(());
            return Ok(prepared.map(|()| CatalogStatement(Kind::Explain(Arc::new(explanation)))));
        }
        match self.owner(sql, hints).await? {
            Owner::Catalog(asked) => Ok(self.described(asked)),
            Owner::Lent(loan) => self.prepare_lent(sql, hints, is_cursor, loan).await,
            Owner::Either(error) => {
                self.prepare_engine(sql, hints, is_cursor).await.map_err(|_| error)
            }
            Owner::Engine => match Lock::read(sql).filter(|_| self.common.declares()) {
                Some(lock) => self.prepare_lock(lock).await,
                None => match self.prepare_engine(sql, hints, is_cursor).await {
                    Err(error) => self.prepare_besides(sql, hints, error),
                    prepared => prepared,
                },
            },
        }
    }

    /// A query that the engine has refused: it names no relation, and what it calls may be known here.
    fn prepare_besides(
        &self,
        sql: &str,
        hints: &[Oid],
        error: PgError,
    ) -> Result<Prepared<CatalogStatement<S::Statement>>> {
        // A row that is named by its alias looks like a column that is not there. What its parser refuses is wrong.
        let may_be_ours = match error.sqlstate() {
            SqlState::UNDEFINED_COLUMN | SqlState::CANNOT_COERCE => true,
            SqlState::SYNTAX_ERROR => false,
            _ => may_be_known_elsewhere(&error),
        };
        let is_query = self.session.language() == Language::Sql && names_no_relation(sql);
        if !may_be_ours || !is_query {
            return Err(error);
        }
        // It is not kept for others: the engine may know it by the next time.
        match Answer::prepare_within(sql, hints, self.client.reading_style(), None) {
            Ok(answer) => Ok(self.described(answer.into())),
            // What is wrong with values is wrong wherever they are looked at.
            Err(own) if error.sqlstate() == SqlState::FEATURE_NOT_SUPPORTED => {
                Err(if may_be_known_elsewhere(&own) { error } else { own })
            }
            Err(_) => Err(error),
        }
    }

    /// The EXPLAIN of a statement that the catalogs answer; none of any other text.
    async fn explanation(&mut self, sql: &str, hints: &[Oid]) -> Result<Option<Explanation>> {
        if self.session.language() != Language::Sql {
            return Ok(None);
        }
        let Some(statement) = Explain::statement(sql).filter(|text| begins_query(text)) else {
            return Ok(None);
        };
        let Owner::Catalog(asked) = self.owner(&statement, hints).await? else { return Ok(None) };
        let answer = match asked.constants.is_empty() {
            true => asked.answer,
            // What it shows has the constants of its text.
            false => {
                let style = self.client.reading_style();
                Arc::new(Answer::prepare_within(&statement, hints, style, None)?)
            }
        };
        let asked = Explain::read(sql)?.map(|(asked, _)| asked);
        Ok(asked.map(|asked| Explanation::new(asked, &statement, answer)))
    }
}

impl<S: Session> Session for CatalogSession<S> {
    type Statement = CatalogStatement<S::Statement>;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Self::Statement>> {
        let prepared = self.prepare_routed(sql, hints, false).await;
        self.common.refusals.count(prepared)
    }

    async fn prepare_cursor(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> Result<Prepared<Self::Statement>> {
        let prepared = self.prepare_routed(sql, hints, true).await;
        self.common.refusals.count(prepared)
    }

    async fn prepare_call(&mut self, function: Oid) -> Result<Prepared<Self::Statement>> {
        let Some(proc) = proc_by_oid(function.0) else {
            return self.session.prepare_call(function).await.map(of_engine);
        };
        let (sql, arguments) = by_number::call(proc)?;
        let prepared = match Answer::prepare(&sql, arguments) {
            Ok(answer) => Ok(self.described(answer.into())),
            Err(error) if may_be_known_elsewhere(&error) => {
                let prepared = self.prepare_engine(&sql, arguments, false).await;
                if prepared.is_err() {
                    // Neither knows it.
                    let _ = self.common.refusals.count::<()>(Err(error));
                }
                prepared
            }
            Err(error) => Err(error),
        };
        by_number::checked(proc, prepared)
    }

    async fn execute(&mut self, statement: &Self::Statement, run: Run) -> Result<Reply> {
        match &statement.0 {
            Kind::Engine(statement) => self.session.execute(statement, run).await,
            Kind::Mixed(statement, loan) => {
                let mut run = run;
                let world = self.world(run.inventory.clone()).await?;
                run.lent = loan.rows(world).await?;
                self.session.execute(statement, run).await
            }
            Kind::Answer(asked) => {
                let world = self.world(run.inventory.clone()).await?;
                let (refusals, constants) = (self.common.refusals.clone(), &asked.constants);
                let unread = self.unread.clone();
                let done = asked.answer.execute(world, &run, constants, refusals, unread).await;
                self.common.refusals.count(done)
            }
            Kind::Explain(explanation) => {
                let world = self.world(run.inventory.clone()).await?;
                self.common.refusals.count(explanation.execute(world, &run).await)
            }
            Kind::Lock => Ok(Reply::Done(CommandTag::new("LOCK TABLE"))),
        }
    }

    async fn admit_beside(
        &mut self,
        statement: Option<&Self::Statement>,
        open: &[&Self::Statement],
    ) -> Result<()> {
        let open: Vec<&S::Statement> = open.iter().filter_map(|one| one.engines()).collect();
        match statement.map(CatalogStatement::engines) {
            Some(None) => Ok(()),
            statement => self.session.admit_beside(statement.flatten(), &open).await,
        }
    }

    fn bound(
        &self,
        statement: &Self::Statement,
        params: &Params,
        style: &TextStyle,
    ) -> Result<bool> {
        match &statement.0 {
            Kind::Engine(statement) | Kind::Mixed(statement, _) => {
                self.session.bound(statement, params, style)
            }
            Kind::Answer(_) | Kind::Explain(_) | Kind::Lock => Ok(true),
        }
    }

    async fn plan_again(&mut self, statement: &Self::Statement) -> Result<()> {
        match &statement.0 {
            Kind::Engine(statement) | Kind::Mixed(statement, _) => {
                self.session.plan_again(statement).await
            }
            Kind::Answer(_) | Kind::Explain(_) | Kind::Lock => Ok(()),
        }
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        match route(sql) {
            Route::Catalog if self.session.language() == Language::Sql => {
                crate::parse::query(sql).map(drop)
            }
            _ => self.session.check_syntax(sql).await,
        }
    }

    async fn settle(&mut self) {
        self.session.settle().await;
    }

    async fn begin(&mut self, modes: TransactionModes) -> Result<()> {
        self.session.begin(modes).await
    }

    async fn begin_implicit(&mut self) -> Result<()> {
        self.session.begin_implicit().await
    }

    async fn commit(&mut self) -> Result<()> {
        self.session.commit().await
    }

    async fn rollback(&mut self) -> Result<()> {
        self.session.rollback().await
    }

    async fn set_constraints(&mut self, constraints: &Constraints) -> Result<()> {
        self.session.set_constraints(constraints).await
    }

    async fn savepoint(&mut self, name: &str) -> Result<()> {
        self.session.savepoint(name).await
    }

    async fn release(&mut self, name: &str) -> Result<()> {
        self.session.release(name).await
    }

    async fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.session.rollback_to(name).await
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        self.session.copy_in(target).await
    }

    async fn notify(&mut self, channel: &str, payload: &str) -> Result<()> {
        self.session.notify(channel, payload).await
    }

    async fn discard(&mut self, what: Discard) -> Result<()> {
        self.session.discard(what).await
    }

    async fn snapshot(&mut self) -> Result<Arc<Snapshot>> {
        self.session.snapshot().await
    }

    fn language(&self) -> Language {
        self.session.language()
    }
}

fn of_engine<S>(prepared: Prepared<S>) -> Prepared<CatalogStatement<S>> {
    prepared.map(|statement| CatalogStatement(Kind::Engine(statement)))
}

/// Whether an error says no more than that something is not known where it was looked for.
pub(crate) fn may_be_known_elsewhere(error: &PgError) -> bool {
    matches!(
        error.sqlstate(),
        SqlState::UNDEFINED_FUNCTION
            | SqlState::FEATURE_NOT_SUPPORTED
            | SqlState::SYNTAX_ERROR
            | SqlState::UNDEFINED_OBJECT
            | SqlState::AMBIGUOUS_FUNCTION
    )
}

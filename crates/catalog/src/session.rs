//! An engine with catalogs: a middleware.

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
use crate::facts::type_facts;
use crate::functions::started;
use crate::known::{Common, Known};
use crate::lend::Loan;
use crate::lock::Lock;
use crate::protected;
use crate::route::{Route, begins_query, casts_to, is_relation, named, route};
use crate::statements::Asked;
use crate::world::{World, is_shown_by, proc_by_oid};

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
        Ok(CatalogSession { session, client, common: self.common.clone(), known: None })
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
    /// `LOCK TABLE` of relations that the engine does not have.
    Lock,
}

/// What a statement asks for that is not the engine's.
enum Beside {
    Nothing,
    /// All of it is declared.
    Declared(Arc<World>),
    /// It names no relation, but a declared type.
    Typed(Arc<World>),
    /// Beside what is the engine's, or for a statement that is.
    Lent(Loan),
}

impl<S> CatalogStatement<S> {
    /// What the engine has of it, if it is the engine's.
    fn engines(&self) -> Option<&S> {
        match &self.0 {
            Kind::Engine(statement) | Kind::Mixed(statement, _) => Some(statement),
            Kind::Answer(_) | Kind::Lock => None,
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

    /// What there is, if a query names a declared type, or its client said that a parameter is of one.
    async fn typed(&mut self, sql: &str, hints: &[Oid]) -> Result<Option<Arc<World>>> {
        let names = self.common.type_names();
        if casts_to(sql, names) {
            return self.world(None).await.map(Some);
        }
        if names.is_empty() || hints.iter().all(|oid| oid.0 == 0 || type_facts(*oid).is_some()) {
            return Ok(None);
        }
        let world = self.world(None).await?;
        let is_declared = hints.iter().any(|oid| world.objects.types.get(oid.0).is_some());
        Ok(is_declared.then_some(world))
    }

    /// What of the relations that a statement reads is not the engine's.
    async fn beside(&mut self, sql: &str, hints: &[Oid]) -> Result<Beside> {
        let may_be_declared = self.common.declares();
        if self.session.language() != Language::Sql {
            return Ok(Beside::Nothing);
        }
        let Some(named) = named(sql, may_be_declared) else { return Ok(Beside::Nothing) };
        protected::check(named.kind, &named.targets)?;
        if named.relations.is_empty() {
            let typed = if named.is_query { self.typed(sql, hints).await? } else { None };
            return Ok(typed.map_or(Beside::Nothing, Beside::Typed));
        }
        let world = if may_be_declared { Some(self.world(None).await?) } else { None };
        let (mut loan, mut is_all) = (Loan::default(), named.is_query);
        for mention in &named.relations {
            if is_relation(mention.schema.as_ref(), &mention.name) {
                let schema = mention.schema.as_deref().unwrap_or("pg_catalog");
                loan.add(sql, mention, schema, None)?;
                continue;
            }
            match world.as_ref().and_then(|world| {
                self.schema_of_declared(world, mention.schema.as_deref(), &mention.name)
            }) {
                Some(schema) => loan.add(sql, mention, &schema, world.clone())?,
                None => is_all = false,
            }
        }
        Ok(match world {
            _ if loan.is_empty() => Beside::Nothing,
            Some(world) if is_all => Beside::Declared(world),
            _ => Beside::Lent(loan),
        })
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
        let is_sql = self.session.language() == Language::Sql;
        let client = self.client.clone();
        let style = || client.reading_style();
        // What is no query is none of the catalogs': it is not looked for among them, however long it is.
        if is_sql
            && begins_query(sql)
            && let Some(asked) = self.common.statements.find(sql, hints)
        {
            return Ok(self.described(asked));
        }
        let route = if is_sql { route(sql) } else { Route::Engine };
        if route == Route::Engine {
            let lock = if self.common.declares() { Lock::read(sql) } else { None };
            if let Some(lock) = lock {
                return self.prepare_lock(lock).await;
            }
            return match self.beside(sql, hints).await? {
                Beside::Nothing => self.prepare_engine(sql, hints, is_cursor).await,
                Beside::Lent(loan) => self.prepare_lent(sql, hints, is_cursor, loan).await,
                Beside::Declared(world) => {
                    let answer = Answer::prepare_within(sql, hints, style(), Some(world))?;
                    Ok(self.described(answer.into()))
                }
                Beside::Typed(world) => {
                    match Answer::prepare_within(sql, hints, style(), Some(world)) {
                        Ok(answer) => Ok(self.described(answer.into())),
                        // The engine may know functions that are not here, and what looks like a type may be an alias.
                        Err(error) if may_be_the_engines(&error) => {
                            self.prepare_engine(sql, hints, is_cursor).await.map_err(|_| error)
                        }
                        Err(error) => Err(error),
                    }
                }
            };
        }
        let asked = match self.typed(sql, hints).await? {
            Some(world) => {
                Answer::prepare_within(sql, hints, style(), Some(world)).map(Asked::from)
            }
            None => self.common.statements.prepare(sql, hints, style()),
        };
        match asked {
            Ok(asked) => Ok(self.described(asked)),
            // The engine may know functions that are not here.
            Err(error) if route == Route::Functions && may_be_the_engines(&error) => {
                self.prepare_engine(sql, hints, is_cursor).await
            }
            Err(error) => Err(error),
        }
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
            Err(error) if may_be_the_engines(&error) => {
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
                let done = asked.answer.execute(world, &run, constants, refusals).await;
                self.common.refusals.count(done)
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
            Kind::Answer(_) | Kind::Lock => Ok(true),
        }
    }

    async fn plan_again(&mut self, statement: &Self::Statement) -> Result<()> {
        match &statement.0 {
            Kind::Engine(statement) | Kind::Mixed(statement, _) => {
                self.session.plan_again(statement).await
            }
            Kind::Answer(_) | Kind::Lock => Ok(()),
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

/// Whether an error says no more than that something is not known here.
pub(crate) fn may_be_the_engines(error: &PgError) -> bool {
    matches!(
        error.sqlstate(),
        SqlState::UNDEFINED_FUNCTION
            | SqlState::FEATURE_NOT_SUPPORTED
            | SqlState::SYNTAX_ERROR
            | SqlState::UNDEFINED_OBJECT
            | SqlState::AMBIGUOUS_FUNCTION
    )
}

//! Servers of ten lines: an engine made of functions.

use std::future::Future;
use std::sync::Arc;

use trunkline_proto::{Oid, SqlState};

use crate::client::Client;
use crate::column::{Column, Columns};
use crate::engine::{Engine, Language, Session};
use crate::error::{PgError, Result};
use crate::prepared::{Params, Prepared, Run};
use crate::reply::Reply;

/// A question, as [`query_fn`] and [`statement_fn`] hand it to their function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Query {
    /// Who asks.
    pub client: Client,
    sql: Arc<str>,
    run: Run,
}

impl Query {
    /// The text of the statement.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of its parameters; `None` while the client only wants to know what it would get.
    pub fn params(&self) -> Option<&Params> {
        Some(&self.run.params).filter(|params| params.is_bound())
    }

    /// The order to run it.
    pub fn run(&self) -> &Run {
        &self.run
    }
}

/// An engine that is one async function: from a query to its answer.
///
/// Drivers ask for the columns before they send parameters. A single function cannot know them
/// then, so it is called for that, too, with [`Query::params`] being `None`: it must be safe to
/// run twice. Where that does not do, take [`statement_fn`].
pub fn query_fn<F, A, R>(answer: F) -> HandlerEngine<impl Fn(&str) -> Result<Description>, F>
where
    F: Fn(Query) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R>> + Send,
    R: Into<Reply>,
{
    statement_fn(
        |_: &str| Ok(Description { parameters: Vec::new(), columns: Columns::AfterBind }),
        answer,
    )
}

/// An engine that is two functions: one describes a statement, the other runs it.
pub fn statement_fn<D, F, A, R>(describe: D, answer: F) -> HandlerEngine<D, F>
where
    D: Fn(&str) -> Result<Description> + Send + Sync + 'static,
    F: Fn(Query) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R>> + Send,
    R: Into<Reply>,
{
    HandlerEngine { handler: Arc::new(Handler { describe, answer }), language: Language::Sql }
}

/// What a statement takes and gives.
#[derive(Clone, Debug)]
pub struct Description {
    /// The types of its parameters. One that is missing, or unspecified, becomes what the client
    /// declared, else `text`.
    pub parameters: Vec<Oid>,
    /// The shape of its result.
    pub columns: Columns,
}

impl Description {
    /// A statement that returns rows.
    pub fn rows<C: Into<Column>>(columns: impl IntoIterator<Item = C>) -> Description {
        let columns = columns.into_iter().map(Into::into).collect();
        Description { parameters: Vec::new(), columns: Columns::Known(columns) }
    }

    /// A statement that returns no rows.
    pub fn nothing() -> Description {
        Description { parameters: Vec::new(), columns: Columns::None }
    }

    /// Sets the types of its parameters.
    pub fn parameters(mut self, types: impl IntoIterator<Item = Oid>) -> Description {
        self.parameters = types.into_iter().collect();
        self
    }
}

/// The engine of [`query_fn`] and [`statement_fn`].
#[derive(Debug)]
pub struct HandlerEngine<D, F> {
    handler: Arc<Handler<D, F>>,
    language: Language,
}

impl<D, F> HandlerEngine<D, F> {
    /// Says that the statements are not SQL: every string reaches the function whole.
    pub fn language(mut self, language: Language) -> HandlerEngine<D, F> {
        self.language = language;
        self
    }
}

#[derive(Debug)]
struct Handler<D, F> {
    describe: D,
    answer: F,
}

/// A session of [`HandlerEngine`].
#[derive(Debug)]
pub struct HandlerSession<D, F> {
    handler: Arc<Handler<D, F>>,
    language: Language,
    client: Client,
}

impl<D, F, A, R> Engine for HandlerEngine<D, F>
where
    D: Fn(&str) -> Result<Description> + Send + Sync + 'static,
    F: Fn(Query) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R>> + Send,
    R: Into<Reply>,
{
    type Session = HandlerSession<D, F>;

    async fn open(&self, client: Client) -> Result<Self::Session> {
        Ok(HandlerSession { handler: self.handler.clone(), language: self.language, client })
    }
}

impl<D, F, A, R> Session for HandlerSession<D, F>
where
    D: Fn(&str) -> Result<Description> + Send + Sync + 'static,
    F: Fn(Query) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R>> + Send,
    R: Into<Reply>,
{
    type Statement = Arc<str>;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Arc<str>>> {
        let Description { parameters, columns } = (self.handler.describe)(sql)?;
        let used = match self.language {
            Language::Sql => parameter_count(sql)?,
            Language::Other => 0,
        };
        let count = used.max(parameters.len()).max(hints.len());
        let specified = |types: &[Oid], index: usize| {
            types.get(index).copied().filter(|oid| *oid != Oid::UNSPECIFIED)
        };
        let types = (0..count).map(|index| {
            specified(hints, index).or_else(|| specified(&parameters, index)).unwrap_or(Oid::TEXT)
        });
        Ok(Prepared::new(Arc::from(sql), columns).parameters(types.collect::<Arc<[Oid]>>()))
    }

    async fn execute(&mut self, sql: &Arc<str>, run: Run) -> Result<Reply> {
        let query = Query { client: self.client.clone(), sql: sql.clone(), run };
        Ok((self.handler.answer)(query).await?.into())
    }

    fn language(&self) -> Language {
        self.language
    }
}

/// The highest `$n` in a text: how many parameters a statement has.
///
/// # Errors
///
/// 42P02 for a number that no Bind can reach: the protocol counts parameters in 16 bits.
pub fn parameter_count(sql: &str) -> Result<usize> {
    let mut highest = 0;
    for parameter in trunkline_sql::parameters(sql) {
        let number = parameter.number;
        let Some(reachable) = u16::try_from(number).ok().filter(|number| *number > 0) else {
            let message = format!("there is no parameter ${number}");
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
        };
        highest = highest.max(usize::from(reachable));
    }
    Ok(highest)
}

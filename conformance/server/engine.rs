//! The engine: it prepares and runs what `parse` reads.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};
use trunkline::types::{TextStyle, Value};
use trunkline::{
    Client, Column, Columns, CommandTag, CopyIn, CopyTarget, Engine, Oid, Params, PgError,
    Prepared, Progress, Reply, Result, RowBuf, RowSource, Rows, Run, Session, SqlState,
};

use crate::eval::{Scope, Types, number};
use crate::parse::{Expr, Query, parse};
use crate::tables::{Asked, Tables};

/// Serves one database to everybody.
pub(crate) struct Numbers {
    pub(crate) database: String,
}

/// A client's session.
pub(crate) struct Talk {
    client: Client,
    tables: Tables,
}

pub(crate) enum Statement {
    /// A query with the columns of its result.
    Numbers(Arc<Query>, Arc<[Column]>),
    Table(Asked),
}

impl Engine for Numbers {
    type Session = Talk;

    async fn open(&self, client: Client) -> Result<Talk> {
        let asked = &client.identity().database;
        if **asked == *self.database {
            return Ok(Talk { client, tables: Tables::default() });
        }
        let error = format!("database \"{asked}\" does not exist");
        Err(PgError::new(SqlState::INVALID_CATALOG_NAME, error))
    }
}

impl Session for Talk {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        if let Some(asked) = Asked::read(sql) {
            let columns = self.tables.columns(&asked)?.map_or(Columns::None, Columns::Known);
            return Ok(Prepared::new(Statement::Table(asked), columns));
        }
        let query = parse(sql)?;
        let mut types = Types { parameters: hints.to_vec(), column: None };
        if let Some(from) = &query.from {
            types.of(&from.first, Some(Oid::INT4))?;
            types.of(&from.last, Some(Oid::INT4))?;
            types.column = Some((&from.column, Oid::INT4));
        }
        let mut columns = Vec::new();
        for (index, row) in query.rows.iter().enumerate() {
            for (expression, name) in row {
                let oid = types.of(expression, None)?;
                if index == 0 {
                    let name = name.clone().unwrap_or_else(|| label(expression));
                    columns.push(Column::new(name, oid).typmod(typmod(expression)));
                }
            }
        }
        if let Some(filter) = &query.filter {
            types.of(filter, Some(Oid::BOOL))?;
        }
        if let Some(limit) = &query.limit {
            types.of(limit, Some(Oid::INT8))?;
        }
        let parameters = types.parameters;
        if let Some(index) = parameters.iter().position(|oid| *oid == Oid::UNSPECIFIED) {
            let error = format!("could not determine data type of parameter ${}", index + 1);
            return Err(PgError::new(SqlState::INDETERMINATE_DATATYPE, error));
        }
        let columns: Arc<[Column]> = columns.into();
        let statement = Statement::Numbers(Arc::new(query), columns.clone());
        Ok(Prepared::new(statement, Columns::Known(columns)).parameters(parameters))
    }

    async fn execute(&mut self, statement: &Statement, run: Run) -> Result<Reply> {
        let Run { params, style, .. } = run;
        let (query, columns) = match statement {
            Statement::Numbers(query, columns) => (query.clone(), columns.clone()),
            Statement::Table(asked) => return self.tables.run(asked),
        };
        let scope = Scope { params: &params, style: &style, row: 0 };
        let bound = |expression: &Expr| -> Result<i64> {
            Ok(number(&scope.value(expression)?).unwrap_or_default())
        };
        let (next, last) = match &query.from {
            Some(from) => (bound(&from.first)?, bound(&from.last)?),
            // What is constant fails before anything is sent.
            None => {
                for (expression, _) in query.rows.iter().flatten() {
                    scope.value(expression)?;
                }
                (1, i64::try_from(query.rows.len()).unwrap_or(i64::MAX))
            }
        };
        let left = query.limit.as_ref().map_or(Ok(i64::MAX), bound)?;
        let scan = Scan { query, params, style, next, last, left, asleep: None };
        Ok(Rows::from_source(columns, scan).into())
    }

    async fn copy_in(&mut self, target: CopyTarget<'_>) -> Result<CopyIn> {
        self.tables.copy_in(&target, self.client.style())
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        if Asked::read(sql).is_some() {
            return Ok(());
        }
        match parse(sql) {
            Err(error) if error.sqlstate() == SqlState::SYNTAX_ERROR => Err(error),
            _ => Ok(()),
        }
    }
}

/// What PostgreSQL calls a column that nobody has named.
fn label(expression: &Expr) -> String {
    match expression {
        Expr::Column(name, _) | Expr::Call(name, ..) => name.clone(),
        Expr::Cast(inner, oid, _) => match &**inner {
            Expr::Column(..) | Expr::Call(..) => label(inner),
            _ => match *oid {
                Oid::INT2 => "int2",
                Oid::INT4 => "int4",
                Oid::INT8 => "int8",
                Oid::BOOL => "bool",
                Oid::BYTEA => "bytea",
                Oid::FLOAT8 => "float8",
                Oid::VARCHAR => "varchar",
                _ => "text",
            }
            .into(),
        },
        _ => "?column?".into(),
    }
}

fn typmod(expression: &Expr) -> i32 {
    match expression {
        Expr::Cast(_, _, typmod) => *typmod,
        _ => -1,
    }
}

/// The rows from one number to another.
struct Scan {
    query: Arc<Query>,
    params: Params,
    style: Arc<TextStyle>,
    next: i64,
    last: i64,
    left: i64,
    asleep: Option<Pin<Box<Sleep>>>,
}

impl Scan {
    fn expressions(&self) -> &[(Expr, Option<String>)] {
        let index = match self.query.from {
            Some(_) => 0,
            None => usize::try_from(self.next - 1).unwrap_or_default(),
        };
        self.query.rows.get(index).map_or(&[], Vec::as_slice)
    }

    fn scope(&self) -> Scope<'_> {
        let row = i32::try_from(self.next).unwrap_or_default();
        Scope { params: &self.params, style: &self.style, row }
    }

    /// How long `pg_sleep` sleeps in this row.
    fn sleep(&self) -> Result<Option<Duration>> {
        for (expression, _) in self.expressions() {
            if let Expr::Call(name, arguments, _) = expression
                && let ("pg_sleep", [seconds]) = (name.as_str(), &arguments[..])
            {
                let seconds = number(&self.scope().value(seconds)?).unwrap_or_default();
                return Ok(Some(Duration::from_secs(seconds.try_into().unwrap_or_default())));
            }
        }
        Ok(None)
    }
}

impl RowSource for Scan {
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while !rows.is_full() {
            if self.next > self.last || self.left <= 0 {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            }
            let kept = match &self.query.filter {
                Some(filter) => self.scope().value(filter)? == Value::Bool(true),
                None => true,
            };
            if kept {
                if self.asleep.is_none() {
                    self.asleep = self.sleep()?.map(|time| Box::pin(sleep(time)));
                }
                if let Some(asleep) = &mut self.asleep {
                    std::task::ready!(asleep.as_mut().poll(cx));
                    self.asleep = None;
                }
                let scope = self.scope();
                rows.row(|row| {
                    for (expression, _) in self.expressions() {
                        row.value(&scope.value(expression)?)?;
                    }
                    Ok(())
                })?;
                self.left -= 1;
            }
            self.next += 1;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

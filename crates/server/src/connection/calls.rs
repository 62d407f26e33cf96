//! The calls of the engine that answer a statement, with an eye on the client.

use trunkline_core::{Oid, Prepared, Reply, Result, Run, Session};

use trunkline_sql::Span;

use super::watch::watch;
use super::{Connection, Plan, Statement, Stop};

impl<S: Session> Connection<S> {
    /// Has the engine parse and describe a statement.
    pub(crate) async fn prepared(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> Result<Prepared<S::Statement>, Stop> {
        let prepared = watch(&mut self.io, &self.entry, || self.session.prepare(sql, hints)).await;
        self.settled(prepared).await
    }

    /// Has the engine parse and describe a statement that stands in a text.
    pub(crate) async fn statement_within(
        &mut self,
        text: &str,
        span: Span,
        hints: &[Oid],
    ) -> Result<Statement<S::Statement>, Stop> {
        let prepared = self.prepared(span.text(text), hints).await;
        let prepared = prepared.map_err(|stop| stop.behind(text, span.start))?;
        Ok(Statement {
            plan: Plan::Engine(prepared.statement),
            parameters: prepared.parameters,
            columns: prepared.columns,
            length: span.len(),
        })
    }

    /// Has the engine run a statement.
    pub(crate) async fn executed(
        &mut self,
        statement: &S::Statement,
        run: Run,
    ) -> Result<Reply, Stop> {
        self.shield(Some(statement)).await?;
        let (io, session) = (&mut self.io, &mut self.session);
        let reply = watch(io, &self.entry, || session.execute(statement, run)).await;
        self.settled(reply).await
    }
}

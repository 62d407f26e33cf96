//! The calls of the engine that answer a statement, with an eye on the client.

use trunkline_core::{Access, Oid, PgError, Prepared, Reply, Result, Run, Session, Terms};

use trunkline_sql::Span;

use super::inventory::{Origin, Plans};
use super::watch::watch;
use super::{Connection, Plan, Statement, Stop};

impl<S: Session> Connection<S> {
    /// Has the engine parse and describe a statement.
    pub(crate) async fn prepared(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> Result<Prepared<S::Statement>, Stop> {
        let explained = self.explained(sql)?;
        let text = explained.as_deref().unwrap_or(sql);
        let prepared = watch(&mut self.io, &self.entry, || self.session.prepare(text, hints)).await;
        // Places of another text than the client's are none.
        let prepared = match explained {
            Some(_) => prepared.map(|done| done.map_err(PgError::unplaced)),
            None => prepared,
        };
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
        prepared
            .map(|prepared| statement(prepared, text))
            .map_err(|stop| stop.behind(text, span.start))
    }

    /// The same of the query of a cursor.
    pub(crate) async fn cursor_within(
        &mut self,
        text: &str,
        span: Span,
        hints: &[Oid],
    ) -> Result<Statement<S::Statement>, Stop> {
        let (io, session, sql) = (&mut self.io, &mut self.session, span.text(text));
        let prepared = watch(io, &self.entry, || session.prepare_cursor(sql, hints)).await;
        let prepared = self.settled(prepared).await;
        prepared
            .map(|prepared| statement(prepared, text))
            .map_err(|stop| stop.behind(text, span.start))
    }

    /// Has the engine plan a statement once more.
    pub(super) async fn planned_again(&mut self, statement: &S::Statement) -> Result<(), Stop> {
        let (io, session) = (&mut self.io, &mut self.session);
        let planned = watch(io, &self.entry, || session.plan_again(statement)).await;
        self.settled(planned).await
    }

    /// Has the engine run a statement.
    pub(crate) async fn executed(
        &mut self,
        (statement, terms): (&S::Statement, &Terms),
        mut run: Run,
    ) -> Result<Reply, Stop> {
        if let Some(row) = &terms.current_of {
            run.row = Some(self.portals.current_row(row)?);
        }
        run.inventory = terms.shows_inventory.then(|| self.inventory());
        if terms.access == Access::Writes {
            self.shield(Some(statement)).await?;
        }
        let (io, session) = (&mut self.io, &mut self.session);
        let reply = watch(io, &self.entry, || session.execute(statement, run)).await;
        self.settled(reply).await
    }
}

fn statement<S>(prepared: Prepared<S>, text: &str) -> Statement<S> {
    Statement {
        plan: Plan::Engine(prepared.statement, prepared.terms),
        parameters: prepared.parameters,
        columns: prepared.columns,
        key: prepared.key,
        origin: Origin::of(text),
        plans: Plans::default(),
    }
}

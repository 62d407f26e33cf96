//! The calls of the engine that answer a statement, with an eye on the client.

use trunkline_core::{Oid, Prepared, Reply, Result, Run, Session};

use super::watch::watch;
use super::{Connection, Stop};

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

    /// Has the engine plan a statement once more.
    pub(super) async fn planned_again(&mut self, statement: &S::Statement) -> Result<(), Stop> {
        let (io, session) = (&mut self.io, &mut self.session);
        let planned = watch(io, &self.entry, || session.plan_again(statement)).await;
        self.settled(planned).await
    }

    /// Has the engine run a statement.
    pub(crate) async fn executed(
        &mut self,
        statement: &S::Statement,
        run: Run,
    ) -> Result<Reply, Stop> {
        let (io, session) = (&mut self.io, &mut self.session);
        let reply = watch(io, &self.entry, || session.execute(statement, run)).await;
        self.settled(reply).await
    }
}

//! Descriptions of what cannot be described before it runs.

use std::sync::Arc;

use trunkline_core::{Column, Columns, Params, PgError, Reply, Run, Session};
use trunkline_proto::backend::Event;
use trunkline_proto::message::{Describe, PgStr, Target};

use super::extended::describe_columns;
use super::portals::{PortalState, Statement};
use super::values::ResultFormats;
use super::{Connection, Next, Stop};

/// A statement without parameters that is to be described. Whether it may run for that is said by what the
/// client sends next: a Bind of it, or not.
pub(super) struct Describing<S> {
    name: Box<str>,
    statement: Arc<Statement<S>>,
}

/// What became of a statement that was run to describe it: its columns, and how far its portal is.
pub(super) type Described = (Columns, PortalState);

impl<S: Session> Connection<S> {
    /// Runs what cannot be described before it runs.
    ///
    /// A portal is run once: the Execute that follows takes what came of it. A statement that has parameters
    /// has no values yet, and the engine says what becomes of it then; one that has none waits for the next message.
    pub(super) async fn describe_by_running(
        &mut self,
        describe: &Describe<PgStr<&[u8]>>,
    ) -> Result<(), Stop> {
        let name = &*self.text(describe.name.as_bytes())?;
        if describe.target == Target::Statement {
            let statement = self.statements.get(name)?.clone();
            if statement.parameters.is_empty() {
                self.describing = Some(Box::new(Describing { name: name.into(), statement }));
                return Ok(());
            }
            let params = Params::unbound(statement.parameters.clone());
            return self.describe_run(&statement, params).await.map(drop);
        }
        let portal = self.portals.get(name)?;
        let PortalState::Ready(params) = &portal.state else {
            return Err(PgError::internal("the portal runs already").into());
        };
        let (run, statement) = (portal.run(params.clone()), portal.statement.clone());
        let (formats, style) = (portal.formats.clone(), portal.style.clone());
        self.enter_pipeline(false);
        let reply = self.run(&statement, run, &mut &[][..]).await?;
        let portal = self.portals.get(name)?;
        (portal.columns, portal.state) = begun(reply);
        let columns = known(&portal.columns).cloned();
        let speech = (&style.types, self.encoding());
        let (protocol, output) = (&mut self.protocol, self.io.output());
        describe_columns(protocol, output, columns.as_ref(), &formats, speech)
    }

    /// Describes the statement that has waited for this message, or for one that cannot be read; whether the
    /// message is to be heard, for behind an error all but a Sync and the last words are skipped.
    ///
    /// Where it is bound now, it runs once, and its portal takes what comes of it.
    pub(super) async fn describe_before(
        &mut self,
        event: Option<&Event<&[u8]>>,
    ) -> Result<bool, Stop> {
        let Some(waiting) = self.describing.take() else { return Ok(true) };
        let is_bound = match event {
            Some(Event::Bind(bind)) => self.text(bind.statement())? == *waiting.name,
            _ => false,
        };
        let params = match is_bound {
            true => Params::default(),
            false => Params::unbound(waiting.statement.parameters.clone()),
        };
        if is_bound {
            self.enter_pipeline(false);
        }
        match self.describe_run(&waiting.statement, params).await {
            Ok(described) => {
                self.described = is_bound.then(|| Box::new(described));
                Ok(true)
            }
            Err(stop) => match self.answered(Err(stop)).await {
                Next::Go => Ok(matches!(event, Some(Event::Sync | Event::Terminate))),
                Next::Close => Err(Stop::Gone),
            },
        }
    }

    async fn describe_run(
        &mut self,
        statement: &Statement<S::Statement>,
        params: Params,
    ) -> Result<Described, Stop> {
        let style = self.style();
        let run = Run::new(params, style.clone());
        let described = begun(self.run(statement, run, &mut &[][..]).await?);
        let columns = known(&described.0).cloned();
        let speech = (&style.types, self.encoding());
        let (protocol, output) = (&mut self.protocol, self.io.output());
        let formats = ResultFormats::default();
        describe_columns(protocol, output, columns.as_ref(), &formats, speech)?;
        Ok(described)
    }
}

/// What the Execute that follows takes: rows, or that it is done.
fn begun(reply: Reply) -> Described {
    match reply {
        Reply::Rows(rows) => (Columns::Known(rows.columns().clone()), PortalState::Described(rows)),
        Reply::Done(tag) => (Columns::AfterBind, PortalState::DescribedDone(tag)),
        _ => (Columns::AfterBind, PortalState::Done),
    }
}

fn known(columns: &Columns) -> Option<&Arc<[Column]>> {
    match columns {
        Columns::Known(columns) => Some(columns),
        Columns::None | Columns::AfterBind => None,
    }
}

//! The session layer: statements that belong to the session, not to the data, answered for every
//! engine.

mod blocks;
mod coerce;
mod copy;
pub(crate) mod cursor;
mod explain;
pub(crate) mod notify;
pub(crate) mod prepare;
mod settings;
pub(crate) mod transaction;

use std::sync::Arc;

use trunkline_core::{
    Columns, CommandTag, Format, Formats, Oid, PgError, Reply, Result, Run, Session,
};
use trunkline_sql::Statement;
use trunkline_sql::statement::{Constraints, Declare, Discard, SessionStatement, Which};

use crate::connection::watch::watch;
use crate::connection::{Connection, Stop};
use crate::options::cut_name;

impl<S: Session> Connection<S> {
    /// The shape of what a session's statement returns.
    pub(crate) fn command_columns(&self, command: &SessionStatement) -> Columns {
        match command {
            SessionStatement::Show(what) => Columns::Known(settings::show_columns(what)),
            SessionStatement::Execute(execute) => self.execute_columns(execute),
            SessionStatement::Fetch(fetch) => {
                let portal = self.portals.find(&fetch.cursor);
                portal.map_or(Columns::None, |portal| portal.columns.clone())
            }
            _ => Columns::None,
        }
    }

    /// The formats in which a simple query gets what a session's statement returns.
    pub(crate) fn command_formats(&self, command: &SessionStatement) -> Formats {
        let portal = match command {
            SessionStatement::Fetch(fetch) => self.portals.find(&fetch.cursor),
            _ => None,
        };
        match portal {
            Some(portal) if portal.options.is_binary => Formats::All(Format::Binary),
            _ => Formats::default(),
        }
    }

    /// The types of the parameters that a session's statement has, of which the client declared some.
    pub(crate) async fn command_parameters(
        &mut self,
        command: &SessionStatement,
        source: &str,
        hints: &[Oid],
    ) -> Result<Arc<[Oid]>, Stop> {
        let SessionStatement::Declare(Declare { query, .. }) = command else {
            return Ok(hints.into());
        };
        Ok(self.statement_within(source, *query, hints).await?.parameters)
    }

    /// Tells of the names in a session's statement that are too long; an engine does so of its own.
    pub(crate) fn tell_of_long_names(&self, statement: &Statement<'_>) {
        statement
            .long_names()
            .filter_map(|name| cut_name(&name))
            .for_each(|notice| self.client.notify(notice));
    }

    /// Answers a session's statement, which stands in `source`; `ahead` is what the client has sent behind it,
    /// of which a COPY takes its data.
    pub(crate) async fn command(
        &mut self,
        command: &SessionStatement,
        source: &str,
        run: Run,
        ahead: &mut &[u8],
    ) -> Result<Reply, Stop> {
        use SessionStatement as Command;
        match command {
            Command::Set(set) => self.set(set)?,
            Command::SetTransaction(modes) => self.set_transaction(*modes)?,
            Command::SetTransactionSnapshot(id) => return Err(self.no_snapshot(id).into()),
            Command::SetSessionCharacteristics(modes) => self.set_characteristics(*modes)?,
            Command::Reset(what) => self.reset(what)?,
            Command::Show(what) => return Ok(self.show(what)?),
            Command::Begin(modes) | Command::StartTransaction(modes) => self.begin(*modes).await?,
            Command::Commit { chain } => return self.commit(*chain).await,
            Command::Rollback { chain } => self.rollback(*chain).await?,
            Command::Savepoint(name) => self.savepoint(name).await?,
            Command::Release(name) => self.release(name).await?,
            Command::RollbackTo(name) => self.rollback_to(name).await?,
            Command::Discard(what) => self.discard(*what).await?,
            Command::Deallocate(what) => self.deallocate(what)?,
            Command::Listen(channel) => self.listen(channel)?,
            Command::Unlisten(what) => self.unlisten(what),
            Command::Notify { channel, payload } => {
                self.notify(channel, payload.as_deref().unwrap_or_default()).await?;
            }
            Command::Prepare(prepare) => self.prepare_statement(prepare, source).await?,
            Command::Execute(execute) => {
                return self.execute_statement(execute, source, run, ahead).await;
            }
            Command::Declare(declare) => self.declare(declare, source, run).await?,
            Command::Fetch(fetch) => return self.fetch(fetch).await,
            Command::Move(fetch) => return self.move_cursor(fetch).await,
            Command::Close(what) => self.close_cursor(what)?,
            Command::SetConstraints(constraints) => self.set_constraints(constraints).await?,
            Command::PrepareTransaction(_) => return self.prepare_transaction().await,
            Command::CommitPrepared(name) | Command::RollbackPrepared(name) => {
                return Err(self.no_prepared_transaction(command.command_tag(), name).into());
            }
            Command::Copy(copy) => return self.copy(copy, source, ahead).await,
            other => {
                let message = format!("{} is not supported", other.command_tag());
                return Err(PgError::unsupported(message).into());
            }
        }
        Ok(CommandTag::new(command.command_tag()).into())
    }

    async fn set_constraints(&mut self, constraints: &Constraints) -> Result<(), Stop> {
        self.warn_unless_shared("SET CONSTRAINTS");
        self.enter_statement().await?;
        let (io, session) = (&mut self.io, &mut self.session);
        let set = watch(io, &self.entry, || session.set_constraints(constraints)).await;
        self.settled(set).await
    }

    async fn discard(&mut self, what: Discard) -> Result<(), Stop> {
        if what != Discard::All {
            self.enter_statement().await?;
            return self.discarded(what).await;
        }
        if self.transaction.is_shared() {
            return Err(transaction::cannot_run_inside("DISCARD ALL").into());
        }
        self.portals.close_all();
        self.statements.close_named();
        self.unlisten(&Which::All);
        self.client.settings().discard();
        self.entry.locks().unlock_all(self.entry.pid());
        self.discarded(what).await?;
        // Ahead of other statements it does not wait for them.
        self.keep().await
    }

    /// Has the engine throw away what it keeps for the session.
    async fn discarded(&mut self, what: Discard) -> Result<(), Stop> {
        if what == Discard::Temp {
            self.admit_beside(None).await?;
        }
        self.shield(None).await?;
        let (io, session) = (&mut self.io, &mut self.session);
        let discarded = watch(io, &self.entry, || session.discard(what)).await;
        self.settled(discarded).await
    }

    fn deallocate(&mut self, what: &Which) -> Result<()> {
        match what {
            Which::All => self.statements.close_named(),
            Which::Named(name) => {
                // Asks first: a name that is not there is an error here, unlike in Close.
                self.statements.get(name)?;
                self.statements.close(name);
            }
        }
        Ok(())
    }
}

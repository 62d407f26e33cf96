//! The session layer: statements that belong to the session, not to the data, answered for every
//! engine.

mod blocks;
mod copy;
mod settings;
pub(crate) mod transaction;

use trunkline_core::{Columns, CommandTag, PgError, Reply, Result, Session};
use trunkline_sql::statement::{Discard, SessionStatement, Which};

use crate::connection::{Connection, Stop};

impl<S: Session> Connection<S> {
    /// The shape of what a session's statement returns.
    pub(crate) fn command_columns(&self, command: &SessionStatement) -> Columns {
        match command {
            SessionStatement::Show(what) => Columns::Known(settings::show_columns(what)),
            _ => Columns::None,
        }
    }

    /// Answers a session's statement.
    pub(crate) async fn command(&mut self, command: &SessionStatement) -> Result<Reply, Stop> {
        use SessionStatement as Command;
        match command {
            Command::Set(set) => self.set(set)?,
            Command::SetTransaction(modes) => self.set_transaction(*modes)?,
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
            // There are no constraints to defer, no cursors to close, no channels to leave.
            Command::SetConstraints(_) => self.warn_unless_shared("SET CONSTRAINTS"),
            Command::Close(Which::All) | Command::Unlisten(_) => {}
            Command::PrepareTransaction(_) => return self.prepare_transaction().await,
            Command::Copy(copy) => return Err(copy::refuse(copy).into()),
            other => {
                let message = format!("{} is not supported", other.command_tag());
                return Err(PgError::unsupported(message).into());
            }
        }
        Ok(CommandTag::new(command.command_tag()).into())
    }

    async fn discard(&mut self, what: Discard) -> Result<(), Stop> {
        if what != Discard::All {
            return Ok(());
        }
        if self.transaction.is_shared() {
            return Err(transaction::cannot_run_inside("DISCARD ALL").into());
        }
        self.portals.close_all();
        self.statements.close_named();
        self.client.settings().discard();
        // Ahead of other statements it does not wait for them.
        self.keep().await
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

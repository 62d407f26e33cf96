//! The session layer: statements that belong to the session, not to the data, answered for every
//! engine.

mod blocks;
mod settings;
pub(crate) mod transaction;

use trunkline_core::{Columns, CommandTag, PgError, Reply, Result, Session};
use trunkline_sql::statement::{Deallocate, Discard, SessionStatement};

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
            Command::Set { .. } | Command::Reset(_) => Ok(self.set(command)?),
            Command::Show(what) => Ok(self.show(what)?),
            Command::Begin { start, modes } => self.begin(*start, modes).await,
            Command::Commit { chain } => self.commit(*chain).await,
            Command::Rollback { chain } => self.rollback(*chain).await,
            Command::Savepoint(name) => self.savepoint(name).await,
            Command::Release(name) => self.release(name).await,
            Command::RollbackTo(name) => self.rollback_to(name).await,
            Command::Discard(what) => Ok(self.discard(*what)?),
            Command::Deallocate(what) => Ok(self.deallocate(what)?),
            // There are no cursors and no channels yet: nothing to close, nothing to leave.
            Command::Close(None) => Ok(CommandTag::new("CLOSE CURSOR ALL").into()),
            Command::Unlisten(_) => Ok(CommandTag::new("UNLISTEN").into()),
            other => Err(PgError::unsupported(format!("{} is not supported", other.verb())).into()),
        }
    }

    fn discard(&mut self, what: Discard) -> Result<Reply> {
        if what == Discard::All {
            if self.transaction.is_block() || self.transaction.is_implicit() {
                return Err(transaction::cannot_run_inside("DISCARD ALL"));
            }
            self.portals.close_all();
            self.statements.close_all();
            self.client.settings().reset_all();
        }
        Ok(CommandTag::new(match what {
            Discard::All => "DISCARD ALL",
            Discard::Plans => "DISCARD PLANS",
            Discard::Sequences => "DISCARD SEQUENCES",
            Discard::Temp => "DISCARD TEMP",
        })
        .into())
    }

    fn deallocate(&mut self, what: &Deallocate) -> Result<Reply> {
        match what {
            Deallocate::All => {
                self.statements.close_all();
                Ok(CommandTag::new("DEALLOCATE ALL").into())
            }
            Deallocate::Name(name) => {
                // Asks first: a name that is not there is an error here, unlike in Close.
                self.statements.get(name)?;
                self.statements.close(name);
                Ok(CommandTag::new("DEALLOCATE").into())
            }
        }
    }
}

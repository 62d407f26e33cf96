//! The state of the transaction: what ReadyForQuery says and which statements are let in.

use trunkline_core::{PgError, Result, SqlState};
use trunkline_proto::backend::TransactionStatus;
use trunkline_sql::statement::SessionStatement;

/// Where a session stands.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    block: Block,
    savepoints: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Block {
    /// Each statement is a transaction of its own.
    #[default]
    None,
    /// Statements of one string or pipeline, without BEGIN: one transaction that ends with them.
    Implicit,
    /// After BEGIN.
    Open,
    /// After an error within a block: nothing but its end is let in.
    Failed,
}

impl Transaction {
    /// What ReadyForQuery says.
    pub(crate) fn status(&self) -> TransactionStatus {
        match self.block {
            Block::None | Block::Implicit => TransactionStatus::Idle,
            Block::Open => TransactionStatus::InTransaction,
            Block::Failed => TransactionStatus::Failed,
        }
    }

    /// Whether BEGIN was said.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self.block, Block::Open | Block::Failed)
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.block == Block::Failed
    }

    pub(crate) fn is_implicit(&self) -> bool {
        self.block == Block::Implicit
    }

    /// Lets an engine's statement in, unless the block has failed.
    pub(crate) fn admit(&self) -> Result<()> {
        match self.block {
            Block::Failed => Err(PgError::new(
                SqlState::IN_FAILED_SQL_TRANSACTION,
                "current transaction is aborted, commands ignored until end of transaction block",
            )),
            _ => Ok(()),
        }
    }

    /// Lets a session's statement in: those that end a block always.
    pub(crate) fn admit_command(&self, command: &SessionStatement) -> Result<()> {
        match command {
            SessionStatement::Commit { .. }
            | SessionStatement::Rollback { .. }
            | SessionStatement::RollbackTo { .. } => Ok(()),
            _ => self.admit(),
        }
    }

    /// Something went wrong: a block can only be left now.
    pub(crate) fn fail(&mut self) {
        if self.block == Block::Open {
            self.block = Block::Failed;
        }
    }

    /// More statements follow in the same string.
    pub(crate) fn begin_implicit(&mut self) {
        if self.block == Block::None {
            self.block = Block::Implicit;
        }
    }

    pub(crate) fn open(&mut self) {
        self.block = Block::Open;
    }

    pub(crate) fn end(&mut self) {
        self.block = Block::None;
        self.savepoints.clear();
    }

    pub(crate) fn savepoint(&mut self, name: &str) {
        self.savepoints.push(name.into());
    }

    /// Forgets a savepoint and those after it.
    ///
    /// # Errors
    ///
    /// 3B001 if there is none of this name.
    pub(crate) fn release(&mut self, name: &str) -> Result<()> {
        let place = self.find(name)?;
        self.savepoints.truncate(place);
        Ok(())
    }

    /// Goes back to a savepoint, which stays, and forgets those after it.
    ///
    /// # Errors
    ///
    /// 3B001 if there is none of this name.
    pub(crate) fn rollback_to(&mut self, name: &str) -> Result<()> {
        let place = self.find(name)?;
        self.savepoints.truncate(place + 1);
        self.block = Block::Open;
        Ok(())
    }

    /// The newest savepoint of a name: an older one of the same name is hidden by it.
    pub(crate) fn find(&self, name: &str) -> Result<usize> {
        self.savepoints.iter().rposition(|known| &**known == name).ok_or_else(|| {
            PgError::new(
                SqlState::S_E_INVALID_SPECIFICATION,
                format!("savepoint \"{name}\" does not exist"),
            )
        })
    }
}

/// A command that is a transaction of its own.
pub(crate) fn cannot_run_inside(command: &str) -> PgError {
    PgError::new(
        SqlState::ACTIVE_SQL_TRANSACTION,
        format!("{command} cannot run inside a transaction block"),
    )
}

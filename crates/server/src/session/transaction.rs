//! The state of the transaction: what ReadyForQuery says and which statements are let in.

use trunkline_core::settings::Settings;
use trunkline_core::{PgError, Result, SqlState};
use trunkline_proto::backend::TransactionStatus;
use trunkline_sql::statement::{BlockRule, SessionStatement, TransactionModes};

/// Where a session stands.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    block: Block,
    /// Whether the engine was told that a transaction began, and waits to hear of its end.
    begun: bool,
    /// Whether the engine has run a statement in it.
    queried: bool,
    savepoints: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Block {
    /// Each statement is a transaction of its own.
    #[default]
    None,
    /// The first statement of a pipeline, which counts as on its own: nobody knows what follows.
    First,
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
            Block::None | Block::First => TransactionStatus::Idle,
            Block::Implicit | Block::Open => TransactionStatus::InTransaction,
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

    /// Whether a transaction is open that ends with its string or pipeline.
    pub(crate) fn is_implicit(&self) -> bool {
        matches!(self.block, Block::First | Block::Implicit)
    }

    /// Whether a transaction goes on behind the statement that runs.
    pub(crate) fn is_open(&self) -> bool {
        self.block != Block::None
    }

    /// Whether other statements share the transaction of this one.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self.block, Block::None | Block::First)
    }

    /// Whether the engine was told that a transaction began.
    pub(crate) fn is_begun(&self) -> bool {
        self.begun
    }

    /// Whether the engine was told.
    pub(crate) fn set_begun(&mut self, begun: bool) {
        self.begun = begun;
    }

    /// Whether the engine has run a statement in it.
    pub(crate) fn is_queried(&self) -> bool {
        self.queried
    }

    /// The engine runs a statement.
    pub(crate) fn set_queried(&mut self) {
        self.queried = self.is_open();
    }

    /// Lets SET TRANSACTION in: what a query has seen cannot be changed behind it.
    ///
    /// # Errors
    ///
    /// 25001, in PostgreSQL's words.
    pub(crate) fn admit_modes(&self, modes: TransactionModes, settings: &Settings) -> Result<()> {
        if !self.queried {
            return Ok(());
        }
        let now = settings.transaction_modes();
        let late = if modes.isolation.is_some() && modes.isolation != now.isolation {
            "SET TRANSACTION ISOLATION LEVEL must be called before any query"
        } else if modes.read_only == Some(false) && now.read_only == Some(true) {
            "transaction read-write mode must be set before any query"
        } else if modes.deferrable.is_some() {
            "SET TRANSACTION [NOT] DEFERRABLE must be called before any query"
        } else {
            return Ok(());
        };
        Err(PgError::new(SqlState::ACTIVE_SQL_TRANSACTION, late))
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
            | SessionStatement::RollbackTo { .. }
            | SessionStatement::PrepareTransaction(_) => Ok(()),
            _ => self.admit(),
        }
    }

    /// Lets an engine's statement in that has to be a transaction of its own, or within one of several.
    ///
    /// # Errors
    ///
    /// 25001 and 25P01, in PostgreSQL's words.
    pub(crate) fn admit_by_rule(&self, sql: &str) -> Result<()> {
        match BlockRule::of(sql) {
            Some(BlockRule::Outside(command)) if self.is_shared() => {
                Err(cannot_run_inside(command))
            }
            Some(BlockRule::Within(command)) if !self.is_shared() => Err(only_in_blocks(command)),
            _ => Ok(()),
        }
    }

    /// Something went wrong: a block can only be left now.
    pub(crate) fn fail(&mut self) {
        if self.block == Block::Open {
            self.block = Block::Failed;
        }
    }

    /// A string has several statements, of which one is about to run.
    pub(crate) fn enter_string(&mut self) {
        self.block = match self.block {
            Block::None | Block::First => Block::Implicit,
            other => other,
        };
    }

    /// A statement is about to run, and behind it more may follow before the Sync.
    pub(crate) fn enter_pipeline(&mut self) {
        self.block = match self.block {
            Block::None => Block::First,
            Block::First => Block::Implicit,
            other => other,
        };
    }

    pub(crate) fn open(&mut self) {
        self.block = Block::Open;
        self.begun = true;
    }

    /// The transaction is over; says whether the engine has to hear of it.
    pub(crate) fn end(&mut self) -> bool {
        std::mem::take(self).begun
    }

    /// How many savepoints there are.
    pub(crate) fn depth(&self) -> usize {
        self.savepoints.len()
    }

    pub(crate) fn savepoint(&mut self, name: &str) {
        self.savepoints.push(name.into());
    }

    /// Forgets the savepoint at a place and those after it.
    pub(crate) fn release(&mut self, place: usize) {
        self.savepoints.truncate(place);
    }

    /// Goes back to the savepoint at a place, which stays, and forgets those after it.
    pub(crate) fn rollback_to(&mut self, place: usize) {
        self.savepoints.truncate(place.saturating_add(1));
        self.block = Block::Open;
    }

    /// The place of the newest savepoint of a name: an older one of the same name is hidden by it.
    ///
    /// # Errors
    ///
    /// 3B001 if there is none of this name.
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

/// A command that means nothing outside of a transaction of several.
pub(crate) fn only_in_blocks(command: &str) -> PgError {
    PgError::new(
        SqlState::NO_ACTIVE_SQL_TRANSACTION,
        format!("{command} can only be used in transaction blocks"),
    )
}

//! The session statements, as values.

use super::{Constraints, Copy, Declare, Execute, Fetch, Prepare, Set, TransactionModes};

/// A statement that belongs to the session, not to the data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionStatement {
    /// `SET`, in all forms that give one setting a value.
    Set(Set),
    /// `SET TRANSACTION …`: the modes of this transaction.
    SetTransaction(TransactionModes),
    /// `SET TRANSACTION SNAPSHOT 'id'`.
    SetTransactionSnapshot(String),
    /// `SET SESSION CHARACTERISTICS AS TRANSACTION …`: the modes of transactions to come.
    SetSessionCharacteristics(TransactionModes),
    /// `SET CONSTRAINTS`.
    SetConstraints(Constraints),
    /// `RESET`.
    Reset(Which),
    /// `SHOW`.
    Show(Which),
    /// `BEGIN`.
    Begin(TransactionModes),
    /// `START TRANSACTION`.
    StartTransaction(TransactionModes),
    /// `COMMIT` or `END`.
    Commit {
        /// `AND CHAIN`: a new transaction with the same modes begins at once.
        chain: bool,
    },
    /// `ROLLBACK` or `ABORT`.
    Rollback {
        /// `AND CHAIN`: a new transaction with the same modes begins at once.
        chain: bool,
    },
    /// `SAVEPOINT name`.
    Savepoint(String),
    /// `RELEASE [ SAVEPOINT ] name`.
    Release(String),
    /// `ROLLBACK TO [ SAVEPOINT ] name`.
    RollbackTo(String),
    /// `PREPARE TRANSACTION 'id'`.
    PrepareTransaction(String),
    /// `COMMIT PREPARED 'id'`.
    CommitPrepared(String),
    /// `ROLLBACK PREPARED 'id'`.
    RollbackPrepared(String),
    /// `DISCARD`.
    Discard(Discard),
    /// `PREPARE name AS …`.
    Prepare(Prepare),
    /// `EXECUTE name`.
    Execute(Execute),
    /// `DEALLOCATE`.
    Deallocate(Which),
    /// `DECLARE name CURSOR FOR …`.
    Declare(Declare),
    /// `FETCH`.
    Fetch(Fetch),
    /// `MOVE`: a FETCH that returns no rows.
    Move(Fetch),
    /// `CLOSE`.
    Close(Which),
    /// `LISTEN channel`.
    Listen(String),
    /// `NOTIFY`.
    Notify {
        /// The channel to notify.
        channel: String,
        /// What to tell its listeners.
        payload: Option<String>,
    },
    /// `UNLISTEN`.
    Unlisten(Which),
    /// `COPY`.
    Copy(Box<Copy>),
}

impl SessionStatement {
    /// The command tag without its count, as `CommandComplete` gives it on success.
    ///
    /// `FETCH`, `MOVE` and `COPY` are followed by a count; for `EXECUTE` PostgreSQL sends the tag
    /// of the prepared statement instead, for a COMMIT that finds its transaction failed `ROLLBACK`.
    pub fn command_tag(&self) -> &'static str {
        match self {
            Self::Set(_)
            | Self::SetTransaction(_)
            | Self::SetTransactionSnapshot(_)
            | Self::SetSessionCharacteristics(_) => "SET",
            Self::SetConstraints(_) => "SET CONSTRAINTS",
            Self::Reset(_) => "RESET",
            Self::Show(_) => "SHOW",
            Self::Begin(_) => "BEGIN",
            Self::StartTransaction(_) => "START TRANSACTION",
            Self::Commit { .. } => "COMMIT",
            Self::Rollback { .. } | Self::RollbackTo(_) => "ROLLBACK",
            Self::Savepoint(_) => "SAVEPOINT",
            Self::Release(_) => "RELEASE",
            Self::PrepareTransaction(_) => "PREPARE TRANSACTION",
            Self::CommitPrepared(_) => "COMMIT PREPARED",
            Self::RollbackPrepared(_) => "ROLLBACK PREPARED",
            Self::Discard(Discard::All) => "DISCARD ALL",
            Self::Discard(Discard::Plans) => "DISCARD PLANS",
            Self::Discard(Discard::Sequences) => "DISCARD SEQUENCES",
            Self::Discard(Discard::Temp) => "DISCARD TEMP",
            Self::Prepare(_) => "PREPARE",
            Self::Execute(_) => "EXECUTE",
            Self::Deallocate(Which::All) => "DEALLOCATE ALL",
            Self::Deallocate(Which::Named(_)) => "DEALLOCATE",
            Self::Declare(_) => "DECLARE CURSOR",
            Self::Fetch(_) => "FETCH",
            Self::Move(_) => "MOVE",
            Self::Close(Which::All) => "CLOSE CURSOR ALL",
            Self::Close(Which::Named(_)) => "CLOSE CURSOR",
            Self::Listen(_) => "LISTEN",
            Self::Notify { .. } => "NOTIFY",
            Self::Unlisten(_) => "UNLISTEN",
            Self::Copy(_) => "COPY",
        }
    }
}

/// One thing by its name, or all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// `ALL`, or `*` for UNLISTEN.
    All,
    /// The thing of this name.
    Named(String),
}

/// What DISCARD throws away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discard {
    /// Everything of the session, as if it had just begun.
    All,
    /// Cached query plans.
    Plans,
    /// Cached values of sequences.
    Sequences,
    /// Temporary tables.
    Temp,
}

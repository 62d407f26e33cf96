//! The settings that belong to one transaction: what SET TRANSACTION sets.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-set-transaction.html>.

use trunkline_proto::SqlState;
use trunkline_sql::statement::{IsolationLevel, TransactionModes};

use super::definition::Definition;
use crate::error::{PgError, Result};

/// A setting that begins with each transaction as its `default_…` is, and ends with it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Isolation,
    ReadOnly,
    Deferrable,
}

impl Mode {
    pub(super) fn of(definition: &Definition) -> Option<Mode> {
        match definition.name.strip_prefix("transaction_")? {
            "isolation" => Some(Mode::Isolation),
            "read_only" => Some(Mode::ReadOnly),
            "deferrable" => Some(Mode::Deferrable),
            _ => None,
        }
    }
}

/// The modes of a transaction.
#[derive(Clone, Debug)]
pub(super) struct Modes {
    isolation: IsolationLevel,
    deferrable: bool,
    /// The depth at which it was said: with its savepoint it goes, even by RELEASE.
    read_only_since: Option<usize>,
}

impl Modes {
    /// Those of a transaction that begins, by what the settings `default_transaction_…` have been
    /// set to.
    pub(super) fn new<'v>(default: impl Fn(&'static str) -> Option<&'v str>) -> Modes {
        let is_on = |name| default(name) == Some("on");
        let isolation = default("default_transaction_isolation").and_then(level);
        Modes {
            isolation: isolation.unwrap_or(IsolationLevel::ReadCommitted),
            deferrable: is_on("default_transaction_deferrable"),
            read_only_since: is_on("default_transaction_read_only").then_some(BLOCK),
        }
    }

    pub(super) fn shown(&self, mode: Mode) -> &'static str {
        let on = |on| if on { "on" } else { "off" };
        match mode {
            Mode::Isolation => self.isolation.as_str(),
            Mode::ReadOnly => on(self.read_only_since.is_some()),
            Mode::Deferrable => on(self.deferrable),
        }
    }

    pub(super) fn as_said(&self) -> TransactionModes {
        let mut modes = TransactionModes::default();
        modes.isolation = Some(self.isolation);
        modes.read_only = Some(self.read_only_since.is_some());
        modes.deferrable = Some(self.deferrable);
        modes
    }

    /// Sets a mode to a value as SHOW prints it.
    ///
    /// # Errors
    ///
    /// 25001 for what a savepoint comes too late for.
    pub(super) fn set(&mut self, mode: Mode, value: &str, depth: usize) -> Result<()> {
        let too_late = |message| Err(PgError::new(SqlState::ACTIVE_SQL_TRANSACTION, message));
        let (in_savepoint, on) = (depth > BLOCK, value == "on");
        match mode {
            Mode::Isolation if value == self.isolation.as_str() => {}
            Mode::Isolation if in_savepoint => {
                return too_late(
                    "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction",
                );
            }
            Mode::Isolation => self.isolation = level(value).unwrap_or(self.isolation),
            Mode::Deferrable if in_savepoint => {
                return too_late(
                    "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction",
                );
            }
            Mode::Deferrable => self.deferrable = on,
            Mode::ReadOnly if on == self.read_only_since.is_some() => {}
            Mode::ReadOnly if !on && in_savepoint => {
                return too_late(
                    "cannot set transaction read-write mode inside a read-only transaction",
                );
            }
            Mode::ReadOnly => self.read_only_since = on.then_some(depth),
        }
        Ok(())
    }

    /// Lets a mode be set in a transaction that has run a query.
    ///
    /// # Errors
    ///
    /// 25001 for what that comes too late for.
    pub(super) fn admit_after_query(&self, mode: Mode, value: &str) -> Result<()> {
        let late = match mode {
            Mode::Isolation if value != self.isolation.as_str() => {
                "SET TRANSACTION ISOLATION LEVEL must be called before any query"
            }
            Mode::ReadOnly if value == "off" && self.read_only_since.is_some() => {
                "transaction read-write mode must be set before any query"
            }
            Mode::Deferrable => "SET TRANSACTION [NOT] DEFERRABLE must be called before any query",
            Mode::Isolation | Mode::ReadOnly => return Ok(()),
        };
        Err(PgError::new(SqlState::ACTIVE_SQL_TRANSACTION, late))
    }

    /// Forgets what was said at a depth and beyond.
    pub(super) fn leave(&mut self, depth: usize) {
        self.read_only_since = self.read_only_since.filter(|since| *since < depth);
    }
}

/// The depth of a block without savepoints.
const BLOCK: usize = 1;

fn level(name: &str) -> Option<IsolationLevel> {
    use IsolationLevel::{ReadCommitted, ReadUncommitted, RepeatableRead, Serializable};
    [ReadUncommitted, ReadCommitted, RepeatableRead, Serializable]
        .into_iter()
        .find(|level| level.as_str() == name)
}

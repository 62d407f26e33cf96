//! Advisory locks: what sessions of one server agree on among themselves.
//!
//! Migrations of Rails, Prisma, Flyway and their kin run under one, so that only one runs at a time.
//! <https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS>

use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What is locked: a number of 64 bits or two of 32, in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdvisoryKey {
    /// The database, whose sessions alone see it.
    pub database: u32,
    /// The first number, or the high half of the only one.
    pub class: u32,
    /// The second number, or the low half.
    pub object: u32,
    /// 1 for one number, 2 for two: they never meet.
    pub kind: u16,
}

/// Whether others may hold a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvisoryMode {
    /// Nobody else: `ExclusiveLock`.
    Exclusive,
    /// Others who share it: `ShareLock`.
    Shared,
}

impl AdvisoryMode {
    /// PostgreSQL's name.
    pub fn name(self) -> &'static str {
        match self {
            AdvisoryMode::Exclusive => "ExclusiveLock",
            AdvisoryMode::Shared => "ShareLock",
        }
    }

    /// Whether two sessions cannot hold it so.
    pub fn conflicts(self, other: AdvisoryMode) -> bool {
        (self, other) != (AdvisoryMode::Shared, AdvisoryMode::Shared)
    }
}

/// Until when a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvisoryScope {
    /// Until it is unlocked, or the session ends; a rollback changes nothing.
    Session,
    /// Until the transaction ends, or is undone to before so many blocks and savepoints.
    Transaction(usize),
}

/// A wish for a lock.
#[derive(Clone, Copy, Debug)]
pub struct AdvisoryRequest {
    /// Who asks.
    pub pid: i32,
    /// What for.
    pub key: AdvisoryKey,
    /// How.
    pub mode: AdvisoryMode,
    /// For how long.
    pub scope: AdvisoryScope,
}

/// Whether somebody waits for a lock, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct AdvisoryWait<'a> {
    /// Whoever asks is to stop once this is set, and gets no lock any more: 57014.
    pub stop: &'a AtomicBool,
    /// Whether to wait; if not, the answer comes at once.
    pub waits: bool,
    /// `lock_timeout`, zero for any time: 55P03.
    pub timeout: Duration,
}

/// A lock that is held or waited for, as `pg_locks` shows it.
#[derive(Clone, Copy, Debug)]
pub struct AdvisoryLock {
    /// Who and what.
    pub request: AdvisoryRequest,
    /// Whether it is held.
    pub granted: bool,
}

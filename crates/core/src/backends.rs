//! The other sessions of a server, as functions of SQL may ask of them.

use std::fmt::Debug;
use std::sync::atomic::AtomicBool;

use trunkline_proto::SqlState;

use crate::advisory::{
    AdvisoryKey, AdvisoryLock, AdvisoryMode, AdvisoryRequest, AdvisoryScope, AdvisoryWait,
};
use crate::client::Client;
use crate::error::{Notice, PgError, Result};

/// Who else is connected: a server says so to the [`Client`]s that it makes.
pub trait Backends: Debug + Send + Sync {
    /// The session of a pid, if there is one.
    fn find(&self, pid: i32) -> Option<Client>;

    /// All sessions; what they do each [tells](Client::activity).
    fn all(&self) -> Vec<Client>;

    /// Asks something of the session of a pid, which may be gone by now.
    fn signal(&self, pid: i32, signal: Signal);

    /// Takes an advisory lock, for which the thread may have to wait; whether it could be had.
    ///
    /// # Errors
    ///
    /// 40P01 if those who are in the way wait for this session; 53200 if there are too many locks;
    /// 57014 and 55P03 as [`AdvisoryWait`] says, and 57014 for a session that has ended.
    fn lock(&self, request: AdvisoryRequest, wait: AdvisoryWait<'_>) -> Result<bool>;

    /// Gives back a lock that a session holds for itself, once; whether it had it.
    fn unlock(&self, pid: i32, key: &AdvisoryKey, mode: AdvisoryMode) -> bool;

    /// Gives back all locks that a session holds for itself.
    fn unlock_all(&self, pid: i32);

    /// The error for a session that waits for what another one has, if that waits for an advisory lock of
    /// the first one, or for somebody who does: 40P01.
    fn deadlock(&self, pid: i32, holder: i32) -> Option<PgError>;

    /// All advisory locks, held and waited for.
    fn locks(&self) -> Vec<AdvisoryLock>;

    /// Takes room for something that a session says on a channel while its statement runs, in bytes.
    ///
    /// # Errors
    ///
    /// 54000 if so much would wait for listeners, of all sessions together, as more must not.
    fn hold_notification(&self, bytes: usize) -> Result<()>;

    /// Gives such room back.
    fn release_notification(&self, bytes: usize);
}

/// What one session may ask of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// To cancel the statement that it runs: 57014.
    Cancel,
    /// To end, whatever it runs: FATAL 57P01.
    Terminate,
}

impl Signal {
    /// PostgreSQL's words for who may not.
    fn forbidden(self) -> PgError {
        let (message, whose, what) = match self {
            Signal::Cancel => (
                "permission denied to cancel query",
                "query is being canceled",
                "cancel this query",
            ),
            Signal::Terminate => (
                "permission denied to terminate process",
                "process is being terminated",
                "terminate this process",
            ),
        };
        let detail = format!(
            "Only roles with privileges of the role whose {whose} or with privileges of the \
             \"pg_signal_backend\" role may {what}."
        );
        PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message).detail(detail)
    }
}

/// Who is alone: a client that no server made. It has every lock that it asks for.
#[derive(Debug)]
pub(crate) struct Alone;

impl Backends for Alone {
    fn find(&self, _: i32) -> Option<Client> {
        None
    }

    fn all(&self) -> Vec<Client> {
        Vec::new()
    }

    fn signal(&self, _: i32, _: Signal) {}

    fn lock(&self, _: AdvisoryRequest, _: AdvisoryWait<'_>) -> Result<bool> {
        Ok(true)
    }

    fn unlock(&self, _: i32, _: &AdvisoryKey, _: AdvisoryMode) -> bool {
        true
    }

    fn unlock_all(&self, _: i32) {}

    fn deadlock(&self, _: i32, _: i32) -> Option<PgError> {
        None
    }

    fn locks(&self) -> Vec<AdvisoryLock> {
        Vec::new()
    }

    fn hold_notification(&self, _: usize) -> Result<()> {
        Ok(())
    }

    fn release_notification(&self, _: usize) {}
}

impl Client {
    /// Asks something of the session of a pid, as `pg_cancel_backend` and `pg_terminate_backend` do; whether
    /// there was one to ask. Where there is none, the client is warned.
    ///
    /// # Errors
    ///
    /// 42501 for a session of another user.
    pub fn signal(&self, pid: i32, signal: Signal) -> Result<bool> {
        let Some(other) = self.backends().find(pid) else {
            let message = format!("PID {pid} is not a PostgreSQL backend process");
            self.notify(Notice::warning(SqlState::WARNING, message));
            return Ok(false);
        };
        if other.identity().user != self.identity().user {
            return Err(signal.forbidden());
        }
        self.backends().signal(pid, signal);
        Ok(true)
    }

    /// Takes an advisory lock, for the session or for its transaction; whether it could be had. `waits` says
    /// whether the thread waits for it, and `stop` is set when nobody waits for the thread any more.
    ///
    /// # Errors
    ///
    /// As for [`Backends::lock`].
    pub fn lock(
        &self,
        key: AdvisoryKey,
        mode: AdvisoryMode,
        for_transaction: bool,
        waits: bool,
        stop: &AtomicBool,
    ) -> Result<bool> {
        let scope = match for_transaction {
            true => AdvisoryScope::Transaction(self.depth()),
            false => AdvisoryScope::Session,
        };
        let timeout = self.timeouts().unwrap_or_default().lock;
        let request = AdvisoryRequest { pid: self.identity().pid, key, mode, scope };
        self.set_locking();
        self.backends().lock(request, AdvisoryWait { stop, waits, timeout })
    }

    /// For an engine whose session waits to write what another one [has](Client::set_writing): why it would
    /// wait for ever, if it would. To be asked now and then, as PostgreSQL does each `deadlock_timeout`.
    pub fn deadlock(&self, what: u64) -> Option<PgError> {
        // Nobody waits for who never asked for a lock.
        if !self.is_locking() {
            return None;
        }
        let (pid, all) = (self.identity().pid, self.backends().all());
        let mut holders = all.iter().filter(|other| other.writing() == what);
        holders.find_map(|holder| self.backends().deadlock(pid, holder.identity().pid))
    }

    /// Gives back an advisory lock, once; whether the session had it. It is warned if it had not.
    pub fn unlock(&self, key: &AdvisoryKey, mode: AdvisoryMode) -> bool {
        let had = self.backends().unlock(self.identity().pid, key, mode);
        if !had {
            let message = format!("you don't own a lock of type {}", mode.name());
            self.notify(Notice::warning(SqlState::WARNING, message));
        }
        had
    }
}

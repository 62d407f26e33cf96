//! Who holds which advisory lock, and who waits for it.

mod table;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use trunkline_core::advisory::{
    AdvisoryKey, AdvisoryLock, AdvisoryMode, AdvisoryRequest, AdvisoryScope, AdvisoryWait,
};
use trunkline_core::{PgError, Result, SqlState};

use self::table::Table;

/// So many are held and waited for at once, in all sessions of a server: beyond, 53200.
const MOST: usize = 10_000;

/// How soon who waits sees that nobody waits for it any more, if nobody [says](AdvisoryLocks::hurry) so.
const TICK: Duration = Duration::from_millis(250);

/// The advisory locks of a server.
#[derive(Debug, Default)]
pub(crate) struct AdvisoryLocks {
    table: Mutex<Table>,
}

impl AdvisoryLocks {
    /// Takes a lock; whether it could be had. `is_here` says whether the session is still among those of the
    /// server: what another takes for one that has [left](AdvisoryLocks::leave), nobody would give back.
    ///
    /// # Errors
    ///
    /// 40P01 if those who are in the way wait for this session; 53200 for more than [`MOST`] of them;
    /// 57014 and 55P03 as [`AdvisoryWait`] says.
    pub(crate) fn lock(
        &self,
        request: AdvisoryRequest,
        wait: AdvisoryWait<'_>,
        is_here: impl Fn() -> bool,
    ) -> Result<bool> {
        let is_stopped = || wait.stop.load(Ordering::Relaxed) || !is_here();
        let mut table = self.table();
        // Under the lock: what a session has is given back behind that.
        if is_stopped() {
            return Err(PgError::canceled());
        }
        let ticket = table.tickets;
        table.tickets += 1;
        if table.count >= MOST {
            let error = PgError::new(SqlState::OUT_OF_MEMORY, "out of shared memory");
            return Err(error.hint("You might need to increase \"max_locks_per_transaction\"."));
        }
        if table.is_free(&request, ticket) {
            table.grant(request);
            return Ok(true);
        }
        if !wait.waits {
            return Ok(false);
        }
        let wake = Arc::new(Condvar::new());
        table.start_waiting(ticket, request, wake.clone());
        // Who is the last to wait closes the circle.
        if let Some(cycle) = table.cycle(request.pid) {
            table.stop_waiting(&request);
            return Err(deadlock(&cycle));
        }
        let begun = Instant::now();
        let outcome = loop {
            let left = match wait.timeout {
                Duration::ZERO => TICK,
                timeout => timeout.saturating_sub(begun.elapsed()),
            };
            if is_stopped() {
                break Err(PgError::canceled());
            }
            if table.is_free(&request, ticket) {
                break Ok(true);
            }
            if left.is_zero() {
                let message = "canceling statement due to lock timeout";
                break Err(PgError::new(SqlState::LOCK_NOT_AVAILABLE, message));
            }
            let waited = wake.wait_timeout(table, left.min(TICK));
            table = waited.unwrap_or_else(PoisonError::into_inner).0;
        };
        if outcome.is_ok() {
            table.grant(request);
        }
        // Who came later may go on now.
        table.stop_waiting(&request);
        outcome
    }

    /// Has a session that waits look whether it still is to.
    pub(crate) fn hurry(&self, pid: i32) {
        let table = self.table();
        let Some((_, wish)) = table.wishes.get(&pid) else { return };
        let waiting = table.locks.get(&wish.key).into_iter().flat_map(|queue| &queue.waiting);
        for waiting in waiting.filter(|waiting| waiting.request.pid == pid) {
            waiting.wake.notify_one();
        }
    }

    /// Gives back a lock of the session, once; whether it had it.
    pub(crate) fn unlock(&self, pid: i32, key: &AdvisoryKey, mode: AdvisoryMode) -> bool {
        let mut table = self.table();
        let mut had = false;
        let of = (pid, false);
        let is_held = table.retain_of(key, of, &mut |(grant, times)| {
            if grant.mode != mode {
                return true;
            }
            had = true;
            *times -= 1;
            *times > 0
        });
        if !is_held && let Some(keys) = table.held.get_mut(&of) {
            keys.remove(key);
            if keys.is_empty() {
                table.held.remove(&of);
            }
        }
        had
    }

    /// Gives back all locks that the session holds for itself.
    pub(crate) fn unlock_all(&self, pid: i32) {
        self.table().retain((pid, false), |_| false);
    }

    /// Gives back all locks of a session that ends, and has it wait for none.
    pub(crate) fn leave(&self, pid: i32) {
        self.unlock_all(pid);
        self.undo(pid, 0);
        self.hurry(pid);
    }

    /// Gives back what was locked in the transaction behind so many blocks and savepoints.
    pub(crate) fn undo(&self, pid: i32, depth: usize) {
        let is_before = |scope| matches!(scope, AdvisoryScope::Transaction(at) if at < depth);
        self.table().retain((pid, true), |(grant, _)| is_before(grant.scope));
    }

    /// What was locked behind a savepoint that is released belongs to what is around it.
    pub(crate) fn release(&self, pid: i32, depth: usize) {
        self.table().retain((pid, true), |(grant, _)| {
            if let AdvisoryScope::Transaction(at) = &mut grant.scope {
                *at = (*at).min(depth);
            }
            true
        });
    }

    /// All locks, held and waited for.
    pub(crate) fn all(&self) -> Vec<AdvisoryLock> {
        let table = self.table();
        let all = table.locks.values().flat_map(|queue| {
            let held = queue.grants.iter().map(|(request, _)| (*request, true));
            held.chain(queue.waiting.iter().map(|waiting| (waiting.request, false)))
        });
        all.map(|(request, granted)| AdvisoryLock { request, granted }).collect()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn deadlock(cycle: &[(AdvisoryRequest, i32)]) -> PgError {
    let lines = cycle.iter().map(|(wish, blocker)| {
        let AdvisoryKey { database, class, object, kind } = wish.key;
        let (pid, mode) = (wish.pid, wish.mode.name());
        format!(
            "Process {pid} waits for {mode} on advisory lock [{database},{class},{object},{kind}]; \
             blocked by process {blocker}."
        )
    });
    PgError::new(SqlState::T_R_DEADLOCK_DETECTED, "deadlock detected")
        .detail(lines.collect::<Vec<_>>().join("\n"))
        .hint("See server log for query details.")
}

//! Who holds which advisory lock, and who waits for it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use trunkline_core::advisory::{
    AdvisoryKey, AdvisoryLock, AdvisoryMode, AdvisoryRequest, AdvisoryScope, AdvisoryWait,
};
use trunkline_core::{PgError, Result, SqlState};

/// So many are held and waited for at once, in all sessions of a server: beyond, 53200.
const MOST: usize = 10_000;

/// How soon who waits sees that nobody waits for it any more.
const TICK: Duration = Duration::from_millis(20);

/// The advisory locks of a server.
#[derive(Debug, Default)]
pub(crate) struct AdvisoryLocks {
    table: Mutex<Table>,
    /// Something was released, or somebody waits no more.
    released: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    locks: HashMap<AdvisoryKey, Queue>,
    /// What each process waits for, and its place in line.
    wishes: HashMap<i32, (u64, AdvisoryRequest)>,
    count: usize,
    tickets: u64,
}

/// Who holds a lock, and who waits for it, in the order of coming.
#[derive(Debug, Default)]
struct Queue {
    /// How many times each.
    grants: Vec<(AdvisoryRequest, usize)>,
    waiting: Vec<(u64, AdvisoryRequest)>,
}

impl Queue {
    /// Who is in the way of a request that came with this number.
    fn blockers(&self, request: &AdvisoryRequest, ticket: u64) -> impl Iterator<Item = i32> {
        let holders = self.grants.iter().map(|(grant, _)| grant);
        // Who holds it already goes first: it could wait for itself otherwise.
        let is_holder = holders.clone().any(|grant| grant.pid == request.pid);
        let earlier = self.waiting.iter().filter(move |(other, _)| *other < ticket && !is_holder);
        let (pid, mode) = (request.pid, request.mode);
        holders
            .chain(earlier.map(|(_, waiting)| waiting))
            .filter(move |other| other.pid != pid && other.mode.conflicts(mode))
            .map(|other| other.pid)
    }
}

impl Table {
    fn grant(&mut self, request: AdvisoryRequest) {
        let queue = self.locks.entry(request.key).or_default();
        let same = queue.grants.iter_mut().find(|(grant, _)| {
            grant.pid == request.pid && grant.mode == request.mode && grant.scope == request.scope
        });
        if let Some((_, times)) = same {
            *times = times.saturating_add(1);
            return;
        }
        queue.grants.push((request, 1));
        self.count += 1;
    }

    /// Takes back what is held and not wanted any more.
    fn retain(&mut self, mut wanted: impl FnMut(&mut (AdvisoryRequest, usize)) -> bool) {
        for queue in self.locks.values_mut() {
            let before = queue.grants.len();
            queue.grants.retain_mut(&mut wanted);
            self.count = self.count.saturating_sub(before - queue.grants.len());
        }
        self.forget_free();
    }

    fn start_waiting(&mut self, ticket: u64, request: AdvisoryRequest) {
        self.locks.entry(request.key).or_default().waiting.push((ticket, request));
        self.wishes.insert(request.pid, (ticket, request));
        self.count += 1;
    }

    fn stop_waiting(&mut self, request: &AdvisoryRequest) {
        self.wishes.remove(&request.pid);
        if let Some(queue) = self.locks.get_mut(&request.key) {
            queue.waiting.retain(|(_, waiting)| waiting.pid != request.pid);
            self.count = self.count.saturating_sub(1);
        }
        self.forget_free();
    }

    fn forget_free(&mut self) {
        self.locks.retain(|_, queue| !queue.grants.is_empty() || !queue.waiting.is_empty());
    }

    /// The shortest way from who waits back to itself: what each waits for, and who is in its way.
    fn cycle(&self, pid: i32) -> Option<Vec<(AdvisoryRequest, i32)>> {
        // Who waits for a process, and what for.
        let mut waiters: HashMap<i32, AdvisoryRequest> = HashMap::new();
        let mut next = VecDeque::from([pid]);
        while let Some(process) = next.pop_front() {
            let Some((ticket, wish)) = self.wishes.get(&process) else { continue };
            let Some(queue) = self.locks.get(&wish.key) else { continue };
            for blocker in queue.blockers(wish, *ticket) {
                waiters.entry(blocker).or_insert_with(|| {
                    next.push_back(blocker);
                    *wish
                });
            }
            if waiters.contains_key(&pid) {
                break;
            }
        }
        let mut way = Vec::new();
        let mut at = pid;
        while let Some(wish) = waiters.get(&at) {
            way.push((*wish, at));
            at = wish.pid;
            if at == pid {
                way.reverse();
                return Some(way);
            }
        }
        None
    }
}

impl AdvisoryLocks {
    /// Takes a lock; whether it could be had. Without `wait` the answer comes at once; with it the thread
    /// waits.
    ///
    /// # Errors
    ///
    /// 40P01 if those who are in the way wait for this session; 53200 for more than [`MOST`] of them;
    /// 57014 and 55P03 as [`AdvisoryWait`] says.
    pub(crate) fn lock(
        &self,
        request: AdvisoryRequest,
        wait: Option<AdvisoryWait<'_>>,
    ) -> Result<bool> {
        let mut table = self.table();
        let ticket = table.tickets;
        table.tickets += 1;
        if table.count >= MOST {
            let error = PgError::new(SqlState::OUT_OF_MEMORY, "out of shared memory");
            return Err(error.hint("You might need to increase \"max_locks_per_transaction\"."));
        }
        let is_free = |table: &Table| {
            let queue = table.locks.get(&request.key);
            queue.is_none_or(|queue| queue.blockers(&request, ticket).next().is_none())
        };
        if is_free(&table) {
            table.grant(request);
            return Ok(true);
        }
        let Some(wait) = wait else { return Ok(false) };
        table.start_waiting(ticket, request);
        // Who is the last to wait closes the circle.
        if let Some(cycle) = table.cycle(request.pid) {
            table.stop_waiting(&request);
            return Err(deadlock(&cycle));
        }
        let deadline = (!wait.timeout.is_zero()).then(|| Instant::now() + wait.timeout);
        let outcome = loop {
            if is_free(&table) {
                break Ok(true);
            }
            if wait.stop.load(Ordering::Relaxed) {
                break Err(PgError::canceled());
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                let message = "canceling statement due to lock timeout";
                break Err(PgError::new(SqlState::LOCK_NOT_AVAILABLE, message));
            }
            let waited = self.released.wait_timeout(table, TICK);
            table = waited.unwrap_or_else(PoisonError::into_inner).0;
        };
        table.stop_waiting(&request);
        if outcome.is_ok() {
            table.grant(request);
        }
        // Who came later may go on now.
        self.released.notify_all();
        outcome
    }

    /// Gives back a lock of the session, once; whether it had it.
    pub(crate) fn unlock(&self, pid: i32, key: &AdvisoryKey, mode: AdvisoryMode) -> bool {
        let mut had = false;
        self.table().retain(|(grant, times)| {
            let scope = AdvisoryScope::Session;
            if (grant.pid, grant.key, grant.mode, grant.scope) != (pid, *key, mode, scope) {
                return true;
            }
            had = true;
            *times -= 1;
            *times > 0
        });
        self.released.notify_all();
        had
    }

    /// Gives back all locks that the session holds for itself.
    pub(crate) fn unlock_all(&self, pid: i32) {
        self.retain(pid, |scope| *scope != AdvisoryScope::Session);
    }

    /// Gives back all locks of a session that ends.
    pub(crate) fn leave(&self, pid: i32) {
        self.retain(pid, |_| false);
    }

    /// Gives back what was locked in the transaction behind so many blocks and savepoints.
    pub(crate) fn undo(&self, pid: i32, depth: usize) {
        self.retain(pid, |scope| !matches!(scope, AdvisoryScope::Transaction(at) if *at >= depth));
    }

    /// What was locked behind a savepoint that is released belongs to what is around it.
    pub(crate) fn release(&self, pid: i32, depth: usize) {
        self.retain(pid, |scope| {
            if let AdvisoryScope::Transaction(at) = scope {
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
            held.chain(queue.waiting.iter().map(|(_, request)| (*request, false)))
        });
        all.map(|(request, granted)| AdvisoryLock { request, granted }).collect()
    }

    fn retain(&self, pid: i32, mut wanted: impl FnMut(&mut AdvisoryScope) -> bool) {
        self.table().retain(|(grant, _)| grant.pid != pid || wanted(&mut grant.scope));
        self.released.notify_all();
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use trunkline_proto::message::FieldCode;

    use super::*;

    fn request(pid: i32, object: u32, mode: AdvisoryMode) -> AdvisoryRequest {
        let key = AdvisoryKey { database: 5, class: 0, object, kind: 1 };
        AdvisoryRequest { pid, key, mode, scope: AdvisoryScope::Session }
    }

    fn exclusive(pid: i32, object: u32) -> AdvisoryRequest {
        request(pid, object, AdvisoryMode::Exclusive)
    }

    /// Runs something while others wait, each for its lock, in this order; whether each got it.
    fn while_waiting(
        locks: &AdvisoryLocks,
        wishes: &[AdvisoryRequest],
        then: impl FnOnce(),
    ) -> Vec<Result<bool>> {
        let stop = AtomicBool::new(false);
        let waiting = |locks: &AdvisoryLocks| locks.all().iter().filter(|one| !one.granted).count();
        thread::scope(|scope| {
            let before = waiting(locks);
            let mut waiters = Vec::new();
            for (count, wish) in wishes.iter().enumerate() {
                let wait = AdvisoryWait { stop: &stop, timeout: Duration::ZERO };
                waiters.push(scope.spawn(move || locks.lock(*wish, Some(wait))));
                while waiting(locks) <= before + count {
                    thread::yield_now();
                }
            }
            then();
            stop.store(true, Ordering::Relaxed);
            waiters.into_iter().map(|waiter| waiter.join().expect("no panic")).collect()
        })
    }

    #[test]
    fn who_comes_first_is_served_first() {
        let locks = AdvisoryLocks::default();
        assert!(locks.lock(request(1, 7, AdvisoryMode::Shared), None).expect("it is free"));
        let wishes = [exclusive(2, 7)];
        let got = while_waiting(&locks, &wishes, || {
            // It could be shared, but somebody waits who could not have it then for long.
            assert!(!locks.lock(request(3, 7, AdvisoryMode::Shared), None).expect("no error"));
            // Who has it already does not wait for itself.
            assert!(locks.lock(request(1, 7, AdvisoryMode::Shared), None).expect("no error"));
            locks.leave(1);
            while locks.all().iter().any(|one| !one.granted) {
                thread::yield_now();
            }
        });
        assert!(matches!(got[..], [Ok(true)]), "{got:?}");
        locks.leave(2);
        assert!(locks.all().is_empty());
        assert_eq!(locks.table().count, 0);
    }

    #[test]
    fn who_closes_a_circle_is_told_the_way() {
        let locks = AdvisoryLocks::default();
        for (pid, object) in [(1, 10), (2, 20), (3, 30)] {
            assert!(locks.lock(exclusive(pid, object), None).expect("it is free"));
        }
        let wishes = [exclusive(1, 20), exclusive(2, 30)];
        let got = while_waiting(&locks, &wishes, || {
            let stop = AtomicBool::new(false);
            let wait = AdvisoryWait { stop: &stop, timeout: Duration::ZERO };
            let error = locks.lock(exclusive(3, 10), Some(wait)).expect_err("a deadlock");
            let detail = error.to_fields().get(FieldCode::DETAIL).map(ToOwned::to_owned);
            let lines = "Process 3 waits for ExclusiveLock on advisory lock [5,0,10,1]; blocked by process 1.\n\
                         Process 1 waits for ExclusiveLock on advisory lock [5,0,20,1]; blocked by process 2.\n\
                         Process 2 waits for ExclusiveLock on advisory lock [5,0,30,1]; blocked by process 3.";
            assert_eq!(detail.as_deref(), Some(lines.as_bytes()));
        });
        // The others go on to wait, until nobody waits for them.
        assert!(
            got.iter()
                .all(|one| one.as_ref().is_err_and(|e| e.sqlstate() == SqlState::QUERY_CANCELED))
        );
    }

    #[test]
    fn there_is_an_end_to_them() {
        let locks = AdvisoryLocks::default();
        let all = u32::try_from(MOST).expect("not so many");
        for object in 0..all {
            assert!(locks.lock(exclusive(1, object), None).expect("there is room"));
        }
        let error = locks.lock(exclusive(1, all), None).expect_err("there is none");
        assert_eq!(error.sqlstate(), SqlState::OUT_OF_MEMORY);
        assert!(locks.unlock(1, &exclusive(1, 0).key, AdvisoryMode::Exclusive));
        assert!(locks.lock(exclusive(1, all), None).expect("there is room again"));
        locks.unlock_all(1);
        assert!(locks.all().is_empty());
    }
}

//! Who holds which advisory lock, and who waits for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use trunkline_core::advisory::{
    AdvisoryKey, AdvisoryLock, AdvisoryMode, AdvisoryRequest, AdvisoryScope, AdvisoryWait,
};
use trunkline_core::{PgError, Result, SqlState};

/// So many are held and waited for at once, in all sessions of a server: beyond, 53200.
const MOST: usize = 10_000;

/// How soon who waits sees that nobody waits for it any more, if nobody [says](AdvisoryLocks::hurry) so.
const TICK: Duration = Duration::from_millis(250);

/// The advisory locks of a server.
#[derive(Debug, Default)]
pub(crate) struct AdvisoryLocks {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    locks: HashMap<AdvisoryKey, Queue>,
    /// What each process holds: for itself, and for its transaction.
    held: HashMap<(i32, bool), HashSet<AdvisoryKey>>,
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
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    request: AdvisoryRequest,
    wake: Arc<Condvar>,
}

impl Queue {
    fn has(&self, pid: i32) -> bool {
        self.grants.iter().any(|(grant, _)| grant.pid == pid)
    }

    /// Who is in the way of a request that came with this number.
    fn blockers(&self, request: &AdvisoryRequest, ticket: u64) -> impl Iterator<Item = i32> {
        self.blockers_from(request, None, ticket)
    }

    /// The same without those that are known: all who hold it, and who came before a number.
    fn blockers_from(
        &self,
        request: &AdvisoryRequest,
        known: Option<u64>,
        ticket: u64,
    ) -> impl Iterator<Item = i32> {
        // Who holds it already goes first: it could wait for itself otherwise.
        let last = if self.has(request.pid) { 0 } else { ticket };
        let place = |ticket| self.waiting.partition_point(|other| other.ticket < ticket);
        let earlier = self.waiting.get(place(known.unwrap_or(0))..place(last)).unwrap_or_default();
        let holders = if known.is_some() { &[] } else { &self.grants[..] };
        let (pid, mode) = (request.pid, request.mode);
        holders
            .iter()
            .map(|(grant, _)| grant)
            .chain(earlier.iter().map(|waiting| &waiting.request))
            .filter(move |other| other.pid != pid && other.mode.conflicts(mode))
            .map(|other| other.pid)
    }

    /// Wakes those who need not wait any more.
    fn wake(&self) {
        let mut is_closed = false;
        for Waiting { ticket, request, wake } in &self.waiting {
            // Behind one who wants it alone nobody has it but who has it already.
            if is_closed && !self.has(request.pid) {
                continue;
            }
            if self.blockers(request, *ticket).next().is_none() {
                wake.notify_one();
            }
            is_closed |= request.mode == AdvisoryMode::Exclusive;
        }
    }
}

/// Whether something is held for a transaction.
fn is_of_transaction(scope: AdvisoryScope) -> bool {
    scope != AdvisoryScope::Session
}

impl Table {
    /// Whether a request that came with this number can be granted.
    fn is_free(&self, request: &AdvisoryRequest, ticket: u64) -> bool {
        let queue = self.locks.get(&request.key);
        queue.is_none_or(|queue| queue.blockers(request, ticket).next().is_none())
    }

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
        let of = (request.pid, is_of_transaction(request.scope));
        self.held.entry(of).or_default().insert(request.key);
        self.count += 1;
    }

    /// Takes back what a process holds of a lock and does not want any more; whether it still holds it so.
    fn retain_of(
        &mut self,
        key: &AdvisoryKey,
        of: (i32, bool),
        wanted: &mut impl FnMut(&mut (AdvisoryRequest, usize)) -> bool,
    ) -> bool {
        let Some(queue) = self.locks.get_mut(key) else { return false };
        let (before, mut is_held) = (queue.grants.len(), false);
        queue.grants.retain_mut(|held| {
            if (held.0.pid, is_of_transaction(held.0.scope)) != of {
                return true;
            }
            let stays = wanted(held);
            is_held |= stays;
            stays
        });
        let released = before - queue.grants.len();
        if released > 0 {
            self.count = self.count.saturating_sub(released);
            self.look_at(key);
        }
        is_held
    }

    /// Takes back what a process holds and does not want any more.
    fn retain(
        &mut self,
        of: (i32, bool),
        mut wanted: impl FnMut(&mut (AdvisoryRequest, usize)) -> bool,
    ) {
        let Some(mut keys) = self.held.remove(&of) else { return };
        keys.retain(|key| self.retain_of(key, of, &mut wanted));
        if !keys.is_empty() {
            self.held.insert(of, keys);
        }
    }

    /// A lock has changed: who waits for it may go on, and if nobody does it is forgotten.
    fn look_at(&mut self, key: &AdvisoryKey) {
        match self.locks.get(key) {
            Some(queue) if queue.grants.is_empty() && queue.waiting.is_empty() => {
                self.locks.remove(key);
            }
            Some(queue) => queue.wake(),
            None => {}
        }
    }

    fn start_waiting(&mut self, ticket: u64, request: AdvisoryRequest, wake: Arc<Condvar>) {
        let queue = self.locks.entry(request.key).or_default();
        queue.waiting.push(Waiting { ticket, request, wake });
        self.wishes.insert(request.pid, (ticket, request));
        self.count += 1;
    }

    fn stop_waiting(&mut self, request: &AdvisoryRequest) {
        self.wishes.remove(&request.pid);
        if let Some(queue) = self.locks.get_mut(&request.key) {
            queue.waiting.retain(|waiting| waiting.request.pid != request.pid);
            self.count = self.count.saturating_sub(1);
        }
        self.look_at(&request.key);
    }

    /// The shortest way from who waits back to itself: what each waits for, and who is in its way.
    fn cycle(&self, pid: i32) -> Option<Vec<(AdvisoryRequest, i32)>> {
        // Who waits for a process, and what for.
        let mut waiters: HashMap<i32, AdvisoryRequest> = HashMap::new();
        // Who holds nothing of a lock sees all who are in the way of such a wish: nobody looks there again.
        let mut seen: HashMap<(AdvisoryKey, bool), u64> = HashMap::new();
        let mut next = VecDeque::from([pid]);
        while let Some(process) = next.pop_front() {
            let Some((ticket, wish)) = self.wishes.get(&process) else { continue };
            let Some(queue) = self.locks.get(&wish.key) else { continue };
            let alike = (wish.key, wish.mode == AdvisoryMode::Exclusive);
            let known = seen.get(&alike).copied();
            if !queue.has(process) {
                seen.insert(alike, known.unwrap_or(0).max(*ticket));
            }
            for blocker in queue.blockers_from(wish, known, *ticket) {
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

    /// A wish of one who waits, for any time, unless it is told to stop.
    fn patient(stop: &AtomicBool) -> AdvisoryWait<'_> {
        AdvisoryWait { stop, waits: true, timeout: Duration::ZERO }
    }

    impl AdvisoryLocks {
        /// Takes a lock if it can be had at once.
        fn try_lock(&self, request: AdvisoryRequest) -> Result<bool> {
            let stop = AtomicBool::new(false);
            self.lock(request, AdvisoryWait { waits: false, ..patient(&stop) }, || true)
        }
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
                let wait = patient(&stop);
                waiters.push(scope.spawn(move || locks.lock(*wish, wait, || true)));
                while waiting(locks) <= before + count {
                    thread::yield_now();
                }
            }
            then();
            stop.store(true, Ordering::Relaxed);
            wishes.iter().for_each(|wish| locks.hurry(wish.pid));
            waiters.into_iter().map(|waiter| waiter.join().expect("no panic")).collect()
        })
    }

    #[test]
    fn who_comes_first_is_served_first() {
        let locks = AdvisoryLocks::default();
        assert!(locks.try_lock(request(1, 7, AdvisoryMode::Shared)).expect("it is free"));
        let wishes = [exclusive(2, 7)];
        let got = while_waiting(&locks, &wishes, || {
            // It could be shared, but somebody waits who could not have it then for long.
            assert!(!locks.try_lock(request(3, 7, AdvisoryMode::Shared)).expect("no error"));
            // Who has it already does not wait for itself.
            assert!(locks.try_lock(request(1, 7, AdvisoryMode::Shared)).expect("no error"));
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
            assert!(locks.try_lock(exclusive(pid, object)).expect("it is free"));
        }
        let wishes = [exclusive(1, 20), exclusive(2, 30)];
        let got = while_waiting(&locks, &wishes, || {
            let stop = AtomicBool::new(false);
            let error =
                locks.lock(exclusive(3, 10), patient(&stop), || true).expect_err("a deadlock");
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
    fn who_has_left_or_is_to_stop_gets_nothing() {
        let locks = AdvisoryLocks::default();
        let canceled =
            |got: Result<bool>| got.is_err_and(|e| e.sqlstate() == SqlState::QUERY_CANCELED);
        let stop = AtomicBool::new(false);
        // What still runs for a session that has ended.
        assert!(canceled(locks.lock(exclusive(1, 7), patient(&stop), || false)));
        stop.store(true, Ordering::Relaxed);
        // What still runs for a statement that was cancelled.
        for waits in [true, false] {
            let wait = AdvisoryWait { waits, ..patient(&stop) };
            assert!(canceled(locks.lock(exclusive(1, 7), wait, || true)));
        }
        assert!(locks.all().is_empty());
    }

    #[test]
    fn who_waits_hears_that_its_session_has_ended() {
        let locks = AdvisoryLocks::default();
        assert!(locks.try_lock(exclusive(1, 7)).expect("it is free"));
        let (stop, is_here) = (AtomicBool::new(false), AtomicBool::new(true));
        let got = thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                locks.lock(exclusive(2, 7), patient(&stop), || is_here.load(Ordering::Relaxed))
            });
            while locks.all().len() < 2 {
                thread::yield_now();
            }
            is_here.store(false, Ordering::Relaxed);
            locks.leave(2);
            waiter.join().expect("no panic")
        });
        assert!(got.is_err_and(|error| error.sqlstate() == SqlState::QUERY_CANCELED));
        assert_eq!((locks.all().len(), locks.table().wishes.len()), (1, 0));
    }

    #[test]
    fn who_holds_it_twice_gives_it_back_twice() {
        let locks = AdvisoryLocks::default();
        let scoped =
            |depth| AdvisoryRequest { scope: AdvisoryScope::Transaction(depth), ..exclusive(1, 7) };
        for wish in [exclusive(1, 7), exclusive(1, 7), scoped(1), scoped(2), scoped(3)] {
            assert!(locks.try_lock(wish).expect("no error"));
        }
        let is_free = || {
            let is_free = locks.try_lock(exclusive(2, 7)).expect("no error");
            locks.leave(2);
            is_free
        };
        let unlock = || locks.unlock(1, &exclusive(1, 7).key, AdvisoryMode::Exclusive);
        assert!(!locks.unlock(1, &exclusive(1, 7).key, AdvisoryMode::Shared));
        assert!(unlock() && unlock() && !unlock() && !is_free());
        // The third savepoint is released, and the second undone.
        locks.release(1, 2);
        locks.undo(1, 2);
        assert_eq!(locks.all().len(), 1);
        locks.undo(1, 0);
        assert!(is_free() && locks.all().is_empty());
        assert!(locks.table().held.is_empty());
    }

    #[test]
    fn a_long_line_is_looked_through_once() {
        const LINE: i32 = 5_000;
        let mut table = Table::default();
        table.grant(exclusive(1, 7));
        for pid in 2..LINE {
            let ticket = u64::try_from(pid).expect("positive");
            table.start_waiting(ticket, exclusive(pid, 7), Arc::default());
        }
        let begun = Instant::now();
        for pid in LINE - 50..LINE {
            assert!(table.cycle(pid).is_none());
        }
        // To look through all for each in it are a thousand million steps.
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        table.grant(exclusive(LINE - 1, 8));
        table.start_waiting(u64::MAX, exclusive(1, 8), Arc::default());
        let cycle = table.cycle(1).expect("a circle");
        assert_eq!(cycle.len(), 2);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let locks = AdvisoryLocks::default();
        let all = u32::try_from(MOST).expect("not so many");
        for object in 0..all {
            assert!(locks.try_lock(exclusive(1, object)).expect("there is room"));
        }
        let error = locks.try_lock(exclusive(1, all)).expect_err("there is none");
        assert_eq!(error.sqlstate(), SqlState::OUT_OF_MEMORY);
        assert!(locks.unlock(1, &exclusive(1, 0).key, AdvisoryMode::Exclusive));
        assert!(locks.try_lock(exclusive(1, all)).expect("there is room again"));
        locks.unlock_all(1);
        assert!(locks.all().is_empty());
    }
}

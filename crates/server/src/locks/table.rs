//! The table of advisory locks: who is in whose way.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar};

use trunkline_core::advisory::{AdvisoryKey, AdvisoryMode, AdvisoryRequest, AdvisoryScope};

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) locks: HashMap<AdvisoryKey, Queue>,
    /// What each process holds: for itself, and for its transaction.
    pub(super) held: HashMap<(i32, bool), HashSet<AdvisoryKey>>,
    /// What each process waits for, and its place in line.
    pub(super) wishes: HashMap<i32, (u64, AdvisoryRequest)>,
    pub(super) count: usize,
    pub(super) tickets: u64,
}

/// Who holds a lock, and who waits for it, in the order of coming.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// How many times each.
    pub(super) grants: Vec<(AdvisoryRequest, usize)>,
    pub(super) waiting: Vec<Waiting>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    ticket: u64,
    pub(super) request: AdvisoryRequest,
    pub(super) wake: Arc<Condvar>,
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
    pub(super) fn is_free(&self, request: &AdvisoryRequest, ticket: u64) -> bool {
        let queue = self.locks.get(&request.key);
        queue.is_none_or(|queue| queue.blockers(request, ticket).next().is_none())
    }

    pub(super) fn grant(&mut self, request: AdvisoryRequest) {
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
    pub(super) fn retain_of(
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
    pub(super) fn retain(
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

    pub(super) fn start_waiting(
        &mut self,
        ticket: u64,
        request: AdvisoryRequest,
        wake: Arc<Condvar>,
    ) {
        let queue = self.locks.entry(request.key).or_default();
        queue.waiting.push(Waiting { ticket, request, wake });
        self.wishes.insert(request.pid, (ticket, request));
        self.count += 1;
    }

    pub(super) fn stop_waiting(&mut self, request: &AdvisoryRequest) {
        self.wishes.remove(&request.pid);
        if let Some(queue) = self.locks.get_mut(&request.key) {
            queue.waiting.retain(|waiting| waiting.request.pid != request.pid);
            self.count = self.count.saturating_sub(1);
        }
        self.look_at(&request.key);
    }

    /// The shortest way from who waits back to itself: what each waits for, and who is in its way.
    pub(super) fn cycle(&self, pid: i32) -> Option<Vec<(AdvisoryRequest, i32)>> {
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

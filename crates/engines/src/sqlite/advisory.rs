//! Advisory locks: numbers that the sessions of a database lock for each other.
//!
//! They are of this process, as PostgreSQL's are of its server: another program with the same file does
//! not see them.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is locked: one number of 64 bits, or two of 32, which are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    One(i64),
    Two(i64, i64),
}

/// How a lock is wanted: what is shared, others may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Exclusive,
    Shared,
}

/// How long a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Until as many unlocks, or the end of the session.
    Session,
    /// Until the end of the transaction.
    Transaction,
}

/// Why a lock was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// Somebody else has it, and one does not wait, or not any more.
    Held,
    /// Who has it waits for this session.
    Deadlock,
    /// The sessions have as many locks as there may be.
    Full,
}

/// The locks of a database, by the tickets of its sessions.
#[derive(Debug, Default)]
pub(super) struct Locks {
    table: Mutex<Table>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    held: HashMap<Key, Vec<Held>>,
    /// How many there are of them.
    count: usize,
    /// What sessions wait for.
    wanted: HashMap<u64, (Key, Mode)>,
}

/// A lock of a session.
#[derive(Debug)]
struct Held {
    ticket: u64,
    mode: Mode,
    hold: Hold,
    times: u64,
}

/// As many as PostgreSQL has room for: 64 for each of 100 connections.
const MOST: usize = 6_400;

/// How often one who waits looks whether to go on.
const LOOK: Duration = Duration::from_millis(20);

impl Locks {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a lock, if it has to wait as long as `waits` says so.
    ///
    /// # Errors
    ///
    /// Why it was not taken.
    pub(super) fn take(
        &self,
        ticket: u64,
        (key, mode): (Key, Mode),
        hold: Hold,
        waits: impl Fn() -> bool,
    ) -> Result<(), NotTaken> {
        let mut table = self.table();
        while table.is_in_the_way(ticket, key, mode) {
            if !waits() {
                table.wanted.remove(&ticket);
                return Err(NotTaken::Held);
            }
            if table.wanted.insert(ticket, (key, mode)).is_none() && table.is_deadlock(ticket) {
                table.wanted.remove(&ticket);
                return Err(NotTaken::Deadlock);
            }
            let waited = self.freed.wait_timeout(table, LOOK);
            table = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        table.wanted.remove(&ticket);
        table.add(ticket, key, mode, hold)
    }

    /// Gives a session's lock back once; whether it had it.
    pub(super) fn give_back(&self, ticket: u64, key: Key, mode: Mode) -> bool {
        let mut table = self.table();
        let of = |held: &&mut Held| {
            held.ticket == ticket && held.mode == mode && held.hold == Hold::Session
        };
        let Some(held) = table.held.get_mut(&key).and_then(|all| all.iter_mut().find(of)) else {
            return false;
        };
        held.times = held.times.saturating_sub(1);
        table.retain(|held| held.times > 0);
        self.freed.notify_all();
        true
    }

    /// Gives all of a session's locks back that it holds for so long.
    pub(super) fn give_all_back(&self, ticket: u64, hold: Hold) {
        let mut table = self.table();
        if table.count > 0 {
            table.retain(|held| held.ticket != ticket || held.hold != hold);
            self.freed.notify_all();
        }
    }
}

impl Table {
    fn add(&mut self, ticket: u64, key: Key, mode: Mode, hold: Hold) -> Result<(), NotTaken> {
        let is_full = self.count >= MOST;
        let all = self.held.entry(key).or_default();
        let of = |held: &&mut Held| held.ticket == ticket && held.mode == mode && held.hold == hold;
        match all.iter_mut().find(of) {
            Some(held) => held.times = held.times.saturating_add(1),
            None if is_full => {
                self.held.retain(|_, all| !all.is_empty());
                return Err(NotTaken::Full);
            }
            None => {
                all.push(Held { ticket, mode, hold, times: 1 });
                self.count += 1;
            }
        }
        Ok(())
    }

    fn retain(&mut self, keep: impl Fn(&Held) -> bool) {
        self.held.retain(|_, all| {
            all.retain(&keep);
            !all.is_empty()
        });
        self.count = self.held.values().map(Vec::len).sum();
    }

    /// The sessions that have what this one wants.
    fn holders(&self, ticket: u64, key: Key, mode: Mode) -> impl Iterator<Item = u64> {
        let all = self.held.get(&key).into_iter().flatten();
        let excludes = move |held: &&Held| mode == Mode::Exclusive || held.mode == Mode::Exclusive;
        all.filter(move |held| held.ticket != ticket).filter(excludes).map(|held| held.ticket)
    }

    fn is_in_the_way(&self, ticket: u64, key: Key, mode: Mode) -> bool {
        self.holders(ticket, key, mode).next().is_some()
    }

    /// Whether those whom a session waits for wait for it.
    fn is_deadlock(&self, ticket: u64) -> bool {
        let (mut seen, mut next) = (Vec::new(), vec![ticket]);
        while let Some(waiting) = next.pop() {
            let Some((key, mode)) = self.wanted.get(&waiting) else { continue };
            for holder in self.holders(waiting, *key, *mode) {
                if holder == ticket {
                    return true;
                }
                if !seen.contains(&holder) {
                    seen.push(holder);
                    next.push(holder);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: (Key, Mode) = (Key::One(1), Mode::Exclusive);

    fn try_take(locks: &Locks, ticket: u64, wanted: (Key, Mode)) -> Result<(), NotTaken> {
        locks.take(ticket, wanted, Hold::Session, || false)
    }

    #[test]
    fn a_lock_is_given_back_as_often_as_it_was_taken() {
        let locks = Locks::default();
        assert_eq!(try_take(&locks, 1, WANTED), Ok(()));
        assert_eq!(try_take(&locks, 1, WANTED), Ok(()));
        assert!(locks.give_back(1, WANTED.0, WANTED.1));
        assert_eq!(try_take(&locks, 2, WANTED), Err(NotTaken::Held));
        assert!(locks.give_back(1, WANTED.0, WANTED.1));
        assert!(!locks.give_back(1, WANTED.0, WANTED.1));
        assert_eq!(try_take(&locks, 2, WANTED), Ok(()));
    }

    #[test]
    fn what_is_shared_excludes_who_does_not_share() {
        let (locks, shared) = (Locks::default(), (WANTED.0, Mode::Shared));
        assert_eq!(try_take(&locks, 1, shared), Ok(()));
        assert_eq!(try_take(&locks, 2, shared), Ok(()));
        assert_eq!(try_take(&locks, 2, WANTED), Err(NotTaken::Held));
        assert_eq!(try_take(&locks, 3, (Key::Two(0, 1), Mode::Exclusive)), Ok(()));
        locks.give_all_back(1, Hold::Transaction);
        assert_eq!(try_take(&locks, 2, WANTED), Err(NotTaken::Held));
        locks.give_all_back(1, Hold::Session);
        assert_eq!(try_take(&locks, 2, WANTED), Ok(()));
    }

    #[test]
    fn there_is_an_end_of_them() {
        let locks = Locks::default();
        for key in 0..MOST {
            let key = Key::One(i64::try_from(key).unwrap());
            assert_eq!(try_take(&locks, 1, (key, Mode::Exclusive)), Ok(()));
        }
        assert_eq!(try_take(&locks, 1, (Key::One(-1), Mode::Exclusive)), Err(NotTaken::Full));
        assert_eq!(locks.table().held.len(), MOST);
    }
}

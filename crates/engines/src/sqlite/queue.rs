//! Who waits to write to a file: the sessions of one process take turns.
//!
//! SQLite has one writer at a time and nobody who wakes the next; without an order whoever comes by
//! when the lock is free has it, and others may wait for long.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The sessions that wait to write, the first of them in front.
#[derive(Debug, Default)]
pub(super) struct Queue {
    file: u64,
    tickets: AtomicU64,
    waiting: Mutex<VecDeque<u64>>,
}

/// How long whoever has not waited yet lets those go first who have: the one in front asks much more
/// often than that.
const COURTESY: Duration = Duration::from_millis(10);

/// How often one asks who is in front, at first and at last.
const FRONT: (Duration, Duration) = (Duration::from_micros(250), Duration::from_millis(10));

/// How often those behind do: the more seldom, the more are before them.
const BEHIND: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line of a file, by its absolute path.
    pub(super) fn of(path: &Path) -> Queue {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        Queue { file: hasher.finish().max(1), ..Queue::default() }
    }

    /// The number of its file, which may have been opened more than once.
    pub(super) fn file(&self) -> u64 {
        self.file
    }

    /// A ticket for a session.
    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits in line, unless one does already; how long to sleep before asking again.
    pub(super) fn stand(&self, ticket: u64, since: Instant) -> Duration {
        let mut waiting = self.waiting();
        let place = waiting.iter().position(|other| *other == ticket).unwrap_or(waiting.len());
        if place == waiting.len() {
            waiting.push_back(ticket);
        }
        let ahead = u32::try_from(place).unwrap_or(u32::MAX);
        match ahead {
            0 => (since.elapsed() / 64).clamp(FRONT.0, FRONT.1),
            _ => BEHIND.0.saturating_mul(ahead).min(BEHIND.1),
        }
    }

    /// Leaves the line.
    pub(super) fn leave(&self, ticket: u64) {
        self.waiting().retain(|other| *other != ticket);
    }

    /// Lets those go first who wait, for a moment.
    pub(super) fn let_pass(&self) {
        let since = Instant::now();
        while !self.waiting().is_empty() && since.elapsed() < COURTESY {
            std::thread::sleep(FRONT.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_first_asks_most_often() {
        let (path, other) = (Path::new("/a"), Path::new("/b"));
        let queue = Queue::of(path);
        // Whoever opens the file once more knows it by its number, though not who is in line.
        assert!(queue.file() == Queue::of(path).file() && queue.file() != Queue::of(other).file());
        let (first, second) = (queue.ticket(), queue.ticket());
        let now = Instant::now();
        let pause = queue.stand(first, now);
        assert!(pause < queue.stand(second, now));
        queue.leave(first);
        assert_eq!(queue.stand(second, now), FRONT.0);
        queue.leave(second);
        assert!(queue.waiting().is_empty());
    }
}

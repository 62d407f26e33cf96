//! What one thread hands to another piece by piece, and no faster than that takes it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How many pieces wait to be taken.
const ROOM: usize = 2;
/// How many threads of a session may wait for room: a client that takes some rows of a portal and leaves it holds
/// one. The pieces of others pile up.
const MOST_WAITING: usize = 4;

/// What the statements of a session come to that were not read to their end.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// How many threads wait for room.
    waiting: AtomicUsize,
    /// The bytes of all pieces that somebody has.
    bytes: AtomicUsize,
}

impl Unread {
    /// The bytes of pieces that wait to be taken, or were taken and are not read.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts a piece of so many bytes as long as there is one.
    pub(crate) fn piece<T>(self: &Arc<Unread>, of: T, bytes: usize) -> Piece<T> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Piece { of, bytes, unread: self.clone() }
    }
}

/// A piece; its bytes are counted until it is let go.
#[derive(Debug)]
pub(crate) struct Piece<T> {
    pub(crate) of: T,
    bytes: usize,
    unread: Arc<Unread>,
}

impl<T> Drop for Piece<T> {
    fn drop(&mut self) {
        self.unread.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A way from a thread to a task.
pub(crate) fn feed<T>(unread: Arc<Unread>) -> (Feed<T>, Fed<T>) {
    let way = Way { state: Mutex::new(State::default()), room: Condvar::new(), unread };
    let way = Arc::new(way);
    (Feed(way.clone()), Fed(way))
}

/// The side of the thread. Dropped, it tells that nothing else comes.
#[derive(Debug)]
pub(crate) struct Feed<T>(Arc<Way<T>>);

/// The side of the task. Dropped, it tells that nothing else is wanted.
#[derive(Debug)]
pub(crate) struct Fed<T>(Arc<Way<T>>);

#[derive(Debug)]
struct Way<T> {
    state: Mutex<State<T>>,
    room: Condvar,
    unread: Arc<Unread>,
}

#[derive(Debug)]
struct State<T> {
    /// What waits.
    pieces: VecDeque<Piece<T>>,
    /// The bytes of what was taken since the thread heard of it.
    taken: usize,
    waker: Option<Waker>,
    is_over: bool,
    is_unwanted: bool,
}

impl<T> Default for State<T> {
    fn default() -> State<T> {
        let (pieces, waker) = Default::default();
        State { pieces, taken: 0, waker, is_over: false, is_unwanted: false }
    }
}

impl<T> Way<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Feed<T> {
    /// What is unread of all statements of the session.
    pub(crate) fn unread(&self) -> &Unread {
        &self.0.unread
    }

    /// Hands on a piece of so many bytes; waits before that while there is no room, as long as somebody is there to
    /// make some.
    ///
    /// How many bytes of earlier ones were taken meanwhile; nothing if nobody is there anymore.
    pub(crate) fn give(&self, piece: T, bytes: usize) -> Option<usize> {
        let mut state = self.0.lock();
        if state.pieces.len() >= ROOM {
            if self.0.unread.waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING {
                let is_full =
                    |state: &mut State<T>| state.pieces.len() >= ROOM && !state.is_unwanted;
                let waited = self.0.room.wait_while(state, is_full);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
            self.0.unread.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        if state.is_unwanted {
            return None;
        }
        state.pieces.push_back(self.0.unread.piece(piece, bytes));
        let taken = std::mem::take(&mut state.taken);
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
        Some(taken)
    }
}

impl<T> Drop for Feed<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_over = true;
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<T> Fed<T> {
    /// The next piece; nothing once no other comes.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Piece<T>>> {
        let mut state = self.0.lock();
        let piece = match state.pieces.pop_front() {
            Some(piece) => {
                state.taken = state.taken.saturating_add(piece.bytes);
                Some(piece)
            }
            None if state.is_over => None,
            None => {
                state.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
        };
        drop(state);
        self.0.room.notify_one();
        Poll::Ready(piece)
    }
}

impl<T> Drop for Fed<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_unwanted = true;
        let pieces = std::mem::take(&mut state.pieces);
        drop(state);
        self.0.room.notify_one();
        // Behind the lock: they may be much.
        drop(pieces);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::thread;

    use trunkline_core::testkit::block_on;

    use super::{Fed, MOST_WAITING, ROOM, Unread, feed};

    fn next<T>(fed: &mut Fed<T>) -> Option<T>
    where
        T: Copy,
    {
        block_on(poll_fn(|cx| fed.poll_next(cx))).map(|piece| piece.of)
    }

    #[test]
    fn pieces_come_in_order_until_the_thread_ends() {
        let (feed, mut fed) = feed(Arc::default());
        let thread = thread::spawn(move || {
            let taken: Vec<_> = (0..100).map(|piece| feed.give(piece, 1)).collect();
            taken.into_iter().sum::<Option<usize>>()
        });
        let mut came = Vec::new();
        while let Some(piece) = next(&mut fed) {
            came.push(piece);
        }
        assert_eq!(came, Vec::from_iter(0..100));
        // The thread heard of all but what waited behind its last one.
        let taken = thread.join().expect("a thread that ended").expect("somebody who takes");
        assert!((100 - ROOM - 1..100).contains(&taken), "{taken}");
    }

    #[test]
    fn a_thread_that_waits_ends_when_nobody_is_there_anymore() {
        let (feed, mut fed) = feed(Arc::default());
        let thread = thread::spawn(move || {
            let mut given = 0;
            while feed.give(given, 1).is_some() {
                given += 1;
            }
            given
        });
        assert_eq!(next(&mut fed), Some(0));
        drop(fed);
        assert!(thread.join().expect("a thread that ended") <= ROOM + 1);
    }

    #[test]
    fn where_many_threads_of_a_session_wait_pieces_pile_up() {
        let unread = Arc::new(Unread::default());
        unread.waiting.store(MOST_WAITING, Ordering::Relaxed);
        let (feed, mut fed) = feed(unread.clone());
        assert_eq!([(); 5].map(|()| feed.give((), 7)), [Some(0); 5]);
        let first = block_on(poll_fn(|cx| fed.poll_next(cx)));
        assert!(first.is_some());
        // Who has taken it may still have it.
        assert_eq!(unread.bytes(), 35);
        drop(first);
        assert_eq!((unread.bytes(), feed.give((), 7)), (28, Some(7)));
        drop(fed);
        assert_eq!((unread.bytes(), feed.give((), 7)), (0, None));
    }
}

//! What one thread hands to another piece by piece, and no faster than that takes it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How many pieces wait to be taken.
const ROOM: usize = 2;
/// How many threads may wait for room: a client that takes some rows of a portal and leaves it holds one.
const MOST_WAITING: usize = 64;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// A way from a thread to a task.
pub(crate) fn feed<T>() -> (Feed<T>, Fed<T>) {
    way(&WAITING)
}

fn way<T>(waiting: &'static AtomicUsize) -> (Feed<T>, Fed<T>) {
    let way = Way { state: Mutex::new(State::default()), room: Condvar::new(), waiting };
    let way = Arc::new(way);
    (Feed(way.clone()), Fed(way))
}

/// The side of the thread. Dropped, it tells that nothing else comes.
#[derive(Debug)]
pub(crate) struct Feed<T>(Arc<Way<T>>);

/// The side of the task. Dropped, it tells that nothing else is wanted.
#[derive(Debug)]
pub(crate) struct Fed<T>(Arc<Way<T>>);

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// Few others wait with it.
    Passed,
    /// It waits behind others, for too many threads wait already.
    Piled,
    /// Nobody is there anymore.
    Unwanted,
}

#[derive(Debug)]
struct Way<T> {
    state: Mutex<State<T>>,
    room: Condvar,
    /// How many threads wait for room, here and elsewhere.
    waiting: &'static AtomicUsize,
}

#[derive(Debug)]
struct State<T> {
    pieces: VecDeque<T>,
    waker: Option<Waker>,
    is_over: bool,
    is_unwanted: bool,
}

impl<T> Default for State<T> {
    fn default() -> State<T> {
        State { pieces: VecDeque::new(), waker: None, is_over: false, is_unwanted: false }
    }
}

impl<T> Way<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Feed<T> {
    /// Hands on a piece; waits before that while there is no room, as long as somebody is there to make some.
    pub(crate) fn give(&self, piece: T) -> Given {
        let mut given = Given::Passed;
        let mut state = self.0.lock();
        if state.pieces.len() >= ROOM {
            if self.0.waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING {
                let is_full =
                    |state: &mut State<T>| state.pieces.len() >= ROOM && !state.is_unwanted;
                let waited = self.0.room.wait_while(state, is_full);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            } else {
                given = Given::Piled;
            }
            self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        if state.is_unwanted {
            return Given::Unwanted;
        }
        state.pieces.push_back(piece);
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
        given
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
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.lock();
        let piece = state.pieces.pop_front();
        if piece.is_none() && !state.is_over {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
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
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use trunkline_core::testkit::block_on;

    use super::{Given, MOST_WAITING, ROOM, way};

    #[test]
    fn pieces_come_in_order_until_the_thread_ends() {
        static WAITING: AtomicUsize = AtomicUsize::new(0);
        let (feed, mut fed) = way(&WAITING);
        let thread = thread::spawn(move || {
            (0..100).for_each(|piece| assert_eq!(feed.give(piece), Given::Passed));
        });
        let mut came = Vec::new();
        while let Some(piece) = block_on(poll_fn(|cx| fed.poll_next(cx))) {
            came.push(piece);
        }
        assert_eq!(came, Vec::from_iter(0..100));
        thread.join().expect("a thread that ended");
    }

    #[test]
    fn a_thread_that_waits_ends_when_nobody_is_there_anymore() {
        static WAITING: AtomicUsize = AtomicUsize::new(0);
        let (feed, mut fed) = way(&WAITING);
        let thread = thread::spawn(move || {
            let mut given = 0;
            while feed.give(given) == Given::Passed {
                given += 1;
            }
            given
        });
        assert_eq!(block_on(poll_fn(|cx| fed.poll_next(cx))), Some(0));
        drop(fed);
        assert!(thread.join().expect("a thread that ended") <= ROOM + 1);
    }

    #[test]
    fn where_many_threads_wait_pieces_pile_up() {
        static WAITING: AtomicUsize = AtomicUsize::new(MOST_WAITING);
        let (feed, fed) = way(&WAITING);
        let given = [(); 5].map(|()| feed.give(()));
        assert_eq!(given.map(|given| given == Given::Piled), [false, false, true, true, true]);
        drop(fed);
        assert_eq!(feed.give(()), Given::Unwanted);
    }
}

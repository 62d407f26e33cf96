//! An answer from another thread: how an engine that blocks is awaited.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A place for one value, which one side gives and the other awaits, on whatever runtime.
///
/// ```
/// use trunkline_core::answer::{Answer, answer};
///
/// fn sum(numbers: Vec<i64>) -> Answer<i64> {
///     let (giver, sum) = answer();
///     std::thread::spawn(move || giver.give(numbers.into_iter().sum()));
///     sum
/// }
/// # let _ = sum;
/// ```
pub fn answer<T>() -> (Giver<T>, Answer<T>) {
    let place = Arc::new(Place(Mutex::new(State::Empty(None))));
    (Giver(place.clone()), Answer(place))
}

/// The side that gives.
#[derive(Debug)]
pub struct Giver<T>(Arc<Place<T>>);

/// The side that awaits; `None` comes if the other has gone, or panicked, and gave nothing.
#[derive(Debug)]
pub struct Answer<T>(Arc<Place<T>>);

#[derive(Debug)]
struct Place<T>(Mutex<State<T>>);

#[derive(Debug)]
enum State<T> {
    Empty(Option<Waker>),
    Full(T),
    /// Nothing will come, or it was taken.
    Over,
}

impl<T> Place<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State<T>) {
        let before = std::mem::replace(&mut *self.lock(), state);
        if let State::Empty(Some(waker)) = before {
            waker.wake();
        }
    }
}

impl<T> Giver<T> {
    /// Gives the value, and wakes who waits for it.
    pub fn give(self, value: T) {
        self.0.set(State::Full(value));
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        let is_empty = matches!(*self.0.lock(), State::Empty(_));
        if is_empty {
            self.0.set(State::Over);
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.lock();
        match std::mem::replace(&mut *state, State::Over) {
            State::Full(value) => Poll::Ready(Some(value)),
            State::Over => Poll::Ready(None),
            State::Empty(_) => {
                *state = State::Empty(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

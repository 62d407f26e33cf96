//! A result whose parts need the interpreter, on its way to a connection that has not got it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use pyo3::Python;
use trunkline::PgError;

use crate::asking::end_forked;
use crate::burial::{Buried, bury};
use crate::call::Call;
use crate::executor::Executor;
use crate::pool::Room;

/// Where the parts of a result come from.
pub(crate) trait Pull: Send + 'static {
    /// Some rows.
    type Part: Send + 'static;

    /// The next part; `None` at the end.
    fn pull(&mut self, py: Python<'_>) -> Result<Option<Self::Part>, PgError>;

    /// What of a part that was given away must not be freed by a thread of the sockets, where that may wait for the
    /// interpreter.
    fn keep(part: &Self::Part) -> Option<Buried>;

    /// Whether the next part is there already: then it costs nothing to ask.
    fn is_at_hand(&self) -> bool;
}

/// How many parts wait for the client: one that reads slowly slows the source down.
const AHEAD: usize = 2;

/// The parts of one result, as they are made.
pub(crate) struct Feed<P: Pull>(Arc<Shared<P>>, Option<Buried>);

struct Shared<P: Pull> {
    state: Mutex<State<P>>,
    call: Arc<Call>,
    executor: Executor,
}

struct State<P: Pull> {
    ready: VecDeque<P::Part>,
    /// Where more comes from, unless a thread is at it.
    source: Option<P>,
    /// How it ended.
    end: Option<Result<(), PgError>>,
    waker: Option<Waker>,
    is_dropped: bool,
}

/// Goes on with a feed, in the turn of its call in which it was made.
pub(crate) struct Rest<P: Pull>(Arc<Shared<P>>, Option<P>);

impl<P: Pull> Feed<P> {
    /// A feed with the first part of a result in it, or all that is at hand, and what goes on with it once the client
    /// was told of it.
    pub(crate) fn begin(
        py: Python<'_>,
        mut source: P,
        call: &Arc<Call>,
        executor: &Executor,
    ) -> Result<(Feed<P>, Rest<P>), PgError> {
        let mut ready = VecDeque::new();
        let mut source = loop {
            let Some(part) = source.pull(py)? else { break None };
            ready.push_back(part);
            if !source.is_at_hand() || ready.len() >= AHEAD {
                break Some(source);
            }
        };
        let end = source.is_none().then_some(Ok(()));
        let rest = if ready.len() < AHEAD { source.take() } else { None };
        let state = State { ready, source, end, waker: None, is_dropped: false };
        let (call, executor) = (call.clone(), executor.clone());
        let shared = Arc::new(Shared { state: Mutex::new(state), call, executor });
        Ok((Feed(shared.clone(), None), Rest(shared, rest)))
    }
}

impl<P: Pull> Rest<P> {
    /// Makes parts until enough of them wait.
    pub(crate) fn run(self, py: Python<'_>) {
        let Rest(shared, source) = self;
        let Some(mut source) = source else { return };
        loop {
            let pulled = end_forked(py, || source.pull(py));
            let mut state = shared.lock();
            let is_over = !matches!(pulled, Ok(Some(_)));
            match pulled {
                Ok(Some(part)) => state.ready.push_back(part),
                Ok(None) => state.end = Some(Ok(())),
                Err(error) => state.end = Some(Err(error)),
            }
            let is_unwanted = state.is_dropped || shared.call.is_canceled();
            let has_enough = state.ready.len() >= AHEAD;
            if has_enough && !is_over && !is_unwanted {
                state.source = Some(source);
                return state.wake();
            }
            state.wake();
            if is_over || is_unwanted {
                return;
            }
        }
    }
}

impl<P: Pull> State<P> {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl<P: Pull> Shared<P> {
    fn lock(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a thread make more parts.
    fn go_on(self: &Arc<Self>, source: P) {
        let shared = self.clone();
        self.call.expect();
        let job = Box::new(move |py: Python<'_>| {
            let call = shared.call.clone();
            call.turn(py, || Rest(shared, Some(source)).run(py));
        });
        if let Err(error) = self.executor.submit(job, Room::Always) {
            self.call.end();
            self.lock().end = Some(Err(error));
        }
    }
}

impl<P: Pull> Stream for Feed<P> {
    type Item = Result<P::Part, PgError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Whoever asks for the next part is done with the last one.
        if let Some(given) = self.1.take() {
            bury(given);
        }
        let own = &mut *self;
        let mut state = own.0.lock();
        let part = state.ready.pop_front();
        if let Some(source) = state.source.take() {
            // Its end may be told in this very turn, by a submit that fails.
            drop(state);
            own.0.go_on(source);
            state = own.0.lock();
        }
        match (part, &state.end) {
            (Some(part), _) => {
                own.1 = P::keep(&part);
                Poll::Ready(Some(Ok(part)))
            }
            (None, Some(_)) => {
                let end = state.end.replace(Ok(()));
                Poll::Ready(end.and_then(Result::err).map(Err))
            }
            (None, None) => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

// Nothing in it is pinned.
impl<P: Pull> Unpin for Feed<P> {}

impl<P: Pull> Drop for Feed<P> {
    fn drop(&mut self) {
        if let Some(given) = self.1.take() {
            bury(given);
        }
        let mut state = self.0.lock();
        state.is_dropped = true;
        let is_running = state.end.is_none() && state.source.is_none();
        let ready = std::mem::take(&mut state.ready);
        if !ready.is_empty() {
            bury(Box::new(ready));
        }
        if let Some(source) = state.source.take() {
            // What Python closes at its end, it closes with the interpreter at hand, on the right thread.
            let _ = self.0.executor.submit(Box::new(move |_| drop(source)), Room::Always);
        }
        drop(state);
        if is_running {
            self.0.call.cancel();
        }
    }
}

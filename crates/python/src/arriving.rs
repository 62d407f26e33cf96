//! Rows of a COPY FROM between the connection that reads them and the Python code that takes them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use trunkline::types::{TextStyle, Value};
use trunkline::{CopyField, CopyRow, CopySink, PgError, Result};

/// The values of a row, `None` for NULL.
pub(crate) type Row = Box<[Option<Value>]>;

/// So many bytes of rows may wait, about, and one more row: Python code that is slow slows the client down.
const ROOM: usize = 256 << 10;

/// Rows that wait to be taken.
#[derive(Default)]
pub(crate) struct Arrivals {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    rows: Vec<Row>,
    bytes: usize,
    end: Option<End>,
    /// The connection, which waits for room.
    sender: Option<Waker>,
    /// A coroutine, which waits for rows.
    reader: Option<Box<dyn FnOnce() + Send>>,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    /// All rows have come.
    Whole,
    GivenUp,
}

impl Arrivals {
    /// Waits for rows: those that are there; none after the last.
    ///
    /// # Errors
    ///
    /// No more will come, and those that came shall not stay.
    pub(crate) fn wait(&self) -> Result<Vec<Row>, ()> {
        let mut state = self.lock();
        while !state.is_ready() {
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.take().map(Option::unwrap_or_default)
    }

    /// The rows that are there; `None` after the last.
    ///
    /// # Errors
    ///
    /// As of [`wait`](Arrivals::wait).
    pub(crate) fn take(&self) -> Result<Option<Vec<Row>>, ()> {
        self.lock().take()
    }

    /// Has something called once when there are rows, or no more will come; false if that is so already.
    pub(crate) fn when_ready(&self, tell: Box<dyn FnOnce() + Send>) -> bool {
        let mut state = self.lock();
        let waits = !state.is_ready();
        if waits {
            state.reader = Some(tell);
        }
        waits
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.bytes < ROOM {
            return Poll::Ready(());
        }
        state.sender = Some(cx.waker().clone());
        Poll::Pending
    }

    fn put(&self, row: Row, bytes: usize) {
        let mut state = self.lock();
        state.rows.push(row);
        state.bytes += bytes;
        self.wake(state);
    }

    fn end(&self, end: End) {
        let mut state = self.lock();
        state.end.get_or_insert(end);
        self.wake(state);
    }

    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let reader = state.reader.take();
        drop(state);
        self.arrived.notify_all();
        if let Some(tell) = reader {
            tell();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_ready(&self) -> bool {
        !self.rows.is_empty() || self.end.is_some()
    }

    fn take(&mut self) -> Result<Option<Vec<Row>>, ()> {
        if self.end == Some(End::GivenUp) {
            return Err(());
        }
        self.bytes = 0;
        if let Some(sender) = self.sender.take() {
            sender.wake();
        }
        let is_over = self.rows.is_empty() && self.end.is_some();
        Ok((!is_over).then(|| std::mem::take(&mut self.rows)))
    }
}

/// How the handler ends: how many rows it says it has taken, if it says so.
pub(crate) type Taking = Pin<Box<dyn Future<Output = Result<Option<u64>>> + Send>>;

/// Gives the rows of one COPY to a handler.
pub(crate) struct Sink {
    pub(crate) arrivals: Arc<Arrivals>,
    pub(crate) style: Arc<TextStyle>,
    /// The handler; `None` when it has ended.
    pub(crate) handler: Option<Taking>,
    pub(crate) rows: u64,
}

impl Sink {
    fn poll_handler(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<u64>>> {
        let Some(handler) = &mut self.handler else { return Poll::Pending };
        let ended = ready!(handler.as_mut().poll(cx));
        self.handler = None;
        Poll::Ready(ended)
    }
}

impl CopySink for Sink {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Poll::Ready(ended) = self.poll_handler(cx) {
            let early = PgError::internal("the handler returned before the last row");
            return Poll::Ready(Err(ended.err().unwrap_or(early)));
        }
        self.arrivals.poll_room(cx).map(Ok)
    }

    fn push(&mut self, row: &CopyRow<'_>) -> Result<()> {
        let mut bytes = 0;
        let values = row.iter().map(|field| {
            bytes += size_of::<Option<Value>>();
            let CopyField::Value(param) = field else { return Ok(None) };
            bytes += param.bytes.map_or(0, <[u8]>::len);
            param.decode::<Option<Value>>(&self.style)
        });
        let values = values.collect::<Result<Row, _>>().map_err(PgError::from)?;
        self.rows += 1;
        self.arrivals.put(values, bytes);
        Ok(())
    }

    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        self.arrivals.end(End::Whole);
        self.poll_handler(cx).map_ok(|taken| taken.unwrap_or(self.rows))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.arrivals.end(End::GivenUp);
    }
}

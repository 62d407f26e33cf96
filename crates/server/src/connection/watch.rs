//! Calls of the engine, with an eye on the client.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use trunkline_core::types::TextStyle;
use trunkline_core::{
    CommandTag, CopyOut, Encoding, Formats, PgError, Progress, Result, RowBuf, Rows,
};

use super::foreign::Foreign;
use super::guard::{Call, guarded};
use super::io::Io;
use super::timers::Due;
use super::values;
use crate::buffers::CHUNK;
use crate::registry::Handle;

/// Why a call of the engine did not come to its end.
#[derive(Debug)]
pub(crate) enum Interrupt {
    /// Somebody asked for it, and this is said.
    Canceled(PgError),
    /// It takes too long.
    Overdue(Due),
    /// The client is gone.
    Gone,
    /// The client cannot be told a row; those in front of it stay.
    Untold(PgError),
    /// The engine panicked.
    Panicked,
}

/// Runs a call of the engine until it is done, takes too long, the client is gone, or somebody
/// cancels it.
///
/// The socket is read meanwhile: what the client sends ahead waits in the buffer. What the engine keeps
/// already is waited for, for the client must not be told that it was cancelled.
pub(crate) async fn watch<F: Future>(
    io: &mut Io,
    handle: &Handle,
    call: impl FnOnce() -> F,
) -> Result<F::Output, Interrupt> {
    io.interrupts.resume();
    let mut call = pin!(Call::make(call)?);
    poll_fn(|cx| match call.as_mut().poll(cx) {
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Ok(Poll::Pending) => poll_interrupt(io, handle, cx).map(Err),
        Err(interrupt) => Poll::Ready(Err(interrupt)),
    })
    .await
}

/// Runs a call of the engine to its end, whatever the client does meanwhile: half a COMMIT is none.
pub(crate) async fn unbroken<F: Future>(call: impl FnOnce() -> F) -> Result<F::Output, Interrupt> {
    let mut call = pin!(Call::make(call)?);
    poll_fn(|cx| match call.as_mut().poll(cx) {
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(interrupt) => Poll::Ready(Err(interrupt)),
    })
    .await
}

/// How far the client got in a result.
#[derive(Debug)]
pub(crate) struct Streamed {
    pub(crate) sent: u64,
    /// The words for CommandComplete; `None` if the limit came first.
    pub(crate) tag: Option<CommandTag>,
}

/// Writes rows to the client until there are no more or `limit` is reached.
///
/// Memory is that of one chunk: the source is asked again only when the chunk is written.
pub(crate) async fn stream(
    io: &mut Io,
    handle: &Handle,
    rows: &mut Rows,
    mut shape: Shape<'_>,
    limit: u64,
) -> Result<Result<Streamed>, Interrupt> {
    let mut sent = 0;
    let mut flushing = false;
    // Rows that the client has not seen yet: worth a write when the source makes it wait.
    let mut fresh = false;
    poll_fn(|cx| {
        loop {
            if let Some(due) = io.timers.overdue().filter(|_| io.interrupts.stop()) {
                return Poll::Ready(Err(Interrupt::Overdue(due)));
            }
            if flushing || io.output.len() >= CHUNK {
                match io.poll_flush(cx) {
                    Poll::Ready(Ok(())) => (flushing, fresh) = (false, false),
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(Interrupt::Gone)),
                    Poll::Pending => {
                        // Half a chunk is written: nothing may be appended before the rest is.
                        flushing = true;
                        return poll_rows_interrupt(io, handle, cx).map(Err);
                    }
                }
            }
            let start = io.output().len();
            let mut buffer = RowBuf::new(io.output(), shape.columns, shape.formats, shape.style)
                .full_at(CHUNK)
                .limit(limit.saturating_sub(sent));
            if let Some(copy) = shape.copy.as_deref_mut() {
                buffer = buffer.copy_out(copy);
            }
            let filled = guarded(|| rows.poll_fill(cx, &mut buffer));
            let written = buffer.rows();
            sent += written;
            fresh |= written > 0;
            if written > 0
                && let Some(code) = shape.unknown_format
            {
                io.output().truncate(start);
                return Poll::Ready(Err(Interrupt::Untold(values::unsupported(code))));
            }
            if shape.encoding.is_foreign()
                && written > 0
                && let Err(error) = shape.encode(io.output(), start)
            {
                return Poll::Ready(Err(Interrupt::Untold(error)));
            }
            match filled {
                Err(interrupt) => return Poll::Ready(Err(interrupt)),
                Ok(Poll::Ready(Err(error))) => return Poll::Ready(Ok(Err(error))),
                Ok(Poll::Ready(Ok(Progress::End(tag)))) => {
                    return Poll::Ready(Ok(Ok(Streamed { sent, tag: Some(tag) })));
                }
                Ok(Poll::Ready(Ok(Progress::More))) if sent >= limit => {
                    return Poll::Ready(Ok(Ok(Streamed { sent, tag: None })));
                }
                Ok(Poll::Ready(Ok(Progress::More))) => {
                    // Not before the first rows: who cancels himself sees what that was.
                    if let Some(error) = handle.canceled().filter(|_| io.interrupts.stop()) {
                        return Poll::Ready(Err(Interrupt::Canceled(error)));
                    }
                    if written == 0 {
                        // A source that does nothing must not starve the other connections.
                        cx.waker().wake_by_ref();
                        return poll_rows_interrupt(io, handle, cx).map(Err);
                    }
                }
                Ok(Poll::Pending) if fresh => flushing = true,
                Ok(Poll::Pending) => return poll_rows_interrupt(io, handle, cx).map(Err),
            }
        }
    })
    .await
}

/// What rows look like on the wire.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) columns: &'a [trunkline_core::Column],
    pub(crate) formats: &'a Formats,
    /// A format that the client asked for and nobody knows: there may be no row.
    pub(crate) unknown_format: Option<i16>,
    pub(crate) style: &'a TextStyle,
    /// The client's, or that of a COPY.
    pub(crate) encoding: Encoding,
    /// Rows are DataRows unless they are COPY's.
    pub(crate) copy: Option<&'a mut CopyOut>,
}

impl Shape<'_> {
    /// Converts the rows that were written from `start` on.
    #[cold]
    fn encode(&self, out: &mut Vec<u8>, start: usize) -> Result<()> {
        let formats = self.copy.as_deref().map_or(self.formats, |copy| copy.formats());
        let (encoding, columns, types) = (self.encoding, self.columns, &self.style.types);
        Foreign { encoding, columns, formats, types }.encode_rows(out, start)
    }
}

/// The same while rows are sent: of what is kept already they may be the last, and the client may never take
/// them, but one that is sent away is not waited for.
fn poll_rows_interrupt(io: &mut Io, handle: &Handle, cx: &mut Context<'_>) -> Poll<Interrupt> {
    let interrupt = poll_interrupt(io, handle, cx);
    match handle.canceled() {
        Some(error) if error.is_fatal() => Poll::Ready(Interrupt::Canceled(error)),
        _ => interrupt,
    }
}

fn poll_interrupt(io: &mut Io, handle: &Handle, cx: &mut Context<'_>) -> Poll<Interrupt> {
    handle.register(cx.waker());
    if let Some(error) = handle.canceled().filter(|_| io.interrupts.stop()) {
        return Poll::Ready(Interrupt::Canceled(error));
    }
    if let Poll::Ready(due) = io.timers.poll_statement(cx)
        && io.interrupts.stop()
    {
        return Poll::Ready(Interrupt::Overdue(due));
    }
    io.poll_gone(cx).map(|()| Interrupt::Gone)
}

impl Interrupt {
    /// The word to the client, if one can still be had with it.
    pub(crate) fn into_error(self) -> Option<PgError> {
        match self {
            Interrupt::Canceled(error) => Some(error),
            Interrupt::Overdue(due) => Some(due.into_error()),
            Interrupt::Untold(error) => Some(error),
            Interrupt::Panicked => Some(PgError::internal("internal error").fatal()),
            Interrupt::Gone => None,
        }
    }
}

//! The bytes of a connection: what has come and what shall go.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BufMut, BytesMut};
use trunkline_core::Interrupts;
use trunkline_proto::backend::TLS_HANDSHAKE;
use trunkline_proto::message::{Encode, FrontendTag, ParameterStatus};
use trunkline_proto::wire::frame;

use super::timers::{Due, Timers};
use crate::buffers;
use crate::stream::Stream;

/// How much a client may send ahead while its statement runs; beyond, it has to wait.
pub(crate) const READ_AHEAD: usize = 64 * 1024;

/// Room for what a stranger says: it may be held for as long as a stranger likes.
const STRANGER_ROOM: usize = 1024;

/// Says nothing new: this setting cannot be changed.
const ARE_YOU_THERE: ParameterStatus<&str> =
    ParameterStatus { name: "integer_datetimes", value: "on" };

/// How long a client may take to hear the last word.
const FAREWELL: Duration = Duration::from_secs(5);

/// A socket with its two buffers, which are empty and without room while the connection is idle.
///
/// Who answers takes `input` out, for messages borrow it; what comes meanwhile goes to a new one, and
/// [`put_back`](Io::put_back) joins them.
#[derive(Debug)]
pub(crate) struct Io {
    stream: Stream,
    pub(crate) input: BytesMut,
    /// The type of the message behind the one in hand, if it was taken from `input` with it, and how many
    /// bytes were.
    next: Option<u8>,
    behind: usize,
    pub(crate) output: Vec<u8>,
    /// How much of `output` is already written.
    written: usize,
    /// How many times something of it was.
    writes: usize,
    /// What is awaited beside bytes: here, where both are waited for.
    pub(crate) timers: Timers,
    /// Whether what runs can still be stopped; the client's, once there is one.
    pub(crate) interrupts: Interrupts,
}

/// A place in the send buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    length: usize,
    writes: usize,
}

impl Io {
    pub(crate) fn new(stream: Stream) -> Io {
        Io {
            stream,
            input: BytesMut::new(),
            next: None,
            behind: 0,
            output: Vec::new(),
            written: 0,
            writes: 0,
            timers: Timers::default(),
            interrupts: Interrupts::default(),
        }
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Notes what has come behind the message in hand: `rest` was taken from `input` to be read.
    pub(crate) fn follows(&mut self, rest: &[u8]) {
        self.next = frame::peek_tag(rest);
        self.behind = rest.len();
    }

    /// Whether something has come behind the message in hand.
    pub(crate) fn sends_on(&self) -> bool {
        self.behind + self.input.len() > 0
    }

    /// Whether the next message is a Sync that is already here.
    pub(crate) fn sync_follows(&self) -> bool {
        let next = self.next.or_else(|| frame::peek_tag(&self.input));
        next.map(FrontendTag) == Some(FrontendTag::SYNC)
    }

    /// Puts back what was taken from `input` to be read, of which the first `taken` bytes have been;
    /// whether more has come behind it.
    pub(crate) fn put_back(&mut self, mut read: BytesMut, taken: usize) -> bool {
        (self.next, self.behind) = (None, 0);
        let has_come = !self.input.is_empty();
        if taken == read.len() {
            read.clear();
            buffers::release_read(&mut read);
            return has_come;
        }
        read.advance(taken);
        read.extend_from_slice(&self.input);
        let mut ahead = std::mem::replace(&mut self.input, read);
        ahead.clear();
        buffers::release_read(&mut ahead);
        has_come
    }

    /// Puts what was taken from `input` to be read back in front of what has come since.
    pub(crate) fn put_ahead(&mut self, ahead: &[u8]) {
        if !ahead.is_empty() {
            let behind = self.input.split();
            buffers::take_read(&mut self.input);
            self.input.extend_from_slice(ahead);
            self.input.extend_from_slice(&behind);
        }
        (self.next, self.behind) = (None, 0);
    }

    /// Gives the send buffer its room.
    pub(crate) fn take_output(&mut self) {
        buffers::take_write(&mut self.output);
    }

    /// Gives the send buffer back if nothing is in it: who waits holds none.
    pub(crate) fn release_output(&mut self) {
        buffers::release_write(&mut self.output);
    }

    /// Where the send buffer ends now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { length: self.output.len(), writes: self.writes }
    }

    /// Takes back what was put into the send buffer since, unless some of it is written.
    pub(crate) fn take_back(&mut self, mark: &Mark) {
        if mark.writes == self.writes {
            self.output.truncate(mark.length);
        }
    }

    /// Takes the socket back, with what was read and not yet understood.
    pub(crate) fn into_parts(self) -> (Stream, BytesMut) {
        (self.stream, self.input)
    }

    /// The send buffer, with room to write into.
    pub(crate) fn output(&mut self) -> &mut Vec<u8> {
        buffers::take_write(&mut self.output);
        &mut self.output
    }

    /// Reads more; `Ok(false)` is the end of the stream. Holds no buffer while it waits.
    pub(crate) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        buffers::take_read(&mut self.input);
        let read = self.stream.poll_read(cx, &mut self.input);
        if read.is_pending() {
            buffers::release_read(&mut self.input);
        }
        read.map_ok(|count| count > 0)
    }

    /// Reads ahead while a statement runs: ready when the client is gone.
    ///
    /// One that closes its own side only is answered, as by PostgreSQL. The system of one that is dead closes
    /// that side, too, and tells nothing of the other before it is sent something: so it is.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.timers.has_heard_all() {
            if ready!(self.poll_last_word(cx)).is_err() {
                return Poll::Ready(());
            }
            self.timers.hear_all();
            if self.output.is_empty() && ARE_YOU_THERE.encode(self.output()).is_err() {
                return Poll::Ready(());
            }
        }
        if let Poll::Ready(Err(_)) = self.poll_flush(cx) {
            return Poll::Ready(());
        }
        self.timers.poll_hang_up(|| self.stream.hang_up().ok(), cx)
    }

    /// Reads ahead: ready when the client says nothing more. Beyond the bound nothing is read, and only that
    /// is noticed.
    fn poll_last_word(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.behind + self.input.len() < READ_AHEAD {
            if !ready!(self.poll_fill(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
        self.timers.poll_hang_up(|| self.stream.hang_up().ok(), cx).map(Ok)
    }

    /// Writes all of the send buffer; the buffer is given back when it is empty.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.output.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(self.stream.poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => {
                    self.written += count;
                    self.writes = self.writes.wrapping_add(1);
                }
            }
        }
        self.output.clear();
        self.written = 0;
        ready!(self.stream.poll_flush(cx))?;
        Poll::Ready(Ok(()))
    }

    /// Writes all of the send buffer, and reads ahead while the client is slow to take it: it may
    /// be waiting itself for its own messages to be taken.
    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.poll_flush(cx);
        match flushed {
            Poll::Ready(_) => buffers::release_write(&mut self.output),
            // A client that has said its last word may still listen.
            Poll::Pending => drop(self.poll_last_word(cx)),
        }
        flushed
    }

    /// The same, to be awaited.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_send(cx)).await
    }

    /// Waits for more, unless the client takes too long.
    pub(crate) fn poll_fill_in_time(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<io::Result<bool>, Due>> {
        match self.poll_fill(cx) {
            Poll::Ready(filled) => Poll::Ready(Ok(filled)),
            Poll::Pending => self.timers.poll_idle(cx).map(Err),
        }
    }

    /// Waits for more of a stranger: little room is held for it, and none while nothing is here.
    pub(crate) async fn fill(&mut self) -> io::Result<bool> {
        poll_fn(|cx| {
            if self.input.len() == self.input.capacity() {
                self.input.reserve(STRANGER_ROOM);
            }
            self.stream.holds(self.input.capacity());
            let read = self.stream.poll_read(cx, &mut self.input);
            if read.is_pending() && self.input.is_empty() {
                self.input = BytesMut::new();
            }
            read.map_ok(|count| count > 0)
        })
        .await
    }

    /// Reads until there are `length` bytes of a stranger, and not one more, with room for what comes;
    /// `Ok(false)` is the end of the stream.
    pub(crate) async fn fill_up_to(&mut self, length: usize) -> io::Result<bool> {
        while let Some(missing) = length.checked_sub(self.input.len()).filter(|n| *n > 0) {
            if self.input.len() == self.input.capacity() {
                let room = missing.min(self.input.len().max(STRANGER_ROOM));
                let mut grown = BytesMut::with_capacity(self.input.len() + room);
                grown.extend_from_slice(&self.input);
                self.input = grown;
            }
            self.stream.holds(self.input.capacity());
            let read =
                poll_fn(|cx| self.stream.poll_read(cx, &mut (&mut self.input).limit(missing)));
            if read.await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The client is no stranger any more, or may say something long.
    pub(crate) fn trust(&mut self) {
        self.stream.trust();
    }

    /// Whether the first byte is that of a TLS handshake; it stays in the socket.
    pub(crate) async fn begins_with_tls(&self) -> io::Result<bool> {
        match &self.stream {
            Stream::Tcp(stream) => {
                let mut first = [0];
                Ok(stream.peek(&mut first).await? == 1 && first == [TLS_HANDSHAKE])
            }
            Stream::Unix(_) | Stream::Tls(_) => Ok(false),
        }
    }

    /// Sends what is left, and under TLS says goodbye; a client that is gone has no complaint.
    pub(crate) async fn close(&mut self) {
        if self.output.is_empty() && !self.stream.is_encrypted() {
            // In clear the end of the socket says it all.
            return;
        }
        let farewell = Box::pin(async {
            self.flush().await?;
            poll_fn(|cx| self.stream.poll_shutdown(cx)).await
        });
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

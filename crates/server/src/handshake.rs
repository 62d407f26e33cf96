//! The bytes of TLS that a stranger may have the server hold.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a client may say before its handshake is done, in bytes: room for a chain of certificates, and for
/// no more than what any stranger may cost. The TLS library alone would hold 64 KiB.
const MOST: usize = 12 * 1024;

/// The longest record before the login is done, with any startup packet in it. The library holds the
/// beginning of one in room that doubles from 4 KiB on: of this one in 16 KiB, of the longest in 32.
const RECORD: usize = 11 * 1024;

/// The longest record beside the beginning of a message: held in 8 KiB.
const LITTLE: usize = 4_000;

/// So much of a message leaves room for [`RECORD`].
const SMALL: usize = 2 * 1024;

/// The type, the version and the length of a record.
const HEAD: usize = 5;

/// Read at once where a record begins: what clients say at a time. Less than the room that the library
/// starts with, so that a long record is read to its end alone.
const CHUNK: usize = 1024;

/// A socket of which TLS reads no long record until the login is done, and nothing behind one that is
/// not short: else it kept the room of it.
#[derive(Debug)]
pub(crate) struct Handshake {
    stream: TcpStream,
    /// `None` for who may say what the protocol allows. Boxed: who is idle is no stranger.
    stranger: Option<Box<Stranger>>,
}

/// The record that is read.
#[derive(Debug)]
struct Stranger {
    head: [u8; HEAD],
    /// How much of the head is here.
    count: usize,
    /// How much of the body is still to come.
    body: usize,
    /// The longest that the body of the next may be, and whether one was announced that is longer.
    most: usize,
    is_too_long: bool,
    /// How much may still come before the handshake is done.
    handshake: Option<usize>,
}

impl Handshake {
    pub(crate) fn new(stream: TcpStream) -> Handshake {
        let stranger = Stranger {
            head: [0; HEAD],
            count: 0,
            body: 0,
            most: MOST,
            is_too_long: false,
            handshake: Some(MOST),
        };
        Handshake { stream, stranger: Some(Box::new(stranger)) }
    }

    /// The handshake is done, the login is not.
    pub(crate) fn shaken(&mut self) {
        if let Some(stranger) = &mut self.stranger {
            stranger.handshake = None;
            stranger.most = RECORD;
        }
    }

    /// So much room is held for the beginning of a message.
    pub(crate) fn holds(&mut self, room: usize) {
        if let Some(stranger) = &mut self.stranger {
            stranger.most = if room > SMALL { LITTLE } else { RECORD };
        }
    }

    /// What comes now is bounded by the protocol.
    pub(crate) fn done(&mut self) {
        self.stranger = None;
    }
}

impl Stranger {
    /// How many bytes may be read at once; `None` if too many are announced, or have come.
    fn room(&self) -> Option<usize> {
        if self.is_too_long || self.handshake == Some(0) {
            return None;
        }
        let room = if self.count < HEAD { CHUNK } else { self.body };
        Some(self.handshake.map_or(room, |left| room.min(left)))
    }

    /// Some of them have come.
    fn comes(&mut self, mut bytes: &[u8]) {
        self.handshake = self.handshake.map(|left| left.saturating_sub(bytes.len()));
        while let Some((byte, rest)) = bytes.split_first() {
            bytes = match self.head.get_mut(self.count) {
                Some(place) => {
                    *place = *byte;
                    self.count += 1;
                    let [.., high, low] = self.head;
                    if self.count == HEAD {
                        self.body = usize::from(u16::from_be_bytes([high, low]));
                        self.is_too_long |= self.body > self.most;
                    }
                    rest
                }
                None => {
                    let part = bytes.len().min(self.body);
                    self.body -= part;
                    bytes.get(part..).unwrap_or_default()
                }
            };
            if self.count == HEAD && self.body == 0 {
                self.count = 0;
            }
        }
    }
}

impl AsFd for Handshake {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl AsyncRead for Handshake {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Handshake { stream, stranger } = &mut *self;
        let Some(stranger) = stranger else { return Pin::new(stream).poll_read(cx, buffer) };
        let Some(room) = stranger.room() else {
            return Poll::Ready(Err(io::Error::other("a stranger says too much under TLS")));
        };
        let room = room.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        ready!(Pin::new(stream).poll_read(cx, &mut part))?;
        stranger.comes(part.filled());
        let count = part.filled().len();
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Handshake {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

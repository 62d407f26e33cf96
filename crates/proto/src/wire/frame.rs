//! Frames: a type byte, an Int32 length that includes itself, a body.
//!
//! Source: <https://www.postgresql.org/docs/18/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS>.

use bytes::{Bytes, BytesMut};

use super::body::Input;
use super::writer::{length, patch};
use crate::error::{Misuse, PeerError};

/// The bytes in front of a body: one of type, four of length.
pub const HEADER: usize = 5;

/// The head of a frame, not yet believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type byte.
    pub tag: u8,
    /// The length word: itself and the body. Anything the peer likes, negative too.
    pub length: i32,
}

impl Header {
    /// The bytes of the whole frame, if the length is one the body can have.
    ///
    /// `limit` bounds the length word. Outside of 4..=limit the error is silent: a server closes
    /// the connection without a word, since it has lost the boundary of the messages.
    #[inline]
    pub fn frame_length(&self, limit: u32) -> Result<usize, PeerError> {
        match u32::try_from(self.length) {
            Ok(length) if length >= 4 && length <= limit => match usize::try_from(length) {
                Ok(length) => Ok(length.saturating_add(1)),
                Err(_) => Err(invalid_length()),
            },
            _ => Err(invalid_length()),
        }
    }
}

/// The type byte at the front of `input`.
///
/// It is to be judged before the length: an unknown type with an absurd length is an unknown type.
#[inline]
pub fn peek_tag(input: &[u8]) -> Option<u8> {
    input.first().copied()
}

/// The head of the frame at the front of `input`; `None` while it is incomplete.
#[inline]
pub fn peek(input: &[u8]) -> Option<Header> {
    let (&tag, rest) = input.split_first()?;
    let length = i32::from_be_bytes(*rest.first_chunk()?);
    Some(Header { tag, length })
}

/// The length word of the untyped packet at the front of `input` (before the login).
#[inline]
pub fn peek_untyped(input: &[u8]) -> Option<i32> {
    input.first_chunk().copied().map(i32::from_be_bytes)
}

/// Splits the first `frame_length` bytes off `input` and returns the body; `None` while they have
/// not all arrived.
///
/// Never reserves memory: `input` grows by what was received, not by what was announced.
#[inline]
pub fn split<I: Input>(input: &mut I, frame_length: usize) -> Option<I::Body> {
    input.split_frame(frame_length, HEADER)
}

/// The same for an untyped packet, whose head is only the length word.
#[inline]
pub fn split_untyped(input: &mut BytesMut, packet_length: usize) -> Option<Bytes> {
    input.split_frame(packet_length, 4)
}

/// A frame that passes through in pieces, so that a proxy holds no body of a gigabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    remaining: usize,
}

impl Relay {
    /// A relay of the whole frame, head included, whose length [`Header::frame_length`] told.
    pub const fn new(frame_length: usize) -> Relay {
        Relay { remaining: frame_length }
    }

    /// How many bytes have not passed yet.
    pub const fn remaining(&self) -> usize {
        self.remaining
    }

    /// Splits off what has arrived of the frame, and no byte of the next.
    pub fn take(&mut self, input: &mut BytesMut) -> Bytes {
        let length = input.len().min(self.remaining);
        self.remaining = self.remaining.saturating_sub(length);
        input.split_to(length).freeze()
    }
}

/// Appends a frame: the type byte, the body that `body` writes, and between them its length.
///
/// On an error, of the body or because its length does not fit, `out` is as it was before.
#[inline]
pub fn frame(
    out: &mut Vec<u8>,
    tag: u8,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), Misuse>,
) -> Result<(), Misuse> {
    let start = out.len();
    out.extend_from_slice(&empty_frame(tag));
    fill(out, start, start.saturating_add(1), body)
}

/// Appends an untyped packet: its length and the body that `body` writes.
///
/// On an error `out` is as it was before.
#[inline]
pub fn untyped_frame(
    out: &mut Vec<u8>,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), Misuse>,
) -> Result<(), Misuse> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    fill(out, start, start, body)
}

/// Appends the body of a frame that begins at `start` and has its length word at `word`.
#[inline]
fn fill(
    out: &mut Vec<u8>,
    start: usize,
    word: usize,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), Misuse>,
) -> Result<(), Misuse> {
    let written = body(out).and_then(|()| {
        let length = length(out.len().saturating_sub(word))?;
        patch(out, word, length.to_be_bytes())
    });
    written.inspect_err(|_| out.truncate(start))
}

/// The frame of a message without a body.
#[inline]
pub(crate) const fn empty_frame(tag: u8) -> [u8; HEADER] {
    [tag, 0, 0, 0, 4]
}

#[cold]
fn invalid_length() -> PeerError {
    PeerError::silent("invalid message length")
}

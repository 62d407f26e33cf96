//! What a message is read from: bytes that it owns, or that it borrows.

use std::fmt::Debug;

use bytes::{Buf, Bytes, BytesMut};

/// The bytes of a body: [`Bytes`], a slice of the read buffer that keeps it alive, or a borrowed
/// `&[u8]`, which costs nothing and lives as long as the buffer is left alone.
pub trait Body: Buf + AsRef<[u8]> + Clone + Debug + Default + sealed::Sealed {
    /// Forgets all but the first `length` bytes.
    fn truncate(&mut self, length: usize);
}

/// Bytes that were received, messages in a row: [`BytesMut`], whose messages own theirs, or a
/// `&[u8]`, whose messages borrow them.
pub trait Input: Buf + AsRef<[u8]> + sealed::Sealed {
    /// What its messages are made of.
    type Body: Body;

    /// Splits the first `length` bytes off, of which the first `head` are dropped; `None` if there
    /// are not so many. What [`split`](super::frame::split) does is made of it.
    #[doc(hidden)]
    fn split_frame(&mut self, length: usize, head: usize) -> Option<Self::Body>;
}

impl Body for Bytes {
    #[inline]
    fn truncate(&mut self, length: usize) {
        Bytes::truncate(self, length);
    }
}

impl Body for &[u8] {
    #[inline]
    fn truncate(&mut self, length: usize) {
        *self = self.get(..length).unwrap_or(self);
    }
}

impl Input for BytesMut {
    type Body = Bytes;

    #[inline]
    fn split_frame(&mut self, length: usize, head: usize) -> Option<Bytes> {
        if self.len() < length || length < head {
            return None;
        }
        if length == head {
            // To own nothing needs no reference.
            self.advance(length);
            return Some(Bytes::new());
        }
        let mut frame = self.split_to(length).freeze();
        frame.advance(head);
        Some(frame)
    }
}

impl<'a> Input for &'a [u8] {
    type Body = &'a [u8];

    #[inline]
    fn split_frame(&mut self, length: usize, head: usize) -> Option<&'a [u8]> {
        let body = self.get(head..length)?;
        *self = self.get(length..)?;
        Some(body)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Bytes {}
    impl Sealed for super::BytesMut {}
    impl Sealed for &[u8] {}
}

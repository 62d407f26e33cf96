//! Strings as they arrive.

use std::{fmt, str::Utf8Error};

use bytes::Bytes;

use crate::{
    error::Malformed,
    wire::{Body, Reader},
};

/// A string of a message, without its NUL: bytes in the client's encoding.
///
/// Either a slice of the read buffer that keeps the whole buffer alive, so that what outlives its
/// message is [detached](PgStr::detach); or, as `PgStr<&[u8]>`, borrowed. Nothing is known about its
/// encoding until someone asks.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgStr<B = Bytes>(B);

impl PgStr {
    /// A string that lives for ever.
    pub const fn from_static(string: &'static str) -> PgStr {
        PgStr(Bytes::from_static(string.as_bytes()))
    }

    /// Its bytes, still a slice of the read buffer.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl<B: Body> PgStr<B> {
    /// Its bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Its text, if it is UTF-8.
    #[inline]
    pub fn as_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(self.as_bytes())
    }

    /// Whether it is the empty string, the name of the unnamed statement and portal.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// A copy that does not keep the read buffer alive.
    pub fn detach(&self) -> PgStr {
        PgStr(Bytes::copy_from_slice(self.as_bytes()))
    }

    /// Splits the first `length` bytes and the NUL behind them off `body`.
    #[inline]
    pub(super) fn split_off(body: &mut B, length: usize) -> PgStr<B> {
        let string = PgStr::first(body.clone(), length);
        body.advance(length.saturating_add(1));
        string
    }

    /// The string of the first `length` bytes of `body`.
    #[inline]
    pub(super) fn first(mut body: B, length: usize) -> PgStr<B> {
        // To own nothing needs no reference: most names are empty.
        if length == 0 {
            return PgStr::default();
        }
        body.truncate(length);
        PgStr(body)
    }

    /// Takes the string at the front of `body`.
    #[inline]
    pub(super) fn take(body: &mut B) -> Result<PgStr<B>, Malformed> {
        let length = Reader::new(body.as_ref()).string()?.len();
        Ok(PgStr::split_off(body, length))
    }

    /// The string that is all of `body`.
    #[inline]
    pub(super) fn only(body: B) -> Result<PgStr<B>, Malformed> {
        let mut reader = Reader::new(body.as_ref());
        let length = reader.string()?.len();
        reader.finish()?;
        Ok(PgStr::first(body, length))
    }
}

impl<B: Body> AsRef<[u8]> for PgStr<B> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<Bytes> for PgStr {
    fn from(bytes: Bytes) -> PgStr {
        PgStr(bytes)
    }
}

impl From<&str> for PgStr {
    fn from(string: &str) -> PgStr {
        PgStr(Bytes::copy_from_slice(string.as_bytes()))
    }
}

impl From<String> for PgStr {
    fn from(string: String) -> PgStr {
        PgStr(Bytes::from(string))
    }
}

impl<B: Body> PartialEq<str> for PgStr<B> {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<B: Body> PartialEq<&str> for PgStr<B> {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<B: Body> fmt::Debug for PgStr<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

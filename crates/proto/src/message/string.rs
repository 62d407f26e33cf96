//! Strings as they arrive.

use std::{fmt, str::Utf8Error};

use bytes::Bytes;

use crate::{error::Malformed, wire::Reader};

/// A string of a message, without its NUL: bytes in the client's encoding.
///
/// A slice of the read buffer that keeps the whole buffer alive: what outlives its message is
/// [detached](PgStr::detach). Nothing is known about its encoding until someone asks.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgStr(Bytes);

impl PgStr {
    /// A string that lives for ever.
    pub const fn from_static(string: &'static str) -> PgStr {
        PgStr(Bytes::from_static(string.as_bytes()))
    }

    /// Its bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text, if it is UTF-8.
    #[inline]
    pub fn as_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.0)
    }

    /// Whether it is the empty string, the name of the unnamed statement and portal.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy that does not keep the read buffer alive.
    pub fn detach(&self) -> PgStr {
        PgStr(Bytes::copy_from_slice(&self.0))
    }

    /// Its bytes, still a slice of the read buffer.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Splits the first `length` bytes and the NUL behind them off `body`.
    #[inline]
    pub(super) fn split_off(body: &mut Bytes, length: usize) -> PgStr {
        use bytes::Buf;
        // Splitting counts a reference; the empty names that most messages carry need none.
        let string = if length == 0 { PgStr::default() } else { PgStr(body.split_to(length)) };
        body.advance(1);
        string
    }

    /// Takes the string at the front of `body`.
    #[inline]
    pub(super) fn take(body: &mut Bytes) -> Result<PgStr, Malformed> {
        let length = Reader::new(body).string()?.len();
        Ok(PgStr::split_off(body, length))
    }

    /// The string that is all of `body`.
    #[inline]
    pub(super) fn only(mut body: Bytes) -> Result<PgStr, Malformed> {
        let mut reader = Reader::new(&body);
        let length = reader.string()?.len();
        reader.finish()?;
        body.truncate(length);
        Ok(PgStr(body))
    }
}

impl AsRef<[u8]> for PgStr {
    fn as_ref(&self) -> &[u8] {
        &self.0
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

impl PartialEq<str> for PgStr {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for PgStr {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for PgStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

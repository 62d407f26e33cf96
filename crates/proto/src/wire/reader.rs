//! Fields out of a body.

use crate::error::Malformed;

/// Reads the fields of one message body, front to back.
///
/// Integers are big-endian; strings end with a NUL, which is not part of them. It never reads
/// beyond the body: what is missing is [`Malformed`], in PostgreSQL's words.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `body`.
    #[inline]
    pub const fn new(body: &'a [u8]) -> Reader<'a> {
        Reader { rest: body }
    }

    /// What has not been read.
    #[inline]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        let (&byte, rest) = self.rest.split_first().ok_or(Malformed::NoData)?;
        self.rest = rest;
        Ok(byte)
    }

    /// Two bytes, signed.
    #[inline]
    pub fn i16(&mut self) -> Result<i16, Malformed> {
        self.array().map(i16::from_be_bytes)
    }

    /// Two bytes, unsigned: the counts of Parse, Bind and ParameterDescription reach 65535.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes, signed.
    #[inline]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_be_bytes)
    }

    /// Four bytes, unsigned: object identifiers.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// As many bytes as `N` says.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(Malformed::InsufficientData)?;
        self.rest = rest;
        Ok(*head)
    }

    /// The next `length` bytes.
    #[inline]
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Malformed::InsufficientData)?;
        self.rest = rest;
        Ok(head)
    }

    /// A string, without its NUL.
    #[inline]
    pub fn string(&mut self) -> Result<&'a [u8], Malformed> {
        // Most strings of the extended protocol are the empty name, or short ones.
        let short = self.rest.first_chunk::<16>().map_or(self.rest, <[u8; 16]>::as_slice);
        let end = match short.iter().position(|byte| *byte == 0) {
            Some(end) => end,
            None => memchr::memchr(0, self.rest).ok_or(Malformed::InvalidString)?,
        };
        let string = self.bytes(end)?;
        self.u8()?;
        Ok(string)
    }

    /// A value: an Int32 length and that many bytes; `None` is NULL, length -1.
    #[inline]
    pub fn value(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.i32()? {
            -1 => Ok(None),
            length => match usize::try_from(length) {
                Ok(length) => self.bytes(length).map(Some),
                Err(_) => Err(Malformed::ValueSize(length)),
            },
        }
    }

    /// Ends the reading: the body must be consumed fully.
    #[inline]
    pub const fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::TrailingData) }
    }
}

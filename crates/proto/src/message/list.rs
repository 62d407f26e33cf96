//! Lists of plain integers inside a body.

use bytes::{Buf, Bytes};

use crate::{Format, Oid, error::Malformed, wire::Reader};

/// A received list of types: those of ParameterDescription.
///
/// Also an iterator over itself: cloning it costs a reference count.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Oids(Bytes);

impl Oids {
    /// Takes the list that ends `body`: a count (unsigned) and the Int32s.
    #[inline]
    pub(super) fn last(mut body: Bytes) -> Result<Oids, Malformed> {
        let mut reader = Reader::new(&body);
        let count = reader.u16()?;
        reader.bytes(usize::from(count).saturating_mul(4))?;
        reader.finish()?;
        if count == 0 {
            return Ok(Oids::default());
        }
        body.advance(2);
        Ok(Oids(body))
    }

    /// How many are left.
    pub fn len(&self) -> usize {
        self.0.len() / 4
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The types, without consuming the list.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Oid> + Clone + '_ {
        oids(&self.0)
    }
}

impl Iterator for Oids {
    type Item = Oid;

    fn next(&mut self) -> Option<Oid> {
        let oid = u32::from_be_bytes(*self.0.first_chunk()?);
        self.0.advance(4);
        Some(Oid(oid))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl ExactSizeIterator for Oids {}

impl std::fmt::Debug for Oids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A received list of format codes: the columns of a COPY.
///
/// Also an iterator over itself: cloning it costs a reference count. The codes are as received;
/// [`Format::from_code`] knows those that mean something.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormatCodes(Bytes);

impl FormatCodes {
    /// Takes the list that ends `body`: a count and the Int16s.
    pub(super) fn last(mut body: Bytes) -> Result<FormatCodes, Malformed> {
        let mut reader = Reader::new(&body);
        let count = reader.u16()?;
        reader.bytes(usize::from(count).saturating_mul(2))?;
        reader.finish()?;
        body.advance(2);
        Ok(FormatCodes(body))
    }

    /// How many are left.
    pub fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The codes, without consuming the list.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(&self.0)
    }
}

impl Iterator for FormatCodes {
    type Item = i16;

    fn next(&mut self) -> Option<i16> {
        let code = i16::from_be_bytes(*self.0.first_chunk()?);
        self.0.advance(2);
        Some(code)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl ExactSizeIterator for FormatCodes {}

impl std::fmt::Debug for FormatCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The types that lie in `bytes`.
#[inline]
pub(super) fn oids(bytes: &[u8]) -> impl ExactSizeIterator<Item = Oid> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|chunk| Oid(u32::from_be_bytes(*chunk)))
}

/// The format codes that lie in `bytes`.
#[inline]
pub(super) fn codes(bytes: &[u8]) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|chunk| i16::from_be_bytes(*chunk))
}

/// A format that the sender alone decides.
#[inline]
pub(super) fn format(code: i16) -> Result<Format, Malformed> {
    Format::from_code(code).ok_or(Malformed::Format(code))
}

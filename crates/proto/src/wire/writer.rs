//! Fields into a body.

use crate::error::Misuse;

/// How the count in front of a list is written, which bounds the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Int16: columns. At most 32767.
    Signed,
    /// UInt16: parameters and their types. At most 65535.
    Unsigned,
}

impl Count {
    /// The most that can be counted.
    pub const fn max(self) -> u16 {
        match self {
            Count::Signed => 0x7fff,
            Count::Unsigned => 0xffff,
        }
    }
}

/// Appends a string and its NUL; [`Misuse`] if it has a NUL inside.
#[inline]
pub fn put_string(out: &mut Vec<u8>, string: &[u8]) -> Result<(), Misuse> {
    put_part(out, string)?;
    out.push(0);
    Ok(())
}

/// Appends a string whose NUL, or more of it, follows.
#[inline]
pub(crate) fn put_part(out: &mut Vec<u8>, string: &[u8]) -> Result<(), Misuse> {
    // Names and tags are short: to call a search that is fast for long texts costs more than they do.
    let has_nul = match string.len() {
        0..=32 => string.contains(&0),
        _ => memchr::memchr(0, string).is_some(),
    };
    if has_nul {
        return Err(Misuse::nul());
    }
    out.extend_from_slice(string);
    Ok(())
}

/// Appends a value: its length and its bytes, or -1 for NULL.
///
/// [`Misuse`] if it is longer than an Int32 can tell: a length that wraps around lets the rest of
/// the value be read as messages (CVE-2024-27304).
#[inline]
pub fn put_value(out: &mut Vec<u8>, value: Option<&[u8]>) -> Result<(), Misuse> {
    match value {
        None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        Some(bytes) => {
            out.extend_from_slice(&length(bytes.len())?.to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
    Ok(())
}

/// Appends a list: a count, patched in when the items are written, and the items.
#[inline]
pub fn put_count<T>(
    out: &mut Vec<u8>,
    count: Count,
    items: impl IntoIterator<Item = T>,
    mut put: impl FnMut(&mut Vec<u8>, T) -> Result<(), Misuse>,
) -> Result<(), Misuse> {
    let start = out.len();
    out.extend_from_slice(&[0, 0]);
    let mut written = 0_u16;
    for item in items {
        if written == count.max() {
            return Err(Misuse::too_many(usize::from(count.max())));
        }
        written = written.saturating_add(1);
        put(out, item)?;
    }
    patch(out, start, written.to_be_bytes())
}

/// A length as the wire writes it; [`Misuse`] beyond 2147483647.
#[inline]
pub(super) fn length(length: usize) -> Result<i32, Misuse> {
    i32::try_from(length).map_err(|_| Misuse::too_long(length))
}

/// Overwrites the bytes at `position`.
#[inline]
pub(super) fn patch<const N: usize>(
    out: &mut [u8],
    position: usize,
    bytes: [u8; N],
) -> Result<(), Misuse> {
    let place = out.get_mut(position..).and_then(|rest| rest.first_chunk_mut());
    *place.ok_or_else(|| Misuse::new("the body of a message removed its own head"))? = bytes;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_int32_is_refused_never_wrapped() {
        assert_eq!(length(0x7fff_ffff), Ok(0x7fff_ffff));
        assert_eq!(length(0x8000_0000), Err(Misuse::too_long(0x8000_0000)));
        assert_eq!(length(usize::MAX), Err(Misuse::too_long(usize::MAX)));
    }

    #[test]
    fn a_count_beyond_its_type_is_refused() {
        for (count, most) in [(Count::Signed, 32767), (Count::Unsigned, 65535)] {
            let mut out = Vec::new();
            let put = |_: &mut Vec<u8>, ()| Ok(());
            assert_eq!(put_count(&mut out, count, std::iter::repeat_n((), most), put), Ok(()));
            assert!(put_count(&mut out, count, std::iter::repeat_n((), most + 1), put).is_err());
        }
    }
}

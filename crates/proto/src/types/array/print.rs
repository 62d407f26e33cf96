//! How an array looks.

use super::{Dimension, MAX_DIMENSIONS};
use crate::types::convert::{IsNull, ToPg};
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::text::is_space;
use crate::{Format, Oid, SqlState};

/// Appends `[0:2]=` if a subscript does not start at 1, and nothing otherwise.
pub fn text_dimensions(dimensions: &[Dimension], out: &mut Vec<u8>) {
    if dimensions.iter().all(|dimension| dimension.lower == 1) {
        return;
    }
    for Dimension { length, lower } in dimensions {
        out.push(b'[');
        out.extend_from_slice(itoa::Buffer::new().format(*lower).as_bytes());
        out.push(b':');
        let upper = i64::from(*lower).wrapping_add((*length).into()).wrapping_sub(1);
        out.extend_from_slice(itoa::Buffer::new().format(upper).as_bytes());
        out.push(b']');
    }
    out.push(b'=');
}

/// Puts quotes around the element whose text was appended from `start` on, if it needs them.
#[inline]
pub fn quote(start: usize, delimiter: u8, out: &mut Vec<u8>) {
    let element = out.get(start..).unwrap_or_default();
    let special = |byte: &u8| {
        matches!(byte, b'"' | b'\\' | b'{' | b'}') || *byte == delimiter || is_space(*byte)
    };
    if element.is_empty() || element.iter().any(special) || element.eq_ignore_ascii_case(b"NULL") {
        surround(start, b'\\', out);
    }
}

/// Puts quotes around the tail of a buffer; a quote or a backslash within gets a mark before it:
/// `escape`, or itself if that is 0.
pub(in crate::types) fn surround(start: usize, escape: u8, out: &mut Vec<u8>) {
    let end = out.len();
    out.push(b'"');
    let mut place = start;
    while place < end {
        let Some(byte) = out.get(place).copied() else { break };
        if matches!(byte, b'"' | b'\\') {
            out.push(if escape == 0 { byte } else { escape });
        }
        out.push(byte);
        place = place.saturating_add(1);
    }
    out.push(b'"');
    out.drain(start..end);
}

/// 54000 for a text that PostgreSQL could not hold; quotes within quotes double with each level.
pub(in crate::types) fn check_length(start: usize, out: &[u8]) -> Result<(), ValueError> {
    const MAX: usize = 0x3fff_ffff;
    if out.len().saturating_sub(start) <= MAX {
        return Ok(());
    }
    let message = format!("string buffer exceeds maximum allowed length ({MAX} bytes)");
    Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message))
}

/// Appends elements as text, each as the type `element`.
pub(super) fn push_text<T: ToPg>(
    elements: impl Iterator<Item = Result<T, ValueError>>,
    dimensions: &[Dimension],
    element: Oid,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    let mut elements = elements.peekable();
    if elements.peek().is_none() {
        out.extend_from_slice(b"{}");
        return Ok(());
    }
    let begin = out.len();
    text_dimensions(dimensions, out);
    let delimiter = style.types.delimiter(element);
    // A brace opens before the elements whose number is a multiple of a sub-array's size, and
    // closes after those before them.
    let mut sizes = [0; MAX_DIMENSIONS];
    let mut size: usize = 1;
    for (place, dimension) in sizes.iter_mut().zip(dimensions.iter().rev()) {
        size = size.saturating_mul(usize::try_from(dimension.length).unwrap_or(0));
        *place = size;
    }
    let braces =
        |element: usize| sizes.iter().filter(|size| element.checked_rem(**size) == Some(0)).count();
    for (place, value) in elements.enumerate() {
        if place > 0 {
            out.push(delimiter);
        }
        out.resize(out.len().saturating_add(braces(place)), b'{');
        let start = out.len();
        match value?.encode(element, Format::Text, style, out)? {
            IsNull::Yes => out.extend_from_slice(b"NULL"),
            IsNull::No => quote(start, delimiter, out),
        }
        check_length(begin, out)?;
        out.resize(out.len().saturating_add(braces(place.saturating_add(1))), b'}');
    }
    Ok(())
}

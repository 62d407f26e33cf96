//! The binary form.

use bytes::{Buf, Bytes};

use super::{Dimension, MAX_DIMENSIONS, Parts, check_size};
use crate::types::catalog::name_of;
use crate::types::convert::{IsNull, ToPg};
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::{Format, Oid, SqlState};

/// Appends what comes before the elements.
///
/// Each element follows as a 32-bit length, -1 for NULL, and its bytes. An array without elements
/// has no dimensions.
pub fn binary_header(element: Oid, dimensions: &[Dimension], has_null: bool, out: &mut Vec<u8>) {
    let count = u32::try_from(dimensions.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(&u32::from(has_null).to_be_bytes());
    out.extend_from_slice(&element.0.to_be_bytes());
    for dimension in dimensions {
        out.extend_from_slice(&dimension.length.to_be_bytes());
        out.extend_from_slice(&dimension.lower.to_be_bytes());
    }
}

/// Reads the binary form of an array of `element`, each of them, or NULL, by `read`.
///
/// # Errors
///
/// 22P03 or 08P01 for a wrong form, 42804 for other elements, 54000 for more than six dimensions
/// or too many elements; and those of `read`.
///
/// The type that the bytes name is not looked at unless it and `element` are built in: other OIDs
/// differ from server to server.
pub fn receive<'a, T>(
    bytes: &'a [u8],
    element: Oid,
    read: impl FnMut(Option<&'a [u8]>) -> Result<T, ValueError>,
) -> Result<Parts<T>, ValueError> {
    let mut rest = bytes;
    let parts = receive_leading(&mut rest, element, read)?;
    if rest.is_empty() { Ok(parts) } else { Err(ValueError::trailing()) }
}

/// Reads the array that bytes begin with.
pub(super) fn receive_leading<'a, T>(
    rest: &mut &'a [u8],
    element: Oid,
    mut read: impl FnMut(Option<&'a [u8]>) -> Result<T, ValueError>,
) -> Result<Parts<T>, ValueError> {
    let dimensions = header(rest, element)?;
    let size = check_size(&dimensions)?;
    // No more than can follow: each takes four bytes at least.
    let mut elements = Vec::with_capacity(size.min(rest.len() / 4));
    for place in 0..size {
        let item = take_item(rest)?;
        elements.push(read(item).map_err(|error| error.within("array element", place))?);
    }
    Ok(Parts { dimensions: if size == 0 { Vec::new() } else { dimensions }, elements })
}

pub(super) fn header(rest: &mut &[u8], element: Oid) -> Result<Vec<Dimension>, ValueError> {
    let count = take_i32(rest)?;
    let count = usize::try_from(count)
        .map_err(|_| ValueError::binary(format!("invalid number of dimensions: {count}")))?;
    if count > MAX_DIMENSIONS {
        return Err(ValueError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!(
                "number of array dimensions ({count}) exceeds the maximum allowed ({MAX_DIMENSIONS})"
            ),
        ));
    }
    if !matches!(take_i32(rest)?, 0 | 1) {
        return Err(ValueError::binary("invalid array flags"));
    }
    let sent = Oid(take_i32(rest)?.cast_unsigned());
    if !is_compatible(sent, element) {
        return Err(wrong_element(sent, element));
    }
    let mut dimensions = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, lower) = (take_i32(rest)?, take_i32(rest)?);
        dimensions.push(Dimension { length, lower });
    }
    Ok(dimensions)
}

/// Appends the binary form of elements, each as the type `element`.
pub(super) fn push_binary<T: ToPg>(
    elements: impl Iterator<Item = Result<T, ValueError>>,
    dimensions: &[Dimension],
    element: Oid,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    let start = out.len();
    binary_header(element, dimensions, false, out);
    let mut has_null = false;
    for value in elements {
        has_null |= push_item(&value?, element, style, out)? == IsNull::Yes;
    }
    // The flag's last byte, now that it is known.
    if let Some(flag) = out.get_mut(start.saturating_add(7)) {
        *flag = has_null.into();
    }
    Ok(())
}

/// Appends a value after its length.
pub(in crate::types) fn push_item(
    value: &(impl ToPg + ?Sized),
    oid: Oid,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<IsNull, ValueError> {
    let start = out.len();
    out.extend_from_slice(&(-1_i32).to_be_bytes());
    let body = out.len();
    let is_null = value.encode(oid, Format::Binary, style, out)?;
    if is_null == IsNull::No {
        let length = out.len().saturating_sub(body);
        let length = i32::try_from(length).map_err(|_| {
            ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "value exceeds 1 GiB")
        })?;
        if let Some(place) = out.get_mut(start..body) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(is_null)
}

pub(in crate::types) fn take_i32(rest: &mut &[u8]) -> Result<i32, ValueError> {
    let (head, tail) = rest.split_first_chunk().ok_or_else(ValueError::truncated)?;
    *rest = tail;
    Ok(i32::from_be_bytes(*head))
}

/// A length and that many bytes; a length of -1 is NULL.
pub(in crate::types) fn take_item<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, ValueError> {
    let length = take_i32(rest)?;
    if length == -1 {
        return Ok(None);
    }
    let split = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
    let (item, tail) =
        split.ok_or_else(|| ValueError::binary("insufficient data left in message"))?;
    *rest = tail;
    Ok(Some(item))
}

/// The same of bytes that are shared.
pub(in crate::types) fn split_item(rest: &mut Bytes) -> Result<Option<Bytes>, ValueError> {
    let mut bytes: &[u8] = rest;
    let length = take_item(&mut bytes)?.map(<[u8]>::len);
    rest.advance(rest.len().saturating_sub(bytes.len()).saturating_sub(length.unwrap_or(0)));
    Ok(length.map(|length| rest.split_to(length)))
}

/// Whether bytes that say they are of a type may be of another; what is not built in has other OIDs
/// elsewhere.
pub(in crate::types) fn is_compatible(sent: Oid, wanted: Oid) -> bool {
    let is_built_in = |oid: Oid| oid.0 < 10_000;
    sent == wanted || !is_built_in(sent) || !is_built_in(wanted)
}

/// A type's OID and name, as PostgreSQL tells them where both may be wrong.
pub(in crate::types) fn described(oid: Oid) -> String {
    let name = match oid {
        Oid::UNSPECIFIED => "-",
        oid => name_of(oid).unwrap_or("???"),
    };
    format!("{oid} ({name})")
}

#[cold]
fn wrong_element(sent: Oid, wanted: Oid) -> ValueError {
    ValueError::new(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "binary data has array element type {} instead of expected {}",
            described(sent),
            described(wanted)
        ),
    )
}

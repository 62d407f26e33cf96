//! `int2vector` and `oidvector`: arrays with a form of their own, used by catalogs.

use bytes::Bytes;

use super::elements::Held;
use super::{Array, Dimension, binary, check_size};
use crate::types::convert::{IsNull, ToPg};
use crate::types::error::ValueError;
use crate::types::int;
use crate::types::style::TextStyle;
use crate::types::text::trim_start;
use crate::types::user::Types;
use crate::{Format, Oid};

/// Appends elements with spaces between: `1 2 3`.
pub(super) fn push_vector<T: ToPg>(
    elements: impl Iterator<Item = Result<T, ValueError>>,
    element: Oid,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    for (place, value) in elements.enumerate() {
        if place > 0 {
            out.push(b' ');
        }
        if value?.encode(element, Format::Text, style, out)? == IsNull::Yes {
            return Err(ValueError::unexpected_null());
        }
    }
    Ok(())
}

impl Array {
    /// Reads elements with spaces between; subscripts start at 0.
    pub(in crate::types) fn vector_from_literal(
        element: Oid,
        text: &str,
        style: &TextStyle,
    ) -> Result<Array, ValueError> {
        let mut literal = String::with_capacity(text.len().saturating_add(2));
        let mut length: i32 = 0;
        let mut rest = trim_start(text.as_bytes());
        while !rest.is_empty() {
            let start = text.len().saturating_sub(rest.len());
            let from = text.get(start..).unwrap_or_default();
            // An oid ends wherever it cannot go on.
            let after = match element {
                Oid::INT2 => int::leading_i16(from)?.1,
                _ => int::leading_u32(from, "oid")?.1,
            };
            let end = from.len().saturating_sub(after.len());
            literal.push(if length == 0 { '{' } else { ',' });
            literal.push_str(from.get(..end).unwrap_or_default());
            length = length.saturating_add(1);
            rest = trim_start(after);
        }
        literal.push_str(if length == 0 { "{}" } else { "}" });
        let held = Held::Text(Box::new((literal.into(), style.clone())));
        Ok(Array {
            element,
            typmod: -1,
            dimensions: Box::new([Dimension { length, lower: 0 }]),
            held,
        })
    }

    /// Reads the header of the binary form, of which no more is looked at.
    pub(in crate::types) fn vector_from_checked_binary(
        element: Oid,
        bytes: Bytes,
        types: &Types,
    ) -> Result<Array, ValueError> {
        let array = Array::from_checked_binary(element, bytes, types)?;
        let length = i32::try_from(check_size(&array.dimensions)?).unwrap_or(i32::MAX);
        Ok(Array { dimensions: Box::new([Dimension { length, lower: 0 }]), ..array })
    }
}

/// Whether the binary form of an `int2vector` or an `oidvector` can be read: it has one dimension from 0
/// on, an element at least, and no NULL.
pub(in crate::types) fn check_vector<'a>(
    bytes: &'a [u8],
    element: Oid,
    mut check: impl FnMut(Option<&'a [u8]>) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    let (mut rest, mut has_null) = (bytes, false);
    let parts = binary::receive_leading(&mut rest, element, |part| {
        has_null |= part.is_none();
        check(part)
    })?;
    match (parts.dimensions.as_slice(), has_null) {
        ([Dimension { lower: 0, .. }], false) => int::finish((), rest),
        _ if element == Oid::INT2 => Err(ValueError::binary("invalid int2vector data")),
        _ => Err(ValueError::binary("invalid oidvector data")),
    }
}

//! `int2vector` and `oidvector`: arrays with a form of their own, used by catalogs.

use bytes::Bytes;

use super::elements::Held;
use super::{Array, Dimension, check_size};
use crate::types::convert::{IsNull, ToPg};
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::user::Types;
use crate::types::value::check_literal;
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
        for word in text.split_ascii_whitespace() {
            check_literal(element, word, style)?;
            literal.push(if length == 0 { '{' } else { ',' });
            literal.push_str(word);
            length = length.saturating_add(1);
        }
        literal.push_str(if length == 0 { "{}" } else { "}" });
        let held = Held::Text(Box::new((literal.into(), style.clone())));
        Ok(Array { element, dimensions: Box::new([Dimension { length, lower: 0 }]), held })
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

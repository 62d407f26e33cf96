//! `int2vector` and `oidvector`: arrays with a form of their own, used by catalogs.

use super::{Array, Dimension};
use crate::types::convert::{IsNull, ToPg};
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::value::Value;
use crate::{Format, Oid};

/// Appends elements with spaces between: `1 2 3`.
pub(in crate::types) fn push_vector<T: ToPg>(
    elements: &[T],
    element: Oid,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    for (place, value) in elements.iter().enumerate() {
        if place > 0 {
            out.push(b' ');
        }
        if value.encode(element, Format::Text, style, out)? == IsNull::Yes {
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
        let words = text.split_ascii_whitespace();
        let elements = words.map(|word| Value::from_literal(element, word, style));
        let elements = elements.collect::<Result<Vec<_>, _>>()?;
        let array = Array::new(element, elements);
        Ok(Array { dimensions: vec![Dimension { length: array.length(), lower: 0 }], ..array })
    }
}

//! Arrays of up to six dimensions.
//!
//! Source: <https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO>. An engine that has arrays of
//! its own writes `{`, the elements with [`quote`] after each and commas between, and `}`; or
//! [`binary_header`] and the elements, each after its length.

mod binary;
mod parse;
mod print;
mod vector;

use std::borrow::Cow;

use super::error::ValueError;
use super::value::Value;
use crate::{Oid, SqlState};

pub use binary::{binary_header, receive};
pub(super) use binary::{push_binary, push_item, take_i32, take_item};
pub use parse::parse;
pub(super) use print::{push_text, surround};
pub use print::{quote, text_dimensions};
pub(super) use vector::push_vector;

/// A decoded array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The type of the elements.
    pub element: Oid,
    /// The outermost first; none for an array without elements.
    pub dimensions: Vec<Dimension>,
    /// The last dimension varies fastest.
    pub elements: Vec<Value>,
}

/// An array whose elements were read one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<T> {
    /// The outermost first; none for an array without elements.
    pub dimensions: Vec<Dimension>,
    /// The last dimension varies fastest.
    pub elements: Vec<T>,
}

/// The extent of an array in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The number of elements.
    pub length: i32,
    /// The subscript of the first element, as a rule 1.
    pub lower: i32,
}

/// The largest number of dimensions.
pub const MAX_DIMENSIONS: usize = 6;

impl Array {
    /// An array of one dimension.
    pub fn new(element: Oid, elements: Vec<Value>) -> Array {
        let dimensions = match i32::try_from(elements.len()) {
            Ok(0) | Err(_) => Vec::new(),
            Ok(length) => vec![Dimension { length, lower: 1 }],
        };
        Array { element, dimensions, elements }
    }

    pub(super) fn length(&self) -> i32 {
        i32::try_from(self.elements.len()).unwrap_or(i32::MAX)
    }

    /// The dimensions, or one of all elements if theirs is another number.
    pub(super) fn shape(&self) -> Cow<'_, [Dimension]> {
        let length = self.length();
        match check_size(&self.dimensions) {
            // A vector without elements has a dimension all the same; an array has none.
            Ok(0) if length == 0 && self.dimensions.len() == 1 => {
                Cow::Borrowed(self.dimensions.as_slice())
            }
            Ok(size)
                if size > 0
                    && size == self.elements.len()
                    && self.dimensions.len() <= MAX_DIMENSIONS =>
            {
                Cow::Borrowed(self.dimensions.as_slice())
            }
            _ if length == 0 => Cow::Borrowed(&[]),
            _ => Cow::Owned(vec![Dimension { length, lower: 1 }]),
        }
    }
}

/// The character between the elements of an array of this type.
pub fn delimiter(element: Oid) -> u8 {
    if element == Oid::BOX { b';' } else { b',' }
}

/// The number of elements, within what PostgreSQL can hold.
fn check_size(dimensions: &[Dimension]) -> Result<usize, ValueError> {
    const MAX_ELEMENTS: i64 = 0x07ff_ffff;
    let mut count: i64 = 1;
    for dimension in dimensions {
        count = count.saturating_mul(dimension.length.into());
        if dimension.length < 0 || count > MAX_ELEMENTS {
            return Err(ValueError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})"),
            ));
        }
    }
    for dimension in dimensions {
        if dimension.lower.checked_add(dimension.length).is_none() {
            return Err(ValueError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!("array lower bound is too large: {}", dimension.lower),
            ));
        }
    }
    Ok(if dimensions.is_empty() { 0 } else { usize::try_from(count).unwrap_or(0) })
}

//! Arrays of up to six dimensions.
//!
//! Source: <https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO>. An engine that has arrays of
//! its own writes `{`, the elements with [`quote`] after each and commas between, and `}`; or
//! [`binary_header`] and the elements, each after its length.

mod binary;
mod elements;
mod parse;
mod print;
mod vector;

use super::catalog::is_string;
use super::convert::ToPg;
use super::error::ValueError;
use super::style::TextStyle;
use super::value::Value;
use crate::{Format, Oid, SqlState};

pub use binary::{binary_header, receive};
pub(super) use binary::{described, is_compatible, push_item, split_item, take_i32, take_item};
pub use elements::Elements;
pub(super) use elements::{check_binary, check_text, list_parts};
pub use parse::parse;
pub(super) use print::{check_length, surround};
pub use print::{quote, text_dimensions};
pub(super) use vector::check_vector;

/// An array.
///
/// One that was received is held as its bytes, and its elements are read when they are asked for:
/// an element of two bytes would be many more as a [`Value`].
#[derive(Clone)]
pub struct Array {
    element: Oid,
    /// The modifier under which elements are read that are held as they came, or -1.
    typmod: i32,
    dimensions: Box<[Dimension]>,
    held: elements::Held,
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
    /// An array of one dimension, of values of the type `element`.
    pub fn new(element: Oid, elements: Vec<Value>) -> Array {
        Array::of_dimensions(element, Vec::new(), elements)
    }

    /// An array of several dimensions, the outermost first; the last varies fastest.
    ///
    /// Dimensions that are not those of so many elements do not count: it has one then.
    pub fn of_dimensions(
        element: Oid,
        mut dimensions: Vec<Dimension>,
        elements: Vec<Value>,
    ) -> Array {
        if elements.is_empty() {
            // A vector without elements has a dimension all the same; an array has none.
            if !matches!(dimensions.as_slice(), [Dimension { length: 0, .. }]) {
                dimensions.clear();
            }
        } else if dimensions.len() > MAX_DIMENSIONS || check_size(&dimensions) != Ok(elements.len())
        {
            let length = i32::try_from(elements.len()).unwrap_or(i32::MAX);
            dimensions = vec![Dimension { length, lower: 1 }];
        }
        let held = elements::Held::Values(elements);
        Array { element, typmod: -1, dimensions: dimensions.into(), held }
    }

    /// The type of the elements.
    pub fn element(&self) -> Oid {
        self.element
    }

    /// The outermost first; none for an array without elements.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }
}

/// The character between the elements of an array of this type, which is built in.
pub fn delimiter(element: Oid) -> u8 {
    if element == Oid::BOX { b';' } else { b',' }
}

/// Appends elements as the type `oid`, an array of `element` or a string that shows one.
pub(super) fn push<T: ToPg>(
    elements: impl Iterator<Item = Result<T, ValueError>>,
    dimensions: &[Dimension],
    (oid, element): (Oid, Oid),
    format: Format,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    match (oid, format) {
        (_, Format::Binary) if !is_string(oid) => {
            binary::push_binary(elements, dimensions, element, style, out)
        }
        (Oid::INT2VECTOR | Oid::OIDVECTOR, _) => vector::push_vector(elements, element, style, out),
        _ => print::push_text(elements, dimensions, element, style, out),
    }
}

/// The number of elements, within what PostgreSQL can hold.
fn check_size(dimensions: &[Dimension]) -> Result<usize, ValueError> {
    let mut count: i64 = 1;
    for dimension in dimensions {
        count = count.saturating_mul(dimension.length.into());
        if dimension.length < 0 || count > MAX_ELEMENTS {
            return Err(too_large());
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

const MAX_ELEMENTS: i64 = 0x07ff_ffff;

#[cold]
fn too_large() -> ValueError {
    let message = format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})");
    ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
}

//! `||` of arrays, and of an array and an element.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-array.html>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::array::Dimension;
use trunkline_core::types::{Array, Value, ValueError};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::array::array_at;
use super::bounded::admit;
use super::{Answer, oid, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_array_cat", 3, |context| {
        let of = oid(context, 2)?;
        match (array_at(context, 0, of)?, array_at(context, 1, of)?) {
            (None, None) => Ok(Stored::Null),
            (Some(one), None) | (None, Some(one)) => kept(one, of),
            (Some(first), Some(second)) => kept(joined(first, second).map_err(refused)?, of),
        }
    })?;
    pure(connection, "pg_array_of_arrays", -1, nested)?;
    pure(connection, "pg_array_append", 3, |context| with_element(context, 0, 1))?;
    pure(connection, "pg_array_prepend", 3, |context| with_element(context, 1, 0))
}

/// The most dimensions that an array may have.
const DIMENSIONS: usize = 6;

fn kept(array: Array, of: Oid) -> Answer {
    storage::store(Value::Array(array), of).map_err(refused)
}

/// An array, NULL or not, with an element before or behind its own; it begins where it did.
fn with_element(context: &Context<'_>, array: usize, element: usize) -> Answer {
    let of = oid(context, 2)?;
    let type_of_elements = trunkline_core::types::element_of(of).unwrap_or(Oid::TEXT);
    let value = storage::load(context.get_raw(element), type_of_elements);
    let whole =
        array_at(context, array, of)?.unwrap_or_else(|| Array::new(type_of_elements, Vec::new()));
    let with = value.and_then(|value| {
        let lower = match whole.dimensions() {
            [] => 1,
            [dimension] => dimension.lower,
            _ => {
                let message = "argument must be empty or one-dimensional array";
                return Err(ValueError::new(SqlState::DATA_EXCEPTION, message));
            }
        };
        let mut values = elements(&whole)?;
        match element < array {
            true => values.insert(0, value),
            false => values.push(value),
        }
        let length = i32::try_from(values.len()).unwrap_or(i32::MAX);
        Ok(Array::of_dimensions(type_of_elements, vec![Dimension { length, lower }], values))
    });
    kept(with.map_err(refused)?, of)
}

fn elements(array: &Array) -> Result<Vec<Value>, ValueError> {
    array.elements().collect()
}

/// `pg_array_of_arrays(type, array, …)`: arrays of the same dimensions as the elements of one.
fn nested(context: &Context<'_>) -> Answer {
    let of = oid(context, 0)?;
    let element = trunkline_core::types::element_of(of).unwrap_or(Oid::TEXT);
    let mut inner: Option<Vec<Dimension>> = None;
    let mut values = Vec::new();
    let mismatch = || {
        let message =
            "multidimensional arrays must have array expressions with matching dimensions";
        raise(SqlState::ARRAY_SUBSCRIPT_ERROR, message)
    };
    for place in 1..context.len() {
        let array = array_at(context, place, of)?;
        let dimensions = array.as_ref().map_or(&[][..], Array::dimensions);
        let lengths = |all: &[Dimension]| all.iter().map(|one| one.length).collect::<Vec<_>>();
        match &inner {
            Some(known) if lengths(known) != lengths(dimensions) => return Err(mismatch()),
            Some(_) => {}
            None => inner = Some(dimensions.to_vec()),
        }
        if let Some(array) = &array {
            admit(values.len().saturating_add(array.len())).map_err(refused)?;
            values.extend(elements(array).map_err(refused)?);
        }
    }
    let inner = inner.unwrap_or_default();
    if inner.is_empty() {
        return kept(Array::new(element, Vec::new()), of);
    }
    let length = i32::try_from(context.len().saturating_sub(1)).unwrap_or(i32::MAX);
    let outer = Dimension { length, lower: 1 };
    let dimensions: Vec<Dimension> = std::iter::once(outer).chain(inner).collect();
    if dimensions.len() > DIMENSIONS {
        let count = dimensions.len();
        let message = format!(
            "number of array dimensions ({count}) exceeds the maximum allowed ({DIMENSIONS})"
        );
        return Err(raise(SqlState::PROGRAM_LIMIT_EXCEEDED, &message));
    }
    kept(Array::of_dimensions(element, dimensions, values), of)
}

/// The elements of two arrays, of which one may be what the other has for elements.
fn joined(first: Array, second: Array) -> Result<Array, ValueError> {
    let (a, b) = (first.dimensions(), second.dimensions());
    let (a_inner, b_inner) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
    let extents = |one: &[Dimension], other: &[Dimension]| {
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.length == b.length)
    };
    let (outer, added, inner) = match (a, b) {
        ([], _) => return Ok(second),
        (_, []) => return Ok(first),
        ([outer, ..], [added, ..]) if extents(a_inner, b_inner) => (*outer, added.length, a_inner),
        ([outer, ..], _) if extents(a_inner, b) => (*outer, 1, a_inner),
        (_, [outer, ..]) if extents(a, b_inner) => (*outer, 1, b_inner),
        _ => {
            let message = "cannot concatenate incompatible arrays";
            return Err(ValueError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
        }
    };
    let length = outer.length.saturating_add(added);
    let mut dimensions = vec![Dimension { length, ..outer }];
    dimensions.extend_from_slice(inner);
    let mut values = elements(&first)?;
    values.extend(elements(&second)?);
    Ok(Array::of_dimensions(first.element(), dimensions, values))
}

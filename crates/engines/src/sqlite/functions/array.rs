//! Elements of arrays, and how many there are.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::Oid;
use trunkline_core::types::{Array, TextStyle, Value, ValueError};

use super::super::storage;
use super::{oid, pure, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_array_element", -1, |context| {
        let Some(array) = array(context)? else { return Ok(Stored::Null) };
        let mut subscripts = Vec::new();
        for place in 2..context.len() {
            match context.get_raw(place) {
                ValueRef::Integer(subscript) => subscripts.push(subscript),
                _ => return Ok(Stored::Null),
            }
        }
        let Some(place) = place_of(&array, &subscripts) else { return Ok(Stored::Null) };
        kept(&array, place).map_err(refused)
    })?;
    pure(connection, "pg_array_slice", 4, |context| {
        let (Some(array), of) = (array(context)?, oid(context, 1)?) else {
            return Ok(Stored::Null);
        };
        let bound = |place| match context.get_raw(place) {
            ValueRef::Integer(bound) => Some(bound),
            _ => None,
        };
        let (Some(low), Some(high)) = (bound(2), bound(3)) else { return Ok(Stored::Null) };
        slice(&array, of, low, high).map_err(refused)
    })?;
    pure(connection, "pg_cardinality", 2, |context| {
        Ok(array(context)?.map_or(Stored::Null, |array| whole(array.len())))
    })?;
    pure(connection, "pg_array_length", 3, |context| {
        let (Some(array), ValueRef::Integer(dimension)) = (array(context)?, context.get_raw(2))
        else {
            return Ok(Stored::Null);
        };
        let place = usize::try_from(dimension).ok().and_then(|one| one.checked_sub(1));
        let found = place.and_then(|place| array.dimensions().get(place));
        Ok(found.map_or(Stored::Null, |dimension| Stored::Integer(dimension.length.into())))
    })
}

fn whole(number: usize) -> Stored {
    i64::try_from(number).map_or(Stored::Null, Stored::Integer)
}

/// The first argument, an array of the type that is the second.
fn array(context: &Context<'_>) -> rusqlite::Result<Option<Array>> {
    array_at(context, 0, oid(context, 1)?)
}

/// An argument that is an array of this type, or NULL.
pub(super) fn array_at(
    context: &Context<'_>,
    place: usize,
    of: Oid,
) -> rusqlite::Result<Option<Array>> {
    let ValueRef::Text(text) = context.get_raw(place) else { return Ok(None) };
    let text = String::from_utf8_lossy(text);
    let read = Value::from_literal(of, &text, &TextStyle::default());
    match read.map_err(refused)? {
        Value::Array(array) => Ok(Some(array)),
        _ => Ok(None),
    }
}

/// The place of an element among all of them; subscripts out of bounds, or too few, have none.
fn place_of(array: &Array, subscripts: &[i64]) -> Option<usize> {
    let dimensions = array.dimensions();
    if dimensions.len() != subscripts.len() {
        return None;
    }
    dimensions.iter().zip(subscripts).try_fold(0_usize, |place, (dimension, subscript)| {
        let offset = usize::try_from(subscript.checked_sub(dimension.lower.into())?).ok()?;
        let length = usize::try_from(dimension.length).ok()?;
        (offset < length).then_some(place * length + offset)
    })
}

fn kept(array: &Array, place: usize) -> Result<Stored, ValueError> {
    match array.elements().nth(place) {
        Some(element) => storage::store(element?, array.element()),
        None => Ok(Stored::Null),
    }
}

/// The elements from one subscript to another, of an array of one dimension.
fn slice(array: &Array, of: Oid, low: i64, high: i64) -> Result<Stored, ValueError> {
    let mut elements = Vec::new();
    if let [dimension] = array.dimensions() {
        let first = i64::from(dimension.lower);
        let skipped = usize::try_from(low.saturating_sub(first)).unwrap_or(0);
        let end = high.saturating_sub(first).saturating_add(1);
        let end = usize::try_from(end).unwrap_or(0);
        for element in array.elements().take(end).skip(skipped) {
            elements.push(element?);
        }
    }
    storage::store(Value::Array(Array::new(array.element(), elements)), of)
}

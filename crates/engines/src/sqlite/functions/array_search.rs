//! What is looked for in arrays: `array_position`, `array_remove` and their kin.
//!
//! A NULL is found like any other element. Source: <https://www.postgresql.org/docs/18/functions-array.html>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::array::Dimension;
use trunkline_core::types::{Array, Value, ValueError, element_of};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::array::array_at;
use super::order::key_of;
use super::{Answer, oid, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_array_position", -1, |context| {
        let Some((array, wanted)) = searched(context, "searching for elements in")? else {
            return Ok(Stored::Null);
        };
        let from = match context.len() {
            0..=3 => i64::MIN,
            _ => match context.get_raw(3) {
                ValueRef::Integer(from) => from,
                _ => {
                    let message = "initial position must not be null";
                    return Err(raise(SqlState::NULL_VALUE_NOT_ALLOWED, message));
                }
            },
        };
        let mut found = positions(&array, &wanted)?.into_iter();
        Ok(found.find(|place| *place >= from).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_array_positions", 3, |context| {
        let Some((array, wanted)) = searched(context, "searching for elements in")? else {
            return Ok(Stored::Null);
        };
        let places = positions(&array, &wanted)?.into_iter();
        let places = places.filter_map(|place| i32::try_from(place).ok().map(Value::Int4));
        kept(Array::new(Oid::INT4, places.collect()), Oid::INT4_ARRAY)
    })?;
    pure(connection, "pg_array_remove", 3, |context| {
        let Some((array, wanted)) = searched(context, "removing elements from")? else {
            return Ok(Stored::Null);
        };
        let mut left = Vec::new();
        for element in values(&array)? {
            if key(&element, array.element())? != wanted {
                left.push(element);
            }
        }
        let of = oid(context, 2)?;
        match array.dimensions() {
            [dimension] if !left.is_empty() => {
                let length = i32::try_from(left.len()).unwrap_or(i32::MAX);
                let dimensions = vec![Dimension { length, ..*dimension }];
                kept(Array::of_dimensions(array.element(), dimensions, left), of)
            }
            _ => kept(Array::new(array.element(), left), of),
        }
    })?;
    pure(connection, "pg_array_replace", 4, |context| {
        let of = oid(context, 3)?;
        let Some(array) = array_at(context, 0, of)? else { return Ok(Stored::Null) };
        let element = array.element();
        let load = |place| storage::load(context.get_raw(place), element);
        let wanted = load(1).map_err(refused)?;
        let (wanted, new) = (key(&wanted, element)?, load(2).map_err(refused)?);
        let mut all = Vec::new();
        for value in values(&array)? {
            all.push(if key(&value, element)? == wanted { new.clone() } else { value });
        }
        kept(Array::of_dimensions(element, array.dimensions().to_vec(), all), of)
    })
}

/// The array that is searched, and the key of what is looked for: `(array, value, type of the array)`.
fn searched(context: &Context<'_>, doing: &str) -> rusqlite::Result<Option<(Array, Vec<u8>)>> {
    let of = oid(context, 2)?;
    let Some(array) = array_at(context, 0, of)? else { return Ok(None) };
    if array.dimensions().len() > 1 {
        let message = format!("{doing} multidimensional arrays is not supported");
        return Err(raise(SqlState::FEATURE_NOT_SUPPORTED, &message));
    }
    let element = element_of(of).unwrap_or(Oid::TEXT);
    let wanted = storage::load(context.get_raw(1), element).map_err(refused)?;
    let wanted = key(&wanted, element)?;
    Ok(Some((array, wanted)))
}

/// The subscripts of the elements that have a key.
fn positions(array: &Array, wanted: &[u8]) -> rusqlite::Result<Vec<i64>> {
    let first = array.dimensions().first().map_or(1, |dimension| i64::from(dimension.lower));
    let mut found = Vec::new();
    for (place, element) in (first..).zip(values(array)?) {
        if key(&element, array.element())? == wanted {
            found.push(place);
        }
    }
    Ok(found)
}

/// What equal elements have in common, and a NULL with no other.
fn key(value: &Value, oid: Oid) -> rusqlite::Result<Vec<u8>> {
    let mut key = vec![u8::from(!matches!(value, Value::Null))];
    key.extend(key_of(value, oid).map_err(refused)?);
    Ok(key)
}

fn values(array: &Array) -> rusqlite::Result<Vec<Value>> {
    let values: Result<Vec<Value>, ValueError> = array.elements().collect();
    values.map_err(refused)
}

fn kept(array: Array, of: Oid) -> Answer {
    storage::store(Value::Array(array), of).map_err(refused)
}

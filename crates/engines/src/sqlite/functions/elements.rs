//! The elements of arrays: put together, as sets, and as JSON for `json_each`.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Array, TextStyle, Value, ValueError, element_of};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::json::quote;
use super::{Answer, oid, pure, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_elements", 2, elements)?;
    pure(connection, "pg_rows", -1, rows)?;
    pure(connection, "pg_array", -1, array)?;
    pure(connection, "pg_array_contains", 3, |context| {
        sets(context, |whole, part| part.is_subset(whole))
    })?;
    pure(connection, "pg_array_overlaps", 3, |context| {
        sets(context, |first, second| !first.is_disjoint(second))
    })
}

/// `pg_elements(array, type)`: a JSON array of the elements as they are kept, for `json_each`.
fn elements(context: &Context<'_>) -> Answer {
    let (kept, array) = (context.get_raw(0), oid(context, 1)?);
    let ValueRef::Text(text) = kept else { return Ok(Stored::Null) };
    let text = String::from_utf8_lossy(text);
    json_of(&text, array).map(Stored::Text).map_err(refused)
}

fn json_of(text: &str, array: Oid) -> Result<String, ValueError> {
    Ok(format!("[{}]", elements_of(text, array)?.join(",")))
}

/// The elements of an array as they are kept, each in the words of JSON.
fn elements_of(text: &str, array: Oid) -> Result<Vec<String>, ValueError> {
    let element = element_of(array).unwrap_or(Oid::TEXT);
    let value = Value::from_literal(array, text, &TextStyle::default())?;
    let Value::Array(values) = value else { return Ok(Vec::new()) };
    values.elements().map(|value| kept_words(&storage::store(value?, element)?)).collect()
}

/// A value as it is kept, in the words of JSON.
fn kept_words(kept: &Stored) -> Result<String, ValueError> {
    match kept {
        Stored::Null => Ok("null".to_owned()),
        Stored::Integer(number) => Ok(number.to_string()),
        Stored::Real(number) if number.is_infinite() => {
            Ok(if *number > 0.0 { "9e999" } else { "-9e999" }.to_owned())
        }
        Stored::Real(number) => Ok(format!("{number:?}")),
        Stored::Text(text) => Ok(quote(text)),
        Stored::Blob(_) => Err(ValueError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "arrays of bytea are not supported by the SQLite engine",
        )),
    }
}

/// The same of an argument.
pub(super) fn json_of_kept(kept: &Stored) -> rusqlite::Result<String> {
    kept_words(kept).map_err(refused)
}

/// `pg_rows(type, array, …)`: a JSON array of the rows that the arrays give side by side, each an
/// array of the elements as they are kept; the shorter ones end in NULLs.
fn rows(context: &Context<'_>) -> Answer {
    let mut columns = Vec::new();
    let mut length = 0;
    for place in (0..context.len()).step_by(2) {
        let array = oid(context, place)?;
        let elements = match context.get_raw(place + 1) {
            ValueRef::Text(text) => {
                elements_of(&String::from_utf8_lossy(text), array).map_err(refused)?
            }
            _ => Vec::new(),
        };
        length = length.max(elements.len());
        columns.push(elements);
    }
    let mut json = String::from("[");
    for row in 0..length {
        json.push_str(if row == 0 { "[" } else { ",[" });
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                json.push(',');
            }
            json.push_str(column.get(row).map_or("null", String::as_str));
        }
        json.push(']');
    }
    json.push(']');
    Ok(Stored::Text(json))
}

/// `pg_array(type, element, …)`: the text of an array.
fn array(context: &Context<'_>) -> Answer {
    let array = oid(context, 0)?;
    let element = element_of(array).unwrap_or(Oid::TEXT);
    let made = || {
        let mut elements = Vec::new();
        for place in 1..context.len() {
            elements.push(storage::load(context.get_raw(place), element)?);
        }
        storage::store(Value::Array(Array::new(element, elements)), array)
    };
    made().map_err(refused)
}

/// A question about the elements of two arrays of a type, the third argument; a NULL is like nothing.
fn sets(context: &Context<'_>, holds: fn(&HashSet<String>, &HashSet<String>) -> bool) -> Answer {
    let (first, second) = (set(context, 0)?, set(context, 1)?);
    let (Some(mut first), Some(second)) = (first, second) else { return Ok(Stored::Null) };
    first.remove("null");
    Ok(Stored::Integer(holds(&first, &second).into()))
}

fn set(context: &Context<'_>, place: usize) -> rusqlite::Result<Option<HashSet<String>>> {
    let ValueRef::Text(text) = context.get_raw(place) else { return Ok(None) };
    let elements = elements_of(&String::from_utf8_lossy(text), oid(context, 2)?);
    Ok(Some(elements.map_err(refused)?.into_iter().collect()))
}

//! Arrays and texts: `array_to_string`, `string_to_array`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::Oid;
use trunkline_core::types::{Array, Value};

use super::super::output::KEPT;
use super::super::storage;
use super::array::array_at;
use super::text::text;
use super::{Answer, pure, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_array_to_string", -1, to_string)?;
    pure(connection, "pg_string_to_array", -1, to_array)
}

/// `pg_array_to_string(array, type, between [, null])`: NULLs are left out unless they have a word.
fn to_string(context: &Context<'_>) -> Answer {
    let of = Oid(context.get(1)?);
    let (Some(array), Some(between)) = (array_at(context, 0, of)?, text(context, 2)?) else {
        return Ok(Stored::Null);
    };
    let null = if context.len() > 3 { text(context, 3)? } else { None };
    let mut words = Vec::new();
    for element in array.elements() {
        match element.map_err(refused)? {
            Value::Null => words.extend(null.clone()),
            Value::Bool(value) => words.push(if value { "t" } else { "f" }.to_owned()),
            element => {
                let word = storage::print(&element, array.element(), &KEPT);
                words.push(word.map_err(refused)?);
            }
        }
    }
    Ok(Stored::Text(words.join(&between)))
}

/// `pg_string_to_array(text, between [, null])`: without a separator every letter is an element.
fn to_array(context: &Context<'_>) -> Answer {
    let Some(whole) = text(context, 0)? else { return Ok(Stored::Null) };
    let null = if context.len() > 2 { text(context, 2)? } else { None };
    let parts: Vec<String> = match text(context, 1)? {
        _ if whole.is_empty() => Vec::new(),
        None => whole.chars().map(String::from).collect(),
        Some(between) if between.is_empty() => vec![whole],
        Some(between) => whole.split(between.as_str()).map(str::to_owned).collect(),
    };
    let element = |part: String| match null.as_ref() == Some(&part) {
        true => Value::Null,
        false => Value::Text(part),
    };
    texts(parts.into_iter().map(element).collect())
}

/// A `text[]`.
pub(super) fn texts(elements: Vec<Value>) -> Answer {
    let array = Value::Array(Array::new(Oid::TEXT, elements));
    storage::store(array, Oid::TEXT_ARRAY).map_err(refused)
}

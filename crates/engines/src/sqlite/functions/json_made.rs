//! JSON made of values: `to_json`, `json_build_object`, and rows as objects.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-json.html#FUNCTIONS-JSON-CREATION-TABLE>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::array::Dimension;
use trunkline_core::types::{TextStyle, Value, ValueError, json};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::bounded::Bounded;
use super::json::quote;
use super::text::text;
use super::{Answer, Surroundings, pure, raise, refused, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_json", 2, |context, style| {
        let oid = Oid(context.get(1)?);
        if matches!(context.get_raw(0), ValueRef::Null) {
            return Ok(Stored::Null);
        }
        let words = || words_of(&storage::load(context.get_raw(0), oid)?, oid, style);
        words().map(Stored::Text).map_err(refused)
    })?;
    pure(connection, "pg_jsonb", 1, |context| match text(context, 0)? {
        Some(words) => as_jsonb(&words),
        None => Ok(Stored::Null),
    })?;
    pure(connection, "pg_json_object", -1, |context| members(context, " : ", ", ", true))?;
    pure(connection, "pg_json_object_absent", -1, |context| members(context, " : ", ", ", false))?;
    pure(connection, "pg_json_row", -1, |context| members(context, ":", ",", true))?;
    pure(connection, "pg_json_array", -1, |context| elements(context, true))?;
    pure(connection, "pg_json_array_absent", -1, |context| elements(context, false))
}

/// The array of the arguments, with those that are NULL or without them.
fn elements(context: &Context<'_>, has_nulls: bool) -> Answer {
    let mut elements = Bounded::default();
    for place in 0..context.len() {
        if has_nulls || context.get_raw(place) != ValueRef::Null {
            elements.push_part(&words(context, place)?, ", ")?;
        }
    }
    elements.within("[", "]")
}

/// The document in the words of `jsonb`.
fn as_jsonb(words: &str) -> Answer {
    let mut out = Vec::new();
    json::text(words, Oid::JSONB, &mut out).map_err(refused)?;
    Ok(Stored::Text(String::from_utf8_lossy(&out).into_owned()))
}

/// A value of JSON that is an argument; a NULL is its null.
pub(super) fn words(context: &Context<'_>, place: usize) -> rusqlite::Result<String> {
    Ok(text(context, place)?.unwrap_or_else(|| "null".to_owned()))
}

/// The object whose members are the arguments: names and values, one behind the other; with values that are
/// NULL or without them.
fn members(context: &Context<'_>, colon: &str, comma: &str, has_nulls: bool) -> Answer {
    let mut members = Bounded::default();
    for place in (0..context.len()).step_by(2) {
        let Some(name) = text(context, place)? else {
            let message = "null value not allowed for object key";
            return Err(raise(SqlState::NULL_VALUE_NOT_ALLOWED, message));
        };
        if !has_nulls && context.get_raw(place + 1) == ValueRef::Null {
            continue;
        }
        members.push_part(&quote(&name), comma)?;
        members.push(colon)?;
        members.push(&words(context, place + 1)?)?;
    }
    members.within("{", "}")
}

/// A value in the words of JSON: dates by ISO 8601, numbers as they are, all else as a string.
fn words_of(value: &Value, oid: Oid, style: &TextStyle) -> Result<String, ValueError> {
    let plain = TextStyle { time_zone: style.time_zone.clone(), ..TextStyle::default() };
    let printed = || storage::print(value, oid, &plain);
    Ok(match value {
        Value::Null => "null".to_owned(),
        Value::Json(text) => text.clone(),
        Value::Bool(_) | Value::Int2(_) | Value::Int4(_) | Value::Int8(_) => printed()?,
        Value::Float4(number) if number.is_finite() => printed()?,
        Value::Float8(number) if number.is_finite() => printed()?,
        Value::Numeric(number) if number.is_finite() => printed()?,
        Value::Timestamp(_) => quote(&printed()?.replacen(' ', "T", 1)),
        Value::Timestamptz(_) => {
            let moment = printed()?.replacen(' ', "T", 1);
            let is_whole = moment.rsplit(['+', '-']).next().is_some_and(|zone| zone.len() == 2);
            quote(&if is_whole { format!("{moment}:00") } else { moment })
        }
        Value::Array(array) => {
            let mut elements = Vec::new();
            for element in array.elements() {
                elements.push(words_of(&element?, array.element(), style)?);
            }
            nested(&mut elements.into_iter(), array.dimensions())
        }
        _ => quote(&printed()?),
    })
}

/// Elements in as many brackets as there are dimensions.
fn nested(elements: &mut impl Iterator<Item = String>, dimensions: &[Dimension]) -> String {
    let Some((dimension, inner)) = dimensions.split_first() else {
        return elements.next().unwrap_or_else(|| "[]".to_owned());
    };
    let parts: Vec<String> = (0..dimension.length).map(|_| nested(elements, inner)).collect();
    format!("[{}]", parts.join(","))
}

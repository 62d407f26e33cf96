//! Casts, and arrays as the rows of a table.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Array, Numeric, TextStyle, Value, ValueError, element_of};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::super::types::Type;
use super::{Answer, Surroundings, pure, raise, refused, styled, zoned};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    let cast = |context: &Context<'_>, style: &TextStyle| convert(context, true, style);
    styled(connection, surroundings, "pg_cast", 4, cast)?;
    let assign = |context: &Context<'_>, style: &TextStyle| convert(context, false, style);
    styled(connection, surroundings, "pg_assign", 4, assign)?;
    pure(connection, "pg_elements", 2, elements)?;
    pure(connection, "pg_rows", -1, rows)?;
    pure(connection, "pg_array", -1, array)?;
    pure(connection, "pg_array_contains", 3, |context| {
        sets(context, |whole, part| part.is_subset(whole))
    })?;
    pure(connection, "pg_array_overlaps", 3, |context| {
        sets(context, |first, second| !first.is_disjoint(second))
    })?;
    pure(connection, "pg_encode", 2, encode)?;
    pure(connection, "pg_decode", 2, decode)?;
    pure(connection, "pg_uuid", 1, uuid)?;
    pure(connection, "pg_raise", -1, complain)?;
    missing(connection)
}

/// The function that stands where a row has no number and nobody gives it one.
pub(crate) const MISSING: &str = "pg_missing";

/// Registers `pg_missing('table.column')`: the error of a NULL, in SQLite's own words.
///
/// It is not deterministic, for SQLite would call it once for a statement that stores no rows.
pub(crate) fn missing(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(MISSING, 1, flags, |context| {
        Err::<Stored, _>(null_in(&context.get::<String>(0)?))
    })
}

/// The error of a NULL in `table.column`.
pub(crate) fn null_in(column: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(format!("{NULL_IN}{column}").into())
}

/// What SQLite says of a NULL, before the table and the column.
pub(crate) const NULL_IN: &str = "NOT NULL constraint failed: ";

fn oid(context: &Context<'_>, place: usize) -> rusqlite::Result<Oid> {
    Ok(Oid(context.get(place)?))
}

/// `pg_cast(value, from, to, typmod)`: the value as another type.
fn convert(context: &Context<'_>, cast: bool, style: &TextStyle) -> Answer {
    let value = context.get_raw(0);
    if matches!(value, ValueRef::Null) {
        return Ok(Stored::Null);
    }
    let (from, to) = (oid(context, 1)?, Type { oid: oid(context, 2)?, typmod: context.get(3)? });
    converted(value, from, to, cast, style).map_err(|error| refused(&error))
}

/// Whether a value fits a column that it is put into.
///
/// # Errors
///
/// 22001 and 22003 for what is too long or too large.
pub(crate) fn assigned(
    value: Value,
    from: Oid,
    column: Type,
    style: &TextStyle,
) -> Result<(), ValueError> {
    let kept = storage::store(value, from)?;
    converted(ValueRef::from(&kept), from, column, false, style).map(drop)
}

fn converted(
    kept: ValueRef<'_>,
    from: Oid,
    to: Type,
    cast: bool,
    style: &TextStyle,
) -> Result<Stored, ValueError> {
    let value = match (kept, to.oid) {
        (ValueRef::Integer(number), Oid::BOOL) => Value::Bool(number != 0),
        (ValueRef::Real(number), Oid::INT2 | Oid::INT4 | Oid::INT8) => {
            whole(&rounded(number, from), to)?
        }
        (ValueRef::Real(number), Oid::NUMERIC) if from == Oid::FLOAT4 => {
            Value::Numeric(Numeric::from_f32(number as f32))
        }
        (ValueRef::Integer(number), Oid::INT2 | Oid::INT4 | Oid::INT8) => {
            whole(&Numeric::from(number), to)?
        }
        (ValueRef::Real(number), Oid::NUMERIC) => Value::Numeric(Numeric::from_f64(number)),
        (ValueRef::Integer(number), Oid::NUMERIC) => Value::Numeric(Numeric::from(number)),
        (kept, _) if from == Oid::UNKNOWN || Type::of(from).is_string() => {
            let text = storage::print(&storage::load(kept, Oid::TEXT)?, Oid::TEXT, style)?;
            Value::from_literal(to.oid, &text, style)?
        }
        (kept, _) => changed(storage::load(kept, from)?, from, to, style)?,
    };
    storage::store(storage::fitted(value, to, cast)?, to.oid)
}

/// A value of one type as another: a moment by the clocks of the zone, all else as what it prints as.
fn changed(value: Value, from: Oid, to: Type, style: &TextStyle) -> Result<Value, ValueError> {
    if let Some(changed) = zoned::changed(&value, to.oid, &style.time_zone) {
        return changed;
    }
    // The text of a string is for the client; on the way to anything else it is ours.
    let style = if to.is_string() { style } else { &KEPT };
    Value::from_literal(to.oid, &storage::print(&value, from, style)?, style)
}

/// As PostgreSQL rounds: a float to the even number, a numeric away from zero.
fn rounded(number: f64, from: Oid) -> Numeric {
    if from == Oid::NUMERIC {
        return Numeric::from_f64(number.round());
    }
    let whole = number.round_ties_even();
    // A float has all digits of a whole number, of which a numeric would take fifteen.
    match whole.abs() < 9.2e18 {
        true => Numeric::from(whole as i64),
        false => Numeric::from_f64(whole),
    }
}

fn whole(number: &Numeric, to: Type) -> Result<Value, ValueError> {
    let out_of_range = || {
        ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{} out of range", to.name()))
    };
    let value = number.to_i64().map_err(|_| out_of_range())?;
    match to.oid {
        Oid::INT2 => i16::try_from(value).map(Value::Int2).map_err(|_| out_of_range()),
        Oid::INT4 => i32::try_from(value).map(Value::Int4).map_err(|_| out_of_range()),
        _ => Ok(Value::Int8(value)),
    }
}

/// `pg_elements(array, type)`: a JSON array of the elements as they are kept, for `json_each`.
fn elements(context: &Context<'_>) -> Answer {
    let (kept, array) = (context.get_raw(0), oid(context, 1)?);
    let ValueRef::Text(text) = kept else { return Ok(Stored::Null) };
    let text = String::from_utf8_lossy(text);
    json_of(&text, array).map(Stored::Text).map_err(|error| refused(&error))
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
    kept_words(kept).map_err(|error| refused(&error))
}

/// A string of JSON.
pub(super) fn quote(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            plain => json.push(plain),
        }
    }
    json.push('"');
    json
}

/// `pg_raise(sqlstate, message)`: an error that is found only when a row is met.
fn complain(context: &Context<'_>) -> Answer {
    let (code, message): (String, String) = (context.get(0)?, context.get(1)?);
    let sqlstate = code.as_bytes().first_chunk().and_then(|code| SqlState::new(*code));
    Err(raise(sqlstate.unwrap_or(SqlState::INTERNAL_ERROR), &message))
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
    made().map_err(|error| refused(&error))
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
    Ok(Some(elements.map_err(|error| refused(&error))?.into_iter().collect()))
}

/// `encode(bytes, format)`
fn encode(context: &Context<'_>) -> Answer {
    let (ValueRef::Blob(bytes) | ValueRef::Text(bytes)) = context.get_raw(0) else {
        return Ok(Stored::Null);
    };
    match context.get::<Option<String>>(1)?.as_deref() {
        None => Ok(Stored::Null),
        Some("hex") => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            Ok(Stored::Text(digits.collect()))
        }
        Some(other) => Err(unknown_encoding(other)),
    }
}

/// `decode(text, format)`
fn decode(context: &Context<'_>) -> Answer {
    let (Some(text), Some(format)) =
        (context.get::<Option<String>>(0)?, context.get::<Option<String>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    if format != "hex" {
        return Err(unknown_encoding(&format));
    }
    storage::literal(Type::of(Oid::BYTEA), &format!("\\x{text}"), &KEPT)
        .map_err(|error| refused(&error))
}

fn unknown_encoding(name: &str) -> rusqlite::Error {
    let message = format!("the encoding \"{name}\" is not supported by the SQLite engine");
    raise(SqlState::FEATURE_NOT_SUPPORTED, &message)
}

/// `pg_uuid(blob)`: sixteen random bytes as a UUID of version 4.
fn uuid(context: &Context<'_>) -> Answer {
    let ValueRef::Blob(random) = context.get_raw(0) else { return Ok(Stored::Null) };
    let mut bytes: [u8; 16] = random.try_into().unwrap_or_default();
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    storage::store(Value::Uuid(bytes), Oid::UUID).map_err(|error| refused(&error))
}

/// `pg_rows(type, array, …)`: a JSON array of the rows that the arrays give side by side, each an
/// array of the elements as they are kept; the shorter ones end in NULLs.
fn rows(context: &Context<'_>) -> Answer {
    let mut columns = Vec::new();
    let mut length = 0;
    for place in (0..context.len()).step_by(2) {
        let array = oid(context, place)?;
        let elements = match context.get_raw(place + 1) {
            ValueRef::Text(text) => elements_of(&String::from_utf8_lossy(text), array)
                .map_err(|error| refused(&error))?,
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

//! Casts, and arrays as the rows of a table.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Array, Numeric, TextStyle, Value, ValueError, element_of};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::super::types::Type;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_cast", 4, |context| convert(context, true))?;
    pure(connection, "pg_assign", 4, |context| convert(context, false))?;
    pure(connection, "pg_elements", 2, elements)?;
    pure(connection, "pg_rows", -1, rows)?;
    pure(connection, "pg_array", -1, array)?;
    pure(connection, "pg_encode", 2, encode)?;
    pure(connection, "pg_decode", 2, decode)?;
    pure(connection, "pg_uuid", 1, uuid)?;
    pure(connection, "pg_raise", -1, complain)
}

fn oid(context: &Context<'_>, place: usize) -> rusqlite::Result<Oid> {
    Ok(Oid(context.get(place)?))
}

/// `pg_cast(value, from, to, typmod)`: the value as another type.
fn convert(context: &Context<'_>, cast: bool) -> Answer {
    let value = context.get_raw(0);
    if matches!(value, ValueRef::Null) {
        return Ok(Stored::Null);
    }
    let (from, to) = (oid(context, 1)?, Type { oid: oid(context, 2)?, typmod: context.get(3)? });
    converted(value, from, to, cast).map_err(|error| refused(&error))
}

/// Whether a value fits a column that it is put into.
///
/// # Errors
///
/// 22001 and 22003 for what is too long or too large.
pub(crate) fn assigned(value: Value, from: Oid, column: Type) -> Result<(), ValueError> {
    let kept = storage::store(value, from)?;
    converted(ValueRef::from(&kept), from, column, false).map(drop)
}

fn converted(kept: ValueRef<'_>, from: Oid, to: Type, cast: bool) -> Result<Stored, ValueError> {
    let style = TextStyle::default();
    let value = match (kept, to.oid) {
        (ValueRef::Integer(number), Oid::BOOL) => Value::Bool(number != 0),
        (ValueRef::Real(number), Oid::INT2 | Oid::INT4 | Oid::INT8) => {
            whole(&rounded(number, from), to)?
        }
        (ValueRef::Integer(number), Oid::INT2 | Oid::INT4 | Oid::INT8) => {
            whole(&Numeric::from(number), to)?
        }
        (ValueRef::Real(number), Oid::NUMERIC) => Value::Numeric(Numeric::from_f64(number)),
        (ValueRef::Integer(number), Oid::NUMERIC) => Value::Numeric(Numeric::from(number)),
        (kept, _) if from == Oid::UNKNOWN || Type::of(from).is_string() => {
            let text = storage::print(&storage::load(kept, Oid::TEXT)?, Oid::TEXT)?;
            Value::from_literal(to.oid, &text, &style)?
        }
        (kept, _) => through_text(kept, from, to.oid)?,
    };
    storage::store(storage::fitted(value, to, cast)?, to.oid)
}

/// A date is the beginning of a timestamp's text, a time its end; all else is what it prints as.
fn through_text(kept: ValueRef<'_>, from: Oid, to: Oid) -> Result<Value, ValueError> {
    let printed = storage::print(&storage::load(kept, from)?, from)?;
    let text = match (from, to) {
        (Oid::TIMESTAMP | Oid::TIMESTAMPTZ, Oid::DATE) => {
            printed.split(' ').next().unwrap_or(&printed)
        }
        (Oid::TIMESTAMP | Oid::TIMESTAMPTZ, Oid::TIME) => {
            let time = printed.split(' ').nth(1).unwrap_or(&printed);
            time.split('+').next().unwrap_or(time)
        }
        (Oid::TIMESTAMPTZ, Oid::TIMESTAMP) => printed.strip_suffix("+00").unwrap_or(&printed),
        _ => &printed,
    };
    Value::from_literal(to, text, &TextStyle::default())
}

/// As PostgreSQL rounds: a float to the even number, a numeric away from zero.
fn rounded(number: f64, from: Oid) -> Numeric {
    let whole = if from == Oid::NUMERIC { number.round() } else { number.round_ties_even() };
    Numeric::from_f64(whole)
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
    values
        .elements()
        .map(|value| match storage::store(value?, element)? {
            Stored::Null => Ok("null".to_owned()),
            Stored::Integer(number) => Ok(number.to_string()),
            Stored::Real(number) => Ok(format!("{number:?}")),
            Stored::Text(text) => Ok(quote(&text)),
            Stored::Blob(_) => Err(ValueError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "arrays of bytea are not supported by the SQLite engine",
            )),
        })
        .collect()
}

fn quote(text: &str) -> String {
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
    storage::literal(Type::of(Oid::BYTEA), &format!("\\x{text}")).map_err(|error| refused(&error))
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

//! How PostgreSQL's values are kept in SQLite.
//!
//! | PostgreSQL | SQLite |
//! |---|---|
//! | boolean | INTEGER 0 or 1 |
//! | smallint, integer, bigint, oid | INTEGER |
//! | real, double precision | REAL |
//! | tid | INTEGER, the number of the row: `(0,7)` is 7, `(1,0)` 65536 |
//! | numeric | INTEGER or REAL, whichever is exactly the number; what is neither is refused |
//! | bytea | BLOB |
//! | timestamptz | TEXT in UTC, `2024-01-31 12:00:00.5+00` |
//! | everything else, arrays too | TEXT as PostgreSQL prints it in the ISO style |
//!
//! So dates and times compare as texts do, from the year 1 to 9999: a column takes no others.

use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::datetime::days_from_civil;
use trunkline_core::types::{
    Numeric, Scalar, TextStyle, Tid, ToPg, Value, ValueError, float, name_of,
};
use trunkline_core::{Format, Oid, SqlState};

use super::output::KEPT;
use super::types::Type;

/// The value of a literal of this type, as it is kept; the literal is spelled as the style says.
///
/// 22P02 and its kin for a text that is not of the type; `varchar(n)` and `numeric(p,s)` refuse
/// what is too long or too large.
pub(crate) fn literal(ty: Type, text: &str, style: &TextStyle) -> Result<Stored, ValueError> {
    let value = Value::from_literal(ty.oid, text, style)?;
    store(fitted(value, ty, false)?, ty.oid)
}

/// A kept value as a value of this type.
pub(crate) fn load(kept: ValueRef<'_>, oid: Oid) -> Result<Value, ValueError> {
    Ok(match (kept, oid) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(value), Oid::BOOL) => Value::Bool(value != 0),
        (ValueRef::Blob(bytes), Oid::BYTEA) => Value::Bytea(bytes.to_vec()),
        (ValueRef::Integer(value), Oid::INT8) => Value::Int8(value),
        (ValueRef::Integer(row), Oid::TID) => Value::Tid(tid(row)?),
        (ValueRef::Real(value), Oid::FLOAT8) => Value::Float8(value),
        (ValueRef::Integer(value), oid) => Value::from_literal(oid, &value.to_string(), &KEPT)?,
        (ValueRef::Real(value), oid) => Value::from_literal(oid, &real(value), &KEPT)?,
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), oid) => {
            Value::from_literal(oid, &String::from_utf8_lossy(bytes), &KEPT)?
        }
    })
}

/// A value as it is kept.
pub(crate) fn store(value: Value, oid: Oid) -> Result<Stored, ValueError> {
    Ok(match value {
        Value::Null => Stored::Null,
        Value::Bool(value) => Stored::Integer(value.into()),
        Value::Int2(value) => Stored::Integer(value.into()),
        Value::Int4(value) => Stored::Integer(value.into()),
        Value::Int8(value) => Stored::Integer(value),
        Value::Oid(value) => Stored::Integer(value.into()),
        Value::Tid(tid) => Stored::Integer(row_number(tid)),
        // SQLite takes a NaN for NULL.
        Value::Float4(value) if value.is_nan() => Stored::Text("NaN".to_owned()),
        Value::Float8(value) if value.is_nan() => Stored::Text("NaN".to_owned()),
        Value::Float4(value) => Stored::Real(value.into()),
        Value::Float8(value) => Stored::Real(value),
        Value::Numeric(value) => match value.to_i64() {
            Ok(whole) if value.is_integer() => Stored::Integer(whole),
            _ if value.is_nan() => Stored::Text("NaN".to_owned()),
            _ => Stored::Real(exact(&value)?),
        },
        Value::Bytea(bytes) => Stored::Blob(bytes),
        Value::Text(text) => Stored::Text(text),
        Value::Json(text) if oid != Oid::JSONB => Stored::Text(text),
        value => Stored::Text(print(&value, oid, &KEPT)?),
    })
}

/// Where the row of a number lies: 22003 for a number that has no place in PostgreSQL's 48 bits.
pub(crate) fn tid(row: i64) -> Result<Tid, ValueError> {
    let block = u32::try_from(row >> u16::BITS).map_err(|_| {
        let message = format!("row {row} has a number too large for a tid");
        ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
    })?;
    Ok(Tid { block, row: u16::try_from(row & 0xffff).unwrap_or_default() })
}

/// The number of the row that lies there.
pub(crate) fn row_number(tid: Tid) -> i64 {
    i64::from(tid.block) << u16::BITS | i64::from(tid.row)
}

/// Whether a date or a timestamp, as it is kept, is in the order of texts: those of the years 1 to 9999 are.
pub(crate) fn is_ordered(kept: &str) -> bool {
    !kept.ends_with("BC") && kept.find('-').is_none_or(|end_of_year| end_of_year <= 4)
}

/// Whether a column can have a value: all but dates and timestamps besides the years 1 to 9999.
pub(crate) fn is_scalar_kept(scalar: Scalar) -> bool {
    let is_within =
        |days: i64| days >= days_from_civil(1, 1, 1) && days <= days_from_civil(9999, 12, 31);
    match scalar {
        Scalar::Date(i32::MIN | i32::MAX) => true,
        Scalar::Timestamp(i64::MIN | i64::MAX) | Scalar::Timestamptz(i64::MIN | i64::MAX) => true,
        Scalar::Date(days) => is_within(days.into()),
        Scalar::Timestamp(micros) | Scalar::Timestamptz(micros) => {
            is_within(micros.div_euclid(MICROSECONDS_A_DAY))
        }
        _ => true,
    }
}

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// 22008 for a date or a timestamp, as it is kept, that no column can have.
pub(crate) fn check_date(kept: &str) -> Result<(), ValueError> {
    match is_ordered(kept) {
        true => Ok(()),
        false => Err(ValueError::new(
            SqlState::DATETIME_FIELD_OVERFLOW,
            "date is not of the years 1 to 9999, which the SQLite engine can keep",
        )),
    }
}

/// 22003 for a number that cannot be kept, 22008 for such a date.
pub(crate) fn check(value: &Value) -> Result<(), ValueError> {
    match value {
        Value::Date(_) => check_date(&print(value, Oid::DATE, &KEPT)?),
        Value::Timestamp(_) => check_date(&print(value, Oid::TIMESTAMP, &KEPT)?),
        Value::Timestamptz(_) => check_date(&print(value, Oid::TIMESTAMPTZ, &KEPT)?),
        Value::Numeric(number) if !number.is_integer() || number.to_i64().is_err() => {
            exact(number).map(drop)
        }
        _ => Ok(()),
    }
}

/// The REAL that a numeric is: 22003 if there is none that is exactly the number.
///
/// It is read back by its shortest digits, so that what has fifteen is never refused.
fn exact(value: &Numeric) -> Result<f64, ValueError> {
    let near = value.to_f64();
    if !value.is_finite() || Numeric::from_f64(near).compare(value).is_eq() {
        return Ok(near);
    }
    Err(ValueError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        "numeric value has more digits than the SQLite engine can keep",
    ))
}

/// What a value is under the modifier of its type; a cast cuts strings, an assignment refuses them.
pub(crate) fn fitted(value: Value, ty: Type, cast: bool) -> Result<Value, ValueError> {
    if ty.typmod < 0 {
        return Ok(value);
    }
    let length = usize::try_from(ty.typmod.saturating_sub(4)).unwrap_or(0);
    Ok(match (value, ty.oid) {
        (Value::Text(text), Oid::VARCHAR | Oid::BPCHAR) => {
            Value::Text(cut(text, length, ty.oid, cast)?)
        }
        (Value::Numeric(value), Oid::NUMERIC) => Value::Numeric(scaled(value, ty.typmod)?),
        (Value::Timestamp(micros), _) => Value::Timestamp(rounded(micros, ty.typmod)),
        (Value::Timestamptz(micros), _) => Value::Timestamptz(rounded(micros, ty.typmod)),
        (Value::Time(micros), _) => Value::Time(rounded(micros, ty.typmod)),
        (value, _) => value,
    })
}

/// A number with the digits of its column's modifier, or of a computed scale.
pub(crate) fn scaled(value: Numeric, typmod: i32) -> Result<Numeric, ValueError> {
    let Some(both) = typmod.checked_sub(4).filter(|both| *both >= 0) else { return Ok(value) };
    let scale = ((both & 0x7ff) ^ 0x400).wrapping_sub(0x400);
    match both >> 16 {
        // A computed number has a scale and no precision.
        0 => Ok(value.fitting(1000, scale).unwrap_or(value)),
        precision => value.fitting(precision & 0xffff, scale),
    }
}

fn rounded(micros: i64, digits: i32) -> i64 {
    let unit = 10_i64.pow(6 - digits.clamp(0, 6).unsigned_abs());
    let half = if micros < 0 { -(unit / 2) } else { unit / 2 };
    micros.saturating_add(half) / unit * unit
}

fn cut(text: String, length: usize, oid: Oid, cast: bool) -> Result<String, ValueError> {
    let Some((end, _)) = text.char_indices().nth(length) else {
        let missing = if oid == Oid::BPCHAR { length - text.chars().count() } else { 0 };
        return Ok(text + &" ".repeat(missing));
    };
    let (kept, rest) = text.split_at(end);
    if cast || rest.bytes().all(|byte| byte == b' ') {
        return Ok(kept.to_owned());
    }
    let name = name_of(oid).unwrap_or("text");
    Err(ValueError::new(
        SqlState::STRING_DATA_RIGHT_TRUNCATION,
        format!("value too long for type {name}({length})"),
    ))
}

/// The text of a value, as a cast to `text` has it.
pub(crate) fn print(value: &Value, oid: Oid, style: &TextStyle) -> Result<String, ValueError> {
    if let Value::Bool(value) = value {
        return Ok(value.to_string());
    }
    let mut out = Vec::new();
    let _ = value.encode(oid, Format::Text, style, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// A REAL as PostgreSQL prints a `double precision`.
pub(crate) fn real(value: f64) -> String {
    let mut out = Vec::new();
    float::text_f64(value, KEPT.extra_float_digits, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// A kept value as it is written in a statement of SQLite.
pub(crate) fn written(value: &Stored) -> String {
    match value {
        Stored::Null => "NULL".to_owned(),
        Stored::Integer(i64::MIN) => "(-9223372036854775807 - 1)".to_owned(),
        Stored::Integer(value) => value.to_string(),
        Stored::Real(value) if value.is_infinite() => {
            if *value > 0.0 { "9e999" } else { "-9e999" }.to_owned()
        }
        Stored::Real(value) => format!("{value:?}"),
        Stored::Text(text) => quoted(text),
        Stored::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("X'{digits}'")
        }
    }
}

/// A string constant of SQLite, which knows no escapes. A NUL would end the statement.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

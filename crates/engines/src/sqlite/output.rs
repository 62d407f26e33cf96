//! SQLite's values as values of the types that were announced.
//!
//! SQLite lets any value stand in any column. What is no value of the announced type is an error
//! that names the column, never another value.

use std::str;
use std::sync::LazyLock;

use trunkline_core::types::{
    Numeric, TextStyle, Value, ValueError, boolean, bytea, datetime, json, name_of, text,
};
use trunkline_core::{Column, Format, Oid, PgError, Result, RowWriter, SqlState};

use super::cells::Cell;
use super::storage;

/// How values are kept as text, whatever the session's settings: ISO dates, in UTC.
pub(super) static KEPT: LazyLock<TextStyle> = LazyLock::new(TextStyle::default);

/// Seconds and days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_SECONDS: i64 = 946_684_800;
const EPOCH_DAYS: i64 = EPOCH_SECONDS / DAY;
const DAY: i64 = 86_400;

/// The first number of a relation that is not of the catalogs.
const FIRST_OWN: u32 = 16_384;

/// Writes a value as its column's type.
///
/// # Errors
///
/// 22P02, 22003, 22007 and the like for a value that is none of the column's type.
pub(super) fn write(cell: Cell<'_>, column: &Column, row: &mut RowWriter<'_>) -> Result<()> {
    cell_of(cell, column, row).map_err(|error| match column.table_oid {
        // What was computed is in no column.
        Oid(0) if error.sqlstate() == SqlState::NUMERIC_VALUE_OUT_OF_RANGE => error.into(),
        _ => in_column(error.into(), column),
    })
}

/// Says of an error in which column it is.
fn in_column(error: PgError, column: &Column) -> PgError {
    error.field(b'c', column.name.to_string()).context(format!("column \"{}\"", column.name))
}

fn cell_of(cell: Cell<'_>, column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    match cell {
        Cell::Null | Cell::Default => row.null(),
        Cell::Integer(number) => integer(number, column, row)?,
        Cell::Real(number) => real(number, column, row)?,
        Cell::Text(bytes) => literal(bytes, column, row)?,
        Cell::Blob(bytes) => blob(bytes, column, row)?,
    }
    Ok(())
}

fn integer(number: i64, column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    let oid = column.type_oid;
    let out_of_range = |_| too_large(&number.to_string(), column);
    match oid {
        Oid::INT8 => row.int8(number),
        Oid::INT4 => row.int4(i32::try_from(number).map_err(out_of_range)?),
        Oid::INT2 => row.int2(i16::try_from(number).map_err(out_of_range)?),
        Oid::BOOL if number == 0 || number == 1 => row.bool(number == 1),
        Oid::FLOAT8 => row.float8(number as f64),
        Oid::FLOAT4 => value(&Value::Float4(number as f32), row)?,
        Oid::TID => value(&Value::Tid(storage::tid(number)?), row)?,
        Oid::NUMERIC => numeric(Numeric::from_i128(number.into(), 0), column, row)?,
        Oid::DATE => {
            let days = number.div_euclid(DAY) - EPOCH_DAYS;
            let days = i32::try_from(days).map_err(|_| field_overflow("date", number))?;
            value(&Value::Date(days), row)?;
        }
        Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            let seconds = number.checked_sub(EPOCH_SECONDS);
            let micros = seconds
                .and_then(|seconds| seconds.checked_mul(1_000_000))
                .ok_or_else(|| field_overflow("timestamp", number))?;
            value(&moment(micros, oid), row)?;
        }
        Oid::BYTEA => return Err(mismatch("integer", oid)),
        _ => parsed(&number.to_string(), column, row)?,
    }
    Ok(())
}

fn moment(micros: i64, oid: Oid) -> Value {
    if oid == Oid::TIMESTAMP { Value::Timestamp(micros) } else { Value::Timestamptz(micros) }
}

fn real(number: f64, column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    let oid = column.type_oid;
    match oid {
        Oid::FLOAT8 => row.float8(number),
        Oid::FLOAT4 => {
            let short = number as f32;
            if short.is_infinite() && number.is_finite() {
                return Err(out_of_range(&storage::real(number), oid));
            }
            value(&Value::Float4(short), row)?;
        }
        Oid::NUMERIC => numeric(Numeric::from_f64(number), column, row)?,
        Oid::INT2 | Oid::INT4 | Oid::INT8 if number.fract() == 0.0 => {
            // Text of a whole number: whether it is in range is told by who reads it.
            let whole = Numeric::from_f64(number).to_i64();
            integer(whole.map_err(|_| too_large(&storage::real(number), column))?, column, row)?;
        }
        Oid::BYTEA => return Err(mismatch("double precision", oid)),
        // SQLite's own functions take such a number for a Julian day, others for seconds.
        Oid::DATE | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            return Err(ValueError::new(
                SqlState::INVALID_DATETIME_FORMAT,
                format!(
                    "invalid input syntax for type {}: \"{}\"",
                    name(oid),
                    storage::real(number)
                ),
            ));
        }
        _ => parsed(&storage::real(number), column, row)?,
    }
    Ok(())
}

fn literal(bytes: &[u8], column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    match column.type_oid {
        Oid::TEXT | Oid::VARCHAR | Oid::NAME | Oid::UNKNOWN | Oid::VOID => {
            row.text(text::receive(bytes)?);
        }
        Oid::BOOL => row.bool(boolean::parse(text::receive(bytes)?)?),
        Oid::BYTEA => blob(bytes, column, row)?,
        Oid::TIMESTAMP => row.timestamp(datetime::parse_timestamp(text::receive(bytes)?, &KEPT)?),
        oid @ (Oid::JSON | Oid::JSONB) => {
            let text = text::receive(bytes)?;
            if oid == Oid::JSON {
                json::check(text, oid)?;
            }
            row.cell(|format, _, out| match format {
                Format::Text => json::text(text, oid, out),
                Format::Binary => json::binary(text, oid, out),
            })?;
        }
        Oid::NUMERIC => numeric(Numeric::parse(text::receive(bytes)?)?, column, row)?,
        _ => parsed(text::receive(bytes)?, column, row)?,
    }
    Ok(())
}

fn blob(bytes: &[u8], column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    match (column.type_oid, bytes.first_chunk::<16>()) {
        (Oid::BYTEA, _) => row.cell(|format, style, out| {
            match format {
                Format::Binary => out.extend_from_slice(bytes),
                Format::Text => bytea::text(bytes, style.bytea_output, out),
            }
            Ok(())
        }),
        (Oid::UUID, Some(uuid)) if bytes.len() == 16 => value(&Value::Uuid(*uuid), row),
        (Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR, _) => {
            row.text(text::receive(bytes)?);
            Ok(())
        }
        (oid, _) => Err(mismatch("bytea", oid)),
    }
}

/// A number with as many digits as its column has.
fn numeric(number: Numeric, column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    let number = storage::scaled(number, column.typmod)?;
    value(&Value::Numeric(number), row)
}

/// Reads text as the literal of a value.
fn parsed(text: &str, column: &Column, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    // What the catalogs tell is of no type that could be stored: `regproc` comes by name.
    let is_told = (1..FIRST_OWN).contains(&column.table_oid.0);
    match Value::from_literal(column.type_oid, text, &KEPT)? {
        Value::Opaque(_) if is_told && row.format() == Format::Text => {
            row.text(text);
            Ok(())
        }
        Value::Opaque(_) => Err(mismatch("text", column.type_oid)),
        read => value(&read, row),
    }
}

fn value(value: &Value, row: &mut RowWriter<'_>) -> Result<(), ValueError> {
    row.value(value).map_err(|error| ValueError::new(error.sqlstate(), error.message().to_owned()))
}

fn name(oid: Oid) -> &'static str {
    name_of(oid).unwrap_or("unknown")
}

fn out_of_range(number: &str, oid: Oid) -> ValueError {
    ValueError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        format!("value \"{number}\" is out of range for type {}", name(oid)),
    )
}

/// A number that was computed, or that a table holds though its column is narrower.
fn too_large(number: &str, column: &Column) -> ValueError {
    match column.table_oid {
        Oid(0) => ValueError::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("{} out of range", name(column.type_oid)),
        ),
        _ => out_of_range(number, column.type_oid),
    }
}

fn field_overflow(what: &str, seconds: i64) -> ValueError {
    ValueError::new(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("{what} out of range: {seconds} seconds since 1970-01-01"),
    )
}

fn mismatch(stored: &str, oid: Oid) -> ValueError {
    ValueError::new(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("a value of type {stored} is stored where {} was announced", name(oid)),
    )
}

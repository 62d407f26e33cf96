//! Parameters and copied fields as SQLite's values.
//!
//! What SQLite has no type for is kept as the text that PostgreSQL prints, in a form whose order is
//! that of the values where there is one: dates and times by the ISO, `timestamptz` in UTC.

use trunkline_core::types::{Numeric, Scalar, TextStyle, ToPg, Value, datetime, text};
use trunkline_core::{Format, Oid, Param, Params, PgError, Result};

use super::cells::{Cell, Cells};
use super::output::KEPT;
use super::storage;

/// The values of a statement's parameters.
///
/// # Errors
///
/// What is wrong with the first one that cannot be read; XX000 if nothing is bound.
pub(super) fn values(params: &Params, style: &TextStyle) -> Result<Cells> {
    if !params.is_bound() {
        return Err(PgError::internal("a statement was run without the values of its parameters"));
    }
    let mut cells = Cells::default();
    params.iter().try_for_each(|param| push(&param, style, &mut cells))?;
    Ok(cells)
}

/// Appends a value.
pub(super) fn push(param: &Param<'_>, style: &TextStyle, cells: &mut Cells) -> Result<()> {
    let Some(bytes) = param.bytes else {
        cells.push(Cell::Null);
        return Ok(());
    };
    // Both formats of a string are its bytes, and so is what binary `bytea` has.
    match (param.type_oid, param.format) {
        (Oid::TEXT | Oid::VARCHAR | Oid::UNKNOWN, _) => {
            cells.push(Cell::Text(text::receive(bytes)?.as_bytes()));
            return Ok(());
        }
        (Oid::BYTEA, Format::Binary) => {
            cells.push(Cell::Blob(bytes));
            return Ok(());
        }
        _ => {}
    }
    push_value(&param.decode::<Value>(style)?, param.type_oid, cells)
}

/// Appends a value that was read.
pub(super) fn push_value(value: &Value, oid: Oid, cells: &mut Cells) -> Result<()> {
    match value {
        Value::Null => cells.push(Cell::Null),
        Value::Bool(value) => cells.push(Cell::Integer((*value).into())),
        Value::Int2(value) => cells.push(Cell::Integer((*value).into())),
        Value::Int4(value) => cells.push(Cell::Integer((*value).into())),
        Value::Int8(value) => cells.push(Cell::Integer(*value)),
        Value::Oid(value) => cells.push(Cell::Integer((*value).into())),
        Value::Tid(tid) => cells.push(Cell::Integer(storage::row_number(*tid))),
        Value::Float4(value) => cells.push(float((*value).into())),
        Value::Float8(value) => cells.push(float(*value)),
        Value::Numeric(value) => numeric(value, cells)?,
        Value::Text(value) => cells.push(Cell::Text(value.as_bytes())),
        Value::Bytea(value) => cells.push(Cell::Blob(value)),
        value => printed(value, oid, cells)?,
    }
    Ok(())
}

/// Appends a value that needed no memory of its own.
pub(super) fn push_scalar(scalar: Scalar, cells: &mut Cells) {
    match scalar {
        Scalar::Bool(value) => cells.push(Cell::Integer(value.into())),
        Scalar::Int2(value) => cells.push(Cell::Integer(value.into())),
        Scalar::Int4(value) => cells.push(Cell::Integer(value.into())),
        Scalar::Int8(value) => cells.push(Cell::Integer(value)),
        Scalar::Float8(value) => cells.push(float(value)),
        Scalar::Date(days) => cells.push_text(|out| datetime::text_date(days, &KEPT, out)),
        Scalar::Timestamp(micros) => {
            cells.push_text(|out| datetime::text_timestamp(micros, &KEPT, out));
        }
        Scalar::Timestamptz(micros) => {
            cells.push_text(|out| datetime::text_timestamptz(micros, &KEPT, out));
        }
    }
}

/// SQLite takes a NaN for NULL: it is kept as a text.
fn float(value: f64) -> Cell<'static> {
    if value.is_nan() { Cell::Text(b"NaN") } else { Cell::Real(value) }
}

/// A number if SQLite has it exactly, to fifteen digits: only then it is found again by `=`, and
/// ordered among others. What has more digits is kept as text, which a column of NUMERIC affinity
/// turns into the nearest number of its own.
fn numeric(value: &Numeric, cells: &mut Cells) -> Result<()> {
    if let (true, Ok(whole)) = (value.is_integer(), value.to_i64()) {
        cells.push(Cell::Integer(whole));
        return Ok(());
    }
    let near = value.to_f64();
    if near.is_finite() && Numeric::from_f64(near).compare(value).is_eq() {
        cells.push(Cell::Real(near));
        return Ok(());
    }
    printed(&Value::Numeric(value.clone()), Oid::NUMERIC, cells)
}

fn printed(value: &Value, oid: Oid, cells: &mut Cells) -> Result<()> {
    let mut out = Vec::new();
    let _ = value.encode(oid, Format::Text, &KEPT, &mut out)?;
    cells.push(Cell::Text(&out));
    Ok(())
}

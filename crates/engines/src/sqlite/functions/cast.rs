//! Casts, explicit and of assignment.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Numeric, TextStyle, Value, ValueError};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::super::types::Type;
use super::{Answer, Surroundings, oid, refused, styled, zoned};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    let cast = |context: &Context<'_>, style: &TextStyle| convert(context, true, style);
    styled(connection, surroundings, "pg_cast", 4, cast)?;
    let assign = |context: &Context<'_>, style: &TextStyle| convert(context, false, style);
    styled(connection, surroundings, "pg_assign", 4, assign)
}

/// `pg_cast(value, from, to, typmod)`: the value as another type.
fn convert(context: &Context<'_>, cast: bool, style: &TextStyle) -> Answer {
    let value = context.get_raw(0);
    if matches!(value, ValueRef::Null) {
        return Ok(Stored::Null);
    }
    let (from, to) = (oid(context, 1)?, Type { oid: oid(context, 2)?, typmod: context.get(3)? });
    converted(value, from, to, cast, style).map_err(refused)
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
    let value = storage::fitted(value, to, cast)?;
    if !cast && to.is_date_or_timestamp() {
        storage::check(&value)?;
    }
    storage::store(value, to.oid)
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

//! Arithmetic that PostgreSQL refuses or does otherwise.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::SqlState;

use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_div", 2, |context| integers(context, i64::checked_div))?;
    pure(connection, "pg_mod", 2, |context| integers(context, i64::checked_rem))?;
    pure(connection, "pg_quotient", 2, |context| reals(context, |a, b| a / b))?;
    pure(connection, "pg_remainder", 2, |context| reals(context, |a, b| a % b))
}

fn integers(context: &Context<'_>, apply: fn(i64, i64) -> Option<i64>) -> Answer {
    match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => Ok(Stored::Null),
        (_, ValueRef::Integer(0)) => Err(division_by_zero()),
        (ValueRef::Integer(a), ValueRef::Integer(b)) => match apply(a, b) {
            Some(value) => Ok(Stored::Integer(value)),
            // The one remainder that overflows is none.
            None if a % 2 == 0 && apply == i64::checked_rem as fn(_, _) -> _ => {
                Ok(Stored::Integer(0))
            }
            None => Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range")),
        },
        _ => reals(context, |a, b| (a / b).trunc()),
    }
}

fn reals(context: &Context<'_>, apply: fn(f64, f64) -> f64) -> Answer {
    let (Some(a), Some(b)) = (number(context.get_raw(0)), number(context.get_raw(1))) else {
        return Ok(Stored::Null);
    };
    if b == 0.0 {
        return Err(division_by_zero());
    }
    Ok(Stored::Real(apply(a, b)))
}

/// What is no number counts as NULL.
pub(super) fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        _ => None,
    }
}

fn division_by_zero() -> rusqlite::Error {
    raise(SqlState::DIVISION_BY_ZERO, "division by zero")
}

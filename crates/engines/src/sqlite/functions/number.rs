//! Arithmetic that PostgreSQL refuses or does otherwise.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_div", 2, |context| integers(context, i64::checked_div))?;
    pure(connection, "pg_mod", 2, |context| integers(context, remainder))?;
    pure(connection, "pg_round", 2, rounded)?;
    pure(connection, "pg_round_to", 2, |context| to_digits(context, f64::round))?;
    pure(connection, "pg_trunc_to", 2, |context| to_digits(context, f64::trunc))?;
    pure(connection, "pg_ceil", 1, |context| of_one(context, f64::ceil))?;
    pure(connection, "pg_floor", 1, |context| of_one(context, f64::floor))?;
    pure(connection, "pg_trunc", 1, |context| of_one(context, f64::trunc))?;
    pure(connection, "pg_exp", 1, |context| of_one(context, f64::exp))?;
    pure(connection, "pg_degrees", 1, |context| of_one(context, f64::to_degrees))?;
    pure(connection, "pg_radians", 1, |context| of_one(context, f64::to_radians))?;
    pure(connection, "pg_sin", 1, |context| of_one(context, f64::sin))?;
    pure(connection, "pg_cos", 1, |context| of_one(context, f64::cos))?;
    pure(connection, "pg_tan", 1, |context| of_one(context, f64::tan))?;
    pure(connection, "pg_sqrt", 1, root)?;
    pure(connection, "pg_ln", 1, |context| logarithm(context, f64::ln))?;
    pure(connection, "pg_log10", 1, |context| logarithm(context, f64::log10))?;
    pure(connection, "pg_power", 2, power)?;
    pure(connection, "pg_greatest", -1, |context| extreme(context, Ordering::Greater))?;
    pure(connection, "pg_least", -1, |context| extreme(context, Ordering::Less))?;
    pure(connection, "pg_fixed", 2, fixed)?;
    pure(connection, "pg_quotient", 2, |context| reals(context, |a, b| a / b))?;
    pure(connection, "pg_remainder", 2, |context| reals(context, |a, b| a % b))
}

fn integers(context: &Context<'_>, apply: fn(i64, i64) -> Option<i64>) -> Answer {
    match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => Ok(Stored::Null),
        (_, ValueRef::Integer(0)) => Err(division_by_zero()),
        (ValueRef::Integer(a), ValueRef::Integer(b)) => match apply(a, b) {
            Some(value) => Ok(Stored::Integer(value)),
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

/// -9223372036854775808 % -1 is 0, although the quotient is out of range.
fn remainder(a: i64, b: i64) -> Option<i64> {
    Some(a.wrapping_rem(b))
}

/// `pg_round(value, type)`: a float to the even number, a numeric away from zero.
fn rounded(context: &Context<'_>) -> Answer {
    let Some(value) = number(context.get_raw(0)) else { return Ok(Stored::Null) };
    let numeric = Oid(context.get(1)?) == Oid::NUMERIC;
    let whole = if numeric { value.round() } else { value.round_ties_even() };
    Ok(Stored::Real(whole))
}

/// `round(value, digits)` and `trunc(value, digits)` of decimal digits, not of binary ones.
fn to_digits(context: &Context<'_>, apply: fn(f64) -> f64) -> Answer {
    let (Some(value), Some(digits)) = (number(context.get_raw(0)), context.get::<Option<i32>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    let digits = digits.clamp(-300, 300);
    let truncates = apply(0.9) < 0.5;
    let result = if truncates || digits < 0 {
        let unit = 10_f64.powi(digits);
        apply(value * unit) / unit
    } else {
        let fitted = Numeric::from_f64(value).fitting(1000, digits);
        fitted.map_or(value, |numeric| numeric.to_f64())
    };
    Ok(Stored::Real(result))
}

/// `greatest` and `least`, which leave NULLs out.
fn extreme(context: &Context<'_>, wanted: Ordering) -> Answer {
    let mut found: Option<ValueRef<'_>> = None;
    for place in 0..context.len() {
        let value = context.get_raw(place);
        let better = match (found, value) {
            (_, ValueRef::Null) => false,
            (None, _) => true,
            (Some(best), value) => order(value, best) == wanted,
        };
        if better {
            found = Some(value);
        }
    }
    found.map_or(Ok(Stored::Null), |value| value.try_into().map_err(rusqlite::Error::from))
}

fn order(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Text(a), ValueRef::Text(b)) | (ValueRef::Blob(a), ValueRef::Blob(b)) => a.cmp(b),
        (a, b) => number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal),
    }
}

fn of_one(context: &Context<'_>, apply: fn(f64) -> f64) -> Answer {
    Ok(number(context.get_raw(0)).map_or(Stored::Null, |value| Stored::Real(apply(value))))
}

fn root(context: &Context<'_>) -> Answer {
    if number(context.get_raw(0)).is_some_and(|value| value < 0.0) {
        let message = "cannot take square root of a negative number";
        return Err(raise(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message));
    }
    of_one(context, f64::sqrt)
}

fn logarithm(context: &Context<'_>, apply: fn(f64) -> f64) -> Answer {
    let message = match number(context.get_raw(0)) {
        Some(0.0) => "cannot take logarithm of zero",
        Some(value) if value < 0.0 => "cannot take logarithm of a negative number",
        _ => return of_one(context, apply),
    };
    Err(raise(SqlState::INVALID_ARGUMENT_FOR_LOG, message))
}

fn power(context: &Context<'_>) -> Answer {
    let (Some(a), Some(b)) = (number(context.get_raw(0)), number(context.get_raw(1))) else {
        return Ok(Stored::Null);
    };
    let result = a.powf(b);
    if result.is_nan() || (result.is_infinite() && a.is_finite() && b.is_finite()) {
        let message = "value out of range: overflow";
        return Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
    }
    Ok(Stored::Real(result))
}

/// `pg_fixed(value, scale)`: the text of a numeric of so many digits behind the point.
fn fixed(context: &Context<'_>) -> Answer {
    let scale: i32 = context.get(1)?;
    if matches!(context.get_raw(0), ValueRef::Null) {
        return Ok(Stored::Null);
    }
    let printed = || {
        let Value::Numeric(number) = storage::load(context.get_raw(0), Oid::NUMERIC)? else {
            return Ok(Stored::Null);
        };
        let number = number.fitting(1000, scale).unwrap_or(number);
        storage::print(&Value::Numeric(number), Oid::NUMERIC, &KEPT).map(Stored::Text)
    };
    printed().map_err(|error| refused(&error))
}

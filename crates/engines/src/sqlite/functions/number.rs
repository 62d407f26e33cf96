//! Arithmetic that PostgreSQL refuses or does otherwise.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::Numeric;
use trunkline_core::{Oid, SqlState};

use super::super::types::Type;
use super::{Answer, oid, pure, raise};

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
    pure(connection, "pg_whole", 2, whole)?;
    pure(connection, "pg_float", 3, float)?;
    pure(connection, "pg_numeric", 4, numeric)?;
    pure(connection, "pg_shift", 4, shifted)?;
    pure(connection, "pg_cbrt", 1, |context| of_one(context, f64::cbrt))?;
    pure(connection, "pg_quotient", 2, quotient)?;
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
    Ok(kept(apply(a, b)))
}

/// SQLite takes a NaN for NULL: it is kept as a text, which is larger than every number.
pub(super) fn kept(value: f64) -> Stored {
    if value.is_nan() { Stored::Text("NaN".to_owned()) } else { Stored::Real(value) }
}

/// `pg_whole(value, type)`: 22003 for an integer that the type does not hold. SQLite makes a REAL of one
/// that has more than 64 bits.
fn whole(context: &Context<'_>) -> Answer {
    let ty = Type::of(oid(context, 1)?);
    let range = match ty.oid {
        Oid::INT2 => i64::from(i16::MIN)..=i64::from(i16::MAX),
        Oid::INT4 => i64::from(i32::MIN)..=i64::from(i32::MAX),
        Oid::OID => 0..=i64::from(u32::MAX),
        _ => i64::MIN..=i64::MAX,
    };
    match context.get_raw(0) {
        ValueRef::Null => Ok(Stored::Null),
        ValueRef::Integer(value) if range.contains(&value) => Ok(Stored::Integer(value)),
        _ => {
            let message = format!("{} out of range", ty.name());
            Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, &message))
        }
    }
}

/// `pg_float(operator, a, b)`: 22003 for what is too large, or too small, of numbers that are not.
fn float(context: &Context<'_>) -> Answer {
    let op: String = context.get(0)?;
    let (Some(a), Some(b)) = (number(context.get_raw(1)), number(context.get_raw(2))) else {
        return Ok(Stored::Null);
    };
    let result = match op.as_str() {
        "+" => a + b,
        "-" => a - b,
        _ => a * b,
    };
    in_range(result, a, b, op == "*" && a != 0.0 && b != 0.0).map(kept)
}

/// `pg_numeric(operator, a, b, scale)`: a sum, a difference or a product of two numerics, which is the number
/// nearest to what so many digits behind the point tell.
fn numeric(context: &Context<'_>) -> Answer {
    let op = context.get_raw(0).as_str().unwrap_or_default();
    if let (ValueRef::Integer(a), ValueRef::Integer(b)) = (context.get_raw(1), context.get_raw(2)) {
        let whole = match op {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        if let Some(whole) = whole {
            return Ok(Stored::Integer(whole));
        }
    }
    let (Some(a), Some(b)) = (number(context.get_raw(1)), number(context.get_raw(2))) else {
        return Ok(Stored::Null);
    };
    let result = match op {
        "+" => a + b,
        "-" => a - b,
        _ => a * b,
    };
    let digits: i32 = context.get(3)?;
    let power = 10_f64.powi(digits);
    let scaled = (result * power).round();
    // Beyond, a double has no such digits.
    let is_exact = digits <= 22 && scaled.abs() < 9e15;
    in_range(if is_exact { scaled / power } else { result }, a, b, false).map(kept)
}

/// A result that is infinite only if an operand is, and zero only if it may be.
fn in_range(result: f64, a: f64, b: f64, is_not_zero: bool) -> rusqlite::Result<f64> {
    let message = if result.is_infinite() && a.is_finite() && b.is_finite() {
        "value out of range: overflow"
    } else if result == 0.0 && is_not_zero {
        "value out of range: underflow"
    } else {
        return Ok(result);
    };
    Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message))
}

/// `pg_shift(operator, value, by, type)`: within the bits of the type, by no more than it has, as
/// processors do.
fn shifted(context: &Context<'_>) -> Answer {
    let (op, oid): (String, u32) = (context.get(0)?, context.get(3)?);
    let (ValueRef::Integer(value), ValueRef::Integer(by)) =
        (context.get_raw(1), context.get_raw(2))
    else {
        return Ok(Stored::Null);
    };
    let by = u32::try_from(by & 63).unwrap_or(0);
    let is_left = op == "<<";
    Ok(Stored::Integer(match Oid(oid) {
        Oid::INT8 if is_left => value.wrapping_shl(by),
        Oid::INT8 => value.wrapping_shr(by),
        oid => {
            let narrow = i32::try_from(value).unwrap_or(0);
            let result = if is_left { narrow.wrapping_shl(by) } else { narrow.wrapping_shr(by) };
            match oid {
                Oid::INT2 => i64::from(result as i16),
                _ => i64::from(result),
            }
        }
    }))
}

/// `pg_quotient(a, b)`: of floats, and of numerics as SQLite has them.
fn quotient(context: &Context<'_>) -> Answer {
    let result = reals(context, |a, b| a / b)?;
    match (&result, number(context.get_raw(0)), number(context.get_raw(1))) {
        (Stored::Real(result), Some(a), Some(b)) => {
            in_range(*result, a, b, a != 0.0 && b.is_finite()).map(kept)
        }
        _ => Ok(result),
    }
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
    let numeric = oid(context, 1)? == Oid::NUMERIC;
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
        // A NaN is larger than every number.
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            _ => Ordering::Equal,
        },
    }
}

fn of_one(context: &Context<'_>, apply: fn(f64) -> f64) -> Answer {
    match number(context.get_raw(0)) {
        Some(value) => in_range(apply(value), value, value, false).map(kept),
        None => Ok(Stored::Null),
    }
}

fn root(context: &Context<'_>) -> Answer {
    if number(context.get_raw(0)).is_some_and(|value| value < 0.0) {
        let message = "cannot take square root of a negative number";
        return Err(raise(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message));
    }
    of_one(context, f64::sqrt)
}

fn logarithm(context: &Context<'_>, apply: fn(f64) -> f64) -> Answer {
    number(context.get_raw(0)).map_or(Ok(()), check_logarithm)?;
    of_one(context, apply)
}

/// 2201E for a number that has no logarithm.
pub(super) fn check_logarithm(value: f64) -> rusqlite::Result<()> {
    let message = match value {
        0.0 => "cannot take logarithm of zero",
        value if value < 0.0 => "cannot take logarithm of a negative number",
        _ => return Ok(()),
    };
    Err(raise(SqlState::INVALID_ARGUMENT_FOR_LOG, message))
}

fn power(context: &Context<'_>) -> Answer {
    let (Some(a), Some(b)) = (number(context.get_raw(0)), number(context.get_raw(1))) else {
        return Ok(Stored::Null);
    };
    let refused = |message| raise(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message);
    if a == 0.0 && b < 0.0 {
        return Err(refused("zero raised to a negative power is undefined"));
    }
    if a < 0.0 && b.is_finite() && b.fract() != 0.0 {
        let message = "a negative number raised to a non-integer power yields a complex result";
        return Err(refused(message));
    }
    let is_not_zero = a != 0.0 && a.is_finite() && b.is_finite();
    in_range(a.powf(b), a, b, is_not_zero).map(kept)
}

//! More of numbers: inverse and hyperbolic functions, logarithms of any base, divisors, buckets and random integers.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-math.html>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;

use super::number::{check_logarithm, kept, number};
use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_asin", 1, |context| within(context, unit, f64::asin))?;
    pure(connection, "pg_acos", 1, |context| within(context, unit, f64::acos))?;
    pure(connection, "pg_atanh", 1, |context| within(context, unit, f64::atanh))?;
    pure(connection, "pg_acosh", 1, |context| within(context, |value| value >= 1.0, f64::acosh))?;
    pure(connection, "pg_atan", 1, |context| within(context, |_| true, f64::atan))?;
    pure(connection, "pg_sinh", 1, |context| within(context, |_| true, f64::sinh))?;
    pure(connection, "pg_cosh", 1, |context| within(context, |_| true, f64::cosh))?;
    pure(connection, "pg_tanh", 1, |context| within(context, |_| true, f64::tanh))?;
    pure(connection, "pg_asinh", 1, |context| within(context, |_| true, f64::asinh))?;
    pure(connection, "pg_cot", 1, |context| {
        within(context, f64::is_finite, |value| 1.0 / value.tan())
    })?;
    pure(connection, "pg_atan2", 2, |context| {
        let pair = (number(context.get_raw(0)), number(context.get_raw(1)));
        let (Some(y), Some(x)) = pair else { return Ok(Stored::Null) };
        Ok(kept(y.atan2(x)))
    })?;
    pure(connection, "pg_log_of", 2, logarithm)?;
    pure(connection, "pg_gcd", 2, |context| of_integers(context, |a, b| Some(divisor(a, b))))?;
    pure(connection, "pg_lcm", 2, |context| of_integers(context, multiple))?;
    pure(connection, "pg_width_bucket", 4, bucket)?;
    pure(connection, "pg_random", 3, random)
}

/// A function of the numbers for which it has a value, and of NaN: 22003 for all else.
fn within(context: &Context<'_>, has_value: fn(f64) -> bool, apply: fn(f64) -> f64) -> Answer {
    let Some(value) = number(context.get_raw(0)) else { return Ok(Stored::Null) };
    if value.is_nan() || has_value(value) {
        return Ok(kept(apply(value)));
    }
    Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range"))
}

fn unit(value: f64) -> bool {
    value.abs() <= 1.0
}

/// `pg_log_of(base, value)`
fn logarithm(context: &Context<'_>) -> Answer {
    let (Some(base), Some(value)) = (number(context.get_raw(0)), number(context.get_raw(1))) else {
        return Ok(Stored::Null);
    };
    check_logarithm(base)?;
    check_logarithm(value)?;
    if base == 1.0 {
        return Err(raise(SqlState::DIVISION_BY_ZERO, "division by zero"));
    }
    let quotient = match base {
        2.0 => value.log2(),
        10.0 => value.log10(),
        _ => value.ln() / base.ln(),
    };
    Ok(kept(quotient))
}

/// A function of two integers whose result has no sign: 22003 where it has too many bits.
fn of_integers(context: &Context<'_>, apply: fn(u64, u64) -> Option<u64>) -> Answer {
    let pair = (context.get::<Option<i64>>(0)?, context.get::<Option<i64>>(1)?);
    let (Some(a), Some(b)) = pair else { return Ok(Stored::Null) };
    let result = apply(a.unsigned_abs(), b.unsigned_abs());
    let result = result.and_then(|result| i64::try_from(result).ok());
    let message = "bigint out of range";
    let result = result.ok_or_else(|| raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message))?;
    Ok(Stored::Integer(result))
}

/// The greatest that divides both; of zero and another number, that number.
fn divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The least that both divide.
fn multiple(a: u64, b: u64) -> Option<u64> {
    match a.checked_div(divisor(a, b)) {
        Some(part) => part.checked_mul(b),
        None => Some(0),
    }
}

/// `pg_width_bucket(value, low, high, count)`
fn bucket(context: &Context<'_>) -> Answer {
    let bounds = (number(context.get_raw(1)), number(context.get_raw(2)));
    let (Some(value), (Some(low), Some(high)), Some(count)) =
        (number(context.get_raw(0)), bounds, context.get::<Option<i64>>(3)?)
    else {
        return Ok(Stored::Null);
    };
    let refused =
        |message| Err(raise(SqlState::INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION, message));
    if count <= 0 {
        return refused("count must be greater than zero");
    }
    if value.is_nan() || low.is_nan() || high.is_nan() {
        return refused("operand, lower bound, and upper bound cannot be NaN");
    }
    if low.is_infinite() || high.is_infinite() {
        return refused("lower and upper bounds must be finite");
    }
    if low == high {
        return refused("lower bound cannot equal upper bound");
    }
    // Bounds that fall are counted from the first of them, too.
    let (is_before, is_behind) = match low < high {
        true => (value < low, value >= high),
        false => (value > low, value <= high),
    };
    Ok(Stored::Integer(if is_before {
        0
    } else if is_behind {
        count + 1
    } else {
        // Halves, lest the difference of two doubles is too large for one.
        let part = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        ((part * count as f64) as i64 + 1).min(count)
    }))
}

/// `pg_random(low, high, bits)`: an integer between both of 64 bits that are random.
fn random(context: &Context<'_>) -> Answer {
    let (low, high) = (context.get::<Option<i64>>(0)?, context.get::<Option<i64>>(1)?);
    let (Some(low), Some(high)) = (low, high) else { return Ok(Stored::Null) };
    if low > high {
        let message = "lower bound must be less than or equal to upper bound";
        return Err(raise(SqlState::INVALID_PARAMETER_VALUE, message));
    }
    let choices = u128::from(high.abs_diff(low)) + 1;
    let bits = u128::from(context.get::<i64>(2)?.cast_unsigned());
    let chosen = (bits * choices) >> 64;
    Ok(Stored::Integer(low.wrapping_add_unsigned(u64::try_from(chosen).unwrap_or(0))))
}

//! Numbers.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{exact, floats};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn operator(name: &str, is_prefix: bool) -> Option<Function> {
    Some(match (name, is_prefix) {
        ("-", true) => negate,
        ("+", true) => |call| Ok(call.arguments.first().cloned().unwrap_or_default()),
        ("~", true) => |call| Ok(whole(call, 0).map_or(Datum::Null, |value| Datum::Int(!value))),
        ("+", _) => |call| two(call, i64::checked_add, |one, two| one + two, i128::checked_add),
        ("-", _) => |call| two(call, i64::checked_sub, |one, two| one - two, i128::checked_sub),
        ("*", _) => product,
        ("/", _) => divide,
        ("%", _) => remainder,
        ("&", _) => |call| bits(call, |one, two| one & two),
        ("|", _) => |call| bits(call, |one, two| one | two),
        ("#", _) => |call| bits(call, |one, two| one ^ two),
        ("<<", _) => |call| shift(call, i64::wrapping_shl),
        (">>", _) => |call| shift(call, i64::wrapping_shr),
        _ => return None,
    })
}

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "abs" => |call| match call.arguments {
            [value] if value.compare(&Datum::Int(0)).is_lt() => negate(call),
            [value, ..] => Ok(value.clone()),
            [] => Ok(Datum::Null),
        },
        "mod" => remainder,
        "ceil" | "ceiling" => |call| rounded(call, true),
        "floor" => |call| rounded(call, false),
        "sign" => |call| {
            Ok(match call.arguments.first() {
                Some(Datum::Numeric(value)) => exact::sign(value),
                Some(Datum::Float(value)) if *value == 0.0 => Datum::Float(0.0),
                Some(Datum::Float(value)) => Datum::Float(value.signum()),
                _ => Datum::Null,
            })
        },
        _ => return None,
    })
}

/// The sum of two numbers of one type, as one of the type `oid`.
pub(crate) fn add(one: &Datum, two: &Datum, oid: Oid) -> Result<Datum> {
    combine(one, two, oid, i64::checked_add, |one, two| one + two, i128::checked_add)
}

fn out_of_range(oid: Oid) -> PgError {
    let name = trunkline_core::types::name_of(oid).unwrap_or("bigint");
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{name} out of range"))
}

pub(super) fn zero() -> PgError {
    PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")
}

pub(super) fn whole(call: &Call<'_>, place: usize) -> Option<i64> {
    call.arguments.get(place).and_then(Datum::as_int)
}

/// A whole number within its type.
pub(super) fn within(value: Option<i64>, oid: Oid) -> Result<Datum> {
    let fits = |value: &i64| match oid {
        Oid::INT2 => i16::try_from(*value).is_ok(),
        Oid::INT4 => i32::try_from(*value).is_ok(),
        _ => true,
    };
    value.filter(fits).map(Datum::Int).ok_or_else(|| out_of_range(oid))
}

fn two(
    call: &Call<'_>,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
    decimal: fn(i128, i128) -> Option<i128>,
) -> Result<Datum> {
    let [one, two] = call.arguments else { return Ok(Datum::Null) };
    match combine(one, two, call.result, whole, float, decimal)? {
        Datum::Int(value) => within(Some(value), call.result),
        value => Ok(value),
    }
}

fn combine(
    one: &Datum,
    two: &Datum,
    oid: Oid,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
    decimal: fn(i128, i128) -> Option<i128>,
) -> Result<Datum> {
    if let (Datum::Int(one), Datum::Int(two)) = (one, two) {
        return whole(*one, *two).map(Datum::Int).ok_or_else(|| out_of_range(Oid::INT8));
    }
    if let (Datum::Float(_), _) | (_, Datum::Float(_)) = (one, two) {
        let Some((one, two)) = one.as_float().zip(two.as_float()) else { return Ok(Datum::Null) };
        return floats::made(float(one, two), &[one, two], oid);
    }
    let (Some(one), Some(two)) = (one.to_numeric(), two.to_numeric()) else {
        return Ok(Datum::Null);
    };
    let scale = i16::try_from(one.scale().max(two.scale())).unwrap_or(0);
    let exact = one.to_i128(scale).zip(two.to_i128(scale)).and_then(|(one, two)| decimal(one, two));
    let value = exact.map(|value| Numeric::from_i128(value, scale));
    numeric(value, &one, &two, float)
}

/// What two numbers make: of NaN and the infinities floats know as much; what has too many digits is
/// refused, for a float has not all of them.
fn numeric(
    exact: Option<Numeric>,
    one: &Numeric,
    two: &Numeric,
    float: fn(f64, f64) -> f64,
) -> Result<Datum> {
    let value = match exact {
        Some(value) => value,
        None if one.is_finite() && two.is_finite() => {
            return Err(crate::error::unsupported(0, "a numeric of so many digits"));
        }
        None => Numeric::from_f64(float(one.to_f64(), two.to_f64())),
    };
    Ok(Datum::Numeric(Arc::new(value)))
}

fn product(call: &Call<'_>) -> Result<Datum> {
    let [one, two] = call.arguments else { return Ok(Datum::Null) };
    let (Some(left), Some(right)) = (one.to_numeric(), two.to_numeric()) else {
        return Ok(Datum::Null);
    };
    if let (Oid::FLOAT4 | Oid::FLOAT8, Some((one, two))) =
        (call.result, one.as_float().zip(two.as_float()))
    {
        return floats::scaled(one * two, &[one, two], call.result);
    }
    if call.result != Oid::NUMERIC {
        return self::two(call, i64::checked_mul, |one, two| one * two, |_, _| None);
    }
    let exact = || {
        let scales = [left.scale(), right.scale()].map(i16::try_from);
        let [Ok(one), Ok(two)] = scales else { return None };
        let digits = left.to_i128(one)?.checked_mul(right.to_i128(two)?)?;
        Some(Numeric::from_i128(digits, one.checked_add(two)?))
    };
    numeric(exact(), &left, &right, |one, two| one * two)
}

fn negate(call: &Call<'_>) -> Result<Datum> {
    match call.arguments.first() {
        Some(Datum::Int(value)) => within(value.checked_neg(), call.result),
        Some(Datum::Float(value)) => Ok(Datum::Float(-value)),
        Some(Datum::Numeric(value)) if value.is_nan() => Ok(Datum::Numeric(value.clone())),
        Some(Datum::Numeric(value)) => {
            let text = value.to_string();
            let text = text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned);
            Ok(Datum::Numeric(Arc::new(Numeric::parse(&text).map_err(PgError::from)?)))
        }
        _ => Ok(Datum::Null),
    }
}

fn divide(call: &Call<'_>) -> Result<Datum> {
    match call.arguments {
        [_, two] if two.as_float() == Some(0.0) => Err(zero()),
        [Datum::Int(one), Datum::Int(two)] => within(one.checked_div(*two), call.result),
        [one, two] if call.result == Oid::NUMERIC => {
            let Some((one, two)) = one.to_numeric().zip(two.to_numeric()) else {
                return Ok(Datum::Null);
            };
            numeric(quotient(&one, &two), &one, &two, |one, two| one / two)
        }
        [one, two] => match one.as_float().zip(two.as_float()) {
            Some((one, two)) if two.is_infinite() => Ok(Datum::Float(one / two)),
            Some((one, two)) => floats::scaled(one / two, &[one], call.result),
            None => Ok(Datum::Null),
        },
        _ => Ok(Datum::Null),
    }
}

/// A quotient with as many digits as PostgreSQL shows: 16 that count at least, and not fewer behind the
/// point than either number has.
pub(crate) fn quotient(one: &Numeric, two: &Numeric) -> Option<Numeric> {
    let (weight, first) = leading(one)?;
    let (other_weight, other_first) = leading(two)?;
    let weight = weight - other_weight - i32::from(first <= other_first);
    let own = i32::from(one.scale().max(two.scale()));
    let scale = i16::try_from((16 - weight * 4).max(own).clamp(0, 1000)).ok()?;
    let (one_scale, two_scale) =
        (i16::try_from(one.scale()).ok()?, i16::try_from(two.scale()).ok()?);
    // Digit by digit: all of them together may be more than there is room for.
    let more = i32::from(scale) + i32::from(two_scale) - i32::from(one_scale);
    let (numerator, divisor) = (one.to_i128(one_scale)?, two.to_i128(two_scale)?);
    let mut digits = numerator.checked_div(divisor)?;
    let mut rest = numerator.checked_rem(divisor)?;
    for _ in 0..more.max(0) {
        rest = rest.checked_mul(10)?;
        digits = digits.checked_mul(10)?.checked_add(rest / divisor)?;
        rest %= divisor;
    }
    let is_up = rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs();
    let sign = if (numerator < 0) == (divisor < 0) { 1 } else { -1 };
    Some(Numeric::from_i128(digits.checked_add(if is_up { sign } else { 0 })?, scale))
}

/// The weight of the first of the digits to base 10,000, and that digit; zero has the weight 0.
pub(super) fn leading(number: &Numeric) -> Option<(i32, i32)> {
    let scale = i16::try_from(number.scale()).ok()?;
    let digits = number.to_i128(scale)?.unsigned_abs();
    if digits == 0 {
        return Some((0, 0));
    }
    // Behind the point there are whole digits to that base, too.
    let fraction = u32::try_from(scale).ok()?.div_ceil(4);
    let missing = fraction * 4 - u32::try_from(scale).ok()?;
    let mut rest = digits.checked_mul(10_u128.checked_pow(missing)?)?;
    let mut weight = -i32::try_from(fraction).ok()?;
    while rest >= 10_000 {
        rest /= 10_000;
        weight += 1;
    }
    Some((weight, i32::try_from(rest).ok()?))
}

fn remainder(call: &Call<'_>) -> Result<Datum> {
    match (whole(call, 0), whole(call, 1)) {
        (_, Some(0)) => Err(zero()),
        (Some(one), Some(two)) => Ok(Datum::Int(one.wrapping_rem(two))),
        _ => super::whole_parts::remainder(call),
    }
}

fn bits(call: &Call<'_>, combine: fn(i64, i64) -> i64) -> Result<Datum> {
    let values = whole(call, 0).zip(whole(call, 1));
    Ok(values.map_or(Datum::Null, |(one, two)| Datum::Int(low(combine(one, two), call.result))))
}

/// The bits that a type has room for.
fn low(value: i64, oid: Oid) -> i64 {
    match oid {
        Oid::INT2 => {
            let low = u16::try_from(value & 0xffff).unwrap_or_default();
            i16::from_ne_bytes(low.to_ne_bytes()).into()
        }
        Oid::INT4 => {
            let low = u32::try_from(value & 0xffff_ffff).unwrap_or_default();
            i32::from_ne_bytes(low.to_ne_bytes()).into()
        }
        _ => value,
    }
}

/// Bits at other places: of how many, those count that the places of the type have; a `smallint` is shifted as an
/// `integer`.
fn shift(call: &Call<'_>, by: fn(i64, u32) -> i64) -> Result<Datum> {
    let most = if call.result == Oid::INT8 { 63 } else { 31 };
    let Some((value, count)) = whole(call, 0).zip(whole(call, 1)) else { return Ok(Datum::Null) };
    let shifted = by(value, u32::try_from(count & most).unwrap_or(0));
    Ok(Datum::Int(low(shifted, call.result)))
}

/// The next whole number above or below.
fn rounded(call: &Call<'_>, is_up: bool) -> Result<Datum> {
    Ok(match call.arguments.first() {
        Some(Datum::Numeric(value)) => exact::whole(value, is_up)?,
        Some(Datum::Float(value)) if is_up => Datum::Float(value.ceil()),
        Some(Datum::Float(value)) => Datum::Float(value.floor()),
        _ => Datum::Null,
    })
}

//! Functions of `numeric`, with the digits that PostgreSQL shows.
//!
//! What cannot be told exactly within 38 digits is refused, not told as near as a float gets.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{PgError, Result, SqlState};

use super::math::leading;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::Call;

/// The digits that are shown at least.
const DIGITS: i32 = 16;
/// The most that are shown behind the point.
const MOST: i32 = 1000;

pub(super) fn made(number: Option<Numeric>, what: &str) -> Result<Datum> {
    number
        .map(|number| Datum::Numeric(Arc::new(number)))
        .ok_or_else(|| unsupported(0, &format!("this {what}")))
}

fn refused(state: SqlState, message: &'static str) -> Result<Datum> {
    Err(PgError::new(state, message))
}

/// An argument.
pub(super) fn number(call: &Call<'_>, place: usize) -> Option<Numeric> {
    call.arguments.get(place).and_then(Datum::to_numeric)
}

/// The digits of a number, and how many of them are behind the point; `None` for NaN, the infinities, and
/// too many of them.
pub(super) fn digits(number: &Numeric) -> Option<(i128, i16)> {
    let scale = i16::try_from(number.scale()).ok()?;
    Some((number.to_i128(scale)?, scale))
}

fn ten(power: i32) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(power).ok()?)
}

pub(super) fn is_zero(number: &Numeric) -> bool {
    number.compare(&Numeric::default()).is_eq()
}

fn is_negative(number: &Numeric) -> bool {
    number.compare(&Numeric::default()).is_lt()
}

/// A quotient, rounded half away from zero.
fn rounded(numerator: i128, divisor: i128) -> Option<i128> {
    let quotient = numerator.checked_div(divisor)?;
    let rest = numerator.checked_rem(divisor)?.unsigned_abs();
    let is_up = rest >= divisor.unsigned_abs() - rest;
    let sign = if (numerator < 0) == (divisor < 0) { 1 } else { -1 };
    quotient.checked_add(if is_up { sign } else { 0 })
}

/// A number with another count of digits behind the point.
fn at_scale(digits: i128, own: i32, scale: i32) -> Option<Numeric> {
    let digits = match ten(scale - own) {
        Some(more) => digits.checked_mul(more)?,
        None => rounded(digits, ten(own - scale)?)?,
    };
    Some(Numeric::from_i128(digits, i16::try_from(scale).ok()?))
}

pub(super) fn sqrt(call: &Call<'_>) -> Result<Datum> {
    let Some(own) = number(call, 0) else { return Ok(Datum::Null) };
    if is_negative(&own) {
        let state = SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION;
        return refused(state, "cannot take square root of a negative number");
    }
    if !own.is_finite() {
        return made(Some(own), "square root");
    }
    let shown = || {
        let (weight, _) = leading(&own)?;
        root(&own, (DIGITS - (weight * 2 + 1)).max(own.scale().into()).clamp(0, MOST))
    };
    made(shown(), "square root")
}

/// A square root with so many digits behind the point: digit by digit, for the square of what is looked for may
/// have more digits than there are here.
pub(super) fn root(number: &Numeric, scale: i32) -> Option<Numeric> {
    let (digits, own_scale) = digits(number)?;
    let zeros = usize::try_from(scale * 2 - i32::from(own_scale)).ok()?;
    let text = format!("{digits}{}", "0".repeat(zeros));
    let text = if text.len() % 2 == 1 { format!("0{text}") } else { text };
    let (mut root, mut rest) = (0_i128, 0_i128);
    for pair in text.as_bytes().chunks(2) {
        let pair = pair.iter().fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        rest = rest.checked_mul(100)?.checked_add(pair)?;
        let twenty = root.checked_mul(20)?;
        let fits = |digit: &i128| matches!((twenty + digit).checked_mul(*digit), Some(square) if square <= rest);
        let digit = (0..10).rev().find(fits)?;
        rest -= (twenty + digit) * digit;
        root = root.checked_mul(10)?.checked_add(digit)?;
    }
    let is_up = rest > root;
    Some(Numeric::from_i128(root + i128::from(is_up), i16::try_from(scale).ok()?))
}

pub(super) fn power(call: &Call<'_>) -> Result<Datum> {
    let Some((base, exponent)) = number(call, 0).zip(number(call, 1)) else {
        return Ok(Datum::Null);
    };
    if is_zero(&base) && is_negative(&exponent) {
        let state = SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION;
        return refused(state, "zero raised to a negative power is undefined");
    }
    if is_negative(&base) && exponent.is_finite() && !exponent.is_integer() {
        let message = "a negative number raised to a non-integer power yields a complex result";
        return refused(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message);
    }
    if !base.is_finite() || !exponent.is_finite() {
        // Of NaN and the infinities floats know as much.
        let value = base.to_f64().powf(exponent.to_f64());
        let is_exact = value == 0.0 || value == 1.0 || !value.is_finite();
        return made(is_exact.then(|| Numeric::from_f64(value)), "power");
    }
    made(whole_power(&base, &exponent), "power")
}

fn whole_power(base: &Numeric, exponent: &Numeric) -> Option<Numeric> {
    let times = i32::try_from(exponent.to_i64().ok().filter(|_| exponent.is_integer())?).ok()?;
    let (digits, own_scale) = digits(base)?;
    let weight = match is_zero(base) {
        true => 0.0,
        false => f64::from(times) * base.to_f64().abs().log10(),
    };
    if weight.abs() > 1000.0 {
        return None;
    }
    // It is rounded towards zero.
    let weight = Numeric::from_f64(weight.trunc()).to_i64().ok()?;
    let least = DIGITS - i32::try_from(weight).ok()?;
    let scales = i32::from(base.scale()).max(exponent.scale().into());
    let scale = least.max(scales).clamp(0, MOST);
    let all = digits.checked_pow(times.unsigned_abs())?;
    let all_scale = i32::from(own_scale).checked_mul(i32::try_from(times.unsigned_abs()).ok()?)?;
    if times >= 0 {
        return at_scale(all, all_scale, scale);
    }
    let inverse = rounded(ten(all_scale.checked_add(scale)?)?, all)?;
    Some(Numeric::from_i128(inverse, i16::try_from(scale).ok()?))
}

pub(super) fn exp(call: &Call<'_>) -> Result<Datum> {
    let Some(own) = number(call, 0) else { return Ok(Datum::Null) };
    let value = match own.is_finite() {
        true => is_zero(&own).then(|| at_scale(1, 0, DIGITS.max(own.scale().into()))).flatten(),
        // Zero, infinity and NaN.
        false => Some(Numeric::from_f64(own.to_f64().exp())),
    };
    made(value, "power of e")
}

/// `ln`, `log` and `log10`, of which the powers of their base are exact.
pub(super) fn logarithm(call: &Call<'_>, base: Option<i128>) -> Result<Datum> {
    let Some(own) = number(call, 0) else { return Ok(Datum::Null) };
    if is_zero(&own) {
        return refused(SqlState::INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of zero");
    }
    if is_negative(&own) {
        let message = "cannot take logarithm of a negative number";
        return refused(SqlState::INVALID_ARGUMENT_FOR_LOG, message);
    }
    if !own.is_finite() {
        return made(Some(own), "logarithm");
    }
    let exact = || {
        let (digits, scale) = digits(&own)?;
        let mut rest = digits;
        let mut power = -i128::from(scale);
        while rest > 1 && rest % 10 == 0 {
            rest /= 10;
            power += 1;
        }
        let is_known = rest == 1 && (power == 0 || base.is_some());
        // PostgreSQL counts the digits before the point of ln(x): of 100,000 it is 11.5.
        let least = if power.abs() < 5 { DIGITS } else { DIGITS - 1 };
        if is_known { at_scale(power, 0, least.max(scale.into())) } else { None }
    };
    made(exact(), "logarithm")
}

/// The greatest common divisor.
pub(super) fn gcd(call: &Call<'_>) -> Result<Datum> {
    let Some((one, two)) = number(call, 0).zip(number(call, 1)) else { return Ok(Datum::Null) };
    if !one.is_finite() || !two.is_finite() {
        return made(Some(Numeric::NAN), "divisor");
    }
    let divisor = || {
        let scale = i16::try_from(one.scale().max(two.scale())).ok()?;
        let divisor = common_divisor(one.to_i128(scale)?, two.to_i128(scale)?);
        Some(Numeric::from_i128(divisor.checked_abs()?, scale))
    };
    made(divisor(), "divisor")
}

/// The greatest common divisor of two whole numbers, with the sign of either.
pub(super) fn common_divisor(one: i128, two: i128) -> i128 {
    let (mut divisor, mut rest) = (one, two);
    while rest != 0 {
        (divisor, rest) = (rest, divisor.wrapping_rem(rest));
    }
    divisor
}

/// The next whole number in a direction.
pub(super) fn whole(number: &Numeric, is_up: bool) -> Result<Datum> {
    if !number.is_finite() {
        return made(Some(number.clone()), "rounding");
    }
    let next = || {
        let (digits, scale) = digits(number)?;
        let unit = ten(scale.into())?;
        let below = digits.div_euclid(unit);
        let is_between = digits.rem_euclid(unit) != 0;
        Some(Numeric::from_i128(below + i128::from(is_up && is_between), 0))
    };
    made(next(), "rounding")
}

/// -1, 0 or 1.
pub(super) fn sign(number: &Numeric) -> Datum {
    let sign = match number {
        number if number.is_nan() => Numeric::NAN,
        number if is_zero(number) => Numeric::from(0),
        number if is_negative(number) => Numeric::from(-1),
        _ => Numeric::from(1),
    };
    Datum::Numeric(Arc::new(sign))
}

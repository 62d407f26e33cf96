//! `width_bucket`: in which of several equal parts a value is.

use std::cmp::Ordering;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::exact::number;
use super::math::whole;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    match (name, types) {
        ("width_bucket", [Oid::FLOAT8, ..]) => Some(of_float),
        ("width_bucket", [Oid::NUMERIC, ..]) => Some(of_number),
        ("width_bucket", [_, _]) => Some(among),
        _ => None,
    }
}

fn wrong(message: &'static str) -> PgError {
    PgError::new(SqlState::INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION, message)
}

/// What the value and its bounds must be: numbers, the bounds finite and not the same.
fn check(is_nan: bool, are_finite: bool, are_equal: bool) -> Result<()> {
    if is_nan {
        return Err(wrong("operand, lower bound, and upper bound cannot be NaN"));
    }
    if !are_finite {
        return Err(wrong("lower and upper bounds must be finite"));
    }
    if are_equal { Err(wrong("lower bound cannot equal upper bound")) } else { Ok(()) }
}

/// How many parts there are.
fn count(call: &Call<'_>) -> Result<i64> {
    let count = whole(call, 3).unwrap_or(0);
    if count <= 0 { Err(wrong("count must be greater than zero")) } else { Ok(count) }
}

/// The number of a part; those before the first bound have 0, those behind the other one more than there are.
fn bucket(
    (start, end): (Ordering, Ordering),
    is_rising: bool,
    count: i64,
    part: impl FnOnce() -> Option<i64>,
) -> Result<Datum> {
    let is_before = if is_rising { start.is_lt() } else { start.is_gt() };
    let is_behind = if is_rising { end.is_ge() } else { end.is_le() };
    let found = match (is_before, is_behind) {
        (true, _) => Some(0),
        (_, true) => i32::try_from(count + 1).ok().map(i64::from),
        _ => part().map(|part| part.min(count - 1) + 1),
    };
    let out_of_range =
        || PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    found.map(Datum::Int).ok_or_else(out_of_range)
}

fn of_float(call: &Call<'_>) -> Result<Datum> {
    let float = |place| call.arguments.get(place).and_then(Datum::as_float);
    let (Some(value), Some(start), Some(end)) = (float(0), float(1), float(2)) else {
        return Ok(Datum::Null);
    };
    let count = count(call)?;
    let is_nan = value.is_nan() || start.is_nan() || end.is_nan();
    check(is_nan, start.is_finite() && end.is_finite(), start == end)?;
    let parts = Datum::Int(count).as_float().unwrap_or(0.0);
    // Halves of what is too far apart for a float are not.
    let half = if (end - start).is_infinite() { 0.5 } else { 1.0 };
    let place = (value * half - start * half) / (end * half - start * half) * parts;
    let part = || trunkline_core::types::Numeric::from_f64(place.floor()).to_i64().ok();
    let order = |bound: f64| value.partial_cmp(&bound).unwrap_or(Ordering::Equal);
    bucket((order(start), order(end)), start < end, count, part)
}

fn of_number(call: &Call<'_>) -> Result<Datum> {
    let (Some(value), Some(start), Some(end)) = (number(call, 0), number(call, 1), number(call, 2))
    else {
        return Ok(Datum::Null);
    };
    let count = count(call)?;
    let bounds = start.compare(&end);
    let is_nan = value.is_nan() || start.is_nan() || end.is_nan();
    check(is_nan, start.is_finite() && end.is_finite(), bounds.is_eq())?;
    let orders = (value.compare(&start), value.compare(&end));
    if !value.is_finite() {
        return bucket(orders, bounds.is_lt(), count, || None);
    }
    let part = || {
        let scale = i16::try_from(value.scale().max(start.scale()).max(end.scale())).ok()?;
        let start = start.to_i128(scale)?;
        let apart = value.to_i128(scale)?.checked_sub(start)?;
        let all = end.to_i128(scale)?.checked_sub(start)?;
        // The quotient digit by digit of the count, for the product may have more digits than there are here.
        let (mut part, mut rest) = (0_i128, 0_i128);
        for bit in (0..i64::BITS).rev() {
            (part, rest) = (part.checked_mul(2)?, rest.checked_mul(2)?);
            if count >> bit & 1 == 1 {
                rest = rest.checked_add(apart)?;
            }
            part = part.checked_add(rest.checked_div(all)?)?;
            rest = rest.checked_rem(all)?;
        }
        i64::try_from(part).ok()
    };
    bucket(orders, bounds.is_lt(), count, part)
}

/// Behind how many of an array's values, which are in their order, a value is.
fn among(call: &Call<'_>) -> Result<Datum> {
    let [value, Datum::Array(bounds)] = call.arguments else { return Ok(Datum::Null) };
    if bounds.dimensions.len() > 1 {
        let message = "thresholds must be one-dimensional array";
        return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
    }
    if bounds.items.iter().any(Datum::is_null) {
        let message = "thresholds array must not contain NULLs";
        return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message));
    }
    let place = bounds.items.partition_point(|bound| bound.compare(value).is_le());
    i64::try_from(place).map(Datum::Int).map_err(|_| unsupported(0, "an array of this length"))
}

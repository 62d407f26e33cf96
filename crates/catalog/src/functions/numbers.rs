//! Functions of numbers.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{exact, floats, math};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    let is_exact = types.first() == Some(&Oid::NUMERIC);
    Some(match name {
        "round" => |call| {
            decimal(
                call,
                |value, scale| value.fitting(1000, scale.into()).ok(),
                f64::round_ties_even,
            )
        },
        "trunc" => |call| decimal(call, cut, f64::trunc),
        "power" | "pow" if is_exact => exact::power,
        "sqrt" if is_exact => exact::sqrt,
        "exp" if is_exact => exact::exp,
        "ln" if is_exact => |call| exact::logarithm(call, None),
        "log" | "log10" if is_exact && types.len() == 1 => |call| exact::logarithm(call, Some(10)),
        "gcd" if is_exact => exact::gcd,
        "log" if types.len() > 1 => return None,
        "power" | "pow" => power,
        "sqrt" => |call| match call.arguments.first().and_then(Datum::as_float) {
            Some(value) if value < 0.0 => wrong("cannot take square root of a negative number"),
            _ => one(call, f64::sqrt),
        },
        "cbrt" => |call| one(call, f64::cbrt),
        "exp" => |call| {
            let value = call.arguments.first().and_then(Datum::as_float);
            value.map_or(Ok(Datum::Null), floats::exp)
        },
        "ln" => |call| logarithm(call, f64::ln),
        "log" | "log10" => |call| logarithm(call, f64::log10),
        "pi" => |_| Ok(Datum::Float(std::f64::consts::PI)),
        "gcd" => |call| {
            let pair = math::whole(call, 0).zip(math::whole(call, 1));
            let Some((one, two)) = pair else { return Ok(Datum::Null) };
            let divisor = exact::common_divisor(one.into(), two.into());
            math::within(i64::try_from(divisor.abs()).ok(), call.result)
        },
        _ => return None,
    })
}

/// A `numeric` within so many digits after the point, or a float without any.
fn decimal(
    call: &Call<'_>,
    exact: fn(&Numeric, i16) -> Option<Numeric>,
    float: fn(f64) -> f64,
) -> Result<Datum> {
    let scale = call.arguments.get(1).and_then(Datum::as_int).unwrap_or(0);
    let scale = i16::try_from(scale.clamp(-1000, 1000)).unwrap_or(0);
    match call.arguments.first() {
        Some(Datum::Float(value)) => Ok(Datum::Float(float(*value))),
        Some(value) => {
            let Some(number) = value.to_numeric() else { return Ok(Datum::Null) };
            let kept = if number.is_finite() { exact(&number, scale) } else { Some(number) };
            let kept = kept.ok_or_else(|| crate::error::unsupported(0, "this rounding"))?;
            Ok(Datum::Numeric(Arc::new(kept)))
        }
        None => Ok(Datum::Null),
    }
}

/// Without the digits behind a place.
fn cut(value: &Numeric, scale: i16) -> Option<Numeric> {
    let own = i16::try_from(value.scale()).ok()?;
    let digits = value.to_i128(own)?;
    let factor = 10_i128.checked_pow(u32::try_from(own.saturating_sub(scale)).unwrap_or(0))?;
    let kept = Numeric::from_i128(digits.checked_div(factor)?, own.min(scale));
    kept.fitting(1000, scale.max(0).into()).ok()
}

pub(super) fn one(call: &Call<'_>, work: fn(f64) -> f64) -> Result<Datum> {
    let value = call.arguments.first().and_then(Datum::as_float).map(work);
    Ok(value.map_or(Datum::Null, Datum::Float))
}

pub(super) fn two(call: &Call<'_>, work: fn(f64, f64) -> f64) -> Result<Datum> {
    let pair = call.arguments.first().and_then(Datum::as_float);
    let pair = pair.zip(call.arguments.get(1).and_then(Datum::as_float));
    Ok(pair.map_or(Datum::Null, |(one, two)| Datum::Float(work(one, two))))
}

fn wrong(message: &'static str) -> Result<Datum> {
    Err(PgError::new(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message))
}

fn power(call: &Call<'_>) -> Result<Datum> {
    let float = |place| call.arguments.get(place).and_then(Datum::as_float);
    match (float(0), float(1)) {
        (Some(0.0), Some(power)) if power < 0.0 => {
            wrong("zero raised to a negative power is undefined")
        }
        (Some(base), Some(power))
            if base < 0.0 && base.is_finite() && power.is_finite() && power.fract() != 0.0 =>
        {
            wrong("a negative number raised to a non-integer power yields a complex result")
        }
        (Some(base), Some(power)) if base.is_finite() && power.is_finite() => {
            let out_of_range = |what: &str| {
                let message = format!("value out of range: {what}");
                Err(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message))
            };
            match base.powf(power) {
                value if value.is_infinite() => out_of_range("overflow"),
                value if value == 0.0 && base != 0.0 => out_of_range("underflow"),
                value => Ok(Datum::Float(value)),
            }
        }
        _ => two(call, f64::powf),
    }
}

fn logarithm(call: &Call<'_>, work: fn(f64) -> f64) -> Result<Datum> {
    let refused =
        |message: &'static str| Err(PgError::new(SqlState::INVALID_ARGUMENT_FOR_LOG, message));
    match call.arguments.first().and_then(Datum::as_float) {
        Some(0.0) => refused("cannot take logarithm of zero"),
        Some(value) if value < 0.0 => refused("cannot take logarithm of a negative number"),
        _ => one(call, work),
    }
}

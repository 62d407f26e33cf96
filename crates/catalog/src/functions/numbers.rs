//! Functions of numbers.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{PgError, Result, SqlState};

use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "round" => |call| {
            decimal(
                call,
                |value, scale| value.fitting(1000, scale.into()).ok(),
                f64::round_ties_even,
            )
        },
        "trunc" => |call| decimal(call, cut, f64::trunc),
        "power" | "pow" => |call| two(call, f64::powf),
        "sqrt" => |call| one(call, f64::sqrt),
        "cbrt" => |call| one(call, f64::cbrt),
        "exp" => |call| one(call, f64::exp),
        "ln" => |call| logarithm(call, f64::ln),
        "log" | "log10" => |call| logarithm(call, f64::log10),
        "pi" => |_| Ok(Datum::Float(std::f64::consts::PI)),
        "gcd" => |call| {
            let pair = super::math::whole(call, 0).zip(super::math::whole(call, 1));
            Ok(pair.map_or(Datum::Null, |(mut one, mut two)| {
                while two != 0 {
                    (one, two) = (two, one.wrapping_rem(two));
                }
                Datum::Int(one.wrapping_abs())
            }))
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
            let number = value.to_numeric().and_then(|number| exact(&number, scale));
            Ok(number.map_or(Datum::Null, |number| Datum::Numeric(Arc::new(number))))
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

/// A float, or the number that a `numeric` argument's is near to.
fn shown(call: &Call<'_>, value: f64) -> Datum {
    match call.result {
        trunkline_core::Oid::NUMERIC => Datum::Numeric(Arc::new(Numeric::from_f64(value))),
        _ => Datum::Float(value),
    }
}

fn one(call: &Call<'_>, work: fn(f64) -> f64) -> Result<Datum> {
    let value = call.arguments.first().and_then(Datum::as_float).map(work);
    Ok(value.map_or(Datum::Null, |value| shown(call, value)))
}

fn two(call: &Call<'_>, work: fn(f64, f64) -> f64) -> Result<Datum> {
    let pair = call.arguments.first().and_then(Datum::as_float);
    let pair = pair.zip(call.arguments.get(1).and_then(Datum::as_float));
    Ok(pair.map_or(Datum::Null, |(one, two)| shown(call, work(one, two))))
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

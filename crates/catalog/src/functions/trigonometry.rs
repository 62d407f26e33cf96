//! Sines and their kin.

use trunkline_core::{PgError, Result, SqlState};

use super::numbers::{one, two};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "sin" => |call| within(call, |angle| !angle.is_infinite(), f64::sin),
        "cos" => |call| within(call, |angle| !angle.is_infinite(), f64::cos),
        "tan" => |call| within(call, |angle| !angle.is_infinite(), f64::tan),
        "cot" => |call| within(call, |angle| !angle.is_infinite(), |angle| 1.0 / angle.tan()),
        "asin" => |call| within(call, |value| value.is_nan() || value.abs() <= 1.0, f64::asin),
        "acos" => |call| within(call, |value| value.is_nan() || value.abs() <= 1.0, f64::acos),
        "atan" => |call| one(call, f64::atan),
        "atan2" => |call| two(call, f64::atan2),
        "sinh" => |call| one(call, f64::sinh),
        "cosh" => |call| one(call, f64::cosh),
        "tanh" => |call| one(call, f64::tanh),
        "radians" => |call| one(call, |degrees| degrees * RADIANS_PER_DEGREE),
        "degrees" => degrees,
        _ => return None,
    })
}

/// As PostgreSQL has it.
const RADIANS_PER_DEGREE: f64 = 0.017_453_292_519_943_295;

/// What is worked out of a value that there is one for.
fn within(call: &Call<'_>, holds: fn(f64) -> bool, work: fn(f64) -> f64) -> Result<Datum> {
    match call.arguments.first().and_then(Datum::as_float) {
        Some(value) if !holds(value) => {
            let state = SqlState::NUMERIC_VALUE_OUT_OF_RANGE;
            Err(PgError::new(state, "input is out of range"))
        }
        _ => one(call, work),
    }
}

fn degrees(call: &Call<'_>) -> Result<Datum> {
    let told = one(call, |radians| radians / RADIANS_PER_DEGREE)?;
    let is_finite = call.arguments.first().and_then(Datum::as_float).is_some_and(f64::is_finite);
    match told {
        Datum::Float(value) if value.is_infinite() && is_finite => {
            let state = SqlState::NUMERIC_VALUE_OUT_OF_RANGE;
            Err(PgError::new(state, "value out of range: overflow"))
        }
        told => Ok(told),
    }
}

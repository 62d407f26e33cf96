//! What divides numbers, and the digits that they have.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::exact::{common_divisor, gcd, is_zero, made, number};
use super::math::{whole, within, zero};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    let is_exact = types.first() == Some(&Oid::NUMERIC);
    Some(match name {
        "lcm" if is_exact => multiple,
        "lcm" => |call| {
            let Some((one, two)) = whole(call, 0).zip(whole(call, 1)) else {
                return Ok(Datum::Null);
            };
            let divisor = common_divisor(one.into(), two.into());
            let product = i128::from(one).checked_div(divisor).unwrap_or(0) * i128::from(two);
            within(i64::try_from(product.abs()).ok(), call.result)
        },
        "div" => |call| parts(call, false),
        "mod" if is_exact => remainder,
        "scale" => |call| Ok(scale(call, |number| Some(number.scale().into()))),
        "min_scale" => {
            |call| Ok(scale(call, |number| trimmed(number).map(|number| number.scale().into())))
        }
        "trim_scale" => |call| match number(call, 0) {
            Some(own) if !own.is_finite() => made(Some(own), "number"),
            Some(own) => made(trimmed(&own), "number"),
            None => Ok(Datum::Null),
        },
        "factorial" => factorial,
        _ => return None,
    })
}

/// What is left of a division, with the sign of what was divided.
pub(super) fn remainder(call: &Call<'_>) -> Result<Datum> {
    parts(call, true)
}

/// The whole part of a quotient, or what is left.
fn parts(call: &Call<'_>, is_rest: bool) -> Result<Datum> {
    let Some((one, two)) = number(call, 0).zip(number(call, 1)) else { return Ok(Datum::Null) };
    if one.is_nan() || two.is_nan() {
        return made(Some(Numeric::NAN), "division");
    }
    if is_zero(&two) {
        return Err(zero());
    }
    let part = || {
        let scale = i16::try_from(one.scale().max(two.scale())).ok()?;
        let (left, right) = (one.to_i128(scale)?, two.to_i128(scale)?);
        Some(match is_rest {
            true => Numeric::from_i128(left.checked_rem(right)?, scale),
            false => Numeric::from_i128(left.checked_div(right)?, 0),
        })
    };
    made(part(), "division")
}

/// The least common multiple.
fn multiple(call: &Call<'_>) -> Result<Datum> {
    let Some((one, two)) = number(call, 0).zip(number(call, 1)) else { return Ok(Datum::Null) };
    let Datum::Numeric(divisor) = gcd(call)? else { return Ok(Datum::Null) };
    if divisor.is_nan() {
        return made(Some(Numeric::NAN), "multiple");
    }
    let multiple = || {
        let scale = i16::try_from(one.scale().max(two.scale())).ok()?;
        let (left, right) = (one.to_i128(scale)?, two.to_i128(scale)?);
        let product = match divisor.to_i128(scale)? {
            0 => 0,
            divisor => left.checked_div(divisor)?.checked_mul(right)?,
        };
        Some(Numeric::from_i128(product.checked_abs()?, scale))
    };
    made(multiple(), "multiple")
}

fn scale(call: &Call<'_>, of: fn(&Numeric) -> Option<i64>) -> Datum {
    let number = number(call, 0).filter(Numeric::is_finite);
    number.and_then(|number| of(&number)).map_or(Datum::Null, Datum::Int)
}

/// Without the zeros at its end.
fn trimmed(number: &Numeric) -> Option<Numeric> {
    let text = number.to_string();
    let kept = if text.contains('.') { text.trim_end_matches('0') } else { &text };
    Numeric::parse(kept.trim_end_matches('.')).ok()
}

fn factorial(call: &Call<'_>) -> Result<Datum> {
    let Some(of) = whole(call, 0) else { return Ok(Datum::Null) };
    let out_of_range = |message| Err(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
    match of {
        ..0 => out_of_range("factorial of a negative number is undefined"),
        // More digits than any numeric has.
        32_178.. => out_of_range("value overflows numeric format"),
        _ => {
            let product = (1..=i128::from(of)).try_fold(1_i128, i128::checked_mul);
            let product = product.map(|product| Numeric::from_i128(product, 0));
            match product {
                Some(product) => Ok(Datum::Numeric(Arc::new(product))),
                None => made(None, "factorial"),
            }
        }
    }
}

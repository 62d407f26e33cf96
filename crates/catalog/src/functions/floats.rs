//! Floats that stay within their type.

use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::Datum;

fn out_of_range(what: &str) -> PgError {
    let message = format!("value out of range: {what}");
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
}

/// A float of the type `oid` that was made of others: a `real` is rounded.
///
/// # Errors
///
/// 22003 if it is infinite, and none of the others is.
pub(crate) fn made(value: f64, of: &[f64], oid: Oid) -> Result<Datum> {
    let value = if oid == Oid::FLOAT4 { f64::from(value as f32) } else { value };
    if value.is_infinite() && of.iter().all(|one| one.is_finite()) {
        return Err(out_of_range("overflow"));
    }
    Ok(Datum::Float(value))
}

/// The same of a product, a quotient or a cast.
///
/// # Errors
///
/// 22003, too, if it is zero, and none of the others is.
pub(crate) fn scaled(value: f64, of: &[f64], oid: Oid) -> Result<Datum> {
    match made(value, of, oid)? {
        Datum::Float(0.0) if of.iter().all(|one| *one != 0.0) => Err(out_of_range("underflow")),
        value => Ok(value),
    }
}

/// `exp(x)`, which is zero for what lies below all others only.
pub(super) fn exp(value: f64) -> Result<Datum> {
    if value.is_infinite() {
        return Ok(Datum::Float(value.exp()));
    }
    scaled(value.exp(), &[1.0], Oid::FLOAT8)
}

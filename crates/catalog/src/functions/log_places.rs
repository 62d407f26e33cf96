//! Places in the log of what is written, `pg_lsn`.

use std::sync::Arc;

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::Datum;
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_wal_lsn_diff" => apart,
        "pg_lsn_pli" | "numeric_pl_pg_lsn" => |call| moved(call, true),
        "pg_lsn" => of_number,
        "pg_lsn_mii" => |call| moved(call, false),
        _ => return None,
    })
}

/// An operator of places.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_place = |oid: Oid| oid == Oid::PG_LSN;
    let sides = (is_place(operator.left), is_place(operator.right));
    Some(match (&*operator.name, sides) {
        ("-", (true, true)) => apart,
        ("-", (true, false)) => |call| moved(call, false),
        ("+", (true, false) | (false, true)) => |call| moved(call, true),
        _ => return None,
    })
}

/// The place that a number is nearest to.
fn of_number(call: &Call<'_>) -> Result<Datum> {
    let Some(Datum::Numeric(number)) = call.arguments.first() else { return Ok(Datum::Null) };
    if !number.is_finite() {
        let what = if number.is_nan() { "NaN" } else { "infinity" };
        let message = format!("cannot convert {what} to pg_lsn");
        return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
    }
    place_of(number.to_i128(0))
}

pub(super) fn lsn(value: &Datum) -> Option<u64> {
    match value.as_value()? {
        Value::Lsn(at) => Some(*at),
        _ => None,
    }
}

fn place_of(at: Option<i128>) -> Result<Datum> {
    at.and_then(|at| u64::try_from(at).ok())
        .map(|at| Datum::Other(Arc::new(Value::Lsn(at))))
        .ok_or_else(|| PgError::new(SqlState::INVALID_PARAMETER_VALUE, "pg_lsn out of range"))
}

/// A place so many bytes further on, or back: of half a byte it is the nearest place.
fn moved(call: &Call<'_>, is_further: bool) -> Result<Datum> {
    let at = call.arguments.iter().find_map(lsn);
    let bytes = call.arguments.iter().find_map(|value| match value {
        Datum::Numeric(bytes) => Some(bytes),
        _ => None,
    });
    let Some((at, bytes)) = at.zip(bytes) else { return Ok(Datum::Null) };
    if bytes.is_nan() {
        let what = if is_further { "add NaN to pg_lsn" } else { "subtract NaN from pg_lsn" };
        return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, format!("cannot {what}")));
    }
    if !bytes.is_finite() {
        let message = "cannot convert infinity to pg_lsn";
        return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
    }
    // Both have the places behind the point that the number has until all is added up.
    let scale = i16::try_from(bytes.scale()).unwrap_or(i16::MAX);
    let sum = Numeric::from_i128(at.into(), 0).to_i128(scale).zip(bytes.to_i128(scale));
    let sum = sum.and_then(|(at, bytes)| match is_further {
        true => at.checked_add(bytes),
        false => at.checked_sub(bytes),
    });
    place_of(sum.and_then(|sum| Numeric::from_i128(sum, scale).to_i128(0)))
}

/// How many bytes one is behind the other.
fn apart(call: &Call<'_>) -> Result<Datum> {
    let place = |place: usize| call.arguments.get(place).and_then(lsn).map(i128::from);
    let pair = place(0).zip(place(1));
    Ok(pair.map_or(Datum::Null, |(one, two)| {
        Datum::Numeric(Arc::new(Numeric::from_i128(one - two, 0)))
    }))
}

//! Intervals of their parts.

use std::sync::Arc;

use trunkline_core::types::{Interval, Value};
use trunkline_core::{PgError, Result, SqlState};

use super::math::whole;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "make_interval" => make_interval,
        _ => return None,
    })
}

/// `make_interval(years, months, weeks, days, hours, mins, secs)`, of which the last ones may be left out.
fn make_interval(call: &Call<'_>) -> Result<Datum> {
    let part = |place| whole(call, place).unwrap_or(0);
    let sum = |one: i64, factor: i64, other: i64| one.checked_mul(factor)?.checked_add(other);
    let seconds = call.arguments.get(6).and_then(Datum::as_float).unwrap_or(0.0);
    let made = || {
        let months = i32::try_from(sum(part(0), 12, part(1))?).ok()?;
        let days = i32::try_from(sum(part(2), 7, part(3))?).ok()?;
        let minutes = sum(part(4), 60, part(5))?;
        let micros = (seconds * 1e6).round_ties_even();
        let micros = trunkline_core::types::Numeric::from_f64(micros).to_i64().ok()?;
        let micros = sum(minutes, 60_000_000, micros)?;
        Some(Interval { months, days, micros })
    };
    match made() {
        Some(interval) => Ok(Datum::Other(Arc::new(Value::Interval(interval)))),
        None => Err(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range")),
    }
}

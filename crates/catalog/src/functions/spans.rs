//! Spans of time: whether two of them overlap, and what intervals come to.

use trunkline_core::types::{Interval, Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::times::{added, out_of_range};
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::{Call, Function};

const DAY: i64 = 86_400_000_000;

pub(super) fn function(name: &str) -> Option<Function> {
    (name == "overlaps").then_some(overlaps)
}

fn interval(value: &Datum) -> Option<Interval> {
    match value {
        Datum::Other(value) => match &**value {
            Value::Interval(own) => Some(*own),
            _ => None,
        },
        _ => None,
    }
}

fn datum(own: Interval) -> Datum {
    Datum::Other(std::sync::Arc::new(Value::Interval(own)))
}

/// `(start, end) OVERLAPS (start, end)`, of which an end may be an interval.
///
/// Source: PostgreSQL's `overlaps_timestamp`.
fn overlaps(call: &Call<'_>) -> Result<Datum> {
    let side = |place: usize| -> Result<Option<(Datum, Datum)>> {
        let start = call.arguments.get(place).cloned().unwrap_or_default();
        let end = call.arguments.get(place + 1).cloned().unwrap_or_default();
        let end = match (&start, interval(&end), call.types.get(place)) {
            (Datum::Int(at), Some(span), Some(&Oid::TIME)) => {
                Datum::Int(at.saturating_add(span.micros).rem_euclid(DAY))
            }
            (Datum::Int(at), Some(span), Some(oid)) => Datum::Int(added(call, *at, *oid, span, 1)?),
            (Datum::Null, Some(_), _) => Datum::Null,
            (_, Some(_), _) => return Err(unsupported(0, "OVERLAPS of such a time")),
            (_, None, _) => end,
        };
        Ok(match (start, end) {
            (Datum::Null, Datum::Null) => None,
            (Datum::Null, end) => Some((end, Datum::Null)),
            (start, end) if !end.is_null() && start.compare(&end).is_gt() => Some((end, start)),
            pair => Some(pair),
        })
    };
    let (Some((start, end)), Some((other_start, other_end))) = (side(0)?, side(2)?) else {
        return Ok(Datum::Null);
    };
    // The one that starts later, and the end of the other one.
    let (later, own_end, before) = match start.compare(&other_start) {
        std::cmp::Ordering::Equal => {
            let is_known = !end.is_null() && !other_end.is_null();
            return Ok(if is_known { Datum::Bool(true) } else { Datum::Null });
        }
        std::cmp::Ordering::Greater => (start, end, other_end),
        std::cmp::Ordering::Less => (other_start, other_end, end),
    };
    Ok(if before.is_null() {
        Datum::Null
    } else if later.compare(&before).is_lt() {
        Datum::Bool(true)
    } else if own_end.is_null() {
        Datum::Null
    } else {
        Datum::Bool(false)
    })
}

/// What two intervals come to, of which the first may be NULL.
pub(crate) fn sum(sum: &Datum, value: &Datum) -> Result<Datum> {
    let Some(value) = interval(value) else { return Ok(sum.clone()) };
    if value == Interval::INFINITY || value == Interval::NEG_INFINITY {
        return Err(unsupported(0, "an aggregate of infinite intervals"));
    }
    let Some(own) = interval(sum) else { return Ok(datum(value)) };
    let out_of_range = || PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range");
    Ok(datum(Interval {
        months: own.months.checked_add(value.months).ok_or_else(out_of_range)?,
        days: own.days.checked_add(value.days).ok_or_else(out_of_range)?,
        micros: own.micros.checked_add(value.micros).ok_or_else(out_of_range)?,
    }))
}

/// An interval, divided by how many it is of: what is left of months counts as days of 30, and of days as hours.
///
/// Source: PostgreSQL's `interval_div`.
pub(crate) fn average(sum: &Datum, count: i64) -> Result<Datum> {
    let (Some(own), Some(count)) = (interval(sum), Datum::Int(count).as_float()) else {
        return Ok(Datum::Null);
    };
    let whole = |value: f64| Numeric::from_f64(value).to_i64().map_err(|_| out_of_range());
    let small = |value: f64| i32::try_from(whole(value)?).map_err(|_| out_of_range());
    // As exact as a second's fraction is.
    let rounded = |value: f64| (value * 1e6).round_ties_even() / 1e6;
    let (months, days) = (f64::from(own.months) / count, f64::from(own.days) / count);
    let more_days = rounded((months - months.trunc()) * 30.0);
    let seconds = rounded((days - days.trunc() + more_days - more_days.trunc()) * 86_400.0);
    // What is left may come to a day.
    let (carried, seconds) = match seconds.abs() >= 86_400.0 {
        true => ((seconds / 86_400.0).trunc(), seconds % 86_400.0),
        false => (0.0, seconds),
    };
    let micros = Datum::Int(own.micros).as_float().unwrap_or(0.0) / count + seconds * 1e6;
    Ok(datum(Interval {
        months: small(months.trunc())?,
        days: small(days.trunc() + more_days.trunc() + carried)?,
        micros: whole(micros.round_ties_even())?,
    }))
}

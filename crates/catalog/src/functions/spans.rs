//! Spans of time: whether two of them overlap, and what intervals come to.

use trunkline_core::types::{Interval, Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::times::{self, added, out_of_range, small};
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::{Call, Function};

const DAY: i64 = 86_400_000_000;

pub(super) fn function(name: &str) -> Option<Function> {
    (name == "overlaps").then_some(overlaps)
}

pub(super) fn interval(value: &Datum) -> Option<Interval> {
    match value.as_value()? {
        Value::Interval(own) => Some(*own),
        _ => None,
    }
}

fn datum(own: Interval) -> Datum {
    Datum::Other(std::sync::Arc::new(Value::Interval(own)))
}

/// Whether an interval is endless, and if it is, whether it goes forward.
pub(super) fn endless(own: Interval) -> Option<bool> {
    match own {
        own if own == Interval::INFINITY => Some(true),
        own if own == Interval::NEG_INFINITY => Some(false),
        _ => None,
    }
}

pub(super) fn without_end(is_forward: bool) -> Interval {
    if is_forward { Interval::INFINITY } else { Interval::NEG_INFINITY }
}

pub(super) fn interval_out_of_range() -> PgError {
    PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range")
}

/// What two intervals come to.
pub(super) fn together(one: Interval, two: Interval) -> Result<Interval> {
    let sum = match (endless(one), endless(two)) {
        (Some(own), Some(other)) if own != other => None,
        (Some(_), _) => return Ok(one),
        (None, Some(_)) => return Ok(two),
        (None, None) => one
            .months
            .checked_add(two.months)
            .zip(one.days.checked_add(two.days))
            .zip(one.micros.checked_add(two.micros)),
    };
    let sum = sum.map(|((months, days), micros)| Interval { months, days, micros });
    sum.filter(|sum| endless(*sum).is_none()).ok_or_else(interval_out_of_range)
}

/// The interval back.
pub(super) fn negated(own: Interval) -> Result<Interval> {
    if let Some(is_forward) = endless(own) {
        return Ok(without_end(!is_forward));
    }
    let parts = own.months.checked_neg().zip(own.days.checked_neg()).zip(own.micros.checked_neg());
    let back = parts.map(|((months, days), micros)| Interval { months, days, micros });
    back.ok_or_else(interval_out_of_range)
}

/// What is between two points of which one is infinite.
pub(super) fn apart(one: i64, two: i64) -> Result<Option<Interval>> {
    let end = |at: i64| match at {
        i64::MIN => Some(false),
        i64::MAX => Some(true),
        _ => None,
    };
    match (end(one), end(two)) {
        (Some(own), Some(other)) if own == other => Err(interval_out_of_range()),
        (Some(is_forward), _) => Ok(Some(without_end(is_forward))),
        (None, Some(is_forward)) => Ok(Some(without_end(!is_forward))),
        (None, None) => Ok(None),
    }
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
                Datum::Int(on_the_clock(*at, span, false)?)
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

/// Two intervals, or one without the other.
pub(super) fn joined(call: &Call<'_>, is_without: bool) -> Result<Datum> {
    let Some((one, two)) = times::interval(call, 0).zip(times::interval(call, 1)) else {
        return Ok(Datum::Null);
    };
    let two = if is_without { negated(two)? } else { two };
    together(one, two).map(datum)
}

/// An interval some times over: what is left of months counts as days of 30, and of days as hours.
pub(super) fn times(call: &Call<'_>, span: usize, by: usize, divides: bool) -> Result<Datum> {
    let factor = call.arguments.get(by).and_then(Datum::as_float);
    let Some((own, factor)) = times::interval(call, span).zip(factor) else {
        return Ok(Datum::Null);
    };
    if divides && factor == 0.0 {
        return Err(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero"));
    }
    let is_none = match divides {
        true => endless(own).is_some() && factor.is_infinite(),
        false => endless(own).is_some() && factor == 0.0,
    };
    if is_none || factor.is_nan() {
        return Err(interval_out_of_range());
    }
    if let Some(is_forward) = endless(own) {
        return Ok(datum(without_end(is_forward == (factor > 0.0))));
    }
    let factor = if divides { 1.0 / factor } else { factor };
    let whole = |value: f64| Numeric::from_f64(value).to_i64().map_err(|_| out_of_range());
    let months = f64::from(own.months) * factor;
    let days = f64::from(own.days) * factor + (months - months.trunc()) * 30.0;
    let micros = Datum::Int(own.micros).as_float().unwrap_or(0.0) * factor;
    let micros = micros + (days - days.trunc()) * 86_400e6;
    Ok(datum(Interval {
        months: small(whole(months.trunc())?),
        days: small(whole(days.trunc())?),
        micros: whole(micros.round())?,
    }))
}

/// A time of a day and the hours of an interval, behind midnight again from the start.
pub(super) fn on_the_clock(time: i64, span: Interval, is_back: bool) -> Result<i64> {
    if endless(span).is_some() {
        let what =
            if is_back { "subtract infinite interval from" } else { "add infinite interval to" };
        let message = format!("cannot {what} time");
        return Err(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message));
    }
    let micros = span.micros % DAY;
    let at = if is_back { time.saturating_sub(micros) } else { time.saturating_add(micros) };
    Ok(at.rem_euclid(DAY))
}

/// What two intervals come to, of which the first may be NULL.
pub(crate) fn sum(sum: &Datum, value: &Datum) -> Result<Datum> {
    let Some(value) = interval(value) else { return Ok(sum.clone()) };
    let Some(own) = interval(sum) else { return Ok(datum(value)) };
    Ok(datum(together(own, value)?))
}

/// An interval, divided by how many it is of: what is left of months counts as days of 30, and of days as hours.
///
/// Source: PostgreSQL's `interval_div`.
pub(crate) fn average(sum: &Datum, count: i64) -> Result<Datum> {
    let (Some(own), Some(count)) = (interval(sum), Datum::Int(count).as_float()) else {
        return Ok(Datum::Null);
    };
    if endless(own).is_some() {
        return Ok(datum(own));
    }
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

//! Dates and times.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::datetime::{civil_from_days, days_from_civil, days_in_month};
use trunkline_core::types::{Interval, Value};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::number::number;
use super::surroundings::present;
use super::zoned::is_infinite;
use super::{Answer, Surroundings, oid, pure, raise, refused};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;
/// Seconds from 1970 to 2000.
pub(super) const EPOCH: i64 = 946_684_800;

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let clock = surroundings.clone();
    connection.create_scalar_function("pg_now", 0, flags, move |_| moment(clock.now()))?;
    connection.create_scalar_function("pg_clock", 0, flags, |_| moment(present()))?;
    pure(connection, "pg_date_add", 3, date_add)?;
    pure(connection, "pg_date_diff", 3, date_diff)?;
    pure(connection, "pg_time_diff", 3, time_diff)?;
    pure(connection, "pg_interval_add", 3, interval_add)?;
    pure(connection, "pg_interval_times", 2, interval_times)?;
    pure(connection, "pg_interval_div", 2, interval_div)?;
    pure(connection, "pg_to_timestamp", 1, to_timestamp)
}

/// A `timestamptz` as it is kept.
pub(super) fn moment(micros: i64) -> Answer {
    kept(Value::Timestamptz(micros), Oid::TIMESTAMPTZ)
}

pub(super) fn kept(value: Value, oid: Oid) -> Answer {
    storage::store(value, oid).map_err(refused)
}

/// Microseconds since 2000 as a value of the type.
pub(super) fn timed(micros: i64, oid: Oid) -> Answer {
    match oid {
        Oid::TIMESTAMPTZ => kept(Value::Timestamptz(micros), oid),
        _ => kept(Value::Timestamp(micros), Oid::TIMESTAMP),
    }
}

pub(super) fn out_of_range() -> rusqlite::Error {
    raise(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
}

/// A date, a time or a timestamp as microseconds.
pub(super) fn micros(value: ValueRef<'_>, oid: Oid) -> rusqlite::Result<Option<i64>> {
    Ok(match storage::load(value, oid).map_err(refused)? {
        Value::Timestamp(micros) | Value::Timestamptz(micros) | Value::Time(micros) => Some(micros),
        Value::Date(i32::MAX) => Some(i64::MAX),
        Value::Date(i32::MIN) => Some(i64::MIN),
        Value::Date(days) => i64::from(days).checked_mul(DAY),
        _ => None,
    })
}

pub(super) fn interval(value: ValueRef<'_>) -> rusqlite::Result<Option<Interval>> {
    Ok(match storage::load(value, Oid::INTERVAL).map_err(refused)? {
        Value::Interval(interval) => Some(interval),
        _ => None,
    })
}

fn date_add(context: &Context<'_>) -> Answer {
    let (date, days) = (micros(context.get_raw(0), Oid::DATE)?, context.get::<Option<i64>>(1)?);
    let (Some(date), Some(days)) = (date, days) else { return Ok(Stored::Null) };
    let sum = date.div_euclid(DAY).checked_add(days).and_then(|days| i32::try_from(days).ok());
    let sum = sum.ok_or_else(|| raise(SqlState::DATETIME_FIELD_OVERFLOW, "date out of range"))?;
    kept(Value::Date(sum), Oid::DATE)
}

fn date_diff(context: &Context<'_>) -> Answer {
    let (a, b) = (micros(context.get_raw(0), Oid::DATE)?, micros(context.get_raw(1), Oid::DATE)?);
    let (Some(a), Some(b)) = (a, b) else { return Ok(Stored::Null) };
    Ok(Stored::Integer(a.div_euclid(DAY) - b.div_euclid(DAY)))
}

/// Months first, then days, then the rest; the 31st becomes the last day of a shorter month.
pub(super) fn moved(at: i64, span: Interval) -> Option<i64> {
    if is_infinite(at) {
        return Some(at);
    }
    let (mut days, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    if span.months != 0 {
        let civil = civil_from_days(i32::try_from(days).ok()?);
        let months = i32::from(civil.month).checked_sub(1)?.checked_add(span.months)?;
        let year = civil.year.checked_add(months.div_euclid(12))?;
        let month = months.rem_euclid(12) + 1;
        let day = i32::from(civil.day).min(days_in_month(year, month));
        days = days_from_civil(year, month, day);
    }
    days = days.checked_add(i64::from(span.days))?;
    days.checked_mul(DAY)?.checked_add(time)?.checked_add(span.micros)
}

/// Days and the rest, as `timestamp - timestamp` gives.
fn time_diff(context: &Context<'_>) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(a), Some(b)) = (micros(context.get_raw(0), oid)?, micros(context.get_raw(1), oid)?)
    else {
        return Ok(Stored::Null);
    };
    let all = a.checked_sub(b).ok_or_else(out_of_range)?;
    let days = i32::try_from(all / DAY).map_err(|_| out_of_range())?;
    kept(Value::Interval(Interval { months: 0, days, micros: all % DAY }), Oid::INTERVAL)
}

fn interval_add(context: &Context<'_>) -> Answer {
    let (Some(a), Some(b)) = (interval(context.get_raw(0))?, interval(context.get_raw(1))?) else {
        return Ok(Stored::Null);
    };
    let sum = || {
        Some(Interval {
            months: a.months.checked_add(b.months)?,
            days: a.days.checked_add(b.days)?,
            micros: a.micros.checked_add(b.micros)?,
        })
    };
    let sum =
        sum().ok_or_else(|| raise(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range"))?;
    kept(Value::Interval(sum), Oid::INTERVAL)
}

fn interval_times(context: &Context<'_>) -> Answer {
    let (Some(span), Some(factor)) = (interval(context.get_raw(0))?, number(context.get_raw(1)))
    else {
        return Ok(Stored::Null);
    };
    kept(Value::Interval(each(span, |part| part * factor)?), Oid::INTERVAL)
}

fn interval_div(context: &Context<'_>) -> Answer {
    let (Some(span), Some(divisor)) = (interval(context.get_raw(0))?, number(context.get_raw(1)))
    else {
        return Ok(Stored::Null);
    };
    if divisor == 0.0 {
        return Err(raise(SqlState::DIVISION_BY_ZERO, "division by zero"));
    }
    kept(Value::Interval(divided(span, divisor)?), Oid::INTERVAL)
}

/// A part of an interval.
pub(super) fn divided(span: Interval, divisor: f64) -> rusqlite::Result<Interval> {
    each(span, |part| part / divisor)
}

/// An interval changed field by field: what is less than a month becomes days, of which it has thirty, and
/// what is less than a day microseconds.
fn each(span: Interval, change: impl Fn(f64) -> f64) -> rusqlite::Result<Interval> {
    // PostgreSQL's TSROUND, lest the error of a fraction shows.
    let rounded = |value: f64| (value * 1e6).round_ties_even() / 1e6;
    let (months, days) = (change(f64::from(span.months)), change(f64::from(span.days)));
    let of_months = rounded((months - months.trunc()) * 30.0);
    let fraction = days - days.trunc() + of_months - of_months.trunc();
    let seconds = rounded(fraction * 86_400.0);
    let more = (seconds / 86_400.0).trunc();
    let days = days.trunc() + of_months.trunc() + more;
    let micros = change(span.micros as f64) + (seconds - more * 86_400.0) * 1e6;
    let limit = f64::from(i32::MAX);
    if !(months.abs() < limit && days.abs() < limit && micros.abs() < 9e18) {
        return Err(raise(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range"));
    }
    Ok(Interval {
        months: months as i32,
        days: days as i32,
        micros: micros.round_ties_even() as i64,
    })
}

/// Of seconds since 1970.
fn to_timestamp(context: &Context<'_>) -> Answer {
    let Some(seconds) = number(context.get_raw(0)) else { return Ok(Stored::Null) };
    let micros = (seconds - EPOCH as f64) * SECOND as f64;
    if micros.is_nan() || micros.abs() >= 9e18 {
        return Err(out_of_range());
    }
    moment(micros.round() as i64)
}

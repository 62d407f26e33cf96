//! Dates and times.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::datetime::{civil_from_days, days_from_civil, days_in_month};
use trunkline_core::types::{Interval, TimeZone, Value};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::number::number;
use super::text::text;
use super::{Answer, Clock, present, pure, raise, refused};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;
/// Seconds from 1970 to 2000.
const EPOCH: i64 = 946_684_800;

pub(super) fn register(connection: &Connection, clock: &Clock) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let clock = clock.clone();
    connection.create_scalar_function("pg_now", 0, flags, move |_| moment(clock.now()))?;
    connection.create_scalar_function("pg_clock", 0, flags, |_| moment(present()))?;
    pure(connection, "pg_date_add", 3, date_add)?;
    pure(connection, "pg_date_diff", 3, date_diff)?;
    pure(connection, "pg_time_add", 3, time_add)?;
    pure(connection, "pg_time_diff", 3, time_diff)?;
    pure(connection, "pg_interval_add", 3, interval_add)?;
    pure(connection, "pg_interval_times", 2, interval_times)?;
    pure(connection, "pg_date_trunc", 3, date_trunc)?;
    pure(connection, "pg_date_part", 3, date_part)?;
    pure(connection, "pg_to_timestamp", 1, to_timestamp)?;
    pure(connection, "pg_timezone", 3, timezone)
}

/// A `timestamptz` as it is kept.
fn moment(micros: i64) -> Answer {
    kept(Value::Timestamptz(micros), Oid::TIMESTAMPTZ)
}

fn kept(value: Value, oid: Oid) -> Answer {
    storage::store(value, oid).map_err(|error| refused(&error))
}

/// Microseconds since 2000 as a value of the type.
fn timed(micros: i64, oid: Oid) -> Answer {
    match oid {
        Oid::TIMESTAMPTZ => kept(Value::Timestamptz(micros), oid),
        _ => kept(Value::Timestamp(micros), Oid::TIMESTAMP),
    }
}

fn out_of_range() -> rusqlite::Error {
    raise(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
}

/// A date, a time or a timestamp as microseconds.
pub(super) fn micros(value: ValueRef<'_>, oid: Oid) -> rusqlite::Result<Option<i64>> {
    Ok(match storage::load(value, oid).map_err(|error| refused(&error))? {
        Value::Timestamp(micros) | Value::Timestamptz(micros) | Value::Time(micros) => Some(micros),
        Value::Date(days) => i64::from(days).checked_mul(DAY),
        _ => None,
    })
}

pub(super) fn interval(value: ValueRef<'_>) -> rusqlite::Result<Option<Interval>> {
    Ok(match storage::load(value, Oid::INTERVAL).map_err(|error| refused(&error))? {
        Value::Interval(interval) => Some(interval),
        _ => None,
    })
}

fn third(context: &Context<'_>) -> rusqlite::Result<Oid> {
    Ok(Oid(context.get(2)?))
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
fn time_add(context: &Context<'_>) -> Answer {
    let oid = third(context)?;
    let (Some(at), Some(span)) = (micros(context.get_raw(0), oid)?, interval(context.get_raw(1))?)
    else {
        return Ok(Stored::Null);
    };
    let sum = added(at, span).ok_or_else(out_of_range)?;
    timed(sum, oid)
}

fn added(at: i64, span: Interval) -> Option<i64> {
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
    let oid = third(context)?;
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

/// What is less than a month becomes days of thirtieths, what is less than a day microseconds.
fn interval_times(context: &Context<'_>) -> Answer {
    let (Some(span), Some(factor)) = (interval(context.get_raw(0))?, number(context.get_raw(1)))
    else {
        return Ok(Stored::Null);
    };
    let months = f64::from(span.months) * factor;
    let days = f64::from(span.days) * factor + (months - months.trunc()) * 30.0;
    // The fraction of a month counts in millionths of a day, lest its error shows.
    let days = (days * 1e6).round() / 1e6;
    let rest = span.micros as f64 * factor + (days - days.trunc()) * DAY as f64;
    let limit = f64::from(i32::MAX);
    let fits = months.abs() < limit && days.abs() < limit && rest.abs() < 9e18;
    if !fits {
        return Err(raise(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range"));
    }
    let product =
        Interval { months: months as i32, days: days as i32, micros: rest.round() as i64 };
    kept(Value::Interval(product), Oid::INTERVAL)
}

fn unknown_unit(unit: &str, oid: Oid) -> rusqlite::Error {
    let name = super::super::types::Type::of(oid).name();
    raise(
        SqlState::INVALID_PARAMETER_VALUE,
        &format!("unit \"{unit}\" not recognized for type {name}"),
    )
}

fn date_trunc(context: &Context<'_>) -> Answer {
    let oid = third(context)?;
    let (Some(unit), false) = (text(context, 0)?, matches!(context.get_raw(1), ValueRef::Null))
    else {
        return Ok(Stored::Null);
    };
    if oid == Oid::INTERVAL {
        return Err(raise(
            SqlState::FEATURE_NOT_SUPPORTED,
            "date_trunc of an interval is not supported by the SQLite engine",
        ));
    }
    let Some(at) = micros(context.get_raw(1), oid)? else { return Ok(Stored::Null) };
    let unit = unit.to_lowercase();
    let (days, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let civil = civil_from_days(i32::try_from(days).map_err(|_| out_of_range())?);
    let (year, month) = (civil.year, i32::from(civil.month));
    let first_of = |year: i32, month: i32| days_from_civil(year, month, 1).saturating_mul(DAY);
    let cut = |unit: i64| days.saturating_mul(DAY).saturating_add(time - time.rem_euclid(unit));
    let start = match unit.trim_end_matches('s') {
        "microsecond" => at,
        "millisecond" => cut(1000),
        "second" => cut(SECOND),
        "minute" => cut(60 * SECOND),
        "hour" => cut(3600 * SECOND),
        "day" => days.saturating_mul(DAY),
        // 2000-01-01 was a Saturday.
        "week" => (days - (days + 5).rem_euclid(7)).saturating_mul(DAY),
        "month" => first_of(year, month),
        "quarter" => first_of(year, (month - 1) / 3 * 3 + 1),
        "year" => first_of(year, 1),
        "decade" => first_of(year.div_euclid(10) * 10, 1),
        "century" | "centurie" => first_of((year - 1).div_euclid(100) * 100 + 1, 1),
        "millennium" => first_of((year - 1).div_euclid(1000) * 1000 + 1, 1),
        _ => return Err(unknown_unit(&unit, oid)),
    };
    timed(start, oid)
}

fn date_part(context: &Context<'_>) -> Answer {
    let oid = third(context)?;
    let Some(unit) = text(context, 0)? else { return Ok(Stored::Null) };
    let unit = unit.to_lowercase();
    let fraction = |micros: i64, unit: i64| {
        if micros % unit == 0 {
            Stored::Integer(micros / unit)
        } else {
            Stored::Real(micros as f64 / unit as f64)
        }
    };
    let name = unit.trim_end_matches('s');
    if oid == Oid::INTERVAL {
        let Some(span) = interval(context.get_raw(1))? else { return Ok(Stored::Null) };
        return Ok(match name {
            "epoch" => {
                let days = i64::from(span.months / 12) * 1461 * DAY / 4
                    + i64::from(span.months % 12) * 30 * DAY
                    + i64::from(span.days) * DAY;
                fraction(days.saturating_add(span.micros), SECOND)
            }
            "year" => Stored::Integer((span.months / 12).into()),
            "month" => Stored::Integer((span.months % 12).into()),
            "day" => Stored::Integer(span.days.into()),
            "hour" => Stored::Integer(span.micros / (3600 * SECOND)),
            "minute" => Stored::Integer(span.micros / (60 * SECOND) % 60),
            "second" => fraction(span.micros % (60 * SECOND), SECOND),
            _ => return Err(unknown_unit(&unit, oid)),
        });
    }
    let Some(at) = micros(context.get_raw(1), oid)? else { return Ok(Stored::Null) };
    let (days, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let whole = i32::try_from(days).map_err(|_| out_of_range())?;
    let civil = civil_from_days(whole);
    let number = |value: i64| Ok(Stored::Integer(value));
    // ISO weeks belong to the year of their Thursday.
    let monday = days - (days + 5).rem_euclid(7);
    let thursday = civil_from_days(i32::try_from(monday + 3).unwrap_or(whole));
    match name {
        "year" => number(if civil.year > 0 { civil.year } else { civil.year - 1 }.into()),
        "month" => number(civil.month.into()),
        "day" => number(civil.day.into()),
        "hour" => number(time / (3600 * SECOND)),
        "minute" => number(time / (60 * SECOND) % 60),
        "second" => Ok(fraction(time % (60 * SECOND), SECOND)),
        "millisecond" => Ok(fraction(time % (60 * SECOND), 1000)),
        "microsecond" => number(time % (60 * SECOND)),
        "epoch" if oid == Oid::TIME => Ok(fraction(at, SECOND)),
        "epoch" => Ok(fraction(at.saturating_add(EPOCH * SECOND), SECOND)),
        "dow" => number((days + 6).rem_euclid(7)),
        "isodow" => number((days + 5).rem_euclid(7) + 1),
        "doy" => number(days - days_from_civil(civil.year, 1, 1) + 1),
        "quarter" => number(i64::from(civil.month - 1) / 3 + 1),
        "week" => number((monday + 3 - days_from_civil(thursday.year, 1, 1)) / 7 + 1),
        "isoyear" => number(thursday.year.into()),
        "decade" => number(civil.year.div_euclid(10).into()),
        "century" | "centurie" => number(((civil.year - 1).div_euclid(100) + 1).into()),
        "millennium" => number(((civil.year - 1).div_euclid(1000) + 1).into()),
        "timezone" | "timezone_hour" | "timezone_minute" if oid == Oid::TIMESTAMPTZ => number(0),
        _ => Err(unknown_unit(&unit, oid)),
    }
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

/// `pg_timezone(zone, value, type)`
fn timezone(context: &Context<'_>) -> Answer {
    let oid = third(context)?;
    let (Some(name), Some(at)) = (text(context, 0)?, micros(context.get_raw(1), oid)?) else {
        return Ok(Stored::Null);
    };
    let zone = TimeZone::parse(&name).map_err(|_| {
        let message = format!("time zone \"{name}\" not recognized");
        raise(SqlState::INVALID_PARAMETER_VALUE, &message)
    })?;
    if oid == Oid::TIMESTAMPTZ {
        timed(at.saturating_add(i64::from(zone.east_at(at)) * SECOND), Oid::TIMESTAMP)
    } else {
        timed(at.saturating_sub(i64::from(zone.east_at_local(at)) * SECOND), Oid::TIMESTAMPTZ)
    }
}

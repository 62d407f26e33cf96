//! Dates, times and intervals that are made of others, or of numbers.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::datetime::{civil_from_days, days_from_civil, days_in_month};
use trunkline_core::types::{Interval, TextStyle, Value};
use trunkline_core::{Oid, SqlState};

use super::text::text;
use super::time::{DAY, SECOND, interval, kept, micros, out_of_range, timed};
use super::zoned::{is_infinite, local, moment_of, zone_of};
use super::{Answer, Surroundings, oid, pure, raise, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_age", 3, age)?;
    styled(connection, surroundings, "pg_make_timestamptz", -1, make_timestamptz)?;
    pure(connection, "pg_make_date", 3, make_date)?;
    pure(connection, "pg_make_time", 3, make_time)?;
    pure(connection, "pg_make_timestamp", 6, make_timestamp)?;
    pure(connection, "pg_make_interval", -1, make_interval)?;
    pure(connection, "pg_date_bin", 4, date_bin)?;
    pure(connection, "pg_is_finite", 2, is_finite)?;
    pure(connection, "pg_justify_hours", 1, |context| justified(context, true, false))?;
    pure(connection, "pg_justify_days", 1, |context| justified(context, false, true))?;
    pure(connection, "pg_justify_interval", 1, |context| justified(context, true, true))
}

fn overflow(message: &str) -> rusqlite::Error {
    raise(SqlState::DATETIME_FIELD_OVERFLOW, message)
}

/// `pg_age(later, earlier, type)`: years, months and days as one would count them.
fn age(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
    let (one, two) = (micros(context.get_raw(0), oid)?, micros(context.get_raw(1), oid)?);
    let (Some(one), Some(two)) = (one, two) else { return Ok(Stored::Null) };
    if is_infinite(one) || is_infinite(two) {
        return Err(overflow("interval out of range"));
    }
    let shown = |at| if oid == Oid::TIMESTAMPTZ { local(at, &style.time_zone) } else { at };
    let is_negative = one < two;
    let (later, earlier) = if is_negative { (two, one) } else { (one, two) };
    let span = between(shown(later), shown(earlier)).ok_or_else(out_of_range)?;
    let sign = if is_negative { -1 } else { 1 };
    let span = Interval {
        months: span.months * sign,
        days: span.days * sign,
        micros: span.micros * i64::from(sign),
    };
    kept(Value::Interval(span), Oid::INTERVAL)
}

fn between(later: i64, earlier: i64) -> Option<Interval> {
    let civil = |at: i64| Some(civil_from_days(i32::try_from(at.div_euclid(DAY)).ok()?));
    let (one, two) = (civil(later)?, civil(earlier)?);
    let mut micros = later.rem_euclid(DAY) - earlier.rem_euclid(DAY);
    let mut days = i32::from(one.day) - i32::from(two.day);
    let mut months = one.year.checked_sub(two.year)?.checked_mul(12)?;
    months = months.checked_add(i32::from(one.month) - i32::from(two.month))?;
    if micros < 0 {
        (micros, days) = (micros + DAY, days - 1);
    }
    if days < 0 {
        days += days_in_month(two.year, two.month.into());
        months -= 1;
    }
    Some(Interval { months, days, micros })
}

/// The numbers of a date, and the days since 2000 that they mean; 22008 for no date.
fn date_of(context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
    let part = |place| context.get::<Option<i64>>(place);
    let (Some(year), Some(month), Some(day)) = (part(0)?, part(1)?, part(2)?) else {
        return Ok(None);
    };
    let days = || {
        // There is no year zero; what is before counts from 1 BC.
        let counted = match year {
            0 => return None,
            1.. => year,
            _ => year + 1,
        };
        let (year, month) = (i32::try_from(counted).ok()?, i32::try_from(month).ok()?);
        let day = i32::try_from(day).ok()?;
        let is_date = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (-4712..=5_874_897).contains(&year);
        is_date.then(|| days_from_civil(year, month, day))
    };
    let days = days().ok_or_else(|| {
        overflow(&format!("date field value out of range: {year}-{month:02}-{day:02}"))
    })?;
    Ok(Some(days))
}

/// Microseconds since midnight, of the numbers from a place on; 22008 for no time.
fn time_of(context: &Context<'_>, first: usize) -> rusqlite::Result<Option<i64>> {
    let part = |place| context.get::<Option<i64>>(place);
    let seconds = super::number::number(context.get_raw(first + 2));
    let (Some(hour), Some(minute), Some(seconds)) = (part(first)?, part(first + 1)?, seconds)
    else {
        return Ok(None);
    };
    let micros = (seconds * SECOND as f64).round();
    let is_time = (0..=24).contains(&hour)
        && (0..=59).contains(&minute)
        && (0.0..=(60 * SECOND) as f64).contains(&micros);
    let time = (hour.clamp(0, 24) * 60 + minute.clamp(0, 59)) * 60 * SECOND + micros as i64;
    if !is_time || time > DAY {
        let message = format!("time field value out of range: {hour}:{minute:02}:{seconds:02}");
        return Err(overflow(&message));
    }
    Ok(Some(time))
}

fn make_date(context: &Context<'_>) -> Answer {
    let Some(days) = date_of(context)? else { return Ok(Stored::Null) };
    kept(Value::Date(i32::try_from(days).map_err(|_| out_of_range())?), Oid::DATE)
}

fn make_time(context: &Context<'_>) -> Answer {
    let Some(time) = time_of(context, 0)? else { return Ok(Stored::Null) };
    kept(Value::Time(time), Oid::TIME)
}

fn timestamp_of(context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
    let (Some(days), Some(time)) = (date_of(context)?, time_of(context, 3)?) else {
        return Ok(None);
    };
    Ok(Some(days.checked_mul(DAY).and_then(|day| day.checked_add(time)).ok_or_else(out_of_range)?))
}

fn make_timestamp(context: &Context<'_>) -> Answer {
    let Some(at) = timestamp_of(context)? else { return Ok(Stored::Null) };
    timed(at, Oid::TIMESTAMP)
}

/// By the clocks of the session's zone, or of one that is named.
fn make_timestamptz(context: &Context<'_>, style: &TextStyle) -> Answer {
    let Some(at) = timestamp_of(context)? else { return Ok(Stored::Null) };
    if context.len() < 7 {
        return timed(moment_of(at, &style.time_zone), Oid::TIMESTAMPTZ);
    }
    let Some(name) = text(context, 6)? else { return Ok(Stored::Null) };
    timed(moment_of(at, &zone_of(&name)?), Oid::TIMESTAMPTZ)
}

/// Years, months, weeks, days, hours, minutes and seconds, as many as are given.
fn make_interval(context: &Context<'_>) -> Answer {
    let mut parts = [0_i64; 6];
    for (place, part) in parts.iter_mut().enumerate().take(context.len()) {
        match context.get::<Option<i64>>(place)? {
            Some(number) => *part = number,
            None => return Ok(Stored::Null),
        }
    }
    let seconds = match context.len() {
        7.. => super::number::number(context.get_raw(6)),
        _ => Some(0.0),
    };
    let Some(seconds) = seconds else { return Ok(Stored::Null) };
    let [years, months, weeks, days, hours, minutes] = parts;
    let micros = (seconds * SECOND as f64).round();
    let made = || {
        let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
        let whole = minutes.checked_mul(60 * SECOND)?;
        Some(Interval {
            months: i32::try_from(years.checked_mul(12)?.checked_add(months)?).ok()?,
            days: i32::try_from(weeks.checked_mul(7)?.checked_add(days)?).ok()?,
            micros: whole.checked_add((micros.abs() < 9e18).then_some(micros as i64)?)?,
        })
    };
    kept(Value::Interval(made().ok_or_else(|| overflow("interval out of range"))?), Oid::INTERVAL)
}

/// `pg_date_bin(stride, source, origin, type)`
fn date_bin(context: &Context<'_>) -> Answer {
    let oid = oid(context, 3)?;
    let stride = interval(context.get_raw(0))?;
    let (source, origin) = (micros(context.get_raw(1), oid)?, micros(context.get_raw(2), oid)?);
    let (Some(stride), Some(source), Some(origin)) = (stride, source, origin) else {
        return Ok(Stored::Null);
    };
    if is_infinite(source) {
        return timed(source, oid);
    }
    if is_infinite(origin) {
        return Err(overflow("origin out of range"));
    }
    if stride.months != 0 {
        let message = "timestamps cannot be binned into intervals containing months or years";
        return Err(raise(SqlState::FEATURE_NOT_SUPPORTED, message));
    }
    let width = i64::from(stride.days).checked_mul(DAY).and_then(|d| d.checked_add(stride.micros));
    let width = width.ok_or_else(|| overflow("interval out of range"))?;
    if width <= 0 {
        return Err(overflow("stride must be greater than zero"));
    }
    let past = source.checked_sub(origin).ok_or_else(out_of_range)?;
    timed(source.saturating_sub(past.rem_euclid(width)), oid)
}

/// `pg_is_finite(value, type)`
fn is_finite(context: &Context<'_>) -> Answer {
    let oid = oid(context, 1)?;
    Ok(match micros(context.get_raw(0), oid)? {
        Some(at) => Stored::Integer((!is_infinite(at)).into()),
        None => Stored::Null,
    })
}

/// Hours of days become these, and days of thirty a month; the signs are made the same.
fn justified(context: &Context<'_>, hours: bool, days: bool) -> Answer {
    let Some(Interval { mut months, days: day, mut micros }) = interval(context.get_raw(0))? else {
        return Ok(Stored::Null);
    };
    let mut day = i64::from(day);
    let out_of_range = || overflow("interval out of range");
    if hours {
        day += micros / DAY;
        micros %= DAY;
    }
    if days {
        months = i32::try_from(day / 30)
            .ok()
            .and_then(|more| months.checked_add(more))
            .ok_or_else(out_of_range)?;
        day %= 30;
        let rest = if hours { micros } else { 0 };
        if months > 0 && (day < 0 || (day == 0 && rest < 0)) {
            (day, months) = (day + 30, months - 1);
        } else if months < 0 && (day > 0 || (day == 0 && rest > 0)) {
            (day, months) = (day - 30, months + 1);
        }
    }
    if hours && day > 0 && micros < 0 {
        (micros, day) = (micros + DAY, day - 1);
    } else if hours && day < 0 && micros > 0 {
        (micros, day) = (micros - DAY, day + 1);
    }
    let days = i32::try_from(day).map_err(|_| out_of_range())?;
    kept(Value::Interval(Interval { months, days, micros }), Oid::INTERVAL)
}

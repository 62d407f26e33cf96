//! Fields of dates and times: `date_trunc` and `extract`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::TextStyle;
use trunkline_core::types::datetime::{civil_from_days, days_from_civil};
use trunkline_core::{Oid, SqlState};

use super::text::text;
use super::time::{DAY, EPOCH, SECOND, interval, micros, out_of_range, timed};
use super::zoned::{is_infinite, local, moment_of, zone_of};
use super::{Answer, Surroundings, oid, raise, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_date_trunc", -1, date_trunc)?;
    styled(connection, surroundings, "pg_date_part", 3, date_part)
}

/// From the beginning of the Julian days to 2000.
const JULIAN: i64 = 2_451_545;

fn unknown_unit(unit: &str, oid: Oid) -> rusqlite::Error {
    let name = super::super::types::Type::of(oid).name();
    raise(
        SqlState::INVALID_PARAMETER_VALUE,
        &format!("unit \"{unit}\" not recognized for type {name}"),
    )
}

/// `pg_date_trunc(unit, value, type [, zone])`
fn date_trunc(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
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
    let Some(moment) = micros(context.get_raw(1), oid)? else { return Ok(Stored::Null) };
    let named = match context.len() {
        4.. => {
            let Some(name) = text(context, 3)? else { return Ok(Stored::Null) };
            Some(zone_of(&name)?)
        }
        _ => None,
    };
    let zone = named.as_ref().unwrap_or(&style.time_zone);
    let unit = unit.to_lowercase();
    let is_zoned = oid == Oid::TIMESTAMPTZ;
    let at = if is_zoned { local(moment, zone) } else { moment };
    let start = start_of(&unit, at)?.ok_or_else(|| unknown_unit(&unit, oid))?;
    let start = match is_zoned {
        _ if is_infinite(moment) => moment,
        // Within a day the clocks go on as they went, even where they show the same hour twice.
        true if !is_date(&unit) => moment.saturating_sub(at.saturating_sub(start)),
        true => moment_of(start, zone),
        false => start,
    };
    timed(start, oid)
}

/// Whether a unit is a day or longer.
fn is_date(unit: &str) -> bool {
    !unit.contains("second") && !unit.contains("minute") && !unit.contains("hour")
}

/// Where the unit began in which a time lies; `None` if there is no such unit.
fn start_of(unit: &str, at: i64) -> rusqlite::Result<Option<i64>> {
    if is_infinite(at) {
        return Ok(Some(at));
    }
    let (days, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let civil = civil_from_days(i32::try_from(days).map_err(|_| out_of_range())?);
    let (year, month) = (civil.year, i32::from(civil.month));
    let first_of = |year: i32, month: i32| days_from_civil(year, month, 1).saturating_mul(DAY);
    let cut = |unit: i64| days.saturating_mul(DAY).saturating_add(time - time.rem_euclid(unit));
    Ok(Some(match unit.trim_end_matches('s') {
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
        _ => return Ok(None),
    }))
}

/// `pg_date_part(unit, value, type)`
fn date_part(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
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
    let Some(moment) = micros(context.get_raw(1), oid)? else { return Ok(Stored::Null) };
    if is_infinite(moment) {
        let grows = matches!(
            name,
            "year"
                | "decade"
                | "century"
                | "centurie"
                | "millennium"
                | "julian"
                | "isoyear"
                | "epoch"
        );
        let sign = if moment < 0 { -1.0 } else { 1.0 };
        return Ok(if grows { Stored::Real(f64::INFINITY * sign) } else { Stored::Null });
    }
    let is_zoned = oid == Oid::TIMESTAMPTZ;
    let at = if is_zoned { local(moment, &style.time_zone) } else { moment };
    let east = at.saturating_sub(moment) / SECOND;
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
        "epoch" => Ok(fraction(moment.saturating_add(EPOCH * SECOND), SECOND)),
        "julian" => Ok(fraction(at.saturating_add(JULIAN * DAY), DAY)),
        "dow" => number((days + 6).rem_euclid(7)),
        "isodow" => number((days + 5).rem_euclid(7) + 1),
        "doy" => number(days - days_from_civil(civil.year, 1, 1) + 1),
        "quarter" => number(i64::from(civil.month - 1) / 3 + 1),
        "week" => number((monday + 3 - days_from_civil(thursday.year, 1, 1)) / 7 + 1),
        "isoyear" => number(thursday.year.into()),
        "decade" => number(civil.year.div_euclid(10).into()),
        "century" | "centurie" => number(((civil.year - 1).div_euclid(100) + 1).into()),
        "millennium" => number(((civil.year - 1).div_euclid(1000) + 1).into()),
        "timezone" if is_zoned => number(east),
        "timezone_hour" if is_zoned => number(east / 3600),
        "timezone_minute" if is_zoned => number(east % 3600 / 60),
        "timezone" | "timezone_hour" | "timezone_minute" => {
            let name = super::super::types::Type::of(oid).name();
            let message = format!("unit \"{unit}\" not supported for type {name}");
            Err(raise(SqlState::FEATURE_NOT_SUPPORTED, &message))
        }
        _ => Err(unknown_unit(&unit, oid)),
    }
}

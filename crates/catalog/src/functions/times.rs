//! Dates, times and intervals.

use std::sync::Arc;

use trunkline_core::types::datetime::{civil_from_days, days_from_civil, days_in_month};
use trunkline_core::types::{Interval, Numeric, TimeZone, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::session::now;
use super::spans;
use super::strings::text;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;

/// The days that a date may be: 4714-11-24 BC to 5874897-12-31.
pub(super) const DATES: std::ops::Range<i64> = -2_451_545..2_145_031_949;
/// The dates that lie before and behind all others.
const ENDS: [i64; 2] = [i32::MIN as i64, i32::MAX as i64];

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "clock_timestamp" => |_| Ok(Datum::Int(now())),
        "statement_timestamp" | "transaction_timestamp" => {
            |call| Ok(Datum::Int(call.run.world.began))
        }
        "date_part" | "extract" => part,
        "date_trunc" => truncated,
        "age" if types.first() != Some(&Oid::XID) => age,
        // Of transactions nothing is known here.
        "age" | "mxid_age" => |_| Ok(Datum::Int(0)),
        "isfinite" => is_finite,
        "timestamp" if types == [Oid::DATE, Oid::TIME] => |call| at_time(call, 0, 1),
        "timestamptz" if types == [Oid::DATE, Oid::TIME] => |call| {
            let at = at_time(call, 0, 1)?;
            call.run.cast(at, Oid::TIMESTAMP, Oid::TIMESTAMPTZ, -1, true)
        },
        "to_timestamp" if types.len() == 1 => |call| {
            let seconds = call.arguments.first().and_then(Datum::as_float).unwrap_or(0.0);
            let micros = Numeric::from_f64((seconds * 1e6).round()).to_i64();
            let micros = micros.map_err(|_| out_of_range())?;
            Ok(Datum::Int(micros.saturating_sub(946_684_800 * SECOND)))
        },
        "justify_hours" => |call| justified(call, true, false),
        "justify_days" => |call| justified(call, false, true),
        "justify_interval" => |call| justified(call, true, true),
        "timezone" if types.len() == 2 => zoned,
        "to_char" => super::to_char::to_char,
        _ => return None,
    })
}

fn is_finite(call: &Call<'_>) -> Result<Datum> {
    const FIRST: i64 = i32::MIN as i64;
    const LAST: i64 = i32::MAX as i64;
    Ok(Datum::Bool(match (interval(call, 0), call.arguments.first()) {
        (Some(own), _) => own != Interval::INFINITY && own != Interval::NEG_INFINITY,
        (_, Some(Datum::Int(FIRST | LAST))) => type_of(call, 0) != Oid::DATE,
        (_, Some(Datum::Int(at))) => *at != i64::MIN && *at != i64::MAX,
        _ => return Ok(Datum::Null),
    }))
}

pub(super) fn out_of_range() -> PgError {
    PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
}

pub(super) fn small(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

fn of(interval: Interval) -> Datum {
    Datum::Other(Arc::new(Value::Interval(interval)))
}

pub(super) fn interval(call: &Call<'_>, place: usize) -> Option<Interval> {
    call.arguments.get(place).and_then(spans::interval)
}

/// 24 hours as a day, 30 days as a month, and both with the sign of the larger one.
fn justified(call: &Call<'_>, hours: bool, days: bool) -> Result<Datum> {
    let Some(mut own) = interval(call, 0) else { return Ok(Datum::Null) };
    if spans::endless(own).is_some() {
        return Ok(of(own));
    }
    if hours {
        own.days = own.days.saturating_add(small(own.micros / DAY));
        own.micros %= DAY;
    }
    if days {
        own.months = own.months.saturating_add(own.days / 30);
        own.days %= 30;
        // What is less than a day counts only where it is justified, too.
        let rest = if hours { own.micros.signum() } else { 0 };
        let below = if own.days == 0 { rest } else { i64::from(own.days.signum()) };
        match (own.months.signum(), below) {
            (1, -1) => (own.months, own.days) = (own.months - 1, own.days + 30),
            (-1, 1) => (own.months, own.days) = (own.months + 1, own.days - 30),
            _ => {}
        }
    }
    if hours {
        match (own.days.signum(), own.micros.signum()) {
            (1, -1) => (own.days, own.micros) = (own.days - 1, own.micros + DAY),
            (-1, 1) => (own.days, own.micros) = (own.days + 1, own.micros - DAY),
            _ => {}
        }
    }
    Ok(of(own))
}

fn type_of(call: &Call<'_>, place: usize) -> Oid {
    call.types.get(place).copied().unwrap_or(Oid::TIMESTAMPTZ)
}

/// A date or a point in time as microseconds of the session's clocks.
pub(super) fn local(call: &Call<'_>, place: usize) -> Option<i64> {
    let value = call.arguments.get(place)?.as_int()?;
    match type_of(call, place) {
        Oid::DATE => value.checked_mul(DAY),
        Oid::TIMESTAMPTZ => value.checked_add(east(call, value)),
        _ => Some(value),
    }
}

/// What the clocks of the session are ahead of those of UTC.
pub(super) fn east(call: &Call<'_>, micros: i64) -> i64 {
    i64::from(call.run.world.style.time_zone.east_at(micros)).saturating_mul(SECOND)
}

/// A time of the session's clocks as a value of the type `oid`.
pub(super) fn back(call: &Call<'_>, local: i64, oid: Oid) -> i64 {
    if oid != Oid::TIMESTAMPTZ {
        return local;
    }
    let east = call.run.world.style.time_zone.east_at_local(local);
    local.saturating_sub(i64::from(east).saturating_mul(SECOND))
}

/// An operator with a date, a time or an interval on one side.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_point = |oid: Oid| matches!(oid, Oid::TIMESTAMP | Oid::TIMESTAMPTZ);
    let (left, right) = (operator.left, operator.right);
    Some(match (&*operator.name, left, right) {
        ("-", left, right) if is_point(left) && is_point(right) => |call| {
            let pair = call.arguments.first().and_then(Datum::as_int);
            let pair = pair.zip(call.arguments.get(1).and_then(Datum::as_int));
            let Some((one, two)) = pair else { return Ok(Datum::Null) };
            if let Some(endless) = spans::apart(one, two)? {
                return Ok(of(endless));
            }
            let span = one.checked_sub(two).ok_or_else(spans::interval_out_of_range)?;
            Ok(of(Interval { months: 0, days: small(span / DAY), micros: span % DAY }))
        },
        ("+", left, Oid::INTERVAL) if is_point(left) || left == Oid::DATE => {
            |call| shifted(call, 0, 1, 1)
        }
        ("-", left, Oid::INTERVAL) if is_point(left) || left == Oid::DATE => {
            |call| shifted(call, 0, 1, -1)
        }
        ("+", Oid::INTERVAL, right) if is_point(right) || right == Oid::DATE => {
            |call| shifted(call, 1, 0, 1)
        }
        ("-", Oid::DATE, Oid::DATE) => |call| {
            let day = |place: usize| call.arguments.get(place).and_then(Datum::as_int);
            let Some((one, two)) = day(0).zip(day(1)) else { return Ok(Datum::Null) };
            if ENDS.contains(&one) || ENDS.contains(&two) {
                let message = "cannot subtract infinite dates";
                return Err(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message));
            }
            Ok(Datum::Int(one - two))
        },
        ("-", Oid::DATE, Oid::INT4) => |call| days(call, i64::checked_sub),
        ("+", Oid::DATE, Oid::INT4) | ("+", Oid::INT4, Oid::DATE) => {
            |call| days(call, i64::checked_add)
        }
        ("+", Oid::DATE, Oid::TIME) => |call| at_time(call, 0, 1),
        ("+", Oid::TIME, Oid::DATE) => |call| at_time(call, 1, 0),
        ("+", Oid::INTERVAL, Oid::INTERVAL) => |call| spans::joined(call, false),
        ("-", Oid::INTERVAL, Oid::INTERVAL) => |call| spans::joined(call, true),
        ("-", Oid(0), Oid::INTERVAL) => |call| match interval(call, 0) {
            Some(own) => spans::negated(own).map(of),
            None => Ok(Datum::Null),
        },
        ("+", Oid::TIME, Oid::INTERVAL) => |call| clock(call, 0, 1, false),
        ("+", Oid::INTERVAL, Oid::TIME) => |call| clock(call, 1, 0, false),
        ("-", Oid::TIME, Oid::INTERVAL) => |call| clock(call, 0, 1, true),
        ("*", Oid::INTERVAL, Oid::FLOAT8) => |call| spans::times(call, 0, 1, false),
        ("*", Oid::FLOAT8, Oid::INTERVAL) => |call| spans::times(call, 1, 0, false),
        ("/", Oid::INTERVAL, Oid::FLOAT8) => |call| spans::times(call, 0, 1, true),
        _ => return None,
    })
}

fn days(call: &Call<'_>, combine: fn(i64, i64) -> Option<i64>) -> Result<Datum> {
    let pair = call.arguments.first().and_then(Datum::as_int);
    let pair = pair.zip(call.arguments.get(1).and_then(Datum::as_int));
    let Some((one, two)) = pair else { return Ok(Datum::Null) };
    let dates = [(one, type_of(call, 0)), (two, type_of(call, 1))];
    if let Some((end, _)) =
        dates.into_iter().find(|(day, oid)| *oid == Oid::DATE && ENDS.contains(day))
    {
        return Ok(Datum::Int(end));
    }
    let day = combine(one, two).filter(|day| DATES.contains(day));
    let message = "date out of range";
    day.map(Datum::Int).ok_or_else(|| PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message))
}

/// A time of a day.
fn at_time(call: &Call<'_>, date: usize, time: usize) -> Result<Datum> {
    let int = |place: usize| call.arguments.get(place).and_then(Datum::as_int);
    let Some((date, time)) = int(date).zip(int(time)) else { return Ok(Datum::Null) };
    let at = date.checked_mul(DAY).and_then(|midnight| midnight.checked_add(time));
    at.map(Datum::Int).ok_or_else(out_of_range)
}

/// A time of a day, and an interval before or behind it.
fn clock(call: &Call<'_>, time: usize, span: usize, is_back: bool) -> Result<Datum> {
    let time = call.arguments.get(time).and_then(Datum::as_int);
    match time.zip(interval(call, span)) {
        Some((time, span)) => spans::on_the_clock(time, span, is_back).map(Datum::Int),
        None => Ok(Datum::Null),
    }
}

/// A point in time, and an interval before or behind it.
fn shifted(call: &Call<'_>, point: usize, span: usize, sign: i64) -> Result<Datum> {
    let at = call.arguments.get(point).and_then(Datum::as_int);
    let Some((at, span)) = at.zip(interval(call, span)) else { return Ok(Datum::Null) };
    added(call, at, type_of(call, point), span, sign).map(Datum::Int)
}

/// A value of the type `oid` and an interval: months first, then days, then the rest.
pub(super) fn added(call: &Call<'_>, at: i64, oid: Oid, span: Interval, sign: i64) -> Result<i64> {
    let end = match (oid, at) {
        (Oid::DATE, at) if ENDS.contains(&at) => Some(at > 0),
        (Oid::DATE, _) => None,
        (_, at) => [i64::MIN, i64::MAX].contains(&at).then_some(at > 0),
    };
    match (end, spans::endless(span).map(|is_forward| is_forward == (sign > 0))) {
        (Some(own), Some(other)) if own != other => return Err(out_of_range()),
        (Some(is_last), _) | (None, Some(is_last)) => {
            return Ok(if is_last { i64::MAX } else { i64::MIN });
        }
        (None, None) => {}
    }
    let at = match oid {
        Oid::DATE => at.checked_mul(DAY).ok_or_else(out_of_range)?,
        Oid::TIMESTAMPTZ => at.saturating_add(east(call, at)),
        _ => at,
    };
    let (mut day, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    if span.months != 0 {
        let civil = civil_from_days(small(day));
        let months =
            i64::from(civil.year) * 12 + i64::from(civil.month) - 1 + i64::from(span.months) * sign;
        let (year, month) = (small(months.div_euclid(12)), small(months.rem_euclid(12)) + 1);
        let last = days_in_month(year, month);
        day = days_from_civil(year, month, i32::from(civil.day).min(last));
    }
    day = day.saturating_add(i64::from(span.days) * sign);
    let local =
        day.checked_mul(DAY).and_then(|day| day.checked_add(time)).ok_or_else(out_of_range)?;
    let at = back(call, local, oid).checked_add(span.micros.saturating_mul(sign));
    at.ok_or_else(out_of_range)
}

/// The calendar's fields of a time of the clocks.
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// Days since 2000-01-01.
    pub(super) days: i64,
    /// Microseconds of the day.
    pub(super) time: i64,
}

pub(super) fn parts(local: i64) -> Parts {
    let days = local.div_euclid(DAY);
    let civil = civil_from_days(small(days));
    let (year, month, day) = (civil.year.into(), civil.month.into(), civil.day.into());
    Parts { year, month, day, days, time: local.rem_euclid(DAY) }
}

impl Parts {
    /// 0 is Sunday.
    pub(super) fn weekday(&self) -> i64 {
        (self.days + 6).rem_euclid(7)
    }

    pub(super) fn day_of_year(&self) -> i64 {
        self.days - days_from_civil(small(self.year), 1, 1) + 1
    }

    /// The year and the week as ISO 8601 counts them: a week is of the year of its Thursday.
    pub(super) fn iso_week(&self) -> (i64, i64) {
        let thursday = self.days - (self.weekday() + 6).rem_euclid(7) + 3;
        let year = i64::from(civil_from_days(small(thursday)).year);
        (year, (thursday - days_from_civil(small(year), 1, 1)) / 7 + 1)
    }
}

/// `extract(field from …)`, and `date_part`, which gives a float.
fn part(call: &Call<'_>) -> Result<Datum> {
    let Some(field) = text(call, 0).map(str::to_ascii_lowercase) else { return Ok(Datum::Null) };
    let shown = |micros: i64, scale: i16| match call.result {
        Oid::NUMERIC => Datum::Numeric(Arc::new(Numeric::from_i128(i128::from(micros), scale))),
        _ => {
            let number = Numeric::from_i128(i128::from(micros), scale);
            Datum::Float(number.to_f64())
        }
    };
    let unknown = || {
        let message = format!("unit \"{field}\" not recognized for this type");
        PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
    };
    let clock = |field: &str, time: i64| {
        Some(match field {
            "hour" | "hours" => shown(time / (3600 * SECOND), 0),
            "minute" | "minutes" => shown(time / (60 * SECOND) % 60, 0),
            "second" | "seconds" => shown(time % (60 * SECOND), 6),
            "millisecond" | "milliseconds" => shown(time % (60 * SECOND), 3),
            "microsecond" | "microseconds" => shown(time % (60 * SECOND), 0),
            _ => return None,
        })
    };
    if let Some(own) = interval(call, 1) {
        let months = i64::from(own.months);
        let days = i64::from(own.days);
        return Ok(match field.as_str() {
            "year" | "years" => shown(months / 12, 0),
            "month" | "months" => shown(months % 12, 0),
            "quarter" => shown(months % 12 / 3 + 1, 0),
            "day" | "days" => shown(days, 0),
            // A year has 365.25 days there, and a month 30.
            "epoch" => {
                let years = (months / 12).saturating_mul(31_557_600 * SECOND);
                let rest = (months % 12).saturating_mul(30 * DAY);
                let all = years.saturating_add(rest).saturating_add(days.saturating_mul(DAY));
                shown(all.saturating_add(own.micros), 6)
            }
            field => clock(field, own.micros).ok_or_else(unknown)?,
        });
    }
    let Some(at) = local(call, 1) else { return Ok(Datum::Null) };
    let own = parts(at);
    let value = call.arguments.get(1).and_then(Datum::as_int).unwrap_or(0);
    Ok(match field.as_str() {
        "year" | "years" => shown(if own.year > 0 { own.year } else { own.year - 1 }, 0),
        "month" | "months" => shown(own.month, 0),
        "day" | "days" => shown(own.day, 0),
        "quarter" => shown((own.month + 2) / 3, 0),
        "week" => shown(own.iso_week().1, 0),
        "isoyear" => shown(own.iso_week().0, 0),
        "dow" => shown(own.weekday(), 0),
        "isodow" => shown((own.weekday() + 6) % 7 + 1, 0),
        "doy" => shown(own.day_of_year(), 0),
        "decade" => shown(own.year.div_euclid(10), 0),
        "century" => shown((own.year + 99).div_euclid(100), 0),
        "millennium" => shown((own.year + 999).div_euclid(1000), 0),
        "epoch" => {
            let micros =
                if type_of(call, 1) == Oid::DATE { value.saturating_mul(DAY) } else { value };
            let since = if type_of(call, 1) == Oid::TIME { 0 } else { 946_684_800 * SECOND };
            let scale = if type_of(call, 1) == Oid::DATE { 0 } else { 6 };
            let epoch = micros.saturating_add(since);
            if scale == 0 { shown(epoch / SECOND, 0) } else { shown(epoch, 6) }
        }
        "timezone" => shown(east(call, value) / SECOND, 0),
        field => clock(field, own.time).ok_or_else(unknown)?,
    })
}

fn truncated(call: &Call<'_>) -> Result<Datum> {
    let Some(field) = text(call, 0).map(str::to_ascii_lowercase) else { return Ok(Datum::Null) };
    if call.arguments.len() != 2 || call.result == Oid::INTERVAL {
        return Err(unsupported(0, "this date_trunc()"));
    }
    let Some(at) = local(call, 1) else { return Ok(Datum::Null) };
    let own = parts(at);
    let civil = |year: i64, month: i64| days_from_civil(small(year), small(month), 1);
    let (days, unit) = match field.as_str() {
        "millennium" => (civil((own.year - 1).div_euclid(1000) * 1000 + 1, 1), DAY),
        "century" => (civil((own.year - 1).div_euclid(100) * 100 + 1, 1), DAY),
        "decade" => (civil(own.year.div_euclid(10) * 10, 1), DAY),
        "year" | "years" => (civil(own.year, 1), DAY),
        "quarter" => (civil(own.year, (own.month - 1) / 3 * 3 + 1), DAY),
        "month" | "months" => (civil(own.year, own.month), DAY),
        "week" | "weeks" => (own.days - (own.weekday() + 6).rem_euclid(7), DAY),
        "day" | "days" => (own.days, DAY),
        "hour" | "hours" => (own.days, 3600 * SECOND),
        "minute" | "minutes" => (own.days, 60 * SECOND),
        "second" | "seconds" => (own.days, SECOND),
        "milliseconds" => (own.days, 1000),
        "microseconds" => (own.days, 1),
        _ => {
            let message = format!("unit \"{field}\" not recognized for type timestamp");
            return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
        }
    };
    let local = days.saturating_mul(DAY).saturating_add(own.time - own.time % unit);
    let local = if unit == DAY { days.saturating_mul(DAY) } else { local };
    Ok(Datum::Int(back(call, local, call.result)))
}

/// The span between two points, as years, months and days of the calendar; with one, until today.
fn age(call: &Call<'_>) -> Result<Datum> {
    let pair = match call.arguments.len() {
        1 => {
            let now = call.run.world.began;
            let today = now.saturating_add(east(call, now)).div_euclid(DAY).saturating_mul(DAY);
            Some(today).zip(local(call, 0))
        }
        _ => local(call, 0).zip(local(call, 1)),
    };
    let Some((one, two)) = pair else { return Ok(Datum::Null) };
    let given = |place: usize| call.arguments.get(place).and_then(Datum::as_int).unwrap_or(0);
    let (first, second) =
        if call.arguments.len() == 1 { (0, given(0)) } else { (given(0), given(1)) };
    if let Some(endless) = spans::apart(first, second)? {
        return Ok(of(endless));
    }
    let (later, earlier, sign) = if one >= two { (one, two, 1) } else { (two, one, -1) };
    let (end, start) = (parts(later), parts(earlier));
    let mut months = (end.year - start.year) * 12 + end.month - start.month;
    let (mut days, mut time) = (end.day - start.day, end.time - start.time);
    if time < 0 {
        time += DAY;
        days -= 1;
    }
    if days < 0 {
        // The days of the earlier one's month are borrowed.
        days += i64::from(days_in_month(small(start.year), small(start.month)));
        months -= 1;
    }
    Ok(of(Interval { months: small(months * sign), days: small(days * sign), micros: time * sign }))
}

/// `point AT TIME ZONE zone`: of a `timestamptz` what the clocks there show, of a `timestamp` when they do.
fn zoned(call: &Call<'_>) -> Result<Datum> {
    let (Some(name), Some(value)) = (text(call, 0), call.arguments.get(1).and_then(Datum::as_int))
    else {
        return Err(unsupported(0, "this AT TIME ZONE"));
    };
    let zone = TimeZone::parse(name).map_err(|_| {
        let message = format!("time zone \"{name}\" not recognized");
        PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
    })?;
    Ok(Datum::Int(match type_of(call, 1) {
        Oid::TIMESTAMPTZ => value.saturating_add(i64::from(zone.east_at(value)) * SECOND),
        Oid::TIMESTAMP => value.saturating_sub(i64::from(zone.east_at_local(value)) * SECOND),
        _ => return Err(unsupported(0, "this AT TIME ZONE")),
    }))
}

//! Dates and times of their parts, and times put into bins.

use trunkline_core::types::datetime::{days_from_civil, days_in_month};
use trunkline_core::types::{Interval, Numeric, TimeZone};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::math::whole;
use super::strings::text;
use super::times::{DATES, DAY, back, interval};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "make_date" => |call| Ok(Datum::Int(date(call)?)),
        "make_time" => |call| Ok(Datum::Int(time(call, 0)?)),
        "make_timestamp" => |call| Ok(Datum::Int(local(call)?)),
        "make_timestamptz" if types.len() == 6 => {
            |call| Ok(Datum::Int(back(call, local(call)?, Oid::TIMESTAMPTZ)))
        }
        "make_timestamptz" => |call| {
            let zone = TimeZone::parse(text(call, 6).unwrap_or_default())?;
            let local = local(call)?;
            let east = i64::from(zone.east_at_local(local));
            Ok(Datum::Int(local.saturating_sub(east.saturating_mul(1_000_000))))
        },
        "date_bin" => binned,
        _ => return None,
    })
}

fn out_of_range(message: impl Into<String>) -> PgError {
    PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message.into())
}

/// The day of the first three arguments; the year before 1 is -1.
fn date(call: &Call<'_>) -> Result<i64> {
    let part = |place| whole(call, place).and_then(|part| i32::try_from(part).ok()).unwrap_or(0);
    let (said, month, day) = (part(0), part(1), part(2));
    let year = if said < 0 { said.saturating_add(1) } else { said };
    if said == 0 || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        let message = format!("date field value out of range: {said}-{month:02}-{day:02}");
        return Err(out_of_range(message));
    }
    let days = days_from_civil(year, month, day);
    if !DATES.contains(&days) {
        return Err(out_of_range(format!("date out of range: {said}-{month:02}-{day:02}")));
    }
    Ok(days)
}

/// The microseconds of a day of three arguments.
fn time(call: &Call<'_>, first: usize) -> Result<i64> {
    let part = |place| whole(call, place).unwrap_or(0);
    let (hours, minutes) = (part(first), part(first + 1));
    let seconds = call.arguments.get(first + 2).and_then(Datum::as_float).unwrap_or(0.0);
    let micros = Numeric::from_f64((seconds * 1e6).round_ties_even()).to_i64();
    let micros = micros.ok().filter(|micros| (0..=60_000_000).contains(micros));
    let sum = |micros: i64| Some((hours * 60 + minutes) * 60_000_000 + micros);
    let are_parts = (0..=24).contains(&hours) && (0..=59).contains(&minutes);
    let told = micros.filter(|_| are_parts).and_then(sum).filter(|told| *told <= DAY);
    told.ok_or_else(|| {
        let message = format!("time field value out of range: {hours}:{minutes:02}:{seconds:02}");
        out_of_range(message)
    })
}

/// The point in time of the first six arguments.
fn local(call: &Call<'_>) -> Result<i64> {
    let (date, time) = (date(call)?, time(call, 3)?);
    let local = date.checked_mul(DAY).and_then(|midnight| midnight.checked_add(time));
    local.ok_or_else(|| {
        let part = |place| whole(call, place).unwrap_or(0);
        out_of_range(format!("timestamp out of range: {}-{:02}-{:02}", part(0), part(1), part(2)))
    })
}

/// `date_bin(stride, source, origin)`: the beginning of the stride that a time is in.
fn binned(call: &Call<'_>) -> Result<Datum> {
    let point = |place: usize| call.arguments.get(place).and_then(Datum::as_int);
    let Some((stride, (source, origin))) = interval(call, 0).zip(point(1).zip(point(2))) else {
        return Ok(Datum::Null);
    };
    let is_finite = |at: i64| at != i64::MIN && at != i64::MAX;
    if !is_finite(source) {
        return Ok(Datum::Int(source));
    }
    if !is_finite(origin) {
        return Err(out_of_range("origin out of range"));
    }
    if stride == Interval::INFINITY || stride == Interval::NEG_INFINITY {
        return Err(out_of_range("timestamps cannot be binned into infinite intervals"));
    }
    if stride.months != 0 {
        let message = "timestamps cannot be binned into intervals containing months or years";
        return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
    }
    let whole = i64::from(stride.days).checked_mul(DAY);
    let whole = whole.and_then(|days| days.checked_add(stride.micros));
    let whole = whole.ok_or_else(|| out_of_range("interval out of range"))?;
    if whole <= 0 {
        return Err(out_of_range("stride must be greater than zero"));
    }
    let apart = source.checked_sub(origin).ok_or_else(|| out_of_range("interval out of range"))?;
    let begins = origin.checked_add(apart.saturating_sub(apart.rem_euclid(whole)));
    begins.map(Datum::Int).ok_or_else(|| out_of_range("timestamp out of range"))
}

//! Moments by the clocks of a zone.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::{Interval, TextStyle, TimeZone, Value, ValueError};
use trunkline_core::{Oid, SqlState};

use super::text::text;
use super::time::{DAY, SECOND, interval, micros, moved, out_of_range, timed};
use super::{Answer, Surroundings, oid, pure, raise, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_time_add", 3, time_add)?;
    pure(connection, "pg_timezone", 3, timezone)
}

/// What the clocks of a zone show at a moment; infinity stays.
pub(super) fn local(at: i64, zone: &TimeZone) -> i64 {
    if is_infinite(at) {
        return at;
    }
    at.saturating_add(i64::from(zone.east_at(at)) * SECOND)
}

/// The moment at which the clocks of a zone show this; infinity stays.
pub(super) fn moment_of(local: i64, zone: &TimeZone) -> i64 {
    if is_infinite(local) {
        return local;
    }
    local.saturating_sub(i64::from(zone.east_at_local(local)) * SECOND)
}

pub(super) fn is_infinite(at: i64) -> bool {
    at == i64::MAX || at == i64::MIN
}

/// A date or a timestamp as another type of these, or as a time; `None` of anything else.
pub(super) fn changed(
    value: &Value,
    to: Oid,
    zone: &TimeZone,
) -> Option<Result<Value, ValueError>> {
    let (at, is_moment) = match value {
        Value::Timestamptz(at) => (*at, true),
        Value::Timestamp(at) => (*at, false),
        Value::Date(i32::MAX) => (i64::MAX, false),
        Value::Date(i32::MIN) => (i64::MIN, false),
        Value::Date(days) => (i64::from(*days).saturating_mul(DAY), false),
        _ => return None,
    };
    let shown = || if is_moment { local(at, zone) } else { at };
    Some(Ok(match to {
        Oid::TIMESTAMPTZ if is_moment => Value::Timestamptz(at),
        Oid::TIMESTAMPTZ => Value::Timestamptz(moment_of(at, zone)),
        Oid::TIMESTAMP => Value::Timestamp(shown()),
        Oid::DATE => Value::Date(match shown() {
            i64::MAX => i32::MAX,
            i64::MIN => i32::MIN,
            shown => match i32::try_from(shown.div_euclid(DAY)) {
                Ok(days) => days,
                Err(_) => return Some(Err(date_out_of_range())),
            },
        }),
        Oid::TIME if is_infinite(at) => Value::Null,
        Oid::TIME => Value::Time(shown().rem_euclid(DAY)),
        _ => return None,
    }))
}

fn date_out_of_range() -> ValueError {
    ValueError::new(SqlState::DATETIME_FIELD_OVERFLOW, "date out of range")
}

/// `pg_time_add(time, interval, type)`: of a `timestamptz`, months and days by the clocks of the zone.
fn time_add(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(at), Some(span)) = (micros(context.get_raw(0), oid)?, interval(context.get_raw(1))?)
    else {
        return Ok(Stored::Null);
    };
    let sum = match oid {
        Oid::TIMESTAMPTZ => added(at, span, &style.time_zone),
        _ => moved(at, span),
    };
    timed(sum.ok_or_else(out_of_range)?, oid)
}

pub(super) fn added(at: i64, span: Interval, zone: &TimeZone) -> Option<i64> {
    if span.months == 0 && span.days == 0 {
        return moved(at, span);
    }
    let dated = moved(local(at, zone), Interval { micros: 0, ..span })?;
    moved(moment_of(dated, zone), Interval { months: 0, days: 0, ..span })
}

/// The zone of a name; 22023.
pub(super) fn zone_of(name: &str) -> rusqlite::Result<TimeZone> {
    TimeZone::parse(name).map_err(|_| {
        let message = format!("time zone \"{name}\" not recognized");
        raise(SqlState::INVALID_PARAMETER_VALUE, &message)
    })
}

/// `pg_timezone(zone, value, type)`
fn timezone(context: &Context<'_>) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(name), Some(at)) = (text(context, 0)?, micros(context.get_raw(1), oid)?) else {
        return Ok(Stored::Null);
    };
    let zone = zone_of(&name)?;
    match oid {
        Oid::TIMESTAMPTZ => timed(local(at, &zone), Oid::TIMESTAMP),
        _ => timed(moment_of(at, &zone), Oid::TIMESTAMPTZ),
    }
}

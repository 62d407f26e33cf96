//! Dates, times, moments and spans of time.

use arrow_array::ArrayRef;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType,
    IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use trunkline_core::{PgError, Result};
use trunkline_proto::SqlState;
use trunkline_proto::types::{Interval, TextStyle, Value};

use super::{cannot_cast, primitive};
use crate::epoch::{DAY_MICROS, EPOCH_DAYS, EPOCH_MICROS};

pub(super) fn build(values: &[Value], data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    match data_type {
        DataType::Date32 => primitive::<Date32Type>(values, data_type, |value| {
            i32::try_from(days(value, data_type)?).map_err(|_| out_of_range("date"))
        }),
        DataType::Date64 => primitive::<Date64Type>(values, data_type, |value| {
            days(value, data_type)?
                .checked_mul(DAY_MICROS / 1_000)
                .ok_or_else(|| out_of_range("date"))
        }),
        DataType::Time32(TimeUnit::Second) => {
            time::<Time32SecondType>(values, data_type, |micros| micros / 1_000_000)
        }
        DataType::Time32(_) => {
            time::<Time32MillisecondType>(values, data_type, |micros| micros / 1_000)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            time::<Time64MicrosecondType>(values, data_type, |micros| micros)
        }
        DataType::Time64(_) => time::<Time64NanosecondType>(values, data_type, |micros| {
            // A day has fewer than 2^47 nanoseconds.
            micros.saturating_mul(1_000)
        }),
        DataType::Timestamp(unit, zone) => {
            let micros = |value: &Value| micros(value, zone.is_some(), data_type, style);
            moments(values, data_type, *unit, micros)
        }
        DataType::Duration(unit) => durations(values, data_type, *unit),
        DataType::Interval(unit) => intervals(values, data_type, *unit),
        _ => Err(PgError::unsupported(format!("parameters of Arrow's type {data_type}"))),
    }
}

/// Days since 1970-01-01.
fn days(value: &Value, data_type: &DataType) -> Result<i64> {
    match value {
        Value::Date(i32::MIN | i32::MAX) => Err(infinite("date")),
        Value::Date(days) => Ok(i64::from(*days) + EPOCH_DAYS),
        value => Err(cannot_cast(value, data_type)),
    }
}

fn time<T>(values: &[Value], data_type: &DataType, unit: impl Fn(i64) -> i64) -> Result<ArrayRef>
where
    T: ArrowPrimitiveType<Native: TryFrom<i64>>,
{
    primitive::<T>(values, data_type, |value| match value {
        Value::Time(micros) => T::Native::try_from(unit(*micros)).map_err(|_| out_of_range("time")),
        value => Err(cannot_cast(value, data_type)),
    })
}

/// Microseconds since 1970-01-01, in UTC if `zoned`.
fn micros(value: &Value, zoned: bool, data_type: &DataType, style: &TextStyle) -> Result<i64> {
    let zone = &style.time_zone;
    let shift = |east: i32| i64::from(east) * 1_000_000;
    let (local, zoned_already) = match value {
        Value::Timestamp(i64::MIN | i64::MAX) | Value::Timestamptz(i64::MIN | i64::MAX) => {
            return Err(infinite("timestamp"));
        }
        Value::Timestamp(micros) => (Some(*micros), false),
        Value::Timestamptz(micros) => (Some(*micros), true),
        Value::Date(_) => {
            let days = days(value, data_type)?.checked_sub(EPOCH_DAYS);
            (days.and_then(|days| days.checked_mul(DAY_MICROS)), false)
        }
        value => return Err(cannot_cast(value, data_type)),
    };
    let micros = local.and_then(|micros| match (zoned_already, zoned) {
        (true, false) => micros.checked_add(shift(zone.east_at(micros))),
        (false, true) => micros.checked_sub(shift(zone.east_at_local(micros))),
        _ => Some(micros),
    });
    let micros = micros.and_then(|micros| micros.checked_add(EPOCH_MICROS));
    micros.ok_or_else(|| out_of_range("timestamp"))
}

fn moments(
    values: &[Value],
    data_type: &DataType,
    unit: TimeUnit,
    micros: impl Fn(&Value) -> Result<i64>,
) -> Result<ArrayRef> {
    match unit {
        TimeUnit::Second => primitive::<TimestampSecondType>(values, data_type, |value| {
            Ok(micros(value)?.div_euclid(1_000_000))
        }),
        TimeUnit::Millisecond => {
            primitive::<TimestampMillisecondType>(values, data_type, |value| {
                Ok(micros(value)?.div_euclid(1_000))
            })
        }
        TimeUnit::Microsecond => primitive::<TimestampMicrosecondType>(values, data_type, micros),
        TimeUnit::Nanosecond => primitive::<TimestampNanosecondType>(values, data_type, |value| {
            micros(value)?.checked_mul(1_000).ok_or_else(|| out_of_range("timestamp"))
        }),
    }
}

fn durations(values: &[Value], data_type: &DataType, unit: TimeUnit) -> Result<ArrayRef> {
    let micros = |value: &Value| {
        let Interval { months, days, micros } = interval(value, data_type)?;
        let days = i64::from(days).checked_mul(DAY_MICROS);
        let micros = days.and_then(|days| days.checked_add(micros));
        // How long a month is, only a date tells.
        micros.filter(|_| months == 0).ok_or_else(|| does_not_fit("a duration"))
    };
    match unit {
        TimeUnit::Second => primitive::<DurationSecondType>(values, data_type, |value| {
            Ok(micros(value)? / 1_000_000)
        }),
        TimeUnit::Millisecond => primitive::<DurationMillisecondType>(values, data_type, |value| {
            Ok(micros(value)? / 1_000)
        }),
        TimeUnit::Microsecond => primitive::<DurationMicrosecondType>(values, data_type, micros),
        TimeUnit::Nanosecond => primitive::<DurationNanosecondType>(values, data_type, |value| {
            micros(value)?.checked_mul(1_000).ok_or_else(|| out_of_range("interval"))
        }),
    }
}

fn intervals(values: &[Value], data_type: &DataType, unit: IntervalUnit) -> Result<ArrayRef> {
    match unit {
        IntervalUnit::YearMonth => primitive::<IntervalYearMonthType>(values, data_type, |value| {
            match interval(value, data_type)? {
                Interval { months, days: 0, micros: 0 } => Ok(months),
                _ => Err(does_not_fit("an interval of months")),
            }
        }),
        IntervalUnit::DayTime => primitive::<IntervalDayTimeType>(values, data_type, |value| {
            let Interval { months, days, micros } = interval(value, data_type)?;
            let millis = i32::try_from(micros / 1_000).ok().filter(|_| months == 0);
            let millis = millis.ok_or_else(|| does_not_fit("an interval of days and milliseconds"));
            Ok(IntervalDayTimeType::make_value(days, millis?))
        }),
        IntervalUnit::MonthDayNano => {
            primitive::<IntervalMonthDayNanoType>(values, data_type, |value| {
                let Interval { months, days, micros } = interval(value, data_type)?;
                let nanos = micros.checked_mul(1_000).ok_or_else(|| out_of_range("interval"))?;
                Ok(IntervalMonthDayNanoType::make_value(months, days, nanos))
            })
        }
    }
}

fn interval(value: &Value, data_type: &DataType) -> Result<Interval> {
    match value {
        Value::Interval(interval) => Ok(*interval),
        value => Err(cannot_cast(value, data_type)),
    }
}

#[cold]
fn out_of_range(type_name: &str) -> PgError {
    PgError::new(SqlState::DATETIME_VALUE_OUT_OF_RANGE, format!("{type_name} out of range"))
}

#[cold]
fn infinite(type_name: &str) -> PgError {
    out_of_range(type_name).detail("Arrow has no infinite dates and times.")
}

#[cold]
fn does_not_fit(what: &str) -> PgError {
    PgError::new(SqlState::INTERVAL_FIELD_OVERFLOW, format!("interval does not fit {what}"))
}

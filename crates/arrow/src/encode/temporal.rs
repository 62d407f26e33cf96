//! Dates, times, moments and spans of time.
//!
//! PostgreSQL counts from 2000-01-01 in microseconds, Arrow from 1970-01-01 in whatever unit: finer
//! ones are cut to microseconds, towards the past for points in time, towards zero for spans.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType,
    IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{Interval, TextStyle, datetime};
use trunkline_proto::{Format, SqlState};

use super::cell::{Encoder, fixed, writing};
use crate::epoch::{DAY_MICROS, EPOCH_DAYS, EPOCH_MICROS};

const DAY_MILLIS: i64 = DAY_MICROS / 1_000;

/// The days that a `date` can be: 4713-11-24 BC to 5874897-12-31.
const DATES: std::ops::RangeInclusive<i64> = -2_451_545..=2_145_031_948;
/// The microseconds that a `timestamp` can be, up to the end of the year 294276.
const TIMESTAMPS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// Plans `date`; `None` if the array holds no dates.
pub(super) fn date(array: &dyn Array, format: Format) -> Option<Encoder> {
    Some(match array.data_type() {
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>().clone();
            date_of(move |row| values.value(row).into(), format)
        }
        DataType::Date64 => {
            let values = array.as_primitive::<Date64Type>().clone();
            date_of(move |row| values.value(row).div_euclid(DAY_MILLIS), format)
        }
        _ => return None,
    })
}

fn date_of(read: impl Fn(usize) -> i64 + Send + 'static, format: Format) -> Encoder {
    let read = move |row| -> Result<i32> {
        let days = read(row).saturating_sub(EPOCH_DAYS);
        let days = i32::try_from(days).ok().filter(|days| DATES.contains(&i64::from(*days)));
        days.ok_or_else(|| out_of_range("date"))
    };
    match format {
        Format::Text => writing(move |row, style, out| {
            datetime::text_date(read(row)?, style, out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(read(row)?.to_be_bytes())),
    }
}

/// Plans `time`; `None` if the array holds no times of day.
pub(super) fn time(array: &dyn Array, format: Format) -> Option<Encoder> {
    Some(match array.data_type() {
        DataType::Time32(TimeUnit::Second) => {
            let values = array.as_primitive::<Time32SecondType>().clone();
            time_of(move |row| i64::from(values.value(row)).saturating_mul(1_000_000), format)
        }
        DataType::Time32(_) => {
            let values = array.as_primitive::<Time32MillisecondType>().clone();
            time_of(move |row| i64::from(values.value(row)).saturating_mul(1_000), format)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            let values = array.as_primitive::<Time64MicrosecondType>().clone();
            time_of(move |row| values.value(row), format)
        }
        DataType::Time64(_) => {
            let values = array.as_primitive::<Time64NanosecondType>().clone();
            time_of(move |row| values.value(row).div_euclid(1_000), format)
        }
        _ => return None,
    })
}

fn time_of(read: impl Fn(usize) -> i64 + Send + 'static, format: Format) -> Encoder {
    let read = move |row| -> Result<i64> {
        // As PostgreSQL, 24:00:00 is a time, too.
        Some(read(row))
            .filter(|micros| (0..=DAY_MICROS).contains(micros))
            .ok_or_else(|| out_of_range("time"))
    };
    match format {
        Format::Text => writing(move |row, _, out| {
            datetime::text_time(read(row)?, out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(read(row)?.to_be_bytes())),
    }
}

/// Plans `timestamp`; `None` if the array holds no moments.
pub(super) fn timestamp(array: &dyn Array, format: Format) -> Option<Encoder> {
    moment(array, format, datetime::text_timestamp)
}

/// Plans `timestamptz`; `None` if the array holds no moments.
///
/// The array's own time zone does not matter: it counts from the epoch in UTC, and the session's
/// zone says how that looks.
pub(super) fn timestamptz(array: &dyn Array, format: Format) -> Option<Encoder> {
    moment(array, format, datetime::text_timestamptz)
}

fn moment(
    array: &dyn Array,
    format: Format,
    text: impl Fn(i64, &TextStyle, &mut Vec<u8>) + Send + 'static,
) -> Option<Encoder> {
    let DataType::Timestamp(unit, _) = array.data_type() else { return None };
    Some(match unit {
        TimeUnit::Second => {
            let values = array.as_primitive::<TimestampSecondType>().clone();
            moment_of(move |row| values.value(row).checked_mul(1_000_000), format, text)
        }
        TimeUnit::Millisecond => {
            let values = array.as_primitive::<TimestampMillisecondType>().clone();
            moment_of(move |row| values.value(row).checked_mul(1_000), format, text)
        }
        TimeUnit::Microsecond => {
            let values = array.as_primitive::<TimestampMicrosecondType>().clone();
            moment_of(move |row| Some(values.value(row)), format, text)
        }
        TimeUnit::Nanosecond => {
            let values = array.as_primitive::<TimestampNanosecondType>().clone();
            moment_of(move |row| Some(values.value(row).div_euclid(1_000)), format, text)
        }
    })
}

fn moment_of(
    read: impl Fn(usize) -> Option<i64> + Send + 'static,
    format: Format,
    text: impl Fn(i64, &TextStyle, &mut Vec<u8>) + Send + 'static,
) -> Encoder {
    let read = move |row| -> Result<i64> {
        read(row)
            .and_then(|micros| micros.checked_sub(EPOCH_MICROS))
            .filter(|micros| TIMESTAMPS.contains(micros))
            .ok_or_else(|| out_of_range("timestamp"))
    };
    match format {
        Format::Text => writing(move |row, style, out| {
            text(read(row)?, style, out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(read(row)?.to_be_bytes())),
    }
}

/// Plans `interval`; `None` if the array holds no spans of time.
pub(super) fn interval(array: &dyn Array, format: Format) -> Option<Encoder> {
    Some(match array.data_type() {
        DataType::Duration(TimeUnit::Second) => {
            duration::<DurationSecondType>(array, |value| value.checked_mul(1_000_000), format)
        }
        DataType::Duration(TimeUnit::Millisecond) => {
            duration::<DurationMillisecondType>(array, |value| value.checked_mul(1_000), format)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            duration::<DurationMicrosecondType>(array, Some, format)
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            duration::<DurationNanosecondType>(array, |value| Some(value / 1_000), format)
        }
        DataType::Interval(IntervalUnit::YearMonth) => {
            let values = array.as_primitive::<IntervalYearMonthType>().clone();
            interval_of(
                move |row| Some(Interval { months: values.value(row), days: 0, micros: 0 }),
                format,
            )
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let values = array.as_primitive::<IntervalDayTimeType>().clone();
            let read = move |row| {
                let value = values.value(row);
                let micros = i64::from(value.milliseconds).saturating_mul(1_000);
                Some(Interval { months: 0, days: value.days, micros })
            };
            interval_of(read, format)
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let values = array.as_primitive::<IntervalMonthDayNanoType>().clone();
            let read = move |row| {
                let value = values.value(row);
                let micros = value.nanoseconds / 1_000;
                Some(Interval { months: value.months, days: value.days, micros })
            };
            interval_of(read, format)
        }
        _ => return None,
    })
}

fn duration<T: ArrowPrimitiveType<Native = i64>>(
    array: &dyn Array,
    micros: impl Fn(i64) -> Option<i64> + Send + 'static,
    format: Format,
) -> Encoder {
    let values: PrimitiveArray<T> = array.as_primitive::<T>().clone();
    let read = move |row| Some(Interval { months: 0, days: 0, micros: micros(values.value(row))? });
    interval_of(read, format)
}

fn interval_of(
    read: impl Fn(usize) -> Option<Interval> + Send + 'static,
    format: Format,
) -> Encoder {
    let read = move |row| read(row).ok_or_else(|| out_of_range("interval"));
    match format {
        Format::Text => writing(move |row, style, out| {
            read(row)?.text(style.interval_style, out);
            Ok(())
        }),
        Format::Binary => writing(move |row, _, out| {
            read(row)?.binary(out);
            Ok(())
        }),
    }
}

#[cold]
fn out_of_range(type_name: &str) -> PgError {
    PgError::new(SqlState::DATETIME_VALUE_OUT_OF_RANGE, format!("{type_name} out of range"))
}

//! Dates, times, moments and intervals as calendar and clock show them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, IntervalMonthDayNanoType, IntervalUnit, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::common::DataFusionError;
use trunkline_core::types::{Interval, TimeZone};
use trunkline_core::{PgError, SqlState};

use super::builtin::{INTERVAL, MICROSECONDS, failed, moment};

/// Microseconds.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;
/// PostgreSQL's zones count from 2000-01-01.
const EPOCH: i64 = 946_684_800 * SECOND;

/// One value of a type of dates and times.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    Date(NaiveDate),
    Timestamp(NaiveDateTime),
    /// Microseconds since 1970, and what the clocks of the zone show.
    Timestamptz(i64, NaiveDateTime),
    /// Microseconds since midnight.
    Time(i64),
    Interval(Interval),
}

/// The type as which [`read`] takes a type; `None` if it does not.
pub(super) fn readable(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Timestamp(_, None) => MICROSECONDS,
        DataType::Timestamp(_, Some(_)) => moment(),
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Interval(_) | DataType::Duration(_) => INTERVAL,
        DataType::Null | DataType::Utf8 => MICROSECONDS,
        _ => return None,
    })
}

/// The value in a row; `None` for NULL.
pub(super) fn read(
    array: &ArrayRef,
    row: usize,
    zone: &TimeZone,
) -> Result<Option<Moment>, DataFusionError> {
    if array.is_null(row) {
        return Ok(None);
    }
    Ok(Some(match array.data_type() {
        DataType::Date32 => {
            let days = i64::from(array.as_primitive::<Date32Type>().value(row));
            Moment::Date(civil(days.saturating_mul(DAY))?.date())
        }
        DataType::Timestamp(TimeUnit::Microsecond, zoned) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            match zoned {
                None => Moment::Timestamp(civil(micros)?),
                Some(_) => Moment::Timestamptz(micros, civil(local(micros, zone))?),
            }
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            Moment::Time(array.as_primitive::<Time64MicrosecondType>().value(row))
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            Moment::Interval(Interval {
                months: value.months,
                days: value.days,
                micros: value.nanoseconds / 1_000,
            })
        }
        other => return Err(failed(PgError::internal(format!("{other} is no moment")))),
    }))
}

/// What the clocks of a zone show, as microseconds since 1970.
pub(super) fn local(micros: i64, zone: &TimeZone) -> i64 {
    let east = i64::from(zone.east_at(since_2000(micros)));
    micros.saturating_add(east.saturating_mul(SECOND))
}

/// When the clocks of a zone show something.
pub(super) fn global(micros: i64, zone: &TimeZone) -> i64 {
    let east = i64::from(zone.east_at_local(since_2000(micros)));
    micros.saturating_sub(east.saturating_mul(SECOND))
}

/// Microseconds since 1970 as those since 2000.
pub(super) fn since_2000(micros: i64) -> i64 {
    micros.saturating_sub(EPOCH)
}

/// The calendar's date and time of microseconds since 1970.
pub(super) fn civil(micros: i64) -> Result<NaiveDateTime, DataFusionError> {
    let moment = DateTime::from_timestamp_micros(micros).map(|moment| moment.naive_utc());
    moment.ok_or_else(out_of_range)
}

pub(super) fn micros_of(civil: NaiveDateTime) -> i64 {
    civil.and_utc().timestamp_micros()
}

/// Microseconds since midnight.
pub(super) fn clock(civil: NaiveDateTime) -> i64 {
    let seconds = i64::from(civil.num_seconds_from_midnight());
    seconds.saturating_mul(SECOND).saturating_add(i64::from(civil.nanosecond() / 1_000))
}

pub(super) fn out_of_range() -> DataFusionError {
    failed(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range"))
}

/// The zone of a name.
pub(super) fn zone_named(name: &str) -> Result<TimeZone, DataFusionError> {
    TimeZone::parse(name).map_err(|_| {
        let message = format!("time zone \"{name}\" not recognized");
        failed(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message))
    })
}

/// Days since the beginning of the Julian calendar.
pub(super) fn julian(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()).saturating_add(1_721_425)
}

/// The type's name as errors tell it.
pub(super) fn type_name(moment: &Moment) -> &'static str {
    match moment {
        Moment::Date(_) => "date",
        Moment::Timestamp(_) => "timestamp without time zone",
        Moment::Timestamptz(..) => "timestamp with time zone",
        Moment::Time(_) => "time without time zone",
        Moment::Interval(_) => "interval",
    }
}

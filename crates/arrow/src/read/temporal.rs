//! Dates, times, moments and spans of time.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{
    Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType,
    IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_schema::{DataType, Field, IntervalUnit, TimeUnit};
use trunkline_proto::types::datetime::{self, receive_date, receive_time, receive_timestamp};
use trunkline_proto::types::{Interval, TextStyle, ValueError};
use trunkline_proto::{Oid, SqlState};

use super::scalar::primitive;
use super::{Appender, Datum};
use crate::epoch::{DAY_MICROS, EPOCH_DAYS, EPOCH_MICROS};
use crate::mark;

pub(super) fn dates(data_type: &DataType, rows: usize) -> Appender {
    match data_type {
        DataType::Date64 => primitive::<Date64Type, _>(data_type, rows, |datum, style| {
            days(datum, style)?.checked_mul(DAY_MICROS / 1_000).ok_or_else(|| out_of_range("date"))
        }),
        _ => primitive::<Date32Type, _>(data_type, rows, |datum, style| {
            i32::try_from(days(datum, style)?).map_err(|_| out_of_range("date"))
        }),
    }
}

/// Days since 1970-01-01.
fn days(datum: Datum<'_>, style: &TextStyle) -> Result<i64, ValueError> {
    let datum = datum.as_literal(Oid::DATE);
    match datum.oid {
        Oid::DATE => match datum.read(|text| datetime::parse_date(text, style), receive_date)? {
            i32::MIN | i32::MAX => Err(infinite("date")),
            days => Ok(i64::from(days) + EPOCH_DAYS),
        },
        _ => Err(datum.cannot_cast(&DataType::Date32)),
    }
}

/// To which digits of a second values are rounded: those of a field that is marked `time(p)`,
/// `timestamp(p)` or the like.
#[derive(Clone, Copy)]
pub(super) struct Precision {
    /// Microseconds.
    unit: i64,
}

impl Precision {
    pub(super) fn of(field: &Field) -> Precision {
        let marked = mark::type_of(field)
            .filter(|marked| matches!(marked.oid, Oid::TIME | Oid::TIMESTAMP | Oid::TIMESTAMPTZ));
        let digits = marked.and_then(|marked| u32::try_from(marked.typmod).ok());
        let left = digits.and_then(|digits| 6_u32.checked_sub(digits)).unwrap_or(0);
        Precision { unit: 10_i64.pow(left) }
    }

    /// Rounds half away from zero, which is the beginning of the day or of 2000.
    fn round(self, micros: i64) -> Option<i64> {
        let half = self.unit / 2 * micros.signum();
        Some(micros.checked_add(half)? / self.unit * self.unit)
    }
}

pub(super) fn times(data_type: &DataType, precision: Precision, rows: usize) -> Appender {
    match data_type {
        DataType::Time32(TimeUnit::Second) => {
            time::<Time32SecondType>(data_type, precision, rows, |micros| Some(micros / 1_000_000))
        }
        DataType::Time32(_) => {
            time::<Time32MillisecondType>(data_type, precision, rows, |micros| Some(micros / 1_000))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            time::<Time64NanosecondType>(data_type, precision, rows, |micros| {
                micros.checked_mul(1_000)
            })
        }
        _ => time::<Time64MicrosecondType>(data_type, precision, rows, Some),
    }
}

fn time<T>(
    data_type: &DataType,
    precision: Precision,
    rows: usize,
    unit: fn(i64) -> Option<i64>,
) -> Appender
where
    T: ArrowPrimitiveType<Native: TryFrom<i64>>,
{
    let own = data_type.clone();
    primitive::<T, _>(data_type, rows, move |datum, style| {
        let datum = datum.as_literal(Oid::TIME);
        if datum.oid != Oid::TIME {
            return Err(datum.cannot_cast(&own));
        }
        let micros = datum.read(|text| datetime::parse_time(text, style), receive_time)?;
        let value = precision.round(micros).and_then(unit);
        let value = value.and_then(|value| T::Native::try_from(value).ok());
        value.ok_or_else(|| out_of_range("time"))
    })
}

pub(super) fn moments(
    data_type: &DataType,
    unit: TimeUnit,
    precision: Precision,
    rows: usize,
) -> Appender {
    let zoned = matches!(data_type, DataType::Timestamp(_, Some(_)));
    match unit {
        TimeUnit::Second => {
            primitive::<TimestampSecondType, _>(data_type, rows, move |datum, style| {
                Ok(micros(datum, zoned, precision, style)?.div_euclid(1_000_000))
            })
        }
        TimeUnit::Millisecond => {
            primitive::<TimestampMillisecondType, _>(data_type, rows, move |datum, style| {
                Ok(micros(datum, zoned, precision, style)?.div_euclid(1_000))
            })
        }
        TimeUnit::Microsecond => {
            primitive::<TimestampMicrosecondType, _>(data_type, rows, move |datum, style| {
                micros(datum, zoned, precision, style)
            })
        }
        TimeUnit::Nanosecond => {
            primitive::<TimestampNanosecondType, _>(data_type, rows, move |datum, style| {
                let micros = micros(datum, zoned, precision, style)?;
                micros.checked_mul(1_000).ok_or_else(|| out_of_range("timestamp"))
            })
        }
    }
}

/// Microseconds since 1970-01-01, in UTC if `zoned`.
fn micros(
    datum: Datum<'_>,
    zoned: bool,
    precision: Precision,
    style: &TextStyle,
) -> Result<i64, ValueError> {
    let datum = datum.as_literal(if zoned { Oid::TIMESTAMPTZ } else { Oid::TIMESTAMP });
    let local = match datum.oid {
        Oid::TIMESTAMP => {
            datum.read(|text| datetime::parse_timestamp(text, style), receive_timestamp)?
        }
        Oid::TIMESTAMPTZ => {
            datum.read(|text| datetime::parse_timestamptz(text, style), receive_timestamp)?
        }
        Oid::DATE => days(datum, style)?
            .checked_sub(EPOCH_DAYS)
            .and_then(|days| days.checked_mul(DAY_MICROS))
            .ok_or_else(|| out_of_range("timestamp"))?,
        _ => return Err(datum.cannot_cast(&DataType::Timestamp(TimeUnit::Microsecond, None))),
    };
    if matches!(local, i64::MIN | i64::MAX) {
        return Err(infinite("timestamp"));
    }
    let shift = |east: i32| i64::from(east) * 1_000_000;
    let micros = match (datum.oid == Oid::TIMESTAMPTZ, zoned) {
        (true, false) => local.checked_add(shift(style.time_zone.east_at(local))),
        (false, true) => local.checked_sub(shift(style.time_zone.east_at_local(local))),
        _ => Some(local),
    };
    let micros = micros.and_then(|micros| precision.round(micros)?.checked_add(EPOCH_MICROS));
    micros.ok_or_else(|| out_of_range("timestamp"))
}

pub(super) fn durations(data_type: &DataType, unit: TimeUnit, rows: usize) -> Appender {
    let micros = |datum: Datum<'_>, style: &TextStyle| {
        let Interval { months, days, micros } = interval(datum, style)?;
        let days = i64::from(days).checked_mul(DAY_MICROS);
        let micros = days.and_then(|days| days.checked_add(micros));
        // How long a month is, only a date tells.
        micros.filter(|_| months == 0).ok_or_else(|| does_not_fit("a duration"))
    };
    match unit {
        TimeUnit::Second => {
            primitive::<DurationSecondType, _>(data_type, rows, move |datum, style| {
                Ok(micros(datum, style)? / 1_000_000)
            })
        }
        TimeUnit::Millisecond => {
            primitive::<DurationMillisecondType, _>(data_type, rows, move |datum, style| {
                Ok(micros(datum, style)? / 1_000)
            })
        }
        TimeUnit::Microsecond => primitive::<DurationMicrosecondType, _>(data_type, rows, micros),
        TimeUnit::Nanosecond => {
            primitive::<DurationNanosecondType, _>(data_type, rows, move |datum, style| {
                let micros = micros(datum, style)?;
                micros.checked_mul(1_000).ok_or_else(|| out_of_range("interval"))
            })
        }
    }
}

pub(super) fn intervals(data_type: &DataType, unit: IntervalUnit, rows: usize) -> Appender {
    match unit {
        IntervalUnit::YearMonth => {
            primitive::<IntervalYearMonthType, _>(data_type, rows, |datum, style| {
                match interval(datum, style)? {
                    Interval { months, days: 0, micros: 0 } => Ok(months),
                    _ => Err(does_not_fit("an interval of months")),
                }
            })
        }
        IntervalUnit::DayTime => {
            primitive::<IntervalDayTimeType, _>(data_type, rows, |datum, style| {
                let Interval { months, days, micros } = interval(datum, style)?;
                let millis = i32::try_from(micros / 1_000).ok().filter(|_| months == 0);
                let millis =
                    millis.ok_or_else(|| does_not_fit("an interval of days and milliseconds"));
                Ok(IntervalDayTimeType::make_value(days, millis?))
            })
        }
        IntervalUnit::MonthDayNano => {
            primitive::<IntervalMonthDayNanoType, _>(data_type, rows, |datum, style| {
                let Interval { months, days, micros } = interval(datum, style)?;
                let nanos = micros.checked_mul(1_000).ok_or_else(|| out_of_range("interval"))?;
                Ok(IntervalMonthDayNanoType::make_value(months, days, nanos))
            })
        }
    }
}

fn interval(datum: Datum<'_>, style: &TextStyle) -> Result<Interval, ValueError> {
    let datum = datum.as_literal(Oid::INTERVAL);
    if datum.oid != Oid::INTERVAL {
        return Err(datum.cannot_cast(&DataType::Interval(IntervalUnit::MonthDayNano)));
    }
    let parse = |text| Interval::parse_in(text, style.interval_style);
    match datum.read(parse, Interval::receive)? {
        Interval { months: i32::MAX, days: i32::MAX, micros: i64::MAX }
        | Interval { months: i32::MIN, days: i32::MIN, micros: i64::MIN } => {
            Err(infinite("interval"))
        }
        interval => Ok(interval),
    }
}

#[cold]
fn out_of_range(type_name: &str) -> ValueError {
    let message = format!("{type_name} out of range");
    ValueError::new(SqlState::DATETIME_VALUE_OUT_OF_RANGE, message)
}

#[cold]
fn infinite(type_name: &str) -> ValueError {
    out_of_range(type_name).with_detail("Arrow has no infinite dates and times.")
}

#[cold]
fn does_not_fit(what: &str) -> ValueError {
    let message = format!("interval does not fit {what}");
    ValueError::new(SqlState::INTERVAL_FIELD_OVERFLOW, message)
}

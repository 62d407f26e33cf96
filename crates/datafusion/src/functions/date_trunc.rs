//! `date_trunc`.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-datetime.html#FUNCTIONS-DATETIME-TRUNC>.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, IntervalMonthDayNanoArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, IntervalMonthDayNano, IntervalMonthDayNanoType, TimestampMicrosecondType,
};
use datafusion::common::DataFusionError;
use trunkline_core::types::TimeZone;
use trunkline_core::{PgError, SqlState};

use super::builtin::{Builtin, Call, INTERVAL, failed, moment as timestamptz, nullable};
use super::moment::{self, DAY, SECOND};

pub(super) fn functions() -> [Builtin; 1] {
    [Builtin {
        name: "date_trunc",
        takes: unit_and_moment,
        gives: |args| {
            Ok(nullable(match args.arg_fields.get(1).map(|field| field.data_type()) {
                Some(DataType::Date32) | None => timestamptz(),
                Some(data_type) => data_type.clone(),
            }))
        },
        run: date_trunc,
    }]
}

fn unit_and_moment(types: &[DataType]) -> Option<Vec<DataType>> {
    let (moment, zone) = match types {
        [_, moment] => (moment, None),
        [_, moment, _] => (moment, Some(DataType::Utf8)),
        _ => return None,
    };
    let moment = match moment::readable(moment)? {
        DataType::Time64(_) => INTERVAL,
        _ if zone.is_some() => timestamptz(),
        moment => moment,
    };
    Some([DataType::Utf8, moment].into_iter().chain(zone).collect())
}

fn date_trunc(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let array = call.array(1)?;
    if *array.data_type() == INTERVAL {
        let intervals = array.as_primitive::<IntervalMonthDayNanoType>();
        let truncated = (0..call.rows()).map(|row| match call.text(0, row)? {
            Some(unit) if intervals.is_valid(row) => {
                truncated_interval(&unit.to_lowercase(), intervals.value(row)).map(Some)
            }
            _ => Ok(None),
        });
        let truncated =
            truncated.collect::<Result<IntervalMonthDayNanoArray, DataFusionError>>()?;
        return Ok(Arc::new(truncated));
    }
    let is_local = matches!(array.data_type(), DataType::Timestamp(_, None));
    let zone = match call.arrays.len() {
        2 => call.zone(),
        _ => match call.text(2, 0) {
            Ok(Some(name)) if call.rows() > 0 => moment::zone_named(name)?,
            _ => TimeZone::UTC,
        },
    };
    let type_name =
        if is_local { "timestamp without time zone" } else { "timestamp with time zone" };
    let truncated = |row: usize| -> Result<Option<i64>, DataFusionError> {
        let (Some(unit), true) = (call.text(0, row)?, array.is_valid(row)) else { return Ok(None) };
        let shown = match array.data_type() {
            DataType::Date32 => i64::from(array.as_primitive::<Date32Type>().value(row)) * DAY,
            _ => {
                let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
                if is_local { micros } else { moment::local(micros, &zone) }
            }
        };
        let start = truncate(unit, shown, type_name)?;
        Ok(Some(if is_local { start } else { moment::global(start, &zone) }))
    };
    let micros = (0..call.rows()).map(truncated);
    let micros = micros.collect::<Result<TimestampMicrosecondArray, _>>()?;
    Ok(Arc::new(if is_local { micros } else { micros.with_timezone("UTC") }))
}

/// The start of the unit in which something is, in microseconds since 1970.
fn truncate(unit: &str, micros: i64, type_name: &str) -> Result<i64, DataFusionError> {
    let clock = |size: i64| Ok(micros - micros.rem_euclid(size));
    let first = |year: i32, month: u32| {
        let date =
            NaiveDate::from_ymd_opt(year, month, 1).and_then(|date| date.and_hms_opt(0, 0, 0));
        date.map(moment::micros_of).ok_or_else(moment::out_of_range)
    };
    match unit {
        "microsecond" | "microseconds" => return Ok(micros),
        "millisecond" | "milliseconds" => return clock(1_000),
        "second" => return clock(SECOND),
        "minute" => return clock(60 * SECOND),
        "hour" => return clock(3600 * SECOND),
        "day" => return clock(DAY),
        _ => {}
    }
    let date = moment::civil(micros)?.date();
    let year = date.year();
    // Years are counted from 1, and so are groups of them.
    let group = |size: i32| first((year - 1).div_euclid(size) * size + 1, 1);
    match unit {
        "week" => {
            let monday = i64::from(date.weekday().num_days_from_monday());
            Ok(micros - micros.rem_euclid(DAY) - monday * DAY)
        }
        "month" => first(year, date.month()),
        "quarter" => first(year, date.month0() / 3 * 3 + 1),
        "year" => first(year, 1),
        "decade" => first(year.div_euclid(10) * 10, 1),
        "century" => group(100),
        "millennium" => group(1000),
        unit if unit.chars().any(char::is_uppercase) => {
            truncate(&unit.to_lowercase(), micros, type_name)
        }
        unit => {
            let unit = match unit.strip_suffix('s') {
                Some(one) if UNITS.contains(&one) => return truncate(one, micros, type_name),
                _ => unit,
            };
            let message = format!("unit \"{unit}\" not recognized for type {type_name}");
            Err(failed(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)))
        }
    }
}

const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "year", "decade"];

fn truncated_interval(
    unit: &str,
    interval: IntervalMonthDayNano,
) -> Result<IntervalMonthDayNano, DataFusionError> {
    let IntervalMonthDayNano { months, days, nanoseconds } = interval;
    let of_months = |size: i32| Ok(IntervalMonthDayNano::new(months - months % size, 0, 0));
    let clock = |size: i64| {
        let size = size * 1_000;
        Ok(IntervalMonthDayNano::new(months, days, nanoseconds - nanoseconds % size))
    };
    match unit {
        "microsecond" | "microseconds" => Ok(interval),
        "millisecond" | "milliseconds" => clock(1_000),
        "second" => clock(SECOND),
        "minute" => clock(60 * SECOND),
        "hour" => clock(3600 * SECOND),
        "day" => Ok(IntervalMonthDayNano::new(months, days, 0)),
        "month" => of_months(1),
        "quarter" => of_months(3),
        "year" => of_months(12),
        "decade" => of_months(120),
        "century" => of_months(1_200),
        "millennium" => of_months(12_000),
        unit => {
            let message = format!("unit \"{unit}\" not recognized for type interval");
            Err(failed(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)))
        }
    }
}

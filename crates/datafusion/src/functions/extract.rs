//! `extract` and `date_part`.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-datetime.html#FUNCTIONS-DATETIME-EXTRACT>.

use std::sync::Arc;

use chrono::{Datelike, NaiveDateTime};
use datafusion::arrow::array::{ArrayRef, Decimal128Array, Float64Array};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ReturnFieldArgs;
use trunkline_core::types::Interval;
use trunkline_core::{PgError, SqlState};

use super::builtin::{Builtin, Call, failed, nullable};
use super::moment::{self, Moment, SECOND};

pub(super) fn functions() -> [Builtin; 2] {
    [
        Builtin { name: "extract", takes, gives: gives_numeric, run: extract },
        Builtin {
            name: "date_part",
            takes,
            gives: |_| Ok(nullable(DataType::Float64)),
            run: date_part,
        },
    ]
}

fn takes(types: &[DataType]) -> Option<Vec<DataType>> {
    let [_, moment] = types else { return None };
    Some(vec![DataType::Utf8, moment::readable(moment)?])
}

fn gives_numeric(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    let unit = args.scalar_arguments.first().and_then(|unit| *unit);
    let unit = unit.and_then(|unit| unit.try_as_str()).flatten().unwrap_or_default();
    let is_date =
        args.arg_fields.get(1).is_some_and(|field| *field.data_type() == DataType::Date32);
    Ok(nullable(DataType::Decimal128(20, scale(&unit.to_lowercase(), is_date))))
}

/// The decimals of a unit.
fn scale(unit: &str, is_date: bool) -> i8 {
    match unit {
        "second" | "seconds" | "sec" | "s" => 6,
        "epoch" if !is_date => 6,
        "millisecond" | "milliseconds" | "msec" | "ms" => 3,
        _ => 0,
    }
}

fn extract(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let DataType::Decimal128(precision, scale) = *call.result else {
        return Err(failed(PgError::internal("extract is no decimal")));
    };
    let values = parts(call)?.into_iter().map(|part| part.map(|(value, _)| i128::from(value)));
    let values: Decimal128Array = values.collect();
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

fn date_part(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    #[allow(clippy::as_conversions, reason = "a float has all digits of any moment's parts")]
    let float = |(value, scale): (i64, i8)| value as f64 / 10_f64.powi(scale.into());
    let values = parts(call)?.into_iter().map(|part| part.map(float));
    Ok(Arc::new(values.collect::<Float64Array>()))
}

/// The part of each row, with its decimals.
fn parts(call: &Call<'_>) -> Result<Vec<Option<(i64, i8)>>, DataFusionError> {
    let (zone, moments) = (call.zone(), call.array(1)?);
    let mut last = (String::new(), String::new());
    let part = |row: usize| {
        let Some(unit) = call.text(0, row)? else { return Ok(None) };
        let Some(moment) = moment::read(moments, row, &zone)? else { return Ok(None) };
        if last.0 != unit {
            last = (unit.to_owned(), unit.to_lowercase());
        }
        let unit = last.1.as_str();
        let scale = scale(unit, matches!(moment, Moment::Date(_)));
        match value(unit, &moment) {
            Some(value) => Ok(Some((value, scale))),
            None => Err(unknown(unit, &moment)),
        }
    };
    (0..call.rows()).map(part).collect()
}

fn unknown(unit: &str, moment: &Moment) -> DataFusionError {
    let type_name = moment::type_name(moment);
    failed(if KNOWN.contains(&unit) {
        PgError::unsupported(format!("unit \"{unit}\" not supported for type {type_name}"))
    } else {
        let message = format!("unit \"{unit}\" not recognized for type {type_name}");
        PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
    })
}

/// What is a unit, though not of every type.
const KNOWN: &[&str] = &[
    "hour",
    "minute",
    "second",
    "milliseconds",
    "microseconds",
    "year",
    "month",
    "day",
    "dow",
    "isodow",
    "doy",
    "week",
    "quarter",
    "isoyear",
    "decade",
    "century",
    "millennium",
    "julian",
    "epoch",
    "timezone",
    "timezone_hour",
    "timezone_minute",
];

fn value(unit: &str, moment: &Moment) -> Option<i64> {
    match *moment {
        Moment::Date(date) => of_date(unit, date.and_hms_opt(0, 0, 0)?).or_else(|| match unit {
            "epoch" => Some(moment::micros_of(date.and_hms_opt(0, 0, 0)?) / SECOND),
            "julian" => Some(moment::julian(date)),
            _ => None,
        }),
        Moment::Timestamp(civil) => of_date(unit, civil)
            .or_else(|| of_clock(unit, moment::clock(civil)))
            .or_else(|| (unit == "epoch").then(|| moment::micros_of(civil))),
        Moment::Timestamptz(micros, civil) => of_date(unit, civil)
            .or_else(|| of_clock(unit, moment::clock(civil)))
            .or_else(|| of_zone(unit, micros, civil)),
        Moment::Time(micros) => {
            of_clock(unit, micros).or_else(|| (unit == "epoch").then_some(micros))
        }
        Moment::Interval(interval) => of_interval(unit, interval),
    }
}

fn of_zone(unit: &str, micros: i64, civil: NaiveDateTime) -> Option<i64> {
    let east = moment::micros_of(civil).checked_sub(micros)? / SECOND;
    match unit {
        "epoch" => Some(micros),
        "timezone" => Some(east),
        "timezone_hour" => Some(east / 3600),
        "timezone_minute" => Some(east % 3600 / 60),
        _ => None,
    }
}

fn of_date(unit: &str, civil: NaiveDateTime) -> Option<i64> {
    let date = civil.date();
    // Before Christ there is no year zero.
    let year = i64::from(date.year());
    let year = if year > 0 { year } else { year - 1 };
    let group = |size: i64| match year {
        year if year > 0 => (year + size - 1) / size,
        year => -((size - 1 - year) / size),
    };
    Some(match unit {
        "year" | "years" | "y" => year,
        "month" | "months" | "mon" => date.month().into(),
        "day" | "days" | "d" => date.day().into(),
        "quarter" => date.month0().checked_div(3)?.checked_add(1)?.into(),
        "dow" => date.weekday().num_days_from_sunday().into(),
        "isodow" => date.weekday().number_from_monday().into(),
        "doy" => date.ordinal().into(),
        "week" | "weeks" => date.iso_week().week().into(),
        "isoyear" => date.iso_week().year().into(),
        "decade" | "decades" => i64::from(date.year()).div_euclid(10),
        "century" | "centuries" => group(100),
        "millennium" | "millennia" => group(1000),
        _ => return None,
    })
}

fn of_clock(unit: &str, micros: i64) -> Option<i64> {
    Some(match unit {
        "hour" | "hours" | "h" => micros / (3600 * SECOND),
        "minute" | "minutes" | "min" | "m" => micros / (60 * SECOND) % 60,
        "second" | "seconds" | "sec" | "s" | "millisecond" | "milliseconds" | "msec" | "ms"
        | "microsecond" | "microseconds" | "usec" | "us" => micros % (60 * SECOND),
        _ => return None,
    })
}

fn of_interval(unit: &str, interval: Interval) -> Option<i64> {
    let (years, months) = (i64::from(interval.months) / 12, i64::from(interval.months) % 12);
    Some(match unit {
        "year" | "years" | "y" => years,
        "month" | "months" | "mon" => months,
        "quarter" => months / 3 + 1,
        "day" | "days" | "d" => interval.days.into(),
        "decade" | "decades" => years / 10,
        "century" | "centuries" => years / 100,
        "millennium" | "millennia" => years / 1000,
        "epoch" => {
            // A year has 365.25 days here, a month 30.
            let days = months.checked_mul(30)?.checked_add(interval.days.into())?;
            let seconds = days.checked_mul(86_400)?.checked_add(years.checked_mul(31_557_600)?)?;
            seconds.checked_mul(SECOND)?.checked_add(interval.micros)?
        }
        // An interval may have more hours than a day.
        _ => return of_clock(unit, interval.micros),
    })
}

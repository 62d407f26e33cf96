//! Functions that make moments of moments.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-datetime.html>.

use std::sync::{Arc, LazyLock};

use chrono::{Datelike, Months, NaiveDateTime};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, IntervalMonthDayNanoArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ScalarUDF;
use trunkline_core::types::TimeZone;
use trunkline_core::{PgError, SqlState};

use super::builtin::{
    Builtin, Call, INTERVAL, MICROSECONDS, failed, moment as timestamptz, nullable,
};
use super::moment::{self, DAY};

pub(super) fn functions() -> [Builtin; 6] {
    [
        Builtin {
            name: "timezone",
            takes: |types| {
                let [_, moment] = types else { return None };
                let moment = match moment::readable(moment)? {
                    DataType::Date32 => timestamptz(),
                    moment @ DataType::Timestamp(..) => moment,
                    _ => return None,
                };
                Some(vec![DataType::Utf8, moment])
            },
            gives: |args| {
                Ok(nullable(match args.arg_fields.get(1).map(|field| field.data_type()) {
                    Some(DataType::Timestamp(_, None)) => timestamptz(),
                    _ => MICROSECONDS,
                }))
            },
            run: timezone,
        },
        Builtin {
            name: "age",
            takes: |types| {
                let timestamp = |data_type: &DataType| {
                    data_type.is_temporal() || matches!(data_type, DataType::Utf8 | DataType::Null)
                };
                let fits = types.len() == 2 && types.iter().all(timestamp);
                fits.then(|| vec![MICROSECONDS; 2])
            },
            gives: |_| Ok(nullable(INTERVAL)),
            run: age,
        },
        justify("justify_days", |call| justified(call, carry_days)),
        justify("justify_hours", |call| justified(call, carry_hours)),
        justify("justify_interval", |call| {
            justified(call, |months, days, micros| {
                let (months, days, micros) = carry_hours(months, days, micros);
                same_sign(carry_days(months, days, micros))
            })
        }),
        Builtin {
            name: "isfinite",
            takes: |types| (types.len() == 1).then(|| types.to_vec()),
            gives: |_| Ok(nullable(DataType::Boolean)),
            run: |call| {
                let array = call.array(0)?;
                let finite = (0..call.rows()).map(|row| array.is_valid(row).then_some(true));
                Ok(Arc::new(finite.collect::<BooleanArray>()))
            },
        },
    ]
}

/// An interval times a float.
pub(crate) static INTERVAL_MULTIPLY: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    Arc::new(
        Builtin {
            name: "interval_multiply",
            takes: |_| Some(vec![INTERVAL, DataType::Float64]),
            gives: |_| Ok(nullable(INTERVAL)),
            run: |call| scaled(call, Ok),
        }
        .udf(),
    )
});

/// An interval divided by a float.
pub(crate) static INTERVAL_DIVIDE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    Arc::new(
        Builtin {
            name: "interval_divide",
            takes: |_| Some(vec![INTERVAL, DataType::Float64]),
            gives: |_| Ok(nullable(INTERVAL)),
            run: quotients,
        }
        .udf(),
    )
});

/// A date and a time of that day.
pub(crate) static DATE_AND_TIME: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    Arc::new(
        Builtin {
            name: "date_and_time",
            takes: |_| Some(vec![DataType::Date32, DataType::Time64(TimeUnit::Microsecond)]),
            gives: |_| Ok(nullable(MICROSECONDS)),
            run: |call| {
                let dates = call.array(0)?.as_primitive::<Date32Type>().iter();
                let times = call
                    .array(1)?
                    .as_primitive::<datafusion::arrow::datatypes::Time64MicrosecondType>()
                    .iter();
                let at = |(date, time): (Option<i32>, Option<i64>)| {
                    i64::from(date?).checked_mul(DAY)?.checked_add(time?)
                };
                Ok(Arc::new(dates.zip(times).map(at).collect::<TimestampMicrosecondArray>()))
            },
        }
        .udf(),
    )
});

fn timezone(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let moments = call.array(1)?;
    let is_local = matches!(moments.data_type(), DataType::Timestamp(_, None));
    let moments = moments.as_primitive::<TimestampMicrosecondType>();
    let mut last: Option<(String, TimeZone)> = None;
    let mut shifted = |row: usize| -> Result<Option<i64>, DataFusionError> {
        let (Some(name), true) = (call.text(0, row)?, moments.is_valid(row)) else {
            return Ok(None);
        };
        if last.as_ref().is_none_or(|(known, _)| known != name) {
            last = Some((name.to_owned(), moment::zone_named(name)?));
        }
        let Some((_, zone)) = &last else { return Ok(None) };
        let micros = moments.value(row);
        Ok(Some(match is_local {
            true => moment::global(micros, zone),
            false => moment::local(micros, zone),
        }))
    };
    let micros = (0..call.rows()).map(&mut shifted);
    let micros = micros.collect::<Result<TimestampMicrosecondArray, _>>()?;
    Ok(Arc::new(if is_local { micros.with_timezone("UTC") } else { micros }))
}

fn age(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let (ends, starts) = (
        call.array(0)?.as_primitive::<TimestampMicrosecondType>(),
        call.array(1)?.as_primitive::<TimestampMicrosecondType>(),
    );
    let age = |(end, start): (Option<i64>, Option<i64>)| {
        let (Some(end), Some(start)) = (end, start) else { return Ok(None) };
        let (end, start) = (moment::civil(end)?, moment::civil(start)?);
        Ok::<_, DataFusionError>(Some(if end < start {
            let IntervalMonthDayNano { months, days, nanoseconds } = between(end, start)?;
            IntervalMonthDayNano::new(-months, -days, -nanoseconds)
        } else {
            between(start, end)?
        }))
    };
    let ages = ends.iter().zip(starts.iter()).map(age);
    Ok(Arc::new(ages.collect::<Result<IntervalMonthDayNanoArray, _>>()?))
}

/// Whole months, then days and time, between two moments of which the second is the later.
fn between(
    start: NaiveDateTime,
    end: NaiveDateTime,
) -> Result<IntervalMonthDayNano, DataFusionError> {
    let count = |of: NaiveDateTime| of.year() * 12 + of.month0().cast_signed();
    let mut months = count(end) - count(start);
    let mut days = end.day().cast_signed() - start.day().cast_signed();
    let mut micros = moment::clock(end) - moment::clock(start);
    if micros < 0 {
        micros += DAY;
        days -= 1;
    }
    if days < 0 {
        // As many days as the month has in which it began.
        let first = start.date().with_day(1);
        let length = first.and_then(|first| {
            let next = first.checked_add_months(Months::new(1))?;
            i32::try_from(next.signed_duration_since(first).num_days()).ok()
        });
        days += length.ok_or_else(moment::out_of_range)?;
        months -= 1;
    }
    Ok(IntervalMonthDayNano::new(months, days, micros.saturating_mul(1_000)))
}

type Run = fn(&Call<'_>) -> Result<ArrayRef, DataFusionError>;

fn justify(name: &'static str, run: Run) -> Builtin {
    let takes = |types: &[DataType]| (types.len() == 1).then(|| vec![INTERVAL]);
    Builtin { name, takes, gives: |_| Ok(nullable(INTERVAL)), run }
}

type Carry = fn(i64, i64, i64) -> (i64, i64, i64);

fn justified(call: &Call<'_>, carry: Carry) -> Result<ArrayRef, DataFusionError> {
    let intervals = call.array(0)?.as_primitive::<IntervalMonthDayNanoType>();
    let justify = |interval: IntervalMonthDayNano| {
        let IntervalMonthDayNano { months, days, nanoseconds } = interval;
        let (months, days, micros) = carry(months.into(), days.into(), nanoseconds / 1_000);
        interval_of(months, days, micros)
    };
    let justified = intervals.iter().map(|interval| interval.map(justify).transpose());
    Ok(Arc::new(justified.collect::<Result<IntervalMonthDayNanoArray, _>>()?))
}

fn carry_days(months: i64, days: i64, micros: i64) -> (i64, i64, i64) {
    let (months, days) = (months + days / 30, days % 30);
    match () {
        () if months > 0 && days < 0 => (months - 1, days + 30, micros),
        () if months < 0 && days > 0 => (months + 1, days - 30, micros),
        () => (months, days, micros),
    }
}

fn carry_hours(months: i64, days: i64, micros: i64) -> (i64, i64, i64) {
    let (days, micros) = (days + micros / DAY, micros % DAY);
    match () {
        () if days > 0 && micros < 0 => (months, days - 1, micros + DAY),
        () if days < 0 && micros > 0 => (months, days + 1, micros - DAY),
        () => (months, days, micros),
    }
}

/// Borrows until all parts have the sign of the months, or of the days if there are none.
fn same_sign((mut months, mut days, mut micros): (i64, i64, i64)) -> (i64, i64, i64) {
    if months > 0 && (days < 0 || days == 0 && micros < 0) {
        (months, days) = (months - 1, days + 30);
    } else if months < 0 && (days > 0 || days == 0 && micros > 0) {
        (months, days) = (months + 1, days - 30);
    }
    if days > 0 && micros < 0 {
        (days, micros) = (days - 1, micros + DAY);
    } else if days < 0 && micros > 0 {
        (days, micros) = (days + 1, micros - DAY);
    }
    (months, days, micros)
}

fn interval_of(
    months: i64,
    days: i64,
    micros: i64,
) -> Result<IntervalMonthDayNano, DataFusionError> {
    let error = || failed(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range"));
    let (months, days) = (i32::try_from(months).ok(), i32::try_from(days).ok());
    let nanoseconds = micros.checked_mul(1_000);
    match (months, days, nanoseconds) {
        (Some(months), Some(days), Some(nanoseconds)) => {
            Ok(IntervalMonthDayNano::new(months, days, nanoseconds))
        }
        _ => Err(error()),
    }
}

/// Intervals divided by numbers.
pub(super) fn quotients(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    scaled(call, |divisor| match divisor {
        0.0 => Err(failed(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero"))),
        divisor => Ok(1.0 / divisor),
    })
}

/// Intervals times factors: a fraction of a month becomes days, one of a day time.
fn scaled(
    call: &Call<'_>,
    factor: impl Fn(f64) -> Result<f64, DataFusionError>,
) -> Result<ArrayRef, DataFusionError> {
    let intervals = call.array(0)?.as_primitive::<IntervalMonthDayNanoType>().iter();
    let factors = datafusion::arrow::compute::cast(call.array(1)?, &DataType::Float64)?;
    let factors = factors.as_primitive::<Float64Type>().iter();
    let scale = |(interval, number): (Option<IntervalMonthDayNano>, Option<f64>)| {
        let (Some(interval), Some(number)) = (interval, number) else { return Ok(None) };
        let factor = factor(number)?;
        let IntervalMonthDayNano { months, days, nanoseconds } = interval;
        let months = f64::from(months) * factor;
        let days = f64::from(days) * factor;
        let month_days = (months.fract() * 30.0 * 1e6).round() / 1e6;
        let seconds = (days.fract() + month_days.fract()) * 86_400.0;
        let seconds = (seconds * 1e6).round() / 1e6;
        #[allow(clippy::as_conversions, reason = "saturates, and then is out of range")]
        let (months, days, micros) = (
            months.trunc() as i64,
            (days.trunc() + month_days.trunc()) as i64,
            ((nanoseconds / 1_000) as f64 * factor + seconds * 1e6).round() as i64,
        );
        interval_of(months, days, micros).map(Some)
    };
    let intervals = intervals.zip(factors).map(scale);
    Ok(Arc::new(intervals.collect::<Result<IntervalMonthDayNanoArray, DataFusionError>>()?))
}

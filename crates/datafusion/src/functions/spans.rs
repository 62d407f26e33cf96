//! Moments that are moved by intervals, and how long intervals are.

use std::sync::{Arc, LazyLock};

use chrono::{Months, NaiveDateTime};
use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{
    DataType, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, TimestampMicrosecondType,
};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ScalarUDF;
use trunkline_core::types::TimeZone;

use super::builtin::{Builtin, Call, INTERVAL, MICROSECONDS, moment as timestamptz, nullable};
use super::moment::{self, DAY, SECOND};

/// The functions of a session: in its time zone a day has 23 to 25 hours.
pub(super) fn functions() -> [Builtin; 2] {
    [
        Builtin {
            name: "timestamptz_plus",
            takes: |_| Some(vec![timestamptz(), INTERVAL]),
            gives: |_| Ok(nullable(timestamptz())),
            run: |call| moved(call, 1),
        },
        Builtin {
            name: "timestamptz_minus",
            takes: |_| Some(vec![timestamptz(), INTERVAL]),
            gives: |_| Ok(nullable(timestamptz())),
            run: |call| moved(call, -1),
        },
    ]
}

/// Rounds a moment to so many digits of a second.
pub(super) fn rounding() -> [Builtin; 1] {
    [Builtin {
        name: "round_moment",
        takes: |types| {
            let zoned = matches!(types.first()?, DataType::Timestamp(_, Some(_)));
            Some(vec![if zoned { timestamptz() } else { MICROSECONDS }, DataType::Int64])
        },
        gives: |args| {
            let found = args.arg_fields.first().map(|field| field.data_type().clone());
            Ok(nullable(found.unwrap_or(MICROSECONDS)))
        },
        run: rounded,
    }]
}

/// How long an interval is, where a month has 30 days and a day 24 hours: intervals are compared by it.
pub(crate) static INTERVAL_LENGTH: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    Arc::new(
        Builtin {
            name: "interval_length",
            takes: |_| Some(vec![INTERVAL]),
            gives: |_| Ok(nullable(LENGTH)),
            run: |call| {
                let spans = call.array(0)?.as_primitive::<IntervalMonthDayNanoType>();
                let length = |span: IntervalMonthDayNano| {
                    let days = i128::from(span.months) * 30 + i128::from(span.days);
                    days * i128::from(DAY) * 1_000 + i128::from(span.nanoseconds)
                };
                let lengths: Decimal128Array = spans.unary(length);
                Ok(Arc::new(lengths.with_data_type(LENGTH)))
            },
        }
        .udf(),
    )
});

/// Nanoseconds.
const LENGTH: DataType = DataType::Decimal128(38, 0);

fn moved(call: &Call<'_>, sign: i32) -> Result<ArrayRef, DataFusionError> {
    let zone = call.zone();
    let moments = call.array(0)?.as_primitive::<TimestampMicrosecondType>();
    let spans = call.array(1)?.as_primitive::<IntervalMonthDayNanoType>();
    let moved = |(moment, span): (Option<i64>, Option<IntervalMonthDayNano>)| {
        let (Some(moment), Some(span)) = (moment, span) else { return Ok(None) };
        plus(moment, span, sign, &zone).map(Some)
    };
    let moved = moments.iter().zip(spans.iter()).map(moved);
    let moved = moved.collect::<Result<TimestampMicrosecondArray, DataFusionError>>()?;
    Ok(Arc::new(moved.with_timezone("UTC")))
}

/// Months and days are counted on the calendar of the zone, and then the time.
fn plus(
    moment: i64,
    span: IntervalMonthDayNano,
    sign: i32,
    zone: &TimeZone,
) -> Result<i64, DataFusionError> {
    let mut moment = moment;
    if span.months != 0 {
        let civil = moment::civil(moment::local(moment, zone))?;
        let civil = by_months(civil, i64::from(span.months) * i64::from(sign));
        moment = moment::global(moment::micros_of(civil.ok_or_else(moment::out_of_range)?), zone);
    }
    if span.days != 0 {
        let days = i64::from(span.days) * i64::from(sign);
        let local = days
            .checked_mul(DAY)
            .and_then(|micros| moment::local(moment, zone).checked_add(micros));
        moment = moment::global(local.ok_or_else(moment::out_of_range)?, zone);
    }
    let time = (span.nanoseconds / 1_000).checked_mul(i64::from(sign));
    let moment = time.and_then(|time| moment.checked_add(time));
    moment.ok_or_else(moment::out_of_range)
}

fn by_months(civil: NaiveDateTime, months: i64) -> Option<NaiveDateTime> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { civil.checked_sub_months(count) } else { civil.checked_add_months(count) }
}

/// Half a unit goes away from 2000-01-01, from which PostgreSQL counts.
fn rounded(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let moments = call.array(0)?.as_primitive::<TimestampMicrosecondType>();
    let places = call.array(1)?.as_primitive::<Int64Type>();
    let places = places.iter().flatten().next().and_then(|places| u32::try_from(places).ok());
    let unit = 10_i64.pow(6_u32.saturating_sub(places.unwrap_or(6)).min(6));
    let round = |moment: i64| {
        let since = moment.saturating_sub(EPOCH);
        let half = since.signum().saturating_mul(unit / 2);
        (since.saturating_add(half) / unit * unit).saturating_add(EPOCH)
    };
    let rounded: TimestampMicrosecondArray = moments.unary(round);
    Ok(Arc::new(rounded.with_data_type(call.result.clone())))
}

/// 2000-01-01, in microseconds since 1970.
const EPOCH: i64 = 946_684_800 * SECOND;

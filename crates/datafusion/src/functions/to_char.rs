//! `to_char`.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};
use datafusion::common::DataFusionError;
use trunkline_core::PgError;
use trunkline_core::types::template::{DateTemplate, NumberTemplate};
use trunkline_core::types::{Interval, Numeric, TimeZone};

use super::builtin::{Builtin, Call, failed, gives_text};
use super::moment::{self, DAY};

pub(super) fn functions() -> [Builtin; 1] {
    [Builtin { name: "to_char", takes, gives: gives_text, run: to_char }]
}

fn takes(types: &[DataType]) -> Option<Vec<DataType>> {
    let [value, _] = types else { return None };
    let value = match value {
        DataType::Decimal128(..) => value.clone(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int32,
        DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        value if value.is_integer() => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float32,
        value if value.is_numeric() => DataType::Float64,
        // Of what type a text is meant to be, PostgreSQL does not know either.
        DataType::Utf8 => return None,
        value => moment::readable(value)?,
    };
    Some(vec![value, DataType::Utf8])
}

fn to_char(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let values = call.array(0)?;
    let zone = call.zone();
    let mut last: Option<(String, Template)> = None;
    call.collect(|row| {
        let (Some(text), true) = (call.text(1, row)?, values.is_valid(row)) else {
            return Ok(None);
        };
        if last.as_ref().is_none_or(|(known, _)| known != text) {
            let template = Template::new(text, values.data_type());
            last = Some((text.to_owned(), template.map_err(failed)?));
        }
        match &last {
            Some((_, Template::Number(template))) => number(values, row, template).map(Some),
            Some((_, Template::Date(template))) => date(values, row, &zone, template),
            None => Ok(None),
        }
    })
}

enum Template {
    Date(DateTemplate),
    Number(NumberTemplate),
}

impl Template {
    fn new(text: &str, data_type: &DataType) -> Result<Template, PgError> {
        Ok(match data_type.is_numeric() {
            true => Template::Number(NumberTemplate::new(text)?),
            false => Template::Date(DateTemplate::new(text)),
        })
    }
}

fn number(
    values: &ArrayRef,
    row: usize,
    template: &NumberTemplate,
) -> Result<String, DataFusionError> {
    let printed = match values.data_type() {
        DataType::Int32 => template.int4(values.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => template.int8(values.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => template.float4(values.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => template.float8(values.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            let value = values.as_primitive::<Decimal128Type>().value(row);
            template.numeric(&Numeric::from_i128(value, (*scale).into()))
        }
        other => return Err(failed(PgError::internal(format!("{other} is no number")))),
    };
    printed.map_err(|error| failed(error.into()))
}

fn date(
    values: &ArrayRef,
    row: usize,
    zone: &TimeZone,
    template: &DateTemplate,
) -> Result<Option<String>, DataFusionError> {
    let interval = match values.data_type() {
        // The midnight of the session's zone.
        DataType::Date32 => {
            let days = i64::from(values.as_primitive::<Date32Type>().value(row));
            let midnight = moment::global(days.saturating_mul(DAY), zone);
            return Ok(template.timestamptz(moment::since_2000(midnight), zone));
        }
        DataType::Timestamp(_, zoned) => {
            let micros = values.as_primitive::<TimestampMicrosecondType>().value(row);
            let micros = moment::since_2000(micros);
            return Ok(match zoned {
                Some(_) => template.timestamptz(micros, zone),
                None => template.timestamp(micros),
            });
        }
        DataType::Time64(_) => {
            let micros = values.as_primitive::<Time64MicrosecondType>().value(row);
            Interval { micros, ..Interval::default() }
        }
        DataType::Interval(_) => {
            let value = values.as_primitive::<IntervalMonthDayNanoType>().value(row);
            let micros = value.nanoseconds / 1_000;
            Interval { months: value.months, days: value.days, micros }
        }
        other => return Err(failed(PgError::internal(format!("{other} is no moment")))),
    };
    template.interval(interval).map_err(|error| failed(error.into()))
}

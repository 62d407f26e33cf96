//! `to_char`.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

mod calendar;
mod number;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::DataFusionError;
use trunkline_core::PgError;

use super::builtin::{Builtin, Call, failed, gives_text};
use super::moment;

pub(super) fn functions() -> [Builtin; 1] {
    [Builtin { name: "to_char", takes, gives: gives_text, run: to_char }]
}

fn takes(types: &[DataType]) -> Option<Vec<DataType>> {
    let [value, _] = types else { return None };
    let value = match value {
        DataType::Decimal128(..) => value.clone(),
        value if value.is_integer() => DataType::Int64,
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
            last =
                Some((text.to_owned(), Template::new(text, values.data_type()).map_err(failed)?));
        }
        let Some((_, template)) = &last else { return Ok(None) };
        Ok(Some(match template {
            Template::Number(template) => {
                let (value, scale) = match values.data_type() {
                    DataType::Decimal128(_, scale) => {
                        (values.as_primitive::<Decimal128Type>().value(row), *scale)
                    }
                    DataType::Int64 => (values.as_primitive::<Int64Type>().value(row).into(), 0),
                    _ => {
                        let float = values.as_primitive::<Float64Type>().value(row);
                        let number = template.rounded(float);
                        (number.to_i128(15).unwrap_or(i128::MAX), 15)
                    }
                };
                template.print(value, scale)
            }
            Template::Calendar(template) => {
                let Some(moment) = moment::read(values, row, &zone)? else { return Ok(None) };
                template.print(&moment, &zone)
            }
        }))
    })
}

enum Template {
    Calendar(calendar::Template),
    Number(number::Template),
}

impl Template {
    fn new(text: &str, data_type: &DataType) -> Result<Template, PgError> {
        Ok(match data_type {
            DataType::Decimal128(..) | DataType::Int64 | DataType::Float64 => {
                Template::Number(number::Template::new(text)?)
            }
            _ => Template::Calendar(calendar::Template::new(text)),
        })
    }
}

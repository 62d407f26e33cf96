//! `to_char`.

use trunkline_core::types::template::{DateTemplate, NumberTemplate};
use trunkline_core::{Oid, Result};

use super::strings::text;
use super::times::interval;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::Call;

pub(super) fn to_char(call: &Call<'_>) -> Result<Datum> {
    let (Some(value), Some(template)) = (call.arguments.first(), text(call, 1)) else {
        return Ok(Datum::Null);
    };
    // What is taken apart is looked at letter by letter, and is larger than its text.
    call.run.steps(template.len())?;
    call.run.check_text(template.len().saturating_mul(size_of::<u64>()))?;
    let printed = match (call.types.first().copied(), value) {
        (Some(Oid::TIMESTAMP), Datum::Int(at)) => DateTemplate::new(template).timestamp(*at),
        (Some(Oid::TIMESTAMPTZ), Datum::Int(at)) => {
            DateTemplate::new(template).timestamptz(*at, &call.run.world.style.time_zone)
        }
        (Some(Oid::INTERVAL), _) => match interval(call, 0) {
            Some(interval) => DateTemplate::new(template).interval(interval)?,
            None => return Ok(Datum::Null),
        },
        (_, Datum::Null) => return Ok(Datum::Null),
        (Some(oid), value) => Some(number(oid, value, &NumberTemplate::new(template)?)?),
        (None, _) => return Ok(Datum::Null),
    };
    let Some(printed) = printed else { return Ok(Datum::Null) };
    call.run.check_text(printed.len())?;
    Ok(Datum::text(printed))
}

fn number(oid: Oid, value: &Datum, template: &NumberTemplate) -> Result<String> {
    Ok(match (oid, value) {
        (Oid::INT4, Datum::Int(value)) => {
            template.int4(i32::try_from(*value).unwrap_or(i32::MAX))?
        }
        (Oid::INT8, Datum::Int(value)) => template.int8(*value)?,
        (Oid::NUMERIC, value) if let Some(value) = value.to_numeric() => {
            template.numeric(&value)?
        }
        (Oid::FLOAT4, Datum::Float(value)) => template.float4(narrow(*value))?,
        (Oid::FLOAT8, value) if let Some(value) = value.as_float() => template.float8(value)?,
        _ => return Err(unsupported(0, "this to_char()")),
    })
}

/// A `real` as it was, of the float that holds it here.
fn narrow(value: f64) -> f32 {
    value.to_string().parse().unwrap_or(f32::NAN)
}

//! `to_date` and `to_timestamp`: text read by a template.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

use trunkline_core::types::template::DateTemplate;
use trunkline_core::{Oid, Result};

use super::strings::text;
use super::times::{DAY, back, out_of_range};
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "to_date" => |call| Ok(read(call)?.map_or(Datum::Null, |(days, _)| Datum::Int(days))),
        "to_timestamp" if types.len() == 2 => |call| {
            let Some((days, time)) = read(call)? else { return Ok(Datum::Null) };
            let local = days.checked_mul(DAY).and_then(|midnight| midnight.checked_add(time));
            let local = local.ok_or_else(out_of_range)?;
            Ok(Datum::Int(back(call, local, Oid::TIMESTAMPTZ)))
        },
        _ => return None,
    })
}

/// The days, and the microseconds of the day, by clocks of no zone.
fn read(call: &Call<'_>) -> Result<Option<(i64, i64)>> {
    let (Some(source), Some(template)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
    call.run.steps(source.len().saturating_add(template.len()))?;
    Ok(Some(DateTemplate::new(template).read(source)?))
}

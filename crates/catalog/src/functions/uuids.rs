//! What a `uuid` says of itself.

use trunkline_core::types::Value;

use crate::datum::Datum;
use crate::plan::{Call, Function};

/// Microseconds from 1970, and from the beginning of the calendar in 1582, to 2000.
const SINCE_1970: i128 = 946_684_800_000_000;
const SINCE_1582: i128 = 13_165_977_600_000_000;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "uuid_extract_version" => {
            |call| Ok(version(call).map_or(Datum::Null, |(version, _)| Datum::Int(version)))
        }
        "uuid_extract_timestamp" => |call| Ok(moment(call).map_or(Datum::Null, Datum::Int)),
        _ => return None,
    })
}

/// The version of a `uuid` of the kind that has one, and its bits.
fn version(call: &Call<'_>) -> Option<(i64, u128)> {
    let Value::Uuid(bytes) = call.arguments.first()?.as_value()? else { return None };
    let bits = u128::from_be_bytes(*bytes);
    let version = i64::try_from(bits >> 76 & 0xf).ok()?;
    (bits >> 62 & 3 == 2).then_some((version, bits))
}

/// When it was made, in microseconds since 2000.
fn moment(call: &Call<'_>) -> Option<i64> {
    let micros = match version(call)? {
        // Tenths of microseconds, the lowest bits first.
        (1, bits) => {
            let tenths = bits >> 96 | (bits >> 80 & 0xffff) << 32 | (bits >> 64 & 0xfff) << 48;
            i128::try_from(tenths / 10).ok()? - SINCE_1582
        }
        (7, bits) => i128::try_from(bits >> 80).ok()? * 1000 - SINCE_1970,
        _ => return None,
    };
    i64::try_from(micros).ok()
}

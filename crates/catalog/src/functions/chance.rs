//! What chance gives: `random()`, `gen_random_uuid()`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trunkline_core::types::Value;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::session::now;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match (name, types) {
        ("random", []) => |_| Ok(Datum::Float(fraction()?)),
        ("random", [Oid::INT4 | Oid::INT8, _]) => between,
        ("gen_random_uuid" | "uuidv4", _) => |_| Ok(uuid(drawn()?, 4)),
        ("uuidv7", []) => |_| {
            let at = rising();
            let mut bytes = drawn()?;
            // The parts of a millisecond stand behind the version.
            let millis = (at >> 12).to_be_bytes().into_iter().skip(2);
            let parts = (at & 0xfff).to_be_bytes().into_iter().skip(6);
            for (byte, of) in bytes.iter_mut().zip(millis.chain(parts)) {
                *byte = of;
            }
            Ok(uuid(bytes, 7))
        },
        _ => return None,
    })
}

/// Milliseconds since 1970 and the 4,096 parts of the next one: greater than the one before, whatever the clock says.
fn rising() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let micros = u64::try_from(now() + 946_684_800_000_000).unwrap_or(0);
    let at = ((micros / 1_000) << 12) | (micros % 1_000 * 4_096 / 1_000);
    let next = |last: u64| Some(at.max(last + 1));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    last.map_or(at, |last| at.max(last + 1))
}

/// Bytes that nobody can foretell.
fn drawn<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        PgError::new(SqlState::INTERNAL_ERROR, "could not generate random values")
            .detail(error.to_string())
    })?;
    Ok(bytes)
}

/// At least 0 and below 1: as many digits as a float has.
fn fraction() -> Result<f64> {
    let bits = u64::from_be_bytes(drawn()?) >> 12;
    // The digits of a float between 1 and 2.
    Ok(f64::from_bits(bits | 1.0_f64.to_bits()) - 1.0)
}

/// A whole number from the first to the second, both of them included.
fn between(call: &Call<'_>) -> Result<Datum> {
    let [Datum::Int(from), Datum::Int(to)] = call.arguments else {
        return Err(unsupported(0, "this random()"));
    };
    if from > to {
        let message = "lower bound must be less than or equal to upper bound";
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    }
    let count = i128::from(*to) - i128::from(*from) + 1;
    // Of so many bits the remainder favours nothing that anybody could see.
    let drawn = i128::from_be_bytes(drawn()?).rem_euclid(count);
    let value = i64::try_from(i128::from(*from) + drawn).unwrap_or(*from);
    Ok(Datum::Int(value))
}

/// With the version and the variant in their places.
fn uuid(mut bytes: [u8; 16], version: u8) -> Datum {
    if let Some(byte) = bytes.get_mut(6) {
        *byte = *byte & 0x0f | version << 4;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = *byte & 0x3f | 0x80;
    }
    Datum::Other(Arc::new(Value::Uuid(bytes)))
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn each_is_greater_than_the_one_before() {
        let mut last = rising();
        for _ in 0..10_000 {
            let next = rising();
            assert!(next > last, "{next} {last}");
            last = next;
        }
    }
}

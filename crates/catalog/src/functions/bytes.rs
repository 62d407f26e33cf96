//! Strings of bytes.

use std::ops::Range;
use std::sync::Arc;

use trunkline_core::types::Value;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::conversions::{bytea, bytes};
use crate::datum::Datum;
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    if types.first() != Some(&Oid::BYTEA) {
        return None;
    }
    Some(match name {
        "substring" | "substr" => part,
        "position" => |call| {
            let (Some(of), Some(wanted)) = (bytes(call, 0), bytes(call, 1)) else {
                return Ok(Datum::Null);
            };
            call.run.steps(of.len().saturating_mul(wanted.len()) / 16)?;
            let found = match wanted {
                [] => Some(0),
                wanted => of.windows(wanted.len()).position(|part| part == wanted),
            };
            let place = found.map_or(0, |place| place.saturating_add(1));
            Ok(Datum::Int(i64::try_from(place).unwrap_or(i64::MAX)))
        },
        "get_byte" => |call| {
            let Some((of, place)) = byte(call)? else { return Ok(Datum::Null) };
            Ok(of.get(place).map_or(Datum::Null, |byte| Datum::Int((*byte).into())))
        },
        "set_byte" => |call| {
            let Some((of, place)) = byte(call)? else { return Ok(Datum::Null) };
            let new = call.arguments.get(2).and_then(Datum::as_int).unwrap_or(0);
            let mut all = of.to_vec();
            if let Some(byte) = all.get_mut(place) {
                *byte = u8::try_from(new & 0xff).unwrap_or(0);
            }
            Ok(bytea(&all))
        },
        "bit_count" => |call| {
            let ones = bytes(call, 0).map(|of| of.iter().map(|byte| i64::from(byte.count_ones())));
            Ok(ones.map_or(Datum::Null, |ones| Datum::Int(ones.sum())))
        },
        "reverse" => |call| {
            let turned = bytes(call, 0).map(|of| of.iter().rev().copied().collect::<Vec<u8>>());
            Ok(turned.map_or(Datum::Null, |turned| bytea(&turned)))
        },
        _ => return None,
    })
}

/// `bytea || bytea`
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_join =
        &*operator.name == "||" && operator.left == Oid::BYTEA && operator.right == Oid::BYTEA;
    is_join.then_some(|call| {
        let pair = bytes(call, 0).zip(bytes(call, 1));
        let joined = pair.map(|(one, two)| Value::Bytea([one, two].concat()));
        Ok(joined.map_or(Datum::Null, |joined| Datum::Other(Arc::new(joined))))
    })
}

fn part(call: &Call<'_>) -> Result<Datum> {
    let Some(of) = bytes(call, 0) else { return Ok(Datum::Null) };
    let range = taken(call, of.len())?;
    Ok(range.map_or(Datum::Null, |range| bytea(of.get(range).unwrap_or_default())))
}

/// What `substring(of, from, length)` takes of so many bytes or bits, from 1 on; what lies before counts for the length.
pub(super) fn taken(call: &Call<'_>, all: usize) -> Result<Option<Range<usize>>> {
    let int = |place: usize| call.arguments.get(place).and_then(Datum::as_int);
    let Some(from) = int(1) else { return Ok(None) };
    let end = match int(2) {
        Some(length) if length < 0 => {
            let message = "negative substring length not allowed";
            return Err(PgError::new(SqlState::SUBSTRING_ERROR, message));
        }
        Some(length) => from.saturating_add(length),
        None => i64::MAX,
    };
    let place = |at: i64| usize::try_from(at.saturating_sub(1)).unwrap_or(0).min(all);
    Ok(Some(place(from)..place(end)))
}

/// Bytes, and the place of the one that is meant, from 0 on.
fn byte<'a>(call: &'a Call<'_>) -> Result<Option<(&'a [u8], usize)>> {
    let place = call.arguments.get(1).and_then(Datum::as_int);
    let Some((of, place)) = bytes(call, 0).zip(place) else { return Ok(None) };
    match usize::try_from(place).ok().filter(|place| *place < of.len()) {
        Some(place) => Ok(Some((of, place))),
        None => {
            let last = i64::try_from(of.len()).unwrap_or(i64::MAX) - 1;
            let message = format!("index {place} out of valid range, 0..{last}");
            Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message))
        }
    }
}

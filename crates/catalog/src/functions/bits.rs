//! Strings of bits.

use std::sync::Arc;

use trunkline_core::types::{Bits, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::bytes::taken;
use crate::datum::Datum;
use crate::facts::Operator;
use crate::plan::{Call, Function};

/// An operator between strings of bits.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_bits = |oid| matches!(oid, Oid::BIT | Oid::VARBIT);
    if !is_bits(operator.right) && !is_bits(operator.left) {
        return None;
    }
    Some(match &*operator.name {
        "&" => |call| both(call, Bitwise::And),
        "|" => |call| both(call, Bitwise::Or),
        "#" => |call| both(call, Bitwise::Xor),
        "~" => |call| {
            let own = call.arguments.first().and_then(digits);
            Ok(own.map_or(Datum::Null, |own| made(own.into_iter().map(|bit| !bit))))
        },
        "||" => |call| {
            let pair = call.arguments.first().and_then(digits);
            let pair = pair.zip(call.arguments.get(1).and_then(digits));
            let Some((one, two)) = pair else { return Ok(Datum::Null) };
            call.run.admit_text(one.len().saturating_add(two.len()))?;
            Ok(made(one.into_iter().chain(two)))
        },
        _ => return None,
    })
}

/// Refuses what was read if it has not as many bits as its type says; a cast cuts it off or fills it up instead.
pub(super) fn check_length(value: &Datum, oid: Oid, most: i64) -> Result<()> {
    let Some(length) = digits(value).and_then(|bits| i64::try_from(bits.len()).ok()) else {
        return Ok(());
    };
    let (state, message) = match oid {
        Oid::BIT if most >= 0 && length != most => (
            SqlState::STRING_DATA_LENGTH_MISMATCH,
            format!("bit string length {length} does not match type bit({most})"),
        ),
        Oid::VARBIT if most >= 0 && length > most => (
            SqlState::STRING_DATA_RIGHT_TRUNCATION,
            format!("bit string too long for type bit varying({most})"),
        ),
        _ => return Ok(()),
    };
    Err(PgError::new(state, message))
}

/// A function of strings of bits.
pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    if !matches!(types.first(), Some(&Oid::BIT | &Oid::VARBIT)) {
        return None;
    }
    Some(match name {
        "length" | "bit_length" => |call| Ok(counted(call, |bits| bits.len())),
        "octet_length" => |call| Ok(counted(call, |bits| bits.len().div_ceil(8))),
        "bit_count" => |call| Ok(counted(call, |bits| bits.iter().filter(|bit| **bit).count())),
        "get_bit" => |call| {
            Ok(bit(call)?.map_or(Datum::Null, |(bits, place)| {
                Datum::Int(bits.get(place).copied().unwrap_or(false).into())
            }))
        },
        "set_bit" => |call| {
            let value = call.arguments.get(2).and_then(Datum::as_int);
            let Some(((mut bits, place), value)) = bit(call)?.zip(value) else {
                return Ok(Datum::Null);
            };
            if !matches!(value, 0 | 1) {
                let message = "new bit must be 0 or 1";
                return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
            }
            if let Some(bit) = bits.get_mut(place) {
                *bit = value == 1;
            }
            Ok(made(bits.into_iter()))
        },
        "substring" => part,
        _ => return None,
    })
}

fn counted(call: &Call<'_>, count: fn(&[bool]) -> usize) -> Datum {
    let bits = call.arguments.first().and_then(digits);
    let count = bits.and_then(|bits| i64::try_from(count(&bits)).ok());
    count.map_or(Datum::Null, Datum::Int)
}

/// Bits, and the place of the one that is meant, from 0 on.
fn bit(call: &Call<'_>) -> Result<Option<(Vec<bool>, usize)>> {
    let bits = call.arguments.first().and_then(digits);
    let Some((bits, place)) = bits.zip(call.arguments.get(1).and_then(Datum::as_int)) else {
        return Ok(None);
    };
    match usize::try_from(place).ok().filter(|place| *place < bits.len()) {
        Some(place) => Ok(Some((bits, place))),
        None => {
            let last = i64::try_from(bits.len()).unwrap_or(i64::MAX) - 1;
            let message = format!("bit index {place} out of valid range (0..{last})");
            Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message))
        }
    }
}

/// `substring(bits, from, length)`
fn part(call: &Call<'_>) -> Result<Datum> {
    let Some(bits) = call.arguments.first().and_then(digits) else { return Ok(Datum::Null) };
    let range = taken(call, bits.len())?;
    let part = range.map(|range| bits.get(range).unwrap_or_default());
    Ok(part.map_or(Datum::Null, |part| made(part.iter().copied())))
}

/// The bits of a value, the highest first.
fn digits(value: &Datum) -> Option<Vec<bool>> {
    let Value::Bits(bits) = value.as_value()? else { return None };
    let all = bits.bytes().iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1));
    Some(all.take(bits.len()).collect())
}

fn made(bits: impl Iterator<Item = bool>) -> Datum {
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    for bit in bits {
        if length.is_multiple_of(8) {
            bytes.push(0_u8);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= if bit { 0x80 >> (length % 8) } else { 0 };
        }
        length += 1;
    }
    Datum::Other(Arc::new(Value::Bits(Bits::new(bytes, length))))
}

fn both(call: &Call<'_>, combine: Bitwise) -> Result<Datum> {
    match call.arguments {
        [one, two] => combine.of_strings(one, two),
        _ => Ok(Datum::Null),
    }
}

/// What is done bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bitwise {
    And,
    Or,
    Xor,
}

impl Bitwise {
    pub(crate) fn of_numbers(self, one: i64, two: i64) -> i64 {
        match self {
            Bitwise::And => one & two,
            Bitwise::Or => one | two,
            Bitwise::Xor => one ^ two,
        }
    }

    /// Strings of bits must be of one length.
    pub(crate) fn of_strings(self, one: &Datum, two: &Datum) -> Result<Datum> {
        let Some((one, two)) = digits(one).zip(digits(two)) else { return Ok(Datum::Null) };
        let (name, combine): (_, fn(bool, bool) -> bool) = match self {
            Bitwise::And => ("AND", |one, two| one & two),
            Bitwise::Or => ("OR", |one, two| one | two),
            Bitwise::Xor => ("XOR", |one, two| one ^ two),
        };
        if one.len() != two.len() {
            let message = format!("cannot {name} bit strings of different sizes");
            return Err(PgError::new(SqlState::STRING_DATA_LENGTH_MISMATCH, message));
        }
        Ok(made(one.into_iter().zip(two).map(|(one, two)| combine(one, two))))
    }
}

/// A number as so many bits, of which the lowest are kept.
pub(crate) fn of_number(value: i64, length: i32) -> Datum {
    let length = usize::try_from(length).unwrap_or(1).max(1);
    let bit =
        |place: usize| u32::try_from(place).map_or(value < 0, |at| value >> at.min(63) & 1 == 1);
    made((0..length).rev().map(bit))
}

/// The number that bits are; `None` if there are more than `most`.
pub(crate) fn to_number(value: &Datum, most: usize) -> Option<i64> {
    let bits = digits(value).filter(|bits| bits.len() <= most)?;
    let is_negative = bits.len() == most && bits.first() == Some(&true);
    let start = if is_negative { -1 } else { 0 };
    Some(bits.iter().fold(start, |number: i64, bit| number << 1 | i64::from(*bit)))
}

/// Bits as so many of them: filled up with zeros, or cut, at the right.
pub(crate) fn of_length(value: &Datum, length: i32, fills: bool) -> Datum {
    let length = usize::try_from(length).unwrap_or(0);
    let bits = digits(value).unwrap_or_default();
    let missing = if fills { length.saturating_sub(bits.len()) } else { 0 };
    made(bits.into_iter().take(length).chain(std::iter::repeat_n(false, missing)))
}

//! The binary form: a byte of flags, and the bounds that there are, each after its length.

use std::ops::Bound;

use bytes::Bytes;

use super::{Range, RangeType};
use crate::types::array::{push_item, take_i32};
use crate::types::catalog::typlen;
use crate::types::convert::IsNull;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::typmod;
use crate::types::user::Types;
use crate::types::value::Value;
use crate::{Oid, SqlState};

const IS_EMPTY: u8 = 0x01;
const HAS_LOWER: u8 = 0x02;
const HAS_UPPER: u8 = 0x04;
const NO_LOWER: u8 = 0x08;
const NO_UPPER: u8 = 0x10;

impl Range {
    pub(in crate::types) fn binary(
        &self,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let Some([lower, upper]) = self.bounds() else {
            out.push(IS_EMPTY);
            return Ok(());
        };
        let flag = |bound: &Bound<Value>, included: u8, unbounded: u8| match bound {
            Bound::Included(_) => included,
            Bound::Excluded(_) => 0,
            Bound::Unbounded => unbounded,
        };
        out.push(flag(lower, HAS_LOWER, NO_LOWER) | flag(upper, HAS_UPPER, NO_UPPER));
        for value in [lower, upper].into_iter().filter_map(super::bounds::value) {
            if push_item(value, self.of.subtype, style, out)? == IsNull::Yes {
                return Err(ValueError::unexpected_null());
            }
        }
        Ok(())
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 22P03 or 08P01 for a wrong form, what the bounds' type says of them, and those of
    /// [`new`](Range::new).
    pub fn receive(subtype: Oid, bytes: &[u8]) -> Result<Range, ValueError> {
        Range::receive_as(RangeType::built_in(subtype), bytes, &Types::default())
    }

    pub(in crate::types) fn receive_as(
        of: RangeType,
        bytes: &[u8],
        types: &Types,
    ) -> Result<Range, ValueError> {
        let subtype = types.resolved(of.subtype);
        let (flags, mut rest) = bytes.split_first().ok_or_else(ValueError::empty)?;
        let is = |flag: u8| flags & flag != 0;
        let mut bound = |included: u8, unbounded: u8| {
            if is(IS_EMPTY) || is(unbounded) {
                return Ok(Bound::Unbounded);
            }
            let bytes = part(&mut rest)?;
            let bytes = own_bytes(subtype, bytes);
            let value = Value::from_checked_binary(subtype, bytes, types, Bytes::new)?;
            let value = typmod::applied(value, subtype, types.typmod_of(of.subtype))?;
            Ok(if is(included) { Bound::Included(value) } else { Bound::Excluded(value) })
        };
        let (lower, upper) = (bound(HAS_LOWER, NO_LOWER)?, bound(HAS_UPPER, NO_UPPER)?);
        end(rest)?;
        match is(IS_EMPTY) {
            true => Ok(Range { of, bounds: None }),
            false => Range::between(of, lower, upper, types),
        }
    }
}

/// A length and that many bytes.
pub(super) fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], ValueError> {
    let length = usize::try_from(take_i32(rest)?).ok();
    let split = length.and_then(|length| rest.split_at_checked(length));
    let (part, tail) = split.ok_or_else(ValueError::truncated)?;
    *rest = tail;
    Ok(part)
}

/// 08P01 for more than belongs to the value, in other words than those of other types.
pub(super) fn end(rest: &[u8]) -> Result<(), ValueError> {
    match rest {
        [] => Ok(()),
        _ => Err(ValueError::new(SqlState::PROTOCOL_VIOLATION, "invalid message format")),
    }
}

/// What the type of a bound reads of its bytes: as in PostgreSQL, more of them do not matter.
pub(in crate::types) fn own_bytes(subtype: Oid, bytes: &[u8]) -> &[u8] {
    let length = match (subtype, bytes) {
        // As many digits as it says that it has.
        (Oid::NUMERIC, [high, low, ..]) => {
            usize::from(u16::from_be_bytes([*high, *low])).saturating_mul(2).saturating_add(8)
        }
        (Oid::BIT | Oid::VARBIT, [a, b, c, d, ..]) => {
            let bits = i32::from_be_bytes([*a, *b, *c, *d]);
            usize::try_from(bits).unwrap_or(0).div_ceil(8).saturating_add(4)
        }
        (Oid::INET | Oid::CIDR, [_, _, _, length, ..]) => usize::from(*length).saturating_add(4),
        (Oid::NAME, _) => bytes.len(),
        (subtype, _) => usize::try_from(typlen(subtype)).unwrap_or(bytes.len()),
    };
    bytes.get(..length).unwrap_or(bytes)
}

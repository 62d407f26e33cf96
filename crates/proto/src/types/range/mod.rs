//! Ranges and multiranges.
//!
//! Source: <https://www.postgresql.org/docs/18/rangetypes.html>.

mod binary;
mod bounds;
mod multi;
mod order;
mod parse;

use std::ops::Bound;

use super::array;
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::made::{Made, made_of};
use super::style::TextStyle;
use super::text::is_space;
use super::user::Types;
use super::value::Value;
use crate::{Format, Oid};

pub(super) use binary::own_bytes;
pub use multi::Multirange;
pub(super) use multi::{check_binary, check_text};
pub(super) use order::has_order;

/// What a type of ranges has to do with which types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RangeType {
    pub(super) subtype: Oid,
    pub(super) range: Oid,
    /// Zero if only the range is at hand.
    pub(super) multirange: Oid,
}

impl RangeType {
    const fn new(subtype: Oid, range: Oid, multirange: Oid) -> RangeType {
        RangeType { subtype, range, multirange }
    }

    /// The built-in ranges of a type.
    fn built_in(subtype: Oid) -> RangeType {
        let found = BUILT_IN.iter().find(|of| of.subtype == subtype);
        found.copied().unwrap_or(RangeType::new(subtype, Oid::UNKNOWN, Oid::UNKNOWN))
    }
}

const BUILT_IN: [RangeType; 6] = [
    RangeType::new(Oid::INT4, Oid::INT4RANGE, Oid::INT4MULTIRANGE),
    RangeType::new(Oid::INT8, Oid::INT8RANGE, Oid::INT8MULTIRANGE),
    RangeType::new(Oid::NUMERIC, Oid::NUMRANGE, Oid::NUMMULTIRANGE),
    RangeType::new(Oid::DATE, Oid::DATERANGE, Oid::DATEMULTIRANGE),
    RangeType::new(Oid::TIMESTAMP, Oid::TSRANGE, Oid::TSMULTIRANGE),
    RangeType::new(Oid::TIMESTAMPTZ, Oid::TSTZRANGE, Oid::TSTZMULTIRANGE),
];

/// What a built-in range type is a range of.
pub(super) fn built_in_range(oid: Oid) -> Option<RangeType> {
    BUILT_IN.iter().find(|of| of.range == oid).copied()
}

/// What a built-in multirange type has ranges of.
pub(super) fn built_in_multirange(oid: Oid) -> Option<RangeType> {
    BUILT_IN.iter().find(|of| of.multirange == oid).copied()
}

/// All values between two bounds, or none.
///
/// Of whole numbers and dates the lower bound belongs to it and the upper does not, whatever it was
/// made of: `(1,5]` is `[2,6)`; but not if its type is a registered one.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    of: RangeType,
    /// None if it is empty.
    bounds: Option<Box<[Bound<Value>; 2]>>,
}

impl Range {
    /// No values.
    pub fn empty(subtype: Oid) -> Range {
        Range { of: RangeType::built_in(subtype), bounds: None }
    }

    /// The values of the type `subtype` between two bounds.
    ///
    /// # Errors
    ///
    /// 22000 if the lower is above the upper, 22003 and 22008 if the next value is beyond the type,
    /// 42804 for a type that the built-in ranges are not of, and for values of other types.
    pub fn new(
        subtype: Oid,
        lower: Bound<Value>,
        upper: Bound<Value>,
    ) -> Result<Range, ValueError> {
        let of = RangeType::built_in(subtype);
        if of.range == Oid::UNKNOWN {
            return Err(order::wrong_bounds());
        }
        Range::between(of, lower, upper, &Types::default())
    }

    /// The values between two bounds, as a range of a registered type, or a built-in one.
    ///
    /// # Errors
    ///
    /// As for [`new`](Range::new); 42804 for a type that is none of ranges.
    pub fn of_type(
        oid: Oid,
        lower: Bound<Value>,
        upper: Bound<Value>,
        types: &Types,
    ) -> Result<Range, ValueError> {
        let Made::Range(of) = made_of(oid, types) else {
            return Err(ValueError::mismatch("a range", &types.display_name(oid)));
        };
        Range::between(of, lower, upper, types)
    }

    fn between(
        of: RangeType,
        lower: Bound<Value>,
        upper: Bound<Value>,
        types: &Types,
    ) -> Result<Range, ValueError> {
        let bounds = bounds::ordered(of, lower, upper, types)?;
        Ok(Range { of, bounds: bounds.map(Box::new) })
    }

    /// The type of its bounds.
    pub fn subtype(&self) -> Oid {
        self.of.subtype
    }

    /// The lower and the upper bound; nothing of an empty range.
    pub fn bounds(&self) -> Option<&[Bound<Value>; 2]> {
        self.bounds.as_deref()
    }

    /// The type that it is of.
    pub fn oid(&self) -> Oid {
        self.of.range
    }

    pub(super) fn text(&self, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let Some([lower, upper]) = self.bounds() else {
            out.extend_from_slice(b"empty");
            return Ok(());
        };
        out.push(if matches!(lower, Bound::Included(_)) { b'[' } else { b'(' });
        self.bound(lower, style, out)?;
        out.push(b',');
        self.bound(upper, style, out)?;
        out.push(if matches!(upper, Bound::Included(_)) { b']' } else { b')' });
        Ok(())
    }

    fn bound(
        &self,
        bound: &Bound<Value>,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let (Bound::Included(value) | Bound::Excluded(value)) = bound else { return Ok(()) };
        let start = out.len();
        if value.encode(self.of.subtype, Format::Text, style, out)? == IsNull::Yes {
            return Err(ValueError::unexpected_null());
        }
        let special = |byte: &u8| {
            matches!(byte, b'"' | b'\\' | b'(' | b')' | b'[' | b']' | b',') || is_space(*byte)
        };
        let text = out.get(start..).unwrap_or_default();
        if text.is_empty() || text.iter().any(special) {
            array::surround(start, 0, out);
        }
        Ok(())
    }
}

//! Ranges and multiranges of the built-in types.
//!
//! Source: <https://www.postgresql.org/docs/18/rangetypes.html>.

mod binary;
mod bounds;
mod multi;
mod parse;

use std::ops::Bound;

use super::array;
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::style::TextStyle;
use super::text::is_space;
use super::value::Value;
use crate::{Format, Oid};

pub use multi::Multirange;

/// The types of ranges: of what, the range, the multirange.
const TYPES: [(Oid, Oid, Oid); 6] = [
    (Oid::INT4, Oid::INT4RANGE, Oid::INT4MULTIRANGE),
    (Oid::INT8, Oid::INT8RANGE, Oid::INT8MULTIRANGE),
    (Oid::NUMERIC, Oid::NUMRANGE, Oid::NUMMULTIRANGE),
    (Oid::DATE, Oid::DATERANGE, Oid::DATEMULTIRANGE),
    (Oid::TIMESTAMP, Oid::TSRANGE, Oid::TSMULTIRANGE),
    (Oid::TIMESTAMPTZ, Oid::TSTZRANGE, Oid::TSTZMULTIRANGE),
];

/// What a range type is a range of.
pub(super) fn subtype_of_range(oid: Oid) -> Option<Oid> {
    TYPES.iter().find(|(_, range, _)| *range == oid).map(|(subtype, ..)| *subtype)
}

/// What a multirange type has ranges of.
pub(super) fn subtype_of_multirange(oid: Oid) -> Option<Oid> {
    TYPES.iter().find(|(.., multirange)| *multirange == oid).map(|(subtype, ..)| *subtype)
}

/// All values between two bounds, or none.
///
/// Of whole numbers and dates the lower bound belongs to it and the upper does not, whatever it was
/// made of: `(1,5]` is `[2,6)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    subtype: Oid,
    /// None if it is empty.
    bounds: Option<Box<[Bound<Value>; 2]>>,
}

impl Range {
    /// No values.
    pub fn empty(subtype: Oid) -> Range {
        Range { subtype, bounds: None }
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
        let bounds = bounds::ordered(subtype, lower, upper)?;
        Ok(Range { subtype, bounds: bounds.map(Box::new) })
    }

    /// The type of its bounds.
    pub fn subtype(&self) -> Oid {
        self.subtype
    }

    /// The lower and the upper bound; nothing of an empty range.
    pub fn bounds(&self) -> Option<&[Bound<Value>; 2]> {
        self.bounds.as_deref()
    }

    /// The type that it is of.
    pub fn oid(&self) -> Oid {
        let found = TYPES.iter().find(|(subtype, ..)| *subtype == self.subtype);
        found.map_or(Oid::UNKNOWN, |(_, range, _)| *range)
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
        if value.encode(self.subtype, Format::Text, style, out)? == IsNull::Yes {
            return Err(ValueError::unexpected_null());
        }
        let special = |byte: &u8| {
            matches!(byte, b'"' | b'\\' | b'(' | b')' | b'[' | b']' | b',') || is_space(*byte)
        };
        if out.get(start..).unwrap_or_default().iter().any(special) {
            array::surround(start, 0, out);
        }
        Ok(())
    }
}

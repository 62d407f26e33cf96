//! Multiranges: ranges that lie apart, in their order.

use std::cmp::Ordering;
use std::ops::Bound;

use bytes::Bytes;

use super::binary::{end, part};
use super::bounds::value;
use super::order::Order;
use super::parse::EMPTY;
use super::{Range, RangeType};
use crate::Oid;
use crate::types::array::check_length;
use crate::types::array::take_i32;
use crate::types::error::ValueError;
use crate::types::made::{Made, made_of};
use crate::types::style::TextStyle;
use crate::types::text::{is_space, trim_start};
use crate::types::user::Types;
use crate::types::value::Value;

/// Ranges of one type.
///
/// One that was received is held as its bytes, and its ranges are read when they are asked for: a
/// range of five bytes would be many more as a [`Range`].
#[derive(Clone, Debug)]
pub struct Multirange {
    of: RangeType,
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    Ranges(Vec<Range>),
    /// As it was received.
    Text(Box<(Box<str>, TextStyle)>),
    /// As it was received.
    Binary(Bytes, Types),
}

impl Multirange {
    /// The values of these ranges: those that meet become one, and empty ones none.
    ///
    /// # Errors
    ///
    /// 42804 for ranges of other types.
    pub fn new(subtype: Oid, ranges: Vec<Range>) -> Result<Multirange, ValueError> {
        Multirange::merged(RangeType::built_in(subtype), ranges, &Types::default())
    }

    /// The values of these ranges, as a multirange of a registered type, or a built-in one.
    ///
    /// # Errors
    ///
    /// 42804 for ranges of other types, and for a type that is none of multiranges.
    pub fn of_type(oid: Oid, ranges: Vec<Range>, types: &Types) -> Result<Multirange, ValueError> {
        let Made::Multirange(of) = made_of(oid, types) else {
            return Err(ValueError::mismatch("a multirange", &types.display_name(oid)));
        };
        Multirange::merged(of, ranges, types)
    }

    fn merged(of: RangeType, ranges: Vec<Range>, types: &Types) -> Result<Multirange, ValueError> {
        let ranges = merge(of, ranges, types)?;
        Ok(Multirange { of, held: Held::Ranges(ranges) })
    }

    /// The type of the bounds.
    pub fn subtype(&self) -> Oid {
        self.of.subtype
    }

    /// The ranges, from the lowest on; none of them is empty or meets another.
    ///
    /// # Errors
    ///
    /// None for a multirange that was made of ranges. What was received was checked by then, so an
    /// error is none of the client's.
    pub fn ranges(&self) -> Result<Vec<Range>, ValueError> {
        let (of, mut ranges) = (self.of, Vec::new());
        match &self.held {
            Held::Ranges(ranges) => Ok(ranges.clone()),
            Held::Text(held) => {
                let (text, style) = &**held;
                each_in_text(of, text, style, |range| ranges.push(range))?;
                merge(of, ranges, &style.types)
            }
            Held::Binary(bytes, types) => {
                each_in_binary(of, bytes, types, |range| ranges.push(range))?;
                merge(of, ranges, types)
            }
        }
    }

    /// The type that it is of.
    pub fn oid(&self) -> Oid {
        self.of.multirange
    }

    /// Reads `{[1,3),[5,7)}`.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, and those of [`Range::parse`].
    pub fn parse(subtype: Oid, text: &str, style: &TextStyle) -> Result<Multirange, ValueError> {
        let of = RangeType::built_in(subtype);
        check_text(of, text, style)?;
        Ok(Multirange::of_literal(of, text, style))
    }

    /// Holds text, which has been checked.
    pub(in crate::types) fn of_literal(of: RangeType, text: &str, style: &TextStyle) -> Multirange {
        Multirange { of, held: Held::Text(Box::new((text.into(), style.clone()))) }
    }

    /// Holds the binary form, which has been checked.
    pub(in crate::types) fn of_binary(of: RangeType, bytes: Bytes, types: &Types) -> Multirange {
        Multirange { of, held: Held::Binary(bytes, types.clone()) }
    }

    /// Reads the binary form: the number of ranges, and each after its length.
    ///
    /// # Errors
    ///
    /// 22P03 or 08P01 for a wrong form, and those of [`Range::receive`].
    pub fn receive(subtype: Oid, bytes: &[u8]) -> Result<Multirange, ValueError> {
        let (of, types) = (RangeType::built_in(subtype), Types::default());
        check_binary(of, bytes, &types)?;
        Ok(Multirange::of_binary(of, Bytes::copy_from_slice(bytes), &types))
    }

    pub(in crate::types) fn text(
        &self,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let start = out.len();
        out.push(b'{');
        for (place, range) in self.ranges()?.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            range.text(style, out)?;
            check_length(start, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    pub(in crate::types) fn binary(
        &self,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let ranges = self.ranges()?;
        let count = i32::try_from(ranges.len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for range in &ranges {
            let start = out.len();
            out.extend_from_slice(&[0; 4]);
            range.binary(style, out)?;
            let length = out.len().saturating_sub(start).saturating_sub(4);
            let length = i32::try_from(length).unwrap_or(i32::MAX);
            if let Some(place) = out.get_mut(start..start.saturating_add(4)) {
                place.copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(())
    }
}

/// Two multiranges of the same ranges are the same, however they are held.
impl PartialEq for Multirange {
    fn eq(&self, other: &Multirange) -> bool {
        self.of == other.of && self.ranges() == other.ranges()
    }
}

/// Whether text is ranges in braces.
pub(in crate::types) fn check_text(
    of: RangeType,
    text: &str,
    style: &TextStyle,
) -> Result<(), ValueError> {
    each_in_text(of, text, style, drop)
}

/// Whether bytes are the binary form of ranges.
pub(in crate::types) fn check_binary(
    of: RangeType,
    bytes: &[u8],
    types: &Types,
) -> Result<(), ValueError> {
    each_in_binary(of, bytes, types, drop)
}

fn each_in_text(
    of: RangeType,
    text: &str,
    style: &TextStyle,
    mut found: impl FnMut(Range),
) -> Result<(), ValueError> {
    let malformed = |detail: &str| ValueError::malformed("multirange", text, detail);
    let [b'{', rest @ ..] = trim_start(text.as_bytes()) else {
        return Err(malformed("Missing left brace."));
    };
    let (mut rest, mut is_first) = (trim_start(rest), true);
    loop {
        let length = match rest {
            [] => return Err(malformed("Unexpected end of input.")),
            [b'}', ..] if is_first => 0,
            [b'[' | b'(', ..] => {
                range_length(rest).ok_or_else(|| malformed("Unexpected end of input."))?
            }
            _ if rest.get(..EMPTY.len()).is_some_and(|w| w.eq_ignore_ascii_case(EMPTY)) => {
                EMPTY.len()
            }
            _ => return Err(malformed("Expected range start.")),
        };
        let start = text.len().saturating_sub(rest.len());
        let range = text.get(start..start.saturating_add(length)).unwrap_or_default();
        if !range.is_empty() {
            found(Range::parse_as(of, range, style)?);
        }
        is_first = false;
        rest = match trim_start(rest.get(length..).unwrap_or_default()) {
            [] => return Err(malformed("Unexpected end of input.")),
            [b',', rest @ ..] => trim_start(rest),
            [b'}', rest @ ..] if rest.iter().all(|byte| is_space(*byte)) => break,
            [b'}', ..] => return Err(malformed("Junk after closing right brace.")),
            _ => return Err(malformed("Expected comma or end of multirange.")),
        };
    }
    Ok(())
}

fn each_in_binary(
    of: RangeType,
    bytes: &[u8],
    types: &Types,
    mut found: impl FnMut(Range),
) -> Result<(), ValueError> {
    let mut rest = bytes;
    let count = take_i32(&mut rest)?.cast_unsigned();
    for _ in 0..count {
        found(Range::receive_as(of, part(&mut rest)?, types)?);
    }
    end(rest)
}

/// The same values in as few ranges as there can be, in their order.
fn merge(of: RangeType, ranges: Vec<Range>, types: &Types) -> Result<Vec<Range>, ValueError> {
    let order = Order::of(of.subtype, types);
    let mut bounds = Vec::with_capacity(ranges.len());
    for range in ranges {
        if (range.of.range, range.of.subtype) != (of.range, of.subtype) {
            let message = "the ranges of a multirange are not of its type";
            return Err(ValueError::new(crate::SqlState::DATATYPE_MISMATCH, message));
        }
        bounds.extend(range.bounds.map(|bounds| *bounds));
    }
    // Of one type, they compare.
    bounds.sort_by(|[low, high], [other_low, other_high]| {
        let lower = lower_order(low, other_low, &order).unwrap_or(Ordering::Equal);
        lower.then_with(|| upper_order(high, other_high, &order).unwrap_or(Ordering::Equal))
    });
    let mut merged: Vec<[Bound<Value>; 2]> = Vec::with_capacity(bounds.len());
    for [lower, upper] in bounds {
        match merged.last_mut() {
            Some([first, last]) if meets(last, &lower, &order)? => {
                // Of two that are the same the later one stays: it may look different.
                if lower_order(first, &lower, &order)? != Ordering::Less {
                    *first = lower;
                }
                if upper_order(last, &upper, &order)? != Ordering::Greater {
                    *last = upper;
                }
            }
            _ => merged.push([lower, upper]),
        }
    }
    let range = |bounds| Range { of, bounds: Some(Box::new(bounds)) };
    Ok(merged.into_iter().map(range).collect())
}

/// How long the range is that begins here, up to the mark that closes it.
fn range_length(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let mut quoted = false;
    loop {
        rest = match rest {
            [] => return None,
            // It keeps what follows it as it is; but spaces do not count here.
            [b'\\', rest @ ..] => trim_start(rest).get(1..)?,
            [b'"', rest @ ..] => {
                quoted = !quoted;
                rest
            }
            [b']' | b')', rest @ ..] if !quoted => {
                return Some(text.len().saturating_sub(rest.len()));
            }
            [_, rest @ ..] => rest,
        };
    }
}

fn lower_order(
    one: &Bound<Value>,
    other: &Bound<Value>,
    order: &Order<'_>,
) -> Result<Ordering, ValueError> {
    let found = match (value(one), value(other)) {
        (None, None) => return Ok(Ordering::Equal),
        (None, Some(_)) => return Ok(Ordering::Less),
        (Some(_), None) => return Ok(Ordering::Greater),
        (Some(one), Some(other)) => order.compare(one, other)?,
    };
    let excluded = |bound: &Bound<Value>| matches!(bound, Bound::Excluded(_));
    Ok(found.then(excluded(one).cmp(&excluded(other))))
}

fn upper_order(
    one: &Bound<Value>,
    other: &Bound<Value>,
    order: &Order<'_>,
) -> Result<Ordering, ValueError> {
    let found = match (value(one), value(other)) {
        (None, None) => return Ok(Ordering::Equal),
        (None, Some(_)) => return Ok(Ordering::Greater),
        (Some(_), None) => return Ok(Ordering::Less),
        (Some(one), Some(other)) => order.compare(one, other)?,
    };
    let included = |bound: &Bound<Value>| matches!(bound, Bound::Included(_));
    Ok(found.then(included(one).cmp(&included(other))))
}

/// Whether no value lies between an upper bound and the lower bound of a range that begins later.
fn meets(
    upper: &Bound<Value>,
    lower: &Bound<Value>,
    order: &Order<'_>,
) -> Result<bool, ValueError> {
    let (Some(high), Some(low)) = (value(upper), value(lower)) else { return Ok(true) };
    Ok(match order.compare(low, high)? {
        Ordering::Less => true,
        Ordering::Equal => !matches!((upper, lower), (Bound::Excluded(_), Bound::Excluded(_))),
        Ordering::Greater => false,
    })
}

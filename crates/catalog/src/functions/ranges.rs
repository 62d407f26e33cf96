//! Ranges and multiranges: what bounds them, and what is in them.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use trunkline_core::types::{Range, Types, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use crate::datum::Datum;
use crate::facts::{Operator, Proc};
use crate::io;
use crate::plan::{Call, Function};

/// Whether something is of ranges of any type.
fn is_of_ranges(oid: Oid) -> bool {
    matches!(oid, Oid::ANYRANGE | Oid::ANYMULTIRANGE)
}

pub(super) fn function(proc: &Proc) -> Option<Function> {
    let name = &*proc.name;
    if let (Some(first), true) = (proc.arguments.first(), proc.arguments.len() == 1)
        && is_of_ranges(*first)
    {
        return Some(match name {
            "lower" => |call| end(call, false),
            "upper" => |call| end(call, true),
            "isempty" => {
                |call| Ok(bounds(call)?.map_or(Datum::Null, |of| Datum::Bool(of.is_none())))
            }
            "lower_inc" => |call| is(call, false, |bound| matches!(bound, Bound::Included(_))),
            "upper_inc" => |call| is(call, true, |bound| matches!(bound, Bound::Included(_))),
            "lower_inf" => |call| is(call, false, |bound| *bound == Bound::Unbounded),
            "upper_inf" => |call| is(call, true, |bound| *bound == Bound::Unbounded),
            _ => return None,
        });
    }
    let names = ["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"];
    (names.contains(&name) && proc.arguments.len() >= 2).then_some(made)
}

/// Whether something is in a range, and whether two ranges have something in common.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    Some(match (&*operator.name, operator.left, operator.right) {
        ("@>", Oid::ANYRANGE, Oid::ANYELEMENT) => |call| holds_value(call, 0, 1),
        ("<@", Oid::ANYELEMENT, Oid::ANYRANGE) => |call| holds_value(call, 1, 0),
        ("@>", Oid::ANYRANGE, Oid::ANYRANGE) => |call| Ok(both(call, contains)),
        ("<@", Oid::ANYRANGE, Oid::ANYRANGE) => {
            |call| Ok(both(call, |one, two| contains(two, one)))
        }
        ("&&", Oid::ANYRANGE, Oid::ANYRANGE) => |call| Ok(both(call, overlaps)),
        _ => return None,
    })
}

type Bounds = [Bound<Value>; 2];

fn range<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a Range> {
    match call.arguments.get(place)?.as_value()? {
        Value::Range(range) => Some(range),
        _ => None,
    }
}

/// The outermost bounds of a range or a multirange; `Some(None)` if it is empty.
fn bounds(call: &Call<'_>) -> Result<Option<Option<Bounds>>> {
    if let Some(range) = range(call, 0) {
        return Ok(Some(range.bounds().cloned()));
    }
    let Some(Value::Multirange(of)) = call.arguments.first().and_then(Datum::as_value) else {
        return Ok(None);
    };
    let ranges = of.ranges()?;
    call.run.parts(ranges.len())?;
    let first = ranges.first().and_then(Range::bounds).map(|[lower, _]| lower.clone());
    let last = ranges.last().and_then(Range::bounds).map(|[_, upper]| upper.clone());
    Ok(Some(first.zip(last).map(|(lower, upper)| [lower, upper])))
}

fn end(call: &Call<'_>, is_upper: bool) -> Result<Datum> {
    let Some(Some([lower, upper])) = bounds(call)? else { return Ok(Datum::Null) };
    match if is_upper { upper } else { lower } {
        Bound::Included(value) | Bound::Excluded(value) => io::from_value(value),
        Bound::Unbounded => Ok(Datum::Null),
    }
}

/// What is so of a bound; of nothing there is no bound.
fn is(call: &Call<'_>, is_upper: bool, so: fn(&Bound<Value>) -> bool) -> Result<Datum> {
    let Some(bounds) = bounds(call)? else { return Ok(Datum::Null) };
    let is_so = bounds.is_some_and(|[lower, upper]| so(if is_upper { &upper } else { &lower }));
    Ok(Datum::Bool(is_so))
}

/// `int4range(lower, upper [, bounds])`
fn made(call: &Call<'_>) -> Result<Datum> {
    let wrong = |state, message: &'static str| PgError::new(state, message);
    let flags = match call.arguments.get(2) {
        None => "[)",
        Some(Datum::Null) => {
            let message = "range constructor flags argument must not be null";
            return Err(wrong(SqlState::DATA_EXCEPTION, message));
        }
        Some(_) => text(call, 2).unwrap_or_default(),
    };
    let mut marks = flags.chars();
    let marks = (marks.next(), marks.next(), marks.next());
    let (Some(lower @ ('[' | '(')), Some(upper @ (']' | ')')), None) = marks else {
        return Err(wrong(SqlState::SYNTAX_ERROR, "invalid range bound flags")
            .hint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\"."));
    };
    let bound = |place: usize, is_in: bool| match (call.arguments.get(place), is_in) {
        (None | Some(Datum::Null), _) => Bound::Unbounded,
        (Some(value), true) => Bound::Included(value_of(call, value, place)),
        (Some(value), false) => Bound::Excluded(value_of(call, value, place)),
    };
    let (lower, upper) = (bound(0, lower == '['), bound(1, upper == ']'));
    let made = Range::of_type(call.result, lower, upper, &Types::default())?;
    Ok(Datum::Other(Arc::new(Value::Range(made))))
}

/// A value as a bound has it.
fn value_of(call: &Call<'_>, value: &Datum, place: usize) -> Value {
    let oid = call.types.get(place).copied().unwrap_or(Oid::TEXT);
    io::to_value(value, oid, &call.run.world.style.types)
}

fn holds_value(call: &Call<'_>, whole: usize, part: usize) -> Result<Datum> {
    let Some((range, value)) = range(call, whole).zip(call.arguments.get(part)) else {
        return Ok(Datum::Null);
    };
    let Some([lower, upper]) = range.bounds() else { return Ok(Datum::Bool(false)) };
    let value = io::to_value(value, range.subtype(), &call.run.world.style.types);
    let at = Bound::Included(value);
    Ok(Datum::Bool(starts_before_end(lower, &at) && starts_before_end(&at, upper)))
}

fn both(call: &Call<'_>, holds: fn(&Range, &Range) -> bool) -> Datum {
    let pair = range(call, 0).zip(range(call, 1));
    pair.map_or(Datum::Null, |(one, two)| Datum::Bool(holds(one, two)))
}

fn value(bound: &Bound<Value>) -> Option<(&Value, bool)> {
    match bound {
        Bound::Included(value) => Some((value, true)),
        Bound::Excluded(value) => Some((value, false)),
        Bound::Unbounded => None,
    }
}

/// Whether there is something from a lower bound up to an upper one, as far as their order tells.
fn starts_before_end(lower: &Bound<Value>, upper: &Bound<Value>) -> bool {
    let Some(((lower, has_lower), (upper, has_upper))) = value(lower).zip(value(upper)) else {
        return true;
    };
    match lower.compare(upper) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => has_lower && has_upper,
        _ => false,
    }
}

/// The order of two bounds of one side, of which the one that lets less in is nearer to the middle.
fn compare(one: &Bound<Value>, two: &Bound<Value>, is_upper: bool) -> Ordering {
    let outward = |order: Ordering| if is_upper { order } else { order.reverse() };
    match (value(one), value(two)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some((one, has_one)), Some((two, has_two))) => {
            let order = one.compare(two).unwrap_or(Ordering::Equal);
            outward(order).then(has_one.cmp(&has_two))
        }
    }
}

fn contains(whole: &Range, part: &Range) -> bool {
    match (whole.bounds(), part.bounds()) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some([lower, upper]), Some([own_lower, own_upper])) => {
            compare(lower, own_lower, false).is_ge() && compare(upper, own_upper, true).is_ge()
        }
    }
}

fn overlaps(one: &Range, two: &Range) -> bool {
    let pair = one.bounds().zip(two.bounds());
    pair.is_some_and(|([lower, upper], [other_lower, other_upper])| {
        starts_before_end(lower, other_upper) && starts_before_end(other_lower, upper)
    })
}

//! Which values a range has: bounds in their order, and in the form that PostgreSQL keeps.

use std::cmp::Ordering;
use std::ops::Bound;

use super::RangeType;
use super::order::{Order, is_of, wrong_bounds};
use crate::types::error::ValueError;
use crate::types::user::Types;
use crate::types::value::Value;
use crate::{Oid, SqlState};

/// The first day that a `date` cannot hold.
const DATE_END: i32 = 2_145_031_949;

/// The bounds of a range; nothing if no value lies between them.
pub(super) fn ordered(
    of: RangeType,
    lower: Bound<Value>,
    upper: Bound<Value>,
    types: &Types,
) -> Result<Option<[Bound<Value>; 2]>, ValueError> {
    let is_wrong = |value: &Value| !is_of(value, of.subtype, types);
    if value(&lower).is_some_and(is_wrong) || value(&upper).is_some_and(is_wrong) {
        return Err(wrong_bounds());
    }
    let order = Order::of(of.subtype, types);
    if !lies_between(&lower, &upper, &order)? {
        return Ok(None);
    }
    // What the canonical function of another type would be is not known here.
    let is_discrete = matches!(of.range, Oid::INT4RANGE | Oid::INT8RANGE | Oid::DATERANGE);
    let lower = match lower {
        Bound::Excluded(value) if is_discrete => next(value, Bound::Included, Bound::Excluded)?,
        lower => lower,
    };
    let upper = match upper {
        Bound::Included(value) if is_discrete => next(value, Bound::Excluded, Bound::Included)?,
        upper => upper,
    };
    Ok(lies_between(&lower, &upper, &order)?.then_some([lower, upper]))
}

fn lies_between(
    lower: &Bound<Value>,
    upper: &Bound<Value>,
    order: &Order<'_>,
) -> Result<bool, ValueError> {
    let (Some(low), Some(high)) = (value(lower), value(upper)) else { return Ok(true) };
    match order.compare(low, high)? {
        Ordering::Less => Ok(true),
        Ordering::Equal => Ok(matches!((lower, upper), (Bound::Included(_), Bound::Included(_)))),
        Ordering::Greater => Err(ValueError::new(
            SqlState::DATA_EXCEPTION,
            "range lower bound must be less than or equal to range upper bound",
        )),
    }
}

/// A bound at the value behind this one; of a date that is infinite, the bound that it was.
fn next(
    value: Value,
    moved: fn(Value) -> Bound<Value>,
    kept: fn(Value) -> Bound<Value>,
) -> Result<Bound<Value>, ValueError> {
    Ok(match value {
        Value::Int4(value) => {
            let next = value.checked_add(1).ok_or_else(|| ValueError::out_of_range("integer"))?;
            moved(Value::Int4(next))
        }
        Value::Int8(value) => {
            let next = value.checked_add(1).ok_or_else(|| ValueError::out_of_range("bigint"))?;
            moved(Value::Int8(next))
        }
        Value::Date(i32::MIN | i32::MAX) => kept(value),
        Value::Date(value) => {
            let next = value.checked_add(1).filter(|next| *next < DATE_END);
            let next =
                next.ok_or_else(|| ValueError::datetime_out_of_range("date out of range"))?;
            moved(Value::Date(next))
        }
        value => kept(value),
    })
}

pub(super) fn value(bound: &Bound<Value>) -> Option<&Value> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

//! Comparisons of a date, a `timestamp` and a `timestamptz` with one another.

use std::cmp::Ordering;

use trunkline_core::{Oid, Result};

use super::times::{DAY, SECOND};
use crate::datum::Datum;
use crate::facts::Operator;
use crate::plan::{Call, Function};

/// Whether both sides of an operator are points in time, of different types.
pub(crate) fn is_mixed(operator: &Operator) -> bool {
    let is_time = |oid: Oid| matches!(oid, Oid::DATE | Oid::TIMESTAMP | Oid::TIMESTAMPTZ);
    is_time(operator.left) && is_time(operator.right) && operator.left != operator.right
}

pub(super) fn comparison(name: &str) -> Option<Function> {
    Some(match name {
        "=" => |call| compare(call, Ordering::is_eq),
        "<>" => |call| compare(call, Ordering::is_ne),
        "<" => |call| compare(call, Ordering::is_lt),
        "<=" => |call| compare(call, Ordering::is_le),
        ">" => |call| compare(call, Ordering::is_gt),
        ">=" => |call| compare(call, Ordering::is_ge),
        _ => return None,
    })
}

fn compare(call: &Call<'_>, holds: fn(Ordering) -> bool) -> Result<Datum> {
    let ([one, two], [left, right]) = (call.arguments, call.types) else { return Ok(Datum::Null) };
    let is_zoned = [left, right].contains(&&Oid::TIMESTAMPTZ);
    let points = point(call, one, *left, is_zoned).zip(point(call, two, *right, is_zoned));
    Ok(points.map_or(Datum::Null, |(one, two)| Datum::Bool(holds(one.cmp(&two)))))
}

/// Microseconds since 2000, for which the last dates need more than 64 bits; in UTC if the other side
/// has a zone.
fn point(call: &Call<'_>, value: &Datum, oid: Oid, is_zoned: bool) -> Option<i128> {
    let value = value.as_int()?;
    let (first, last) = match oid {
        Oid::DATE => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    };
    if value == first || value == last {
        return Some(if value == first { i128::MIN } else { i128::MAX });
    }
    let local = i128::from(value) * if oid == Oid::DATE { i128::from(DAY) } else { 1 };
    if !is_zoned || oid == Oid::TIMESTAMPTZ {
        return Some(local);
    }
    let at = i64::try_from(local).unwrap_or(if local < 0 { i64::MIN + 1 } else { i64::MAX - 1 });
    let east = call.run.world.style.time_zone.east_at_local(at);
    Some(local - i128::from(east) * i128::from(SECOND))
}

//! The order of values of one type.

use std::cmp::Ordering;
use std::ops::Bound;

use super::Range;
use super::bounds::value;
use crate::types::bits::Bits;
use crate::types::error::ValueError;
use crate::types::interval::Interval;
use crate::types::user::{Labels, Types};
use crate::types::value::Value;
use crate::{Oid, SqlState};

/// How values of a type compare.
pub(super) struct Order<'t> {
    /// Those of an enum by the order of its labels.
    labels: Option<&'t Labels>,
    /// Spaces at the end do not count.
    is_padded: bool,
}

/// Whether the order of values of a type is known, which is no domain.
pub(in crate::types) fn has_order(oid: Oid, types: &Types) -> bool {
    types.labels(oid).is_some()
        || matches!(
            oid,
            Oid::BOOL
                | Oid::CHAR
                | Oid::INT2
                | Oid::INT4
                | Oid::INT8
                | Oid::OID
                | Oid::XID8
                | Oid::PG_LSN
                | Oid::FLOAT4
                | Oid::FLOAT8
                | Oid::NUMERIC
                | Oid::TEXT
                | Oid::VARCHAR
                | Oid::BPCHAR
                | Oid::NAME
                | Oid::BYTEA
                | Oid::DATE
                | Oid::TIME
                | Oid::TIMETZ
                | Oid::TIMESTAMP
                | Oid::TIMESTAMPTZ
                | Oid::INTERVAL
                | Oid::UUID
                | Oid::MONEY
                | Oid::BIT
                | Oid::VARBIT
                | Oid::INET
                | Oid::CIDR
                | Oid::MACADDR
                | Oid::MACADDR8
                | Oid::TID
        )
}

/// Whether a value is one of the type, a label of its if that is an enum.
pub(super) fn is_of(value: &Value, oid: Oid, types: &Types) -> bool {
    if let Some(labels) = types.labels(oid) {
        return matches!(value, Value::Text(label) if labels.position(label).is_some());
    }
    match types.resolved(oid) {
        Oid::BOOL => matches!(value, Value::Bool(_)),
        Oid::CHAR => matches!(value, Value::Char(_)),
        Oid::INT2 => matches!(value, Value::Int2(_)),
        Oid::INT4 => matches!(value, Value::Int4(_)),
        Oid::INT8 => matches!(value, Value::Int8(_)),
        Oid::OID => matches!(value, Value::Oid(_)),
        Oid::XID8 => matches!(value, Value::Xid8(_)),
        Oid::PG_LSN => matches!(value, Value::Lsn(_)),
        Oid::FLOAT4 => matches!(value, Value::Float4(_)),
        Oid::FLOAT8 => matches!(value, Value::Float8(_)),
        Oid::NUMERIC => matches!(value, Value::Numeric(_)),
        Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME => matches!(value, Value::Text(_)),
        Oid::BYTEA => matches!(value, Value::Bytea(_)),
        Oid::DATE => matches!(value, Value::Date(_)),
        Oid::TIME => matches!(value, Value::Time(_)),
        Oid::TIMETZ => matches!(value, Value::Timetz(_)),
        Oid::TIMESTAMP => matches!(value, Value::Timestamp(_)),
        Oid::TIMESTAMPTZ => matches!(value, Value::Timestamptz(_)),
        Oid::INTERVAL => matches!(value, Value::Interval(_)),
        Oid::UUID => matches!(value, Value::Uuid(_)),
        Oid::MONEY => matches!(value, Value::Money(_)),
        Oid::BIT | Oid::VARBIT => matches!(value, Value::Bits(_)),
        Oid::INET | Oid::CIDR => matches!(value, Value::Inet(_)),
        Oid::MACADDR => matches!(value, Value::Macaddr(_)),
        Oid::MACADDR8 => matches!(value, Value::Macaddr8(_)),
        Oid::TID => matches!(value, Value::Tid(_)),
        _ => false,
    }
}

impl<'t> Order<'t> {
    pub(super) fn of(subtype: Oid, types: &'t Types) -> Order<'t> {
        Order { labels: types.labels(subtype), is_padded: types.base_of(subtype) == Oid::BPCHAR }
    }

    /// 42804 for values of different types, and of those whose order is not known.
    pub(super) fn compare(&self, one: &Value, other: &Value) -> Result<Ordering, ValueError> {
        Ok(match (one, other) {
            (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
            (Value::Char(one), Value::Char(other)) => one.cmp(other),
            (Value::Int2(one), Value::Int2(other)) => one.cmp(other),
            (Value::Int4(one), Value::Int4(other)) | (Value::Date(one), Value::Date(other)) => {
                one.cmp(other)
            }
            (Value::Int8(one), Value::Int8(other))
            | (Value::Time(one), Value::Time(other))
            | (Value::Timestamp(one), Value::Timestamp(other))
            | (Value::Timestamptz(one), Value::Timestamptz(other))
            | (Value::Money(one), Value::Money(other)) => one.cmp(other),
            (Value::Oid(one), Value::Oid(other)) => one.cmp(other),
            (Value::Xid8(one), Value::Xid8(other)) | (Value::Lsn(one), Value::Lsn(other)) => {
                one.cmp(other)
            }
            (Value::Float4(one), Value::Float4(other)) => floats((*one).into(), (*other).into()),
            (Value::Float8(one), Value::Float8(other)) => floats(*one, *other),
            (Value::Numeric(one), Value::Numeric(other)) => one.compare(other),
            (Value::Text(one), Value::Text(other)) => self.strings(one, other),
            (Value::Bytea(one), Value::Bytea(other)) => one.cmp(other),
            (Value::Timetz(one), Value::Timetz(other)) => {
                let moment = |micros: i64, west: i32| {
                    i64::from(west).saturating_mul(1_000_000).saturating_add(micros)
                };
                let moments = moment(one.micros, one.west).cmp(&moment(other.micros, other.west));
                moments.then(one.west.cmp(&other.west))
            }
            (Value::Interval(one), Value::Interval(other)) => length(*one).cmp(&length(*other)),
            (Value::Uuid(one), Value::Uuid(other)) => one.cmp(other),
            (Value::Bits(one), Value::Bits(other)) => bits(one, other),
            (Value::Inet(one), Value::Inet(other)) => one.compare(other),
            (Value::Macaddr(one), Value::Macaddr(other)) => one.cmp(other),
            (Value::Macaddr8(one), Value::Macaddr8(other)) => one.cmp(other),
            (Value::Tid(one), Value::Tid(other)) => one.cmp(other),
            _ => return Err(wrong_bounds()),
        })
    }

    fn strings(&self, one: &str, other: &str) -> Ordering {
        match self.labels {
            Some(labels) => labels.position(one).cmp(&labels.position(other)),
            None if self.is_padded => one.trim_end_matches(' ').cmp(other.trim_end_matches(' ')),
            None => one.cmp(other),
        }
    }
}

impl Value {
    /// The order that SQL has of two values of one type; `None` for a type that has none here, and for values of
    /// different types.
    ///
    /// Strings are ordered by their bytes, labels of enums, too.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Range(one), Value::Range(other)) => ranges(one, other),
            (Value::Multirange(one), Value::Multirange(other)) => {
                let (one, other) = (one.ranges().ok()?, other.ranges().ok()?);
                for (one, other) in one.iter().zip(&other) {
                    let order = ranges(one, other)?;
                    if order.is_ne() {
                        return Some(order);
                    }
                }
                Some(one.len().cmp(&other.len()))
            }
            (one, other) => Order { labels: None, is_padded: false }.compare(one, other).ok(),
        }
    }
}

/// One that is empty is below all others.
fn ranges(one: &Range, other: &Range) -> Option<Ordering> {
    match (one.bounds(), other.bounds()) {
        (Some([low, high]), Some([other_low, other_high])) => {
            let lower = bounds(low, other_low, Ordering::Less)?;
            Some(lower.then(bounds(high, other_high, Ordering::Greater)?))
        }
        (one, other) => Some(one.is_some().cmp(&other.is_some())),
    }
}

/// The order of two lower bounds or of two upper ones: `end` is where the infinite one lies of all of them, and the
/// one that belongs to its range of two at one value.
fn bounds(one: &Bound<Value>, other: &Bound<Value>, end: Ordering) -> Option<Ordering> {
    let belongs = |bound: &Bound<Value>| matches!(bound, Bound::Included(_));
    let at_end = match (value(one), value(other)) {
        (Some(one_value), Some(other_value)) => {
            let order = one_value.compare(other_value)?;
            if order.is_ne() {
                return Some(order);
            }
            (belongs(one), belongs(other))
        }
        (one, other) => (one.is_none(), other.is_none()),
    };
    Some(match at_end {
        (true, false) => end,
        (false, true) => end.reverse(),
        _ => Ordering::Equal,
    })
}

#[cold]
pub(super) fn wrong_bounds() -> ValueError {
    let message = "the bounds of a range are not of one type that ranges are made of";
    ValueError::new(SqlState::DATATYPE_MISMATCH, message)
}

/// NaN is above all, and equal to itself; both zeros are the same.
fn floats(one: f64, other: f64) -> Ordering {
    let by_nan = || one.is_nan().cmp(&other.is_nan());
    one.partial_cmp(&other).unwrap_or_else(by_nan)
}

/// In microseconds: a month has 30 days, a day 24 hours.
fn length(interval: Interval) -> i128 {
    let days = i128::from(interval.months).saturating_mul(30).saturating_add(interval.days.into());
    days.saturating_mul(86_400_000_000).saturating_add(interval.micros.into())
}

fn bits(one: &Bits, other: &Bits) -> Ordering {
    one.bytes().cmp(other.bytes()).then(one.len().cmp(&other.len()))
}

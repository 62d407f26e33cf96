//! Operators.

use trunkline_core::{Oid, Result};

use super::{
    acl, addresses, arrays, bits, bytes, json_values, log_places, math, mixed_times, numbers,
    patterns, ranges, strings, times,
};
use crate::datum::Datum;
use crate::facts::{Operator, element_of, type_facts};
use crate::plan::{Call, Function};

/// A comparison of two values of one type.
pub(super) fn comparison(name: &str) -> Option<Function> {
    Some(match name {
        "=" => |call| compare(call, |order| order.is_eq()),
        "<>" => |call| compare(call, |order| order.is_ne()),
        "<" => |call| compare(call, |order| order.is_lt()),
        "<=" => |call| compare(call, |order| order.is_le()),
        ">" => |call| compare(call, |order| order.is_gt()),
        ">=" => |call| compare(call, |order| order.is_ge()),
        _ => return None,
    })
}

fn compare(call: &Call<'_>, holds: fn(std::cmp::Ordering) -> bool) -> Result<Datum> {
    Ok(match call.arguments {
        // Blanks at the end of `character(n)` mean nothing.
        [Datum::Text(one), Datum::Text(two)] if call.types.first() == Some(&Oid::BPCHAR) => {
            Datum::Bool(holds(one.trim_end_matches(' ').cmp(two.trim_end_matches(' '))))
        }
        [one, two] => Datum::Bool(holds(one.compare(two))),
        _ => Datum::Null,
    })
}

/// Whether values of a type are compared in a way of their own.
fn is_figure(oid: Oid) -> bool {
    type_facts(oid).is_some_and(|known| {
        known.category == b'G' || matches!(&*known.name, "tsvector" | "tsquery")
    })
}

/// What an operator does.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let name = &*operator.name;
    let is_list = |oid: Oid| element_of(oid).is_some() || oid.0 == 2277 || oid.0 == 5078;
    let is_number = |oid: Oid| {
        oid.0 == 0
            || matches!(
                oid,
                Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 | Oid::NUMERIC
            )
    };
    let is_text = |oid: Oid| matches!(oid, Oid::TEXT | Oid::NAME | Oid::BPCHAR | Oid::VARCHAR);
    let both = |holds: &dyn Fn(Oid) -> bool| holds(operator.left) && holds(operator.right);
    if mixed_times::is_mixed(operator)
        && let Some(function) = mixed_times::comparison(name)
    {
        return Some(function);
    }
    if let Some(function) = times::operator(operator) {
        return Some(function);
    }
    if both(&|oid| oid == Oid::JSONB)
        && let Some(function) = json_values::comparison(name)
    {
        return Some(function);
    }
    if let Some(function) = comparison(name).filter(|_| operator.left.0 != 0) {
        // Of figures areas and lengths are compared, of searches their sizes.
        if both(&is_figure) {
            return None;
        }
        return Some(function);
    }
    if both(&is_text) {
        match name {
            "~~" => return Some(|call| patterns::like(call, false, false)),
            "!~~" => return Some(|call| patterns::like(call, false, true)),
            "~~*" => return Some(|call| patterns::like(call, true, false)),
            "!~~*" => return Some(|call| patterns::like(call, true, true)),
            "~" => return Some(|call| patterns::matches(call, false, false)),
            "!~" => return Some(|call| patterns::matches(call, false, true)),
            "~*" => return Some(|call| patterns::matches(call, true, false)),
            "!~*" => return Some(|call| patterns::matches(call, true, true)),
            "^@" => return strings::function("starts_with", &[Oid::TEXT, Oid::TEXT]),
            _ => {}
        }
    }
    if let Some(function) = bytes::operator(operator) {
        return Some(function);
    }
    if let Some(function) = bits::operator(operator) {
        return Some(function);
    }
    if let Some(function) = ranges::operator(operator).or_else(|| addresses::operator(operator)) {
        return Some(function);
    }
    if operator.right == Oid::ACLITEM && matches!(name, "@>" | "~") {
        return acl::function("aclcontains");
    }
    if let Some(function) = log_places::operator(operator) {
        return Some(function);
    }
    if let Some(function) = json_values::operator(operator) {
        return Some(function);
    }
    if name == "||" {
        return if is_list(operator.left) || is_list(operator.right) {
            Some(arrays::join)
        } else if is_text(operator.left) || is_text(operator.right) {
            Some(strings::join)
        } else {
            None
        };
    }
    if is_list(operator.left) && is_list(operator.right) {
        return arrays::operator(name);
    }
    if name == "^" && both(&is_number) {
        return numbers::function("power", &[operator.left, operator.right]);
    }
    if name == "||/" && is_number(operator.right) {
        return numbers::function("cbrt", &[operator.right]);
    }
    if name == "@" && is_number(operator.right) {
        return math::function("abs");
    }
    if name == "|/" && is_number(operator.right) {
        return numbers::function("sqrt", &[operator.right]);
    }
    if both(&is_number) {
        return math::operator(name, operator.left.0 == 0);
    }
    None
}

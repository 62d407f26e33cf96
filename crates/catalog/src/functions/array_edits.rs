//! Arrays made of others.

use std::cmp::Ordering;
use std::sync::Arc;

use trunkline_core::{PgError, Result, SqlState};

use crate::datum::{Datum, List, compare_all};
use crate::plan::{Call, Function};

/// How many elements one may have.
const MOST: i64 = 134_217_727;
/// How many dimensions one may have.
const DIMENSIONS: usize = 6;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "array_replace" => |call| {
            let [Datum::Array(list), from, to] = call.arguments else {
                return Ok(Datum::Null);
            };
            let items = list.items.iter().map(|item| if item == from { to } else { item });
            let (dimensions, items) = (list.dimensions.clone(), items.cloned().collect());
            Ok(Datum::Array(Arc::new(List { dimensions, items })))
        },
        "array_dims" => |call| {
            let Some(Datum::Array(list)) = call.arguments.first() else { return Ok(Datum::Null) };
            let one = |&(length, lower): &(i32, i32)| {
                format!("[{lower}:{}]", i64::from(lower) + i64::from(length) - 1)
            };
            Ok(match list.items.is_empty() {
                true => Datum::Null,
                false => Datum::text(list.dimensions.iter().map(one).collect::<String>()),
            })
        },
        "trim_array" => |call| {
            let [Datum::Array(list), count] = call.arguments else { return Ok(Datum::Null) };
            let length = list.dimensions.first().map_or(0, |(length, _)| i64::from(*length));
            let count = count.as_int().unwrap_or(0);
            if count < 0 || count > length {
                let message = format!("number of elements to trim must be between 0 and {length}");
                return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
            }
            let kept = usize::try_from(length - count).unwrap_or(0);
            let items: Vec<Datum> =
                outermost(list).take(kept).flat_map(|part| part.iter().cloned()).collect();
            if items.is_empty() {
                return Ok(Datum::list(items));
            }
            // What is left is a slice, whose bounds begin with 1.
            let lengths = list.dimensions.iter().skip(1).map(|(length, _)| *length);
            let first = i32::try_from(kept).unwrap_or(i32::MAX);
            let dimensions = std::iter::once(first).chain(lengths).map(|length| (length, 1));
            Ok(Datum::Array(Arc::new(List { dimensions: dimensions.collect(), items })))
        },
        "array_reverse" => |call| {
            let Some(Datum::Array(list)) = call.arguments.first() else { return Ok(Datum::Null) };
            let parts: Vec<&[Datum]> = outermost(list).collect();
            let items = parts.into_iter().rev().flatten().cloned().collect();
            Ok(Datum::Array(Arc::new(List { dimensions: list.dimensions.clone(), items })))
        },
        "array_sort" => sorted,
        "array_fill" => fill,
        _ => return None,
    })
}

/// The elements of the outermost dimension, each with all that is within it.
fn outermost(list: &List) -> std::slice::Chunks<'_, Datum> {
    let lengths = list.dimensions.iter().skip(1);
    let within = lengths.map(|(length, _)| usize::try_from(*length).unwrap_or(0));
    list.items.chunks(within.product::<usize>().max(1))
}

/// `array_sort(array, is_descending, are_nulls_first)`: by the outermost dimension.
fn sorted(call: &Call<'_>) -> Result<Datum> {
    let Some(Datum::Array(list)) = call.arguments.first() else { return Ok(Datum::Null) };
    call.run.steps(list.items.len())?;
    let is_descending = call.arguments.get(1).is_some_and(Datum::is_true);
    let are_nulls_first = call.arguments.get(2).map_or(is_descending, Datum::is_true);
    let mut parts: Vec<&[Datum]> = outermost(list).collect();
    parts.sort_by(|one, two| {
        // NULL is above all as a part of an element, and at the end that is asked for as an element.
        let nulls = match (one, two) {
            ([one], [two]) if list.dimensions.len() == 1 => one.is_null().cmp(&two.is_null()),
            _ => Ordering::Equal,
        };
        let order = || compare_all(one, two);
        match (nulls.is_ne(), are_nulls_first, is_descending) {
            (true, true, _) => nulls.reverse(),
            (true, false, _) => nulls,
            (_, _, true) => order().reverse(),
            _ => order(),
        }
    });
    let items = parts.into_iter().flatten().cloned().collect();
    Ok(Datum::Array(Arc::new(List { dimensions: list.dimensions.clone(), items })))
}

/// `array_fill(0, ARRAY[2, 3])`, whose lower bounds may be said behind that.
fn fill(call: &Call<'_>) -> Result<Datum> {
    let wrong = |state, message: String| Err(PgError::new(state, message));
    let (Some(value), [_, Datum::Array(lengths), lowers @ ..]) =
        (call.arguments.first(), call.arguments)
    else {
        let message = "dimension array or low bound array cannot be null";
        return wrong(SqlState::NULL_VALUE_NOT_ALLOWED, message.to_owned());
    };
    let lowers = match lowers.first() {
        None => None,
        Some(Datum::Array(lowers)) => Some(lowers),
        Some(_) => {
            let message = "dimension array or low bound array cannot be null";
            return wrong(SqlState::NULL_VALUE_NOT_ALLOWED, message.to_owned());
        }
    };
    let length = lengths.items.len();
    let is_flat = |list: &List| list.dimensions.len() <= 1 && list.items.len() == length;
    if !is_flat(lengths) || !lowers.is_none_or(|lowers| is_flat(lowers)) {
        let message = "wrong number of array subscripts";
        return wrong(SqlState::ARRAY_SUBSCRIPT_ERROR, message.to_owned());
    }
    let all = lengths.items.iter().chain(lowers.iter().flat_map(|lowers| &lowers.items));
    if all.into_iter().any(Datum::is_null) {
        let message = "dimension values cannot be null";
        return wrong(SqlState::NULL_VALUE_NOT_ALLOWED, message.to_owned());
    }
    if length > DIMENSIONS {
        let message = format!(
            "number of array dimensions ({length}) exceeds the maximum allowed ({DIMENSIONS})"
        );
        return wrong(SqlState::PROGRAM_LIMIT_EXCEEDED, message);
    }
    let mut dimensions = Vec::new();
    let mut count = 1_i64;
    for (place, length) in lengths.items.iter().enumerate() {
        let length = length.as_int().unwrap_or(0);
        count = if length < 0 { i64::MAX } else { count.saturating_mul(length) };
        if count > MOST {
            let message = format!("array size exceeds the maximum allowed ({MOST})");
            return wrong(SqlState::PROGRAM_LIMIT_EXCEEDED, message);
        }
        let lower = lowers.and_then(|lowers| lowers.items.get(place)?.as_int()).unwrap_or(1);
        if lower + length > i64::from(i32::MAX) {
            let message = format!("array lower bound is too large: {lower}");
            return wrong(SqlState::PROGRAM_LIMIT_EXCEEDED, message);
        }
        let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        dimensions.push((small(length), small(lower)));
    }
    if count == 0 || dimensions.is_empty() {
        return Ok(Datum::list(Vec::new()));
    }
    let count = usize::try_from(count).unwrap_or(0);
    call.run.parts(count)?;
    call.run.charge(count.saturating_mul(size_of::<Datum>()))?;
    let items = vec![value.clone(); count];
    Ok(Datum::Array(Arc::new(List { dimensions, items })))
}

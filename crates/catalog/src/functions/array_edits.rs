//! Arrays made of others.

use std::sync::Arc;

use trunkline_core::{PgError, Result, SqlState};

use crate::datum::{Datum, List};
use crate::plan::{Call, Function};

/// How many elements one may have.
const MOST: i64 = 1 << 20;

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
            Ok(Datum::list(list.items.iter().take(kept).cloned().collect()))
        },
        "array_reverse" => |call| {
            let Some(Datum::Array(list)) = call.arguments.first() else { return Ok(Datum::Null) };
            Ok(Datum::list(list.items.iter().rev().cloned().collect()))
        },
        "array_sort" => |call| {
            let Some(Datum::Array(list)) = call.arguments.first() else { return Ok(Datum::Null) };
            call.run.steps(list.items.len())?;
            let mut items = list.items.clone();
            items.sort_by(Datum::compare);
            if call.arguments.get(1).is_some_and(Datum::is_true) {
                items.reverse();
            }
            Ok(Datum::list(items))
        },
        "array_fill" => fill,
        _ => return None,
    })
}

/// `array_fill(0, ARRAY[2, 3])`, whose lower bounds may be said behind that.
fn fill(call: &Call<'_>) -> Result<Datum> {
    let (Some(value), Some(Datum::Array(lengths))) =
        (call.arguments.first(), call.arguments.get(1))
    else {
        let message = "dimension array or low bound array cannot be null";
        return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message));
    };
    let lowers = call.arguments.get(2).and_then(Datum::as_list);
    let mut dimensions = Vec::new();
    let mut count = 1_i64;
    for (place, length) in lengths.items.iter().enumerate() {
        let length = length.as_int().unwrap_or(0).max(0);
        count = count.saturating_mul(length);
        let lower = lowers.and_then(|lowers| lowers.items.get(place)?.as_int()).unwrap_or(1);
        let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        dimensions.push((small(length), small(lower)));
    }
    if count > MOST {
        let message = format!("array size exceeds the maximum allowed ({MOST})");
        return Err(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
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

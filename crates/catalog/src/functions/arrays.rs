//! Arrays.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_core::{Oid, Result};

use super::strings;
use crate::datum::{Datum, List};
use crate::facts::element_of;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "array_length" => {
            |call| Ok(dimension(call).map_or(Datum::Null, |(length, _)| Datum::Int(length)))
        }
        "array_lower" => {
            |call| Ok(dimension(call).map_or(Datum::Null, |(_, lower)| Datum::Int(lower)))
        }
        "array_upper" => |call| {
            Ok(dimension(call)
                .map_or(Datum::Null, |(length, lower)| Datum::Int(lower + length - 1)))
        },
        "cardinality" => {
            |call| Ok(list(call, 0).map_or(Datum::Null, |list| count(list.items.len())))
        }
        "array_ndims" => |call| {
            Ok(list(call, 0)
                .filter(|list| !list.items.is_empty())
                .map_or(Datum::Null, |list| count(list.dimensions.len())))
        },
        "array_to_string" => to_string,
        "string_to_array" => from_string,
        "array_position" => position,
        "array_positions" => positions,
        "array_append" | "array_prepend" | "array_cat" => join,
        "array_remove" => remove,
        "arraycontains" => |call| contains(call, 0, 1),
        _ => return None,
    })
}

pub(super) fn operator(name: &str) -> Option<Function> {
    Some(match name {
        "@>" => |call| contains(call, 0, 1),
        "<@" => |call| contains(call, 1, 0),
        "&&" => overlaps,
        _ => return None,
    })
}

pub(super) fn list<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a Arc<List>> {
    call.arguments.get(place)?.as_list()
}

fn count(length: usize) -> Datum {
    Datum::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

/// Length and lower bound of the dimension that is asked for.
fn dimension(call: &Call<'_>) -> Option<(i64, i64)> {
    let number = usize::try_from(call.arguments.get(1)?.as_int()?).ok()?.checked_sub(1)?;
    let (length, lower) = *list(call, 0)?.dimensions.get(number)?;
    Some((length.into(), lower.into()))
}

/// `||` of arrays and elements.
pub(super) fn join(call: &Call<'_>) -> Result<Datum> {
    let ([one, two], [left, right]) = (call.arguments, call.types) else { return Ok(Datum::Null) };
    let items = |value: &Datum, oid: Oid| match value {
        Datum::Array(list) => list.items.clone(),
        Datum::Null if element_of(oid).is_some() => Vec::new(),
        value => vec![value.clone()],
    };
    if one.is_null() && two.is_null() && element_of(*left).is_some() && element_of(*right).is_some()
    {
        return Ok(Datum::Null);
    }
    let mut all = items(one, *left);
    all.extend(items(two, *right));
    call.run.charge(all.len().saturating_mul(size_of::<Datum>()))?;
    Ok(Datum::list(all))
}

fn remove(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(value)) = (list(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    Ok(Datum::list(list.items.iter().filter(|item| *item != value).cloned().collect()))
}

fn contains(call: &Call<'_>, whole: usize, part: usize) -> Result<Datum> {
    let Some((whole, part)) = list(call, whole).zip(list(call, part)) else {
        return Ok(Datum::Null);
    };
    for item in &part.items {
        if !is_in(call, item, whole)? {
            return Ok(Datum::Bool(false));
        }
    }
    Ok(Datum::Bool(true))
}

fn overlaps(call: &Call<'_>) -> Result<Datum> {
    let Some((one, two)) = list(call, 0).zip(list(call, 1)) else { return Ok(Datum::Null) };
    for item in &one.items {
        if is_in(call, item, two)? {
            return Ok(Datum::Bool(true));
        }
    }
    Ok(Datum::Bool(false))
}

/// Whether an array has an element; NULL is none.
fn is_in(call: &Call<'_>, item: &Datum, list: &List) -> Result<bool> {
    call.run.parts(list.items.len())?;
    Ok(!item.is_null() && list.items.contains(item))
}

fn position(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(value)) = (list(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let from = call.arguments.get(2).and_then(Datum::as_int).unwrap_or_else(|| list.lower().into());
    let places = (i64::from(list.lower())..).zip(&list.items);
    let found = places.filter(|(place, _)| *place >= from).find(|(_, item)| *item == value);
    Ok(found.map_or(Datum::Null, |(place, _)| Datum::Int(place)))
}

fn positions(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(value)) = (list(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let places = (i64::from(list.lower())..).zip(&list.items);
    Ok(Datum::list(
        places.filter(|(_, item)| *item == value).map(|(place, _)| Datum::Int(place)).collect(),
    ))
}

fn to_string(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(separator)) = (list(call, 0), strings::text(call, 1)) else {
        return Ok(Datum::Null);
    };
    let null = strings::text(call, 2);
    let element = call.types.first().and_then(|oid| element_of(*oid)).unwrap_or(Oid::TEXT);
    let (mut text, mut is_first) = (String::new(), true);
    for item in &list.items {
        let part = match (item, null) {
            (Datum::Null, Some(null)) => Cow::Borrowed(null),
            (Datum::Null, None) => continue,
            (item, _) => Cow::Owned(call.run.world.text(item, element)?),
        };
        text.push_str(if is_first { "" } else { separator });
        text.push_str(&part);
        call.run.check_text(text.len())?;
        is_first = false;
    }
    call.run.admit_text(text.len())?;
    Ok(Datum::text(text))
}

fn from_string(call: &Call<'_>) -> Result<Datum> {
    Ok(split(call)?.map_or(Datum::Null, Datum::list))
}

/// `(text, separator [, null])`: the parts of a text, of which those that are `null` become NULL; without a
/// separator its characters. `None` of NULL.
pub(super) fn split(call: &Call<'_>) -> Result<Option<Vec<Datum>>> {
    let Some(text) = strings::text(call, 0) else { return Ok(None) };
    let null = strings::text(call, 2);
    let mut parts = Vec::new();
    let mut push = |part: &str| -> Result<()> {
        let part = if Some(part) == null { Datum::Null } else { Datum::text(part) };
        call.run.item(&part)?;
        parts.push(part);
        Ok(())
    };
    let mut buffer = [0; 4];
    match strings::text(call, 1) {
        _ if text.is_empty() => {}
        None => text.chars().try_for_each(|one| push(one.encode_utf8(&mut buffer)))?,
        Some("") => push(text)?,
        Some(separator) => text.split(separator).try_for_each(push)?,
    }
    Ok(Some(parts))
}

//! Arrays.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings;
use crate::datum::{Datum, List};
use crate::facts::element_of;
use crate::plan::{Call, Function};

/// An array of `int2vector` or `oidvector`, each of which is an element.
pub(crate) fn of_vectors(call: &Call<'_>) -> Result<Datum> {
    Ok(Datum::list(call.arguments.to_vec()))
}

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

/// `||` of arrays and elements, `array_cat` and its kin.
pub(super) fn join(call: &Call<'_>) -> Result<Datum> {
    let ([one, two], [left, right]) = (call.arguments, call.types) else { return Ok(Datum::Null) };
    let types = &call.run.world.style.types;
    let is_list = |oid: Oid| element_of(oid).or_else(|| types.element_of(oid)).is_some();
    let items = |value: &Datum| value.as_list().map_or(1, |list| list.items.len());
    let count = items(one).saturating_add(items(two));
    call.run.charge(count.saturating_mul(size_of::<Datum>()))?;
    let joined = match (is_list(*left), is_list(*right), one, two) {
        (true, true, Datum::Array(one), Datum::Array(two)) => concatenated(one, two)?,
        (true, true, Datum::Null, other) | (true, true, other, Datum::Null) => {
            return Ok(other.clone());
        }
        (true, _, list, element) => extended(list.as_list(), element, true)?,
        (_, _, element, list) => extended(list.as_list(), element, false)?,
    };
    Ok(Datum::Array(Arc::new(joined)))
}

/// An array and an element behind it, or before it.
fn extended(list: Option<&Arc<List>>, element: &Datum, is_behind: bool) -> Result<List> {
    let Some(list) = list.filter(|list| !list.items.is_empty()) else {
        return Ok(List::new(vec![element.clone()]));
    };
    if list.dimensions.len() > 1 {
        let message = "argument must be empty or one-dimensional array";
        return Err(PgError::new(SqlState::DATA_EXCEPTION, message));
    }
    let mut items = Vec::with_capacity(list.items.len() + 1);
    items.extend((!is_behind).then(|| element.clone()));
    items.extend(list.items.iter().cloned());
    items.extend(is_behind.then(|| element.clone()));
    Ok(List::from(items, list.lower()))
}

/// Two arrays one behind the other; one of them may be an element of the other.
fn concatenated(one: &List, two: &List) -> Result<List> {
    if one.items.is_empty() || two.items.is_empty() {
        return Ok(if one.items.is_empty() { two.clone() } else { one.clone() });
    }
    let (own, other) = (&one.dimensions, &two.dimensions);
    let grown = |of: &[(i32, i32)], by: i32| {
        let mut dimensions = of.to_vec();
        if let Some((length, _)) = dimensions.first_mut() {
            *length = length.saturating_add(by);
        }
        dimensions
    };
    let within = |of: &[(i32, i32)]| of.get(1..).unwrap_or_default().to_vec();
    let dimensions = if own.len() == other.len() && within(own) == within(other) {
        grown(own, other.first().map_or(0, |(length, _)| *length))
    } else if within(own) == *other {
        grown(own, 1)
    } else if within(other) == *own {
        grown(other, 1)
    } else {
        let message = "cannot concatenate incompatible arrays";
        return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
    };
    Ok(List { dimensions, items: one.items.iter().chain(&two.items).cloned().collect() })
}

fn remove(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(value)) = (list(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    check_flat(list, "removing elements from")?;
    let items = list.items.iter().filter(|item| *item != value).cloned().collect();
    Ok(Datum::Array(Arc::new(List::from(items, list.lower()))))
}

/// What is done to elements one by one is not done to those of several dimensions.
fn check_flat(list: &List, what: &str) -> Result<()> {
    if list.dimensions.len() <= 1 {
        return Ok(());
    }
    let message = format!("{what} multidimensional arrays is not supported");
    Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message))
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
    check_flat(list, "searching for elements in")?;
    let from = call.arguments.get(2).and_then(Datum::as_int).unwrap_or_else(|| list.lower().into());
    let places = (i64::from(list.lower())..).zip(&list.items);
    let found = places.filter(|(place, _)| *place >= from).find(|(_, item)| *item == value);
    Ok(found.map_or(Datum::Null, |(place, _)| Datum::Int(place)))
}

fn positions(call: &Call<'_>) -> Result<Datum> {
    let (Some(list), Some(value)) = (list(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    check_flat(list, "searching for elements in")?;
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

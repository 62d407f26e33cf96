//! What is in JSON: its members and elements, and operators over them.

use std::cmp::Ordering;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::json::normalized;
use super::json_tree::{self, Json, Parts};
use super::json_written;
use super::strings::text;
use crate::datum::{Datum, List, compare_all};
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "json_array_length" | "jsonb_array_length" => length,
        "json_typeof" | "jsonb_typeof" => {
            |call| Ok(value(call, 0)?.map_or(Datum::Null, |value| Datum::text(value.kind())))
        }
        "json_extract_path" | "jsonb_extract_path" => |call| path(call, false),
        "json_extract_path_text" | "jsonb_extract_path_text" => |call| path(call, true),
        "jsonb_pretty" => |call| {
            let Some(value) = value(call, 0)? else { return Ok(Datum::Null) };
            let mut out = String::new();
            value.push_pretty(0, &mut out);
            call.run.admit_text(out.len())?;
            Ok(Datum::text(out))
        },
        "jsonb_exists" => |call| has(call, true),
        "json_strip_nulls" | "jsonb_strip_nulls" => |call| {
            let Some(mut value) = value(call, 0)? else { return Ok(Datum::Null) };
            value.strip(call.arguments.get(1).is_some_and(Datum::is_true));
            if call.result == Oid::JSONB {
                return value.datum(call);
            }
            let mut out = String::new();
            value.push_between(",", ":", &mut out);
            call.run.admit_text(out.len())?;
            Ok(Datum::text(out))
        },
        _ => return None,
    })
}

/// The elements of an array, or the members of an object: what a function gives as rows.
pub(super) fn rows(name: &str) -> Option<crate::plan::SetFunction> {
    Some(match name {
        "json_array_elements" | "jsonb_array_elements" => |call| elements(call, false),
        "json_array_elements_text" | "jsonb_array_elements_text" => |call| elements(call, true),
        "json_each" | "jsonb_each" => |call| members(call, false),
        "json_each_text" | "jsonb_each_text" => |call| members(call, true),
        "json_object_keys" | "jsonb_object_keys" => |call| match value(call, 0)? {
            Some(Json::Object(members)) => {
                let row = |(key, _)| row(call, Datum::text(key));
                members.into_iter().map(row).collect()
            }
            Some(other) => {
                let kind = if written(call).is_some() { "json" } else { "jsonb" };
                Err(wrong(format!("cannot call {kind}_object_keys on {}", other.shape())))
            }
            None => Ok(Vec::new()),
        },
        _ => return None,
    })
}

/// A comparison of two values of `jsonb`.
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
    let Some((one, two)) = value(call, 0)?.zip(value(call, 1)?) else { return Ok(Datum::Null) };
    Ok(Datum::Bool(holds(compare_all(&one.order(), &two.order()))))
}

/// What a value of `jsonb` is ordered by.
pub(crate) fn order(call: &Call<'_>) -> Result<Datum> {
    let value = value(call, 0)?;
    Ok(value.map_or(Datum::Null, |value| Datum::list(value.order())))
}

/// An operator with JSON on its left.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_json = |oid: Oid| matches!(oid, Oid::JSON | Oid::JSONB);
    if !is_json(operator.left) {
        return None;
    }
    Some(match &*operator.name {
        "->" => |call| member(call, false),
        "->>" => |call| member(call, true),
        "#>" => |call| path(call, false),
        "#>>" => |call| path(call, true),
        "?" | "?&" => |call| has(call, true),
        "?|" => |call| has(call, false),
        "@>" => |call| holds(call, 0, 1),
        "<@" => |call| holds(call, 1, 0),
        "||" => join,
        "#-" => super::json_edits::without_path,
        "-" => without,
        _ => return None,
    })
}

fn wrong(message: String) -> PgError {
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

pub(super) fn value(call: &Call<'_>, place: usize) -> Result<Option<Json>> {
    text(call, place).map(|text| parse(call, text)).transpose()
}

fn parse(call: &Call<'_>, text: &str) -> Result<Json> {
    call.run.steps(text.len() / 16)?;
    // A tree takes many times its text; a short one is gone soon.
    if text.len() > 64 << 10 {
        call.run.charge(text.len().saturating_mul(32))?;
    }
    json_tree::read(text)
}

impl Json {
    /// As a value of the type that a call gives.
    pub(super) fn datum(&self, call: &Call<'_>) -> Result<Datum> {
        let mut out = String::new();
        self.push(&mut out);
        call.run.admit_text(out.len())?;
        Ok(Datum::text(if call.result == Oid::JSONB { normalized(&out)? } else { out }))
    }

    fn shown(&self, call: &Call<'_>, as_text: bool) -> Result<Datum> {
        if as_text { Ok(self.as_text()) } else { self.datum(call) }
    }

    /// As JSON of the kind that the first argument is of.
    fn json_of(&self, call: &Call<'_>) -> Result<Datum> {
        let mut out = String::new();
        self.push(&mut out);
        let is_binary = call.types.first() == Some(&Oid::JSONB);
        Ok(Datum::text(if is_binary { normalized(&out)? } else { out }))
    }
}

/// Refuses a path of several dimensions.
pub(super) fn check_path(path: &List) -> Result<()> {
    if path.dimensions.len() <= 1 {
        return Ok(());
    }
    let message = "wrong number of array subscripts";
    Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message))
}

/// The text of `json`, which keeps how it is written, and so does what is taken out of it.
pub(super) fn written<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    text(call, 0).filter(|_| call.types.first() == Some(&Oid::JSON))
}

fn member(call: &Call<'_>, as_text: bool) -> Result<Datum> {
    if let (Some(text), Some(key)) = (written(call), call.arguments.get(1)) {
        return json_written::member(call, text, key, as_text);
    }
    let (Some(value), Some(key)) = (value(call, 0)?, call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    // `jsonb` keeps a scalar as an array of one element.
    let is_scalar = !matches!(value, Json::List(_) | Json::Object(_));
    if is_scalar && matches!(key, Datum::Int(0 | -1)) && call.types.first() == Some(&Oid::JSONB) {
        return value.shown(call, as_text);
    }
    value.get(key).map_or(Ok(Datum::Null), |found| found.shown(call, as_text))
}

/// What is at the end of a path: an array of steps, or one argument for each.
fn path(call: &Call<'_>, as_text: bool) -> Result<Datum> {
    let steps: Vec<Datum> = match call.arguments.get(1) {
        Some(Datum::Array(list)) => list.items.clone(),
        _ => call.arguments.iter().skip(1).cloned().collect(),
    };
    if let Some(text) = written(call) {
        return json_written::path(call, text, &steps, as_text);
    }
    let Some(value) = value(call, 0)? else { return Ok(Datum::Null) };
    let mut found = &value;
    for step in &steps {
        let number = step.as_str().and_then(|step| step.trim_start().parse::<i32>().ok());
        let number = number.map(|number| Datum::Int(number.into()));
        let key = if matches!(found, Json::List(_)) { number.as_ref() } else { Some(step) };
        match key.and_then(|key| found.get(key)) {
            Some(inner) => found = inner,
            None => return Ok(Datum::Null),
        }
    }
    found.shown(call, as_text)
}

fn length(call: &Call<'_>) -> Result<Datum> {
    match value(call, 0)? {
        Some(Json::List(items)) => Ok(Datum::Int(i64::try_from(items.len()).unwrap_or(i64::MAX))),
        Some(Json::Object(_)) => Err(wrong("cannot get array length of a non-array".to_owned())),
        Some(_) => Err(wrong("cannot get array length of a scalar".to_owned())),
        None => Ok(Datum::Null),
    }
}

/// A row of one column.
fn row(call: &Call<'_>, value: Datum) -> Result<Vec<Datum>> {
    call.run.item(&value)?;
    Ok(vec![value])
}

fn elements(call: &Call<'_>, as_text: bool) -> Result<Vec<Vec<Datum>>> {
    if let Some(text) = written(call) {
        return match json_written::parts(call, text)? {
            Parts::List(items) => {
                let shown = |item| json_written::shown(item, as_text);
                items.into_iter().map(|item| row(call, shown(item)?)).collect()
            }
            other => {
                let shape = if matches!(other, Parts::Object(_)) { "non-array" } else { "scalar" };
                let name = if as_text { "json_array_elements_text" } else { "json_array_elements" };
                Err(wrong(format!("cannot call {name} on a {shape}")))
            }
        };
    }
    match value(call, 0)? {
        Some(Json::List(items)) => {
            items.iter().map(|item| row(call, item.shown(call, as_text)?)).collect()
        }
        Some(other) => Err(wrong(format!("cannot extract elements from {}", other.shape()))),
        None => Ok(Vec::new()),
    }
}

fn members(call: &Call<'_>, as_text: bool) -> Result<Vec<Vec<Datum>>> {
    if let Some(text) = written(call) {
        let members = match json_written::parts(call, text)? {
            Parts::Object(members) => members,
            Parts::List(_) => {
                return Err(wrong("cannot deconstruct an array as an object".to_owned()));
            }
            Parts::Scalar(_) => return Err(wrong("cannot deconstruct a scalar".to_owned())),
        };
        let row = |(key, value): (String, &str)| {
            let (key, shown) = (Datum::text(key), json_written::shown(value, as_text)?);
            call.run.item(&key)?;
            call.run.item(&shown)?;
            Ok(vec![key, shown])
        };
        return members.into_iter().map(row).collect();
    }
    match value(call, 0)? {
        Some(Json::Object(members)) => {
            let row = |(key, value): &(String, Json)| {
                let shown = if as_text { value.as_text() } else { value.json_of(call)? };
                let key = Datum::text(key.as_str());
                call.run.item(&key)?;
                call.run.item(&shown)?;
                Ok(vec![key, shown])
            };
            members.iter().map(row).collect()
        }
        Some(_) => {
            let name = if as_text { "jsonb_each_text" } else { "jsonb_each" };
            Err(wrong(format!("cannot call {name} on a non-object")))
        }
        None => Ok(Vec::new()),
    }
}

/// Whether strings, one or all of several or any of them, are keys of an object or elements of an array.
fn has(call: &Call<'_>, all: bool) -> Result<Datum> {
    let (Some(value), Some(keys)) = (value(call, 0)?, call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let keys: Vec<&str> = match keys {
        Datum::Array(list) => list.items.iter().filter_map(Datum::as_str).collect(),
        key => key.as_str().into_iter().collect(),
    };
    call.run.parts(value.count().saturating_mul(keys.len()))?;
    let has = |key: &str| match &value {
        Json::Object(members) => members.iter().any(|(own, _)| own == key),
        Json::List(items) => items.iter().any(|item| matches!(item, Json::Text(own) if own == key)),
        Json::Text(own) => own == key,
        _ => false,
    };
    let mut keys = keys.into_iter();
    Ok(Datum::Bool(if all { keys.all(has) } else { keys.any(has) }))
}

fn holds(call: &Call<'_>, whole: usize, part: usize) -> Result<Datum> {
    let pair = value(call, whole)?.zip(value(call, part)?);
    pair.map_or(Ok(Datum::Null), |(whole, part)| whole.contains(&part, call.run).map(Datum::Bool))
}

fn join(call: &Call<'_>) -> Result<Datum> {
    let Some((one, two)) = value(call, 0)?.zip(value(call, 1)?) else { return Ok(Datum::Null) };
    let listed = |value| match value {
        Json::List(items) => items,
        value => vec![value],
    };
    let joined = match (one, two) {
        (Json::Object(mut one), Json::Object(two)) => {
            one.extend(two);
            Json::Object(one)
        }
        (one, two) => {
            let mut all = listed(one);
            all.extend(listed(two));
            Json::List(all)
        }
    };
    joined.datum(call)
}

fn without(call: &Call<'_>) -> Result<Datum> {
    let (Some(value), Some(key)) = (value(call, 0)?, call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let keys: Vec<&str> = match key {
        Datum::Array(list) => {
            check_path(list)?;
            list.items.iter().filter_map(Datum::as_str).collect()
        }
        key => key.as_str().into_iter().collect(),
    };
    call.run.parts(value.count().saturating_mul(keys.len()))?;
    let left = match (value, key.as_int()) {
        (Json::Object(mut members), None) => {
            members.retain(|(own, _)| !keys.contains(&own.as_str()));
            Json::Object(members)
        }
        (Json::List(mut items), None) => {
            items.retain(|item| !matches!(item, Json::Text(own) if keys.contains(&own.as_str())));
            Json::List(items)
        }
        (Json::List(mut items), Some(number)) => {
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let place = if number < 0 { length.saturating_add(number) } else { number };
            if let Ok(place) = usize::try_from(place)
                && place < items.len()
            {
                items.remove(place);
            }
            Json::List(items)
        }
        (value, _) => return Err(wrong(format!("cannot delete from {}", value.shape()))),
    };
    left.datum(call)
}

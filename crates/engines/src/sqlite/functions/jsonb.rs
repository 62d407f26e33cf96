//! Operators of `jsonb`: `?`, `?|`, `?&`, `@>`, `<@`, `||`, `-` and comparisons.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-json.html#FUNCTIONS-JSONB-OP-TABLE>.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Numeric, json};
use trunkline_core::{Oid, SqlState};

use super::json::{steps, unescaped};
use super::text::text;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_jsonb_contains", 2, |context| {
        let (Some(whole), Some(part)) = (document(context, 0)?, document(context, 1)?) else {
            return Ok(Stored::Null);
        };
        let (whole, part) = (parsed(&whole)?, parsed(&part)?);
        let mut left = COMPARISONS;
        Ok(Stored::Integer(contains_root(&whole, &part, &mut left)?.into()))
    })?;
    pure(connection, "pg_jsonb_compare", 2, |context| {
        let (Some(first), Some(second)) = (document(context, 0)?, document(context, 1)?) else {
            return Ok(Stored::Null);
        };
        Ok(Stored::Integer(order_of_roots(&parsed(&first)?, &parsed(&second)?) as i64))
    })?;
    pure(connection, "pg_jsonb_has", 2, |context| {
        let name = text(context, 1)?.map(|name| vec![name]);
        has(context, name, |names, known| names.iter().all(|name| known.contains(name)))
    })?;
    pure(connection, "pg_jsonb_has_any", 2, |context| {
        has(context, names(context, 1)?, |names, known| {
            names.iter().any(|name| known.contains(name))
        })
    })?;
    pure(connection, "pg_jsonb_has_all", 2, |context| {
        has(context, names(context, 1)?, |names, known| {
            names.iter().all(|name| known.contains(name))
        })
    })?;
    pure(connection, "pg_jsonb_concat", 2, |context| {
        let (Some(first), Some(second)) = (document(context, 0)?, document(context, 1)?) else {
            return Ok(Stored::Null);
        };
        printed(&joined(parsed(&first)?, parsed(&second)?))
    })?;
    pure(connection, "pg_jsonb_without", 2, |context| {
        let Some(document) = document(context, 0)? else { return Ok(Stored::Null) };
        let Some(name) = text(context, 1)? else { return Ok(Stored::Null) };
        printed(&without(parsed(&document)?, &[name])?)
    })?;
    pure(connection, "pg_jsonb_without_all", 2, |context| {
        let (Some(document), Some(names)) = (document(context, 0)?, names(context, 1)?) else {
            return Ok(Stored::Null);
        };
        printed(&without(parsed(&document)?, &names)?)
    })?;
    pure(connection, "pg_jsonb_without_element", 2, |context| {
        let (Some(document), ValueRef::Integer(place)) =
            (document(context, 0)?, context.get_raw(1))
        else {
            return Ok(Stored::Null);
        };
        printed(&without_element(parsed(&document)?, place)?)
    })
}

/// The most pairs of an array's elements that are looked at: nobody can stop a function that runs.
const COMPARISONS: usize = 1 << 24;

/// How deep a document may be to be looked into.
const DEPTH: usize = 1_000;

/// A document as `jsonb` prints it, member by member; a string has its quotes, and of a number the
/// zeros at the end of its fraction are gone.
pub(super) enum Json<'a> {
    Scalar(&'a str),
    Array(Vec<Json<'a>>),
    Object(Vec<(&'a str, Json<'a>)>),
}

/// An argument in the words of `jsonb`: a file may have others.
pub(super) fn document(context: &Context<'_>, place: usize) -> rusqlite::Result<Option<String>> {
    let Some(text) = text(context, place)? else { return Ok(None) };
    let mut out = Vec::new();
    json::text(&text, Oid::JSONB, &mut out).map_err(refused)?;
    Ok(Some(String::from_utf8_lossy(&out).into_owned()))
}

pub(super) fn parsed(text: &str) -> rusqlite::Result<Json<'_>> {
    let mut rest = text;
    let too_deep = || raise(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    value(&mut rest, DEPTH).ok_or_else(too_deep)
}

/// The value that a text begins with; none if it is too deep.
fn value<'a>(rest: &mut &'a str, depth: usize) -> Option<Json<'a>> {
    let depth = depth.checked_sub(1)?;
    match rest.as_bytes().first()? {
        b'[' => {
            let mut elements = Vec::new();
            *rest = rest.get(1..)?;
            while !skipped(rest, "]") {
                elements.push(value(rest, depth)?);
                skipped(rest, ", ");
            }
            Some(Json::Array(elements))
        }
        b'{' => {
            let mut members = Vec::new();
            *rest = rest.get(1..)?;
            while !skipped(rest, "}") {
                let name = scalar(rest)?;
                skipped(rest, ": ");
                members.push((name, value(rest, depth)?));
                skipped(rest, ", ");
            }
            Some(Json::Object(members))
        }
        _ => Some(Json::Scalar(scalar(rest)?)),
    }
}

fn skipped(rest: &mut &str, what: &str) -> bool {
    let behind = rest.strip_prefix(what);
    *rest = behind.unwrap_or(rest);
    behind.is_some()
}

fn scalar<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let bytes = rest.as_bytes();
    let end = if bytes.first() == Some(&b'"') {
        let mut escaped = false;
        let closes = |byte: &u8| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        };
        bytes.get(1..)?.iter().position(closes)?.checked_add(2)?
    } else {
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}');
        bytes.iter().position(ends).unwrap_or(bytes.len())
    };
    let (scalar, behind) = rest.split_at_checked(end)?;
    *rest = behind;
    (!scalar.is_empty()).then_some(scalar)
}

/// A scalar as it is compared: `1.0` is 1.
fn compared(scalar: &str) -> &str {
    match scalar.starts_with('"') || !scalar.contains('.') {
        true => scalar,
        false => scalar.trim_end_matches('0').trim_end_matches('.'),
    }
}

/// `@>`: at the root an array contains a scalar that is one of its elements.
fn contains_root(whole: &Json<'_>, part: &Json<'_>, left: &mut usize) -> rusqlite::Result<bool> {
    match (whole, part) {
        (Json::Array(elements), Json::Scalar(scalar)) => {
            Ok(elements.iter().any(|one| is_scalar(one, scalar)))
        }
        _ => contains(whole, part, left),
    }
}

fn is_scalar(value: &Json<'_>, wanted: &str) -> bool {
    matches!(value, Json::Scalar(scalar) if compared(scalar) == compared(wanted))
}

fn contains(whole: &Json<'_>, part: &Json<'_>, left: &mut usize) -> rusqlite::Result<bool> {
    match (whole, part) {
        (whole, Json::Scalar(scalar)) => Ok(is_scalar(whole, scalar)),
        (Json::Object(members), Json::Object(wanted)) => {
            let known: HashMap<&str, &Json<'_>> =
                members.iter().map(|(name, value)| (*name, value)).collect();
            for (name, value) in wanted {
                match known.get(name) {
                    Some(found) if contains(found, value, left)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Json::Array(elements), Json::Array(wanted)) => {
            let scalars = elements.iter().filter_map(|element| match element {
                Json::Scalar(scalar) => Some(compared(scalar)),
                _ => None,
            });
            let scalars: HashSet<&str> = scalars.collect();
            for value in wanted {
                let is_there = match value {
                    Json::Scalar(scalar) => scalars.contains(compared(scalar)),
                    value => any_contains(elements, value, left)?,
                };
                if !is_there {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn any_contains(
    elements: &[Json<'_>],
    part: &Json<'_>,
    left: &mut usize,
) -> rusqlite::Result<bool> {
    for element in elements {
        *left = left.checked_sub(1).ok_or_else(|| {
            let message = "too many elements of jsonb to compare";
            raise(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
        })?;
        if !matches!(element, Json::Scalar(_)) && contains(element, part, left)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts bytes behind a key that are in the order of documents, of one in the words of `jsonb`.
pub(super) fn put_key(document: &str, key: &mut Vec<u8>) {
    let mut rest = document;
    match value(&mut rest, DEPTH) {
        Some(Json::Array(elements)) if elements.is_empty() => key.push(0),
        Some(root) => put(&root, key),
        // What is too deep comes last.
        None => key.push(u8::MAX),
    }
}

fn put(value: &Json<'_>, key: &mut Vec<u8>) {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes();
    key.push(kind(value) + 1);
    match value {
        Json::Scalar(scalar) if scalar.starts_with('"') => {
            key.extend_from_slice(unescaped(scalar).as_bytes());
            key.push(0);
        }
        Json::Scalar(scalar) => match scalar.parse() {
            Ok(number) => super::order::real(number, key),
            Err(_) => key.extend_from_slice(scalar.as_bytes()),
        },
        Json::Array(elements) => {
            key.extend_from_slice(&count(elements.len()));
            elements.iter().for_each(|element| put(element, key));
        }
        Json::Object(members) => {
            key.extend_from_slice(&count(members.len()));
            for (name, member) in members {
                key.extend_from_slice(unescaped(name).as_bytes());
                key.push(0);
                put(member, key);
            }
        }
    }
}

/// How documents are ordered; an empty array comes before all scalars.
fn order_of_roots(first: &Json<'_>, second: &Json<'_>) -> Ordering {
    let is_empty = |value: &Json<'_>| matches!(value, Json::Array(all) if all.is_empty());
    match (first, second) {
        (Json::Scalar(_), second) if is_empty(second) => Ordering::Greater,
        (first, Json::Scalar(_)) if is_empty(first) => Ordering::Less,
        _ => order(first, second),
    }
}

fn order(first: &Json<'_>, second: &Json<'_>) -> Ordering {
    let kinds = kind(first).cmp(&kind(second));
    kinds.then_with(|| match (first, second) {
        (Json::Scalar(first), Json::Scalar(second)) => order_of_scalars(first, second),
        (Json::Array(first), Json::Array(second)) => {
            let mut pairs = first.iter().zip(second).map(|(one, other)| order(one, other));
            let differs = pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
            first.len().cmp(&second.len()).then(differs)
        }
        (Json::Object(first), Json::Object(second)) => {
            let mut pairs = first.iter().zip(second).map(|((name, one), (known, other))| {
                let names = unescaped(name).cmp(&unescaped(known));
                names.then_with(|| order(one, other))
            });
            let differs = pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
            first.len().cmp(&second.len()).then(differs)
        }
        _ => Ordering::Equal,
    })
}

/// Objects come behind arrays, booleans, numbers, strings and null.
fn kind(value: &Json<'_>) -> u8 {
    match value {
        Json::Scalar("null") => 0,
        Json::Scalar(scalar) if scalar.starts_with('"') => 1,
        Json::Scalar("true" | "false") => 3,
        Json::Scalar(_) => 2,
        Json::Array(_) => 4,
        Json::Object(_) => 5,
    }
}

fn order_of_scalars(first: &str, second: &str) -> Ordering {
    if first.starts_with('"') {
        return unescaped(first).cmp(&unescaped(second));
    }
    match (Numeric::parse(first), Numeric::parse(second)) {
        (Ok(first), Ok(second)) => first.compare(&second),
        // `false` comes before `true`, and null is null.
        _ => first.cmp(second),
    }
}

/// The elements of a `text[]` but for NULLs, which no name is.
fn names(context: &Context<'_>, place: usize) -> rusqlite::Result<Option<Vec<String>>> {
    let Some(array) = text(context, place)? else { return Ok(None) };
    let steps = steps(&array).map_err(refused)?;
    Ok(Some(steps.into_iter().flatten().collect()))
}

/// Whether names are those of an object, or strings of an array.
fn has(
    context: &Context<'_>,
    names: Option<Vec<String>>,
    wanted: fn(&[String], &HashSet<String>) -> bool,
) -> Answer {
    let (Some(document), Some(names)) = (document(context, 0)?, names) else {
        return Ok(Stored::Null);
    };
    let known: HashSet<String> = match parsed(&document)? {
        Json::Object(members) => members.iter().map(|(name, _)| unescaped(name)).collect(),
        Json::Array(elements) => elements.iter().filter_map(string).collect(),
        scalar => string(&scalar).into_iter().collect(),
    };
    Ok(Stored::Integer(wanted(&names, &known).into()))
}

fn string(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Scalar(scalar) if scalar.starts_with('"') => Some(unescaped(scalar)),
        _ => None,
    }
}

/// `||`: of two objects the members, of all else the elements; what is no array is one of itself.
fn joined<'a>(first: Json<'a>, second: Json<'a>) -> Json<'a> {
    match (first, second) {
        (Json::Object(mut members), Json::Object(more)) => {
            // Of a name that is there twice the last one counts.
            members.extend(more);
            Json::Object(members)
        }
        (first, second) => {
            let mut elements = listed(first);
            elements.extend(listed(second));
            Json::Array(elements)
        }
    }
}

fn listed(value: Json<'_>) -> Vec<Json<'_>> {
    match value {
        Json::Array(elements) => elements,
        other => vec![other],
    }
}

/// `-` of names.
fn without<'a>(value: Json<'a>, names: &[String]) -> rusqlite::Result<Json<'a>> {
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    match value {
        Json::Object(mut members) => {
            members.retain(|(name, _)| !names.contains(unescaped(name).as_str()));
            Ok(Json::Object(members))
        }
        Json::Array(mut elements) => {
            elements.retain(|one| string(one).is_none_or(|text| !names.contains(text.as_str())));
            Ok(Json::Array(elements))
        }
        Json::Scalar(_) => Err(no_members("cannot delete from scalar")),
    }
}

/// `-` of a place, counted from 0, or from -1 at the end.
fn without_element(value: Json<'_>, place: i64) -> rusqlite::Result<Json<'_>> {
    let mut elements = match value {
        Json::Array(elements) => elements,
        Json::Object(_) => {
            return Err(no_members("cannot delete from object using integer index"));
        }
        Json::Scalar(_) => return Err(no_members("cannot delete from scalar")),
    };
    let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let place = if place < 0 { place.saturating_add(count) } else { place };
    if let Some(place) = usize::try_from(place).ok().filter(|place| *place < elements.len()) {
        elements.remove(place);
    }
    Ok(Json::Array(elements))
}

fn no_members(message: &str) -> rusqlite::Error {
    raise(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// The document in the words of `jsonb`, which has names in their order, each once.
pub(super) fn printed(value: &Json<'_>) -> Answer {
    let mut words = String::new();
    write(value, &mut words);
    let mut out = Vec::new();
    json::text(&words, Oid::JSONB, &mut out).map_err(refused)?;
    Ok(Stored::Text(String::from_utf8_lossy(&out).into_owned()))
}

fn write(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Scalar(scalar) => out.push_str(scalar),
        Json::Array(elements) => {
            for (place, element) in elements.iter().enumerate() {
                out.push(if place == 0 { '[' } else { ',' });
                write(element, out);
            }
            out.push_str(if elements.is_empty() { "[]" } else { "]" });
        }
        Json::Object(members) => {
            for (place, (name, value)) in members.iter().enumerate() {
                out.push(if place == 0 { '{' } else { ',' });
                out.push_str(name);
                out.push(':');
                write(value, out);
            }
            out.push_str(if members.is_empty() { "{}" } else { "}" });
        }
    }
}

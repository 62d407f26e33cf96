//! Parts of documents as rows, and what a document is: `jsonb_array_elements`, `jsonb_each`, `jsonb_typeof`.
//!
//! Rows are an array of JSON, for SQLite's `json_each`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::json;
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::super::types::Type;
use super::json::quote;
use super::json::{unescaped, value};
use super::text::text;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_json_elements", 4, elements)?;
    pure(connection, "pg_json_pairs", 4, pairs)?;
    pure(connection, "pg_json_names", 2, names)?;
    pure(connection, "pg_json_typeof", 1, |context| {
        let document = text(context, 0)?;
        Ok(document.map_or(Stored::Null, |text| Stored::Text(kind(&text).to_owned())))
    })?;
    pure(connection, "pg_json_array_length", 1, |context| {
        let Some(document) = text(context, 0)? else { return Ok(Stored::Null) };
        let Some(inside) = document.trim().strip_prefix('[') else {
            let what = if kind(&document) == "object" { "a non-array" } else { "a scalar" };
            return Err(refuse(&format!("cannot get array length of {what}")));
        };
        Ok(i64::try_from(parts(inside).len()).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_jsonb_scalar", 3, scalar)?;
    pure(connection, "pg_cells", -1, |context| {
        let mut cells = Vec::new();
        for place in 0..context.len() {
            cells.push(super::elements::json_of_kept(&context.get(place)?)?);
        }
        Ok(Stored::Text(format!("[{}]", cells.join(","))))
    })
}

fn refuse(message: &str) -> rusqlite::Error {
    raise(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// What `jsonb_typeof` calls a document.
fn kind(document: &str) -> &'static str {
    match document.trim().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// `pg_jsonb_scalar(document, type, name)`: the number or the boolean that a document is.
fn scalar(context: &Context<'_>) -> Answer {
    let (Some(document), oid) = (text(context, 0)?, Oid(context.get(1)?)) else {
        return Ok(Stored::Null);
    };
    let document = document.trim();
    let wanted = if oid == Oid::BOOL { "boolean" } else { "number" };
    match kind(document) {
        "null" => Ok(Stored::Null),
        found if found == wanted && oid == Oid::BOOL => {
            Ok(Stored::Integer(i64::from(document == "true")))
        }
        found if found == wanted => {
            storage::literal(Type::of(Oid::NUMERIC), document, &KEPT).map_err(refused)
        }
        "number" => {
            Err(refuse(&format!("cannot cast jsonb numeric to type {}", context.get::<String>(2)?)))
        }
        found => {
            Err(refuse(&format!("cannot cast jsonb {found} to type {}", context.get::<String>(2)?)))
        }
    }
}

/// The values between brackets.
fn parts(inside: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), inside);
    while let Some((part, behind)) = value(rest) {
        parts.push(part);
        rest = behind.trim_start().strip_prefix(',').unwrap_or_default();
    }
    parts
}

/// The members between braces.
fn members(inside: &str) -> Vec<(&str, &str)> {
    let (mut members, mut rest) = (Vec::new(), inside);
    while let Some((name, behind)) = value(rest).filter(|(name, _)| name.starts_with('"')) {
        let Some(behind) = behind.trim_start().strip_prefix(':') else { break };
        let Some((member, behind)) = value(behind.trim_start()) else { break };
        members.push((name, member));
        rest = behind.trim_start().strip_prefix(',').unwrap_or_default();
    }
    members
}

/// A part as a string of JSON: as a text, or as the document that it is.
fn shown(part: &str, as_text: bool, oid: Oid) -> rusqlite::Result<String> {
    if as_text && part == "null" {
        return Ok("null".to_owned());
    }
    if as_text && part.starts_with('"') {
        return Ok(quote(&unescaped(part)));
    }
    let mut out = Vec::new();
    json::text(part, oid, &mut out).map_err(refused)?;
    Ok(quote(&String::from_utf8_lossy(&out)))
}

/// `pg_json_elements(document, as text, type, name)`
fn elements(context: &Context<'_>) -> Answer {
    let Some(document) = text(context, 0)? else { return Ok(Stored::Null) };
    let (as_text, oid): (bool, u32) = (context.get(1)?, context.get(2)?);
    let Some(inside) = document.trim().strip_prefix('[') else {
        let name: String = context.get(3)?;
        let what = if kind(&document) == "object" { "an object" } else { "a scalar" };
        return Err(refuse(&match (Oid(oid), what) {
            (Oid::JSONB, what) => format!("cannot extract elements from {what}"),
            (_, "an object") => format!("cannot call {name} on a non-array"),
            (_, _) => format!("cannot call {name} on a scalar"),
        }));
    };
    let mut words = Vec::new();
    for part in parts(inside) {
        words.push(shown(part, as_text, Oid(oid))?);
    }
    Ok(Stored::Text(format!("[{}]", words.join(","))))
}

fn object<'a>(document: &'a str, name: &str, array: &str) -> rusqlite::Result<&'a str> {
    document.trim().strip_prefix('{').ok_or_else(|| {
        let what = if kind(document) == "array" { array } else { "a scalar" };
        refuse(&format!("cannot call {name} on {what}"))
    })
}

/// `pg_json_pairs(document, as text, type, name)`: arrays of a name and a value.
fn pairs(context: &Context<'_>) -> Answer {
    let Some(document) = text(context, 0)? else { return Ok(Stored::Null) };
    let (as_text, oid): (bool, u32) = (context.get(1)?, context.get(2)?);
    let name: String = context.get(3)?;
    let is_jsonb = Oid(oid) == Oid::JSONB;
    let inside = object(&document, &name, "a non-object").map_err(|error| match is_jsonb {
        true => refuse(&format!("cannot call {name} on a non-object")),
        false => error,
    })?;
    let mut words = Vec::new();
    for (name, member) in members(inside) {
        words.push(format!("[{},{}]", quote(&unescaped(name)), shown(member, as_text, Oid(oid))?));
    }
    Ok(Stored::Text(format!("[{}]", words.join(","))))
}

/// `pg_json_names(document, name)`
fn names(context: &Context<'_>) -> Answer {
    let Some(document) = text(context, 0)? else { return Ok(Stored::Null) };
    let name: String = context.get(1)?;
    let inside = object(&document, &name, "an array")?;
    let words: Vec<String> =
        members(inside).into_iter().map(|(name, _)| quote(&unescaped(name))).collect();
    Ok(Stored::Text(format!("[{}]", words.join(","))))
}

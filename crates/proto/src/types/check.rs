//! Whether values can be read, without keeping anything of them.

use bytes::Bytes;

use super::catalog::is_string;
use super::error::ValueError;
use super::made::{Made, made_of};
use super::style::TextStyle;
use super::user::Types;
use super::value::Value;
use super::{array, hstore, json, jsonpath, range, record, text, typmod};
use crate::{Oid, SqlState};

/// How deep records and arrays may lie in one another: PostgreSQL's bound is its stack.
pub(super) const MAX_DEPTH: u32 = 64;

/// Whether the text of a value of the type `oid` can be read.
pub(super) fn check_literal(oid: Oid, text: &str, style: &TextStyle) -> Result<(), ValueError> {
    match oid {
        // Nothing is copied of what may be long.
        Oid::JSON | Oid::JSONB => json::check(text, oid),
        Oid::JSONPATH => jsonpath::check(text),
        Oid::RECORD => record::parse(text, |_| Ok(())).map(drop),
        oid if is_string(oid) => Ok(()),
        oid => match made_of(oid, &style.types) {
            Made::Array(element) => array::check_text(element, -1, text, style).map(drop),
            Made::Composite(attributes) => record::check_text(attributes, text, style),
            Made::Same(oid, typmod) => check_modified_literal(oid, typmod, text, style),
            Made::Spelled(spelled) => spelled.check(text),
            Made::Hstore => hstore::check_text(text),
            Made::Multirange(of) => range::check_text(of, text, style),
            _ => Value::from_literal(oid, text, style).map(drop),
        },
    }
}

/// Whether the text of a value of a type can be read under a modifier.
pub(super) fn check_modified_literal(
    oid: Oid,
    typmod: i32,
    text: &str,
    style: &TextStyle,
) -> Result<(), ValueError> {
    if typmod < 0 {
        return check_literal(oid, text, style);
    }
    let resolved = style.types.resolved(oid);
    if let Some(element) = style.types.element_of(resolved) {
        return array::check_text(element, typmod, text, style).map(drop);
    }
    if is_string(resolved) && resolved != Oid::NAME {
        return typmod::check_string(resolved, typmod, text).map(drop);
    }
    typmod::check_text_length(resolved, typmod, text)?;
    let value = Value::from_literal(oid, text, style)?;
    typmod::applied(value, resolved, typmod).map(drop)
}

/// Whether the binary form of a value of a type can be read under a modifier.
fn check_modified_binary(
    oid: Oid,
    typmod: i32,
    bytes: &[u8],
    depth: u32,
    types: &Types,
) -> Result<(), ValueError> {
    if typmod < 0 {
        return check_binary(oid, bytes, depth, types);
    }
    let resolved = types.resolved(oid);
    if let Some(element) = types.element_of(resolved) {
        let depth = deeper(depth)?;
        return array::check_binary(element, typmod, bytes, types, |part| {
            check_modified_binary(element, typmod, part, depth, types)
        });
    }
    if is_string(resolved) && resolved != Oid::NAME {
        return typmod::check_string(resolved, typmod, text::receive(bytes)?).map(drop);
    }
    typmod::check_binary_length(resolved, typmod, bytes, types)?;
    let read = |bytes: &[u8]| {
        let hold = || Bytes::copy_from_slice(bytes);
        let value = Value::from_checked_binary(oid, bytes, types, hold)?;
        typmod::applied(value, resolved, typmod)
    };
    // What is left over is found behind what the modifier says of the rest.
    let own = range::own_bytes(resolved, bytes);
    if own.len() < bytes.len() {
        read(own)?;
    }
    check_binary(oid, bytes, depth, types)?;
    read(bytes).map(drop)
}

/// Whether the binary form of a value of the type `oid` can be read.
pub(super) fn check_binary(
    oid: Oid,
    bytes: &[u8],
    depth: u32,
    types: &Types,
) -> Result<(), ValueError> {
    match oid {
        // Nothing is copied of what may be long.
        Oid::BYTEA => Ok(()),
        Oid::JSON | Oid::JSONB => json::receive_checked(bytes, oid).map(drop),
        Oid::NAME => text::receive_name(bytes).map(drop),
        oid if is_string(oid) => text::receive(bytes).map(drop),
        oid if check_parts(oid, bytes, depth, types)? => Ok(()),
        // None of those that are held.
        oid => Value::from_checked_binary(oid, bytes, types, Bytes::new).map(drop),
    }
}

/// Whether a type is one whose values are held as they come; if so, their parts can be read.
pub(super) fn check_parts(
    oid: Oid,
    bytes: &[u8],
    depth: u32,
    types: &Types,
) -> Result<bool, ValueError> {
    let check = |oid: Oid, part: Option<&[u8]>, depth: u32| match part {
        Some(bytes) => check_binary(oid, bytes, depth, types),
        None => Ok(()),
    };
    match made_of(oid, types) {
        Made::Record => {
            let depth = deeper(depth)?;
            record::receive(bytes, |oid, part| check(oid, part, depth))?;
        }
        Made::Composite(attributes) => {
            let depth = deeper(depth)?;
            record::check_binary(attributes, bytes, |attribute, part| match part {
                Some(part) => {
                    check_modified_binary(attribute.oid, attribute.typmod, part, depth, types)
                }
                None => Ok(()),
            })?;
        }
        Made::Array(element) => {
            let depth = deeper(depth)?;
            array::receive(bytes, element, |part| check(element, part, depth))?;
        }
        Made::Vector(element) => {
            let depth = deeper(depth)?;
            array::check_vector(bytes, element, |part| check(element, part, depth))?;
        }
        Made::Hstore => hstore::check_binary(bytes)?,
        Made::Multirange(of) => range::check_binary(of, bytes, types)?,
        Made::Same(oid, typmod) => check_modified_binary(oid, typmod, bytes, depth, types)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn deeper(depth: u32) -> Result<u32, ValueError> {
    if depth >= MAX_DEPTH {
        return Err(ValueError::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded"));
    }
    Ok(depth.saturating_add(1))
}

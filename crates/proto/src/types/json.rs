//! `json`, `jsonb` and `jsonpath`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-json.html>. As text all are the JSON text;
//! in binary `json` is its text, and the other two put a version byte, 1, before it.

use super::error::ValueError;
use crate::{Oid, SqlState};

/// The version that PostgreSQL puts before the text of `jsonb` and `jsonpath`.
const VERSION: u8 = 1;

/// Appends the binary form of JSON text for the type `oid`.
#[inline]
pub fn binary(text: &str, oid: Oid, out: &mut Vec<u8>) {
    if is_versioned(oid) {
        out.push(VERSION);
    }
    out.extend_from_slice(text.as_bytes());
}

/// Reads the binary form of the type `oid`: its text, which is not looked into.
///
/// # Errors
///
/// XX000 for another version, 08P01 for no version, 22021 for bytes that are not UTF-8.
#[inline]
pub fn receive(bytes: &[u8], oid: Oid) -> Result<&str, ValueError> {
    match bytes {
        bytes if !is_versioned(oid) => super::text::receive(bytes),
        [VERSION, text @ ..] => super::text::receive(text),
        [version, ..] => Err(ValueError::new(
            SqlState::INTERNAL_ERROR,
            match oid {
                Oid::JSONPATH => format!("unsupported jsonpath version number: {version}"),
                _ => format!("unsupported jsonb version number {version}"),
            },
        )),
        [] => Err(ValueError::truncated()),
    }
}

fn is_versioned(oid: Oid) -> bool {
    matches!(oid, Oid::JSONB | Oid::JSONPATH)
}

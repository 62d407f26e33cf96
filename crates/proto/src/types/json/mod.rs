//! `json`, `jsonb` and `jsonpath`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-json.html>. As text all are the JSON text;
//! in binary `json` is its text, and the other two put a version byte, 1, before it. `json` keeps its
//! text; of `jsonb` the members are printed in order, the last of those of the same key, and numbers as
//! `numeric` prints them.

mod lex;
mod parse;
mod print;
mod refuse;

use parse::Parser;
pub(super) use print::quoted;

use super::error::ValueError;
use crate::{Oid, SqlState};

/// The version that PostgreSQL puts before the text of `jsonb` and `jsonpath`.
pub(super) const VERSION: u8 = 1;

/// Appends JSON text as the type `oid` prints it.
///
/// # Errors
///
/// Those of [`check`] for `jsonb`; the text of `json` is not looked into.
pub fn text(text: &str, oid: Oid, out: &mut Vec<u8>) -> Result<(), ValueError> {
    if oid == Oid::JSONB {
        return print::normalized(text, out);
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Appends the binary form of JSON text for the type `oid`.
///
/// # Errors
///
/// Those of [`text`].
pub fn binary(json: &str, oid: Oid, out: &mut Vec<u8>) -> Result<(), ValueError> {
    if is_versioned(oid) {
        out.push(VERSION);
    }
    text(json, oid, out)
}

/// Whether a text is JSON for the type `oid`: `json` or `jsonb`.
///
/// # Errors
///
/// 22P02 for other text, 54001 for objects and arrays 10,000 deep; of `jsonb` 22P05 for the character 0
/// and 22003 for a number that `numeric` does not hold.
pub fn check(text: &str, oid: Oid) -> Result<(), ValueError> {
    let mut parser = Parser::new(text, oid == Oid::JSONB)?;
    while parser.next()?.is_some() {}
    Ok(())
}

/// Reads the binary form of `json` or `jsonb`, which is JSON.
///
/// # Errors
///
/// Those of [`receive`] and of [`check`].
pub fn receive_checked(bytes: &[u8], oid: Oid) -> Result<&str, ValueError> {
    let text = receive(bytes, oid)?;
    check(text, oid).map(|()| text)
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

#[cfg(test)]
mod tests;

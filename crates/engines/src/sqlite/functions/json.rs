//! Members of JSON: `->`, `->>`, `#>` and `#>>`.
//!
//! SQLite has operators of these names, which take a `$` for a path, make numbers of numbers and of
//! booleans, and write objects without spaces.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::Oid;
use trunkline_core::types::{TextStyle, Value, ValueError, json};

use super::text::text;
use super::{Answer, pure, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_json_member", 4, |context| {
        let Some(document) = text(context, 0)? else { return Ok(Stored::Null) };
        let name = text(context, 1)?;
        let found = match (context.get_raw(1), &name) {
            (ValueRef::Integer(place), _) => element(&document, place),
            (_, Some(name)) => field(&document, name),
            (_, None) => None,
        };
        answered(context, found)
    })?;
    pure(connection, "pg_json_path", 4, |context| {
        let (Some(document), Some(path)) = (text(context, 0)?, text(context, 1)?) else {
            return Ok(Stored::Null);
        };
        let steps = steps(&path).map_err(refused)?;
        let found = steps.iter().try_fold(document.trim(), |inner, step| {
            let step = step.as_deref()?;
            match inner.as_bytes().first() {
                Some(b'[') => element(inner, step.trim().parse().ok()?),
                _ => field(inner, step),
            }
        });
        answered(context, found)
    })
}

/// What was found, as JSON or, if the third argument says so, as text; the last one is its type.
fn answered(context: &Context<'_>, found: Option<&str>) -> Answer {
    let (as_text, oid): (bool, u32) = (context.get(2)?, context.get(3)?);
    let Some(found) = found else { return Ok(Stored::Null) };
    if as_text && found == "null" {
        return Ok(Stored::Null);
    }
    if as_text && found.starts_with('"') {
        return Ok(Stored::Text(unescaped(found)));
    }
    let mut out = Vec::new();
    json::text(found, Oid(oid), &mut out).map_err(refused)?;
    Ok(Stored::Text(String::from_utf8_lossy(&out).into_owned()))
}

/// The elements of a `text[]`.
pub(super) fn steps(path: &str) -> Result<Vec<Option<String>>, ValueError> {
    let value = Value::from_literal(Oid::TEXT_ARRAY, path, &TextStyle::default())?;
    let Value::Array(array) = value else { return Ok(Vec::new()) };
    array
        .elements()
        .map(|step| {
            Ok(match step? {
                Value::Text(text) => Some(text),
                _ => None,
            })
        })
        .collect()
}

/// The value of a name in an object; of several the last.
fn field<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = document.trim().strip_prefix('{')?;
    let mut found = None;
    while let Some((key, behind)) = value(rest).filter(|(key, _)| key.starts_with('"')) {
        let (member, behind) = value(behind.trim_start().strip_prefix(':')?)?;
        if unescaped(key) == name {
            found = Some(member);
        }
        rest = behind.trim_start().strip_prefix(',').unwrap_or_default();
    }
    found
}

/// An element of an array, counted from 0, or from -1 at its end.
fn element(document: &str, place: i64) -> Option<&str> {
    let mut rest = document.trim().strip_prefix('[')?;
    let mut elements = Vec::new();
    while let Some((element, behind)) = value(rest) {
        elements.push(element);
        rest = behind.trim_start().strip_prefix(',').unwrap_or_default();
    }
    let count = i64::try_from(elements.len()).ok()?;
    let place = if place < 0 { place.checked_add(count)? } else { place };
    elements.get(usize::try_from(place).ok()?).copied()
}

/// The first value of a text, and what is behind it.
pub(super) fn value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (place, byte) in text.bytes().enumerate() {
        // Where the value ends behind this byte, or before it.
        let end = match byte {
            _ if escaped => {
                escaped = false;
                continue;
            }
            b'\\' if quoted => {
                escaped = true;
                continue;
            }
            b'"' => {
                quoted = !quoted;
                (!quoted && depth == 0).then_some(place + 1)
            }
            _ if quoted => None,
            b'{' | b'[' => {
                depth += 1;
                None
            }
            b'}' | b']' if depth == 0 => Some(place),
            b'}' | b']' => {
                depth -= 1;
                (depth == 0).then_some(place + 1)
            }
            b',' if depth == 0 => Some(place),
            _ => None,
        };
        if let Some(end) = end {
            let (value, rest) = text.split_at_checked(end)?;
            return Some((value.trim_end(), rest)).filter(|(value, _)| !value.is_empty());
        }
    }
    Some((text.trim_end(), "")).filter(|(value, _)| !value.is_empty())
}

/// A string of JSON.
pub(crate) fn quote(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            plain => json.push(plain),
        }
    }
    json.push('"');
    json
}

/// A string without its quotes and escapes.
pub(super) fn unescaped(quoted: &str) -> String {
    let inside = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted);
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('u') => {
                let unit = hex(&mut rest);
                // What is beyond the first plane comes in two halves.
                let code = if (0xd800..0xdc00).contains(&unit) {
                    rest.nth(1);
                    0x10000
                        + ((unit - 0xd800) << 10)
                        + (hex(&mut rest).wrapping_sub(0xdc00) & 0x3ff)
                } else {
                    unit
                };
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(plain) => text.push(plain),
            None => {}
        }
    }
    text
}

fn hex(digits: &mut std::str::Chars<'_>) -> u32 {
    let digits: String = digits.by_ref().take(4).collect();
    u32::from_str_radix(&digits, 16).unwrap_or(0xfffd)
}

//! Strings.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::SqlState;

use super::bounded::{LONGEST, too_large};
use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_lower", 1, |context| changed(context, |text| text.to_ascii_lowercase()))?;
    pure(connection, "pg_upper", 1, |context| changed(context, |text| text.to_ascii_uppercase()))?;
    pure(connection, "pg_reverse", 1, |context| {
        changed(context, |text| text.chars().rev().collect())
    })?;
    pure(connection, "pg_initcap", 1, |context| changed(context, initcap))?;
    pure(connection, "pg_quote_ident", 1, |context| {
        changed(context, |text| trunkline_sql::quote_identifier(text).into_owned())
    })?;
    pure(connection, "pg_quote_literal", 1, |context| {
        changed(context, trunkline_sql::quote_literal)
    })?;
    pure(connection, "pg_btrim", -1, |context| trimmed(context, true, true))?;
    pure(connection, "pg_ltrim", -1, |context| trimmed(context, true, false))?;
    pure(connection, "pg_rtrim", -1, |context| trimmed(context, false, true))?;
    pure(connection, "pg_substr", -1, substring)?;
    pure(connection, "pg_left", 2, |context| end(context, true))?;
    pure(connection, "pg_right", 2, |context| end(context, false))?;
    pure(connection, "pg_lpad", -1, |context| padded(context, true))?;
    pure(connection, "pg_rpad", -1, |context| padded(context, false))?;
    pure(connection, "pg_repeat", 2, repeated)?;
    pure(connection, "pg_split_part", 3, split_part)?;
    pure(connection, "pg_translate", 3, translated)?;
    pure(connection, "pg_overlay", -1, overlaid)?;
    pure(connection, "pg_ascii", 1, |context| {
        let whole = text(context, 0)?;
        let code = |text: String| text.chars().next().map_or(0, |one| i64::from(u32::from(one)));
        Ok(whole.map_or(Stored::Null, |text| Stored::Integer(code(text))))
    })?;
    pure(connection, "pg_chr", 1, |context| match context.get::<Option<i64>>(0)? {
        None => Ok(Stored::Null),
        Some(0) => Err(raise(SqlState::PROGRAM_LIMIT_EXCEEDED, "null character not permitted")),
        Some(code) => {
            let letter = u32::try_from(code).ok().and_then(char::from_u32);
            let message = "requested character not valid for encoding";
            let letter = letter.ok_or_else(|| raise(SqlState::PROGRAM_LIMIT_EXCEEDED, message))?;
            Ok(Stored::Text(letter.to_string()))
        }
    })?;
    pure(connection, "pg_bit_length", 1, |context| {
        let bits = |text: String| i64::try_from(text.len()).map_or(0, |bytes| bytes * 8);
        Ok(text(context, 0)?.map_or(Stored::Null, |text| Stored::Integer(bits(text))))
    })?;
    pure(connection, "pg_to_hex", 1, |context| match context.get::<Option<i64>>(0)? {
        None => Ok(Stored::Null),
        // An integer has 32 bits.
        Some(number) => Ok(Stored::Text(match i32::try_from(number) {
            Ok(number) => format!("{number:x}"),
            Err(_) => format!("{number:x}"),
        })),
    })?;
    // SQLite's own take the length of the one text times that of the other, and nothing stops them.
    pure(connection, "instr", 2, place_of)?;
    pure(connection, "replace", 3, replaced)?;
    pure(connection, "pg_starts_with", 2, |context| {
        let (Some(text), Some(start)) = (text(context, 0)?, text(context, 1)?) else {
            return Ok(Stored::Null);
        };
        Ok(Stored::Integer(text.starts_with(&start).into()))
    })
}

/// An argument as text, whatever it is kept as.
pub(super) fn text(context: &Context<'_>, place: usize) -> rusqlite::Result<Option<String>> {
    Ok(match context.get_raw(place) {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => Some(super::super::storage::real(value)),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    })
}

fn changed(context: &Context<'_>, change: fn(&str) -> String) -> Answer {
    Ok(text(context, 0)?.map_or(Stored::Null, |text| Stored::Text(change(&text))))
}

/// The first letter of every word in upper case.
fn initcap(text: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for character in text.chars() {
        if inside {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
        inside = character.is_alphanumeric();
    }
    out
}

fn trimmed(context: &Context<'_>, start: bool, end: bool) -> Answer {
    let Some(whole) = text(context, 0)? else { return Ok(Stored::Null) };
    let what = if context.len() > 1 { text(context, 1)? } else { Some(" ".to_owned()) };
    let Some(what) = what else { return Ok(Stored::Null) };
    let what: HashSet<char> = what.chars().collect();
    let is_cut = |character: char| what.contains(&character);
    let mut rest = whole.as_str();
    if start {
        rest = rest.trim_start_matches(is_cut);
    }
    if end {
        rest = rest.trim_end_matches(is_cut);
    }
    Ok(Stored::Text(rest.to_owned()))
}

/// `pg_substr(text, from [, length])`: places before the first count, but hold nothing.
fn substring(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(from)) = (text(context, 0)?, context.get::<Option<i64>>(1)?) else {
        return Ok(Stored::Null);
    };
    let until = if context.len() > 2 {
        match context.get::<Option<i64>>(2)? {
            None => return Ok(Stored::Null),
            Some(..=-1) => {
                let message = "negative substring length not allowed";
                return Err(raise(SqlState::SUBSTRING_ERROR, message));
            }
            Some(length) => from.saturating_add(length),
        }
    } else {
        i64::MAX
    };
    let start = from.max(1);
    let skipped = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
    let kept = usize::try_from(until.saturating_sub(start)).unwrap_or(0);
    Ok(Stored::Text(whole.chars().skip(skipped).take(kept).collect()))
}

/// `pg_overlay(text, other, from [, length])`: the other text in the place of a part.
fn overlaid(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(other), Some(from)) =
        (text(context, 0)?, text(context, 1)?, context.get::<Option<i64>>(2)?)
    else {
        return Ok(Stored::Null);
    };
    let length = match context.len() > 3 {
        true => context.get::<Option<i64>>(3)?,
        false => i64::try_from(other.chars().count()).ok(),
    };
    let Some(length) = length else { return Ok(Stored::Null) };
    if from <= 0 {
        let message = "negative substring length not allowed";
        return Err(raise(SqlState::SUBSTRING_ERROR, message));
    }
    let before = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
    let behind = usize::try_from(from.saturating_add(length).saturating_sub(1)).unwrap_or(0);
    let start: String = whole.chars().take(before).collect();
    let end: String = whole.chars().skip(behind).collect();
    Ok(Stored::Text(start + &other + &end))
}

/// `left` and `right`: that many characters, or all but so many.
fn end(context: &Context<'_>, left: bool) -> Answer {
    let (Some(whole), Some(count)) = (text(context, 0)?, context.get::<Option<i64>>(1)?) else {
        return Ok(Stored::Null);
    };
    let length = whole.chars().count();
    let magnitude = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let kept = if count < 0 { length.saturating_sub(magnitude) } else { magnitude.min(length) };
    let skipped = if left { 0 } else { length - kept };
    Ok(Stored::Text(whole.chars().skip(skipped).take(kept).collect()))
}

fn padded(context: &Context<'_>, left: bool) -> Answer {
    let (Some(whole), Some(length)) = (text(context, 0)?, context.get::<Option<i64>>(1)?) else {
        return Ok(Stored::Null);
    };
    let fill = if context.len() > 2 { text(context, 2)? } else { Some(" ".to_owned()) };
    let Some(fill) = fill else { return Ok(Stored::Null) };
    let length = usize::try_from(length).unwrap_or(0);
    if length > LONGEST {
        return Err(too_large());
    }
    let missing = length.saturating_sub(whole.chars().count());
    let widest = fill.chars().map(char::len_utf8).max().unwrap_or(0);
    if missing.saturating_mul(widest) > LONGEST {
        return Err(too_large());
    }
    let fill: String = fill.chars().cycle().take(missing).collect();
    let kept: String = whole.chars().take(length).collect();
    Ok(Stored::Text(if left { fill + &kept } else { kept + &fill }))
}

fn repeated(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(times)) = (text(context, 0)?, context.get::<Option<i64>>(1)?) else {
        return Ok(Stored::Null);
    };
    let times = usize::try_from(times).unwrap_or(0);
    if whole.len().saturating_mul(times) > LONGEST {
        return Err(too_large());
    }
    Ok(Stored::Text(whole.repeat(times)))
}

fn split_part(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(by), Some(field)) =
        (text(context, 0)?, text(context, 1)?, context.get::<Option<i64>>(2)?)
    else {
        return Ok(Stored::Null);
    };
    let Some(index) = field.unsigned_abs().checked_sub(1) else {
        let message = "field position must not be zero";
        return Err(raise(SqlState::INVALID_PARAMETER_VALUE, message));
    };
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let parts = || whole.split(by.as_str());
    let part = match field {
        _ if by.is_empty() => Some(whole.as_str()).filter(|_| index == 0),
        1.. => parts().nth(index),
        _ => {
            let before = parts().count().checked_sub(1).and_then(|last| last.checked_sub(index));
            before.and_then(|before| parts().nth(before))
        }
    };
    Ok(Stored::Text(part.unwrap_or_default().to_owned()))
}

/// `instr(text, part)`, from 1 in characters, of blobs in bytes; 0 where it is not.
fn place_of(context: &Context<'_>) -> Answer {
    if let (ValueRef::Blob(whole), ValueRef::Blob(part)) = (context.get_raw(0), context.get_raw(1))
    {
        let found = whole.windows(part.len().max(1)).position(|window| window.starts_with(part));
        let place = if part.is_empty() { 1 } else { found.map_or(0, |place| place + 1) };
        return Ok(Stored::Integer(i64::try_from(place).unwrap_or(i64::MAX)));
    }
    let (Some(whole), Some(part)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let before = whole.split_once(&part).map(|(before, _)| before.chars().count() + 1);
    Ok(Stored::Integer(i64::try_from(before.unwrap_or(0)).unwrap_or(i64::MAX)))
}

fn replaced(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(part), Some(by)) =
        (text(context, 0)?, text(context, 1)?, text(context, 2)?)
    else {
        return Ok(Stored::Null);
    };
    if part.is_empty() {
        return Ok(Stored::Text(whole));
    }
    let grows = by.len().saturating_sub(part.len());
    if grows > 0 {
        let growth = whole.matches(&part).count().saturating_mul(grows);
        if whole.len().saturating_add(growth) > LONGEST {
            return Err(too_large());
        }
    }
    Ok(Stored::Text(whole.replace(&part, &by)))
}

fn translated(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(from), Some(to)) =
        (text(context, 0)?, text(context, 1)?, text(context, 2)?)
    else {
        return Ok(Stored::Null);
    };
    let mut changes = HashMap::new();
    let mut to = to.chars();
    for character in from.chars() {
        let other = to.next();
        // The first one counts.
        changes.entry(character).or_insert(other);
    }
    let replaced = whole
        .chars()
        .filter_map(|character| changes.get(&character).copied().unwrap_or(Some(character)));
    Ok(Stored::Text(replaced.collect()))
}

//! Functions that look for regular expressions.

use std::rc::Rc;

use regex_lite::Captures;
use trunkline_core::Result;

use super::compiled::Pattern;
use super::strings::text;
use crate::datum::Datum;
use crate::plan::{Call, Function, SetFunction};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "regexp_split_to_array" => |call| Ok(split(call)?.map_or(Datum::Null, Datum::texts)),
        "regexp_like" => |call| {
            let Some((regex, text)) = regex(call, 2)? else { return Ok(Datum::Null) };
            regex.is_match(call.run, text).map(Datum::Bool)
        },
        "regexp_count" => |call| {
            let Some((regex, text)) = regex(call, 3)? else { return Ok(Datum::Null) };
            let from = start(call, 2, text);
            let mut count = 0_i64;
            regex.each(call.run, text.get(from..).unwrap_or_default(), |_| {
                count = count.saturating_add(1);
                Ok(true)
            })?;
            Ok(Datum::Int(count))
        },
        "regexp_substr" => |call| {
            Ok(nth(call)?.map_or(Datum::Null, |(text, range)| {
                text.get(range).map_or(Datum::Null, Datum::text)
            }))
        },
        "regexp_instr" => |call| {
            let is_end = call.arguments.get(4).and_then(Datum::as_int) == Some(1);
            Ok(nth(call)?.map_or(Datum::Int(0), |(text, range)| {
                let at = if is_end { range.end } else { range.start };
                let before = text.get(..at).unwrap_or_default().chars().count();
                Datum::Int(i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1))
            }))
        },
        "similar_to_escape" | "similar_escape" => |call| {
            let Some(pattern) = text(call, 0) else { return Ok(Datum::Null) };
            Ok(Datum::text(similar(pattern, text(call, 1).unwrap_or("\\").chars().next())))
        },
        _ => return None,
    })
}

/// What is given as rows.
pub(super) fn rows(name: &str) -> Option<SetFunction> {
    Some(match name {
        "regexp_matches" => |call| {
            let Some((regex, text)) = regex(call, 2)? else { return Ok(Vec::new()) };
            let is_global = flags(call, 2).contains('g');
            let mut rows = Vec::new();
            regex.each(call.run, text, |found| {
                let found = groups(found);
                call.run.charge(found.size().saturating_add(64))?;
                rows.push(vec![found]);
                Ok(is_global)
            })?;
            Ok(rows)
        },
        "regexp_split_to_table" => |call| {
            let parts = split(call)?.unwrap_or_default();
            Ok(parts.into_iter().map(|part| vec![Datum::text(part)]).collect())
        },
        _ => return None,
    })
}

/// `substring(text, pattern)`: what the first parenthesis takes, or all of what was found.
pub(super) fn substring(call: &Call<'_>) -> Result<Datum> {
    let Some((regex, text)) = regex(call, usize::MAX)? else { return Ok(Datum::Null) };
    let Some(found) = regex.first(call.run, text)? else { return Ok(Datum::Null) };
    let part = found.get(usize::from(found.len() > 1));
    Ok(part.map_or(Datum::Null, |part| Datum::text(part.as_str())))
}

/// The parenthesised parts of what was found, or all of it if there are none.
pub(super) fn groups(found: &Captures<'_>) -> Datum {
    let from = usize::from(found.len() > 1);
    let groups = (from..found.len())
        .map(|group| found.get(group).map_or(Datum::Null, |group| Datum::text(group.as_str())));
    Datum::list(groups.collect())
}

fn flags<'a>(call: &'a Call<'_>, place: usize) -> &'a str {
    text(call, place).unwrap_or_default()
}

/// The pattern of a call, whose flags are at a place, and the text.
fn regex<'a>(call: &'a Call<'_>, place: usize) -> Result<Option<(Rc<Pattern>, &'a str)>> {
    let Some((text, pattern)) = text(call, 0).zip(text(call, 1)) else { return Ok(None) };
    let regex = Pattern::new(call.run, pattern, flags(call, place).contains('i'))?;
    Ok(Some((regex, text)))
}

/// The byte at which the character begins whose number stands at a place.
fn start(call: &Call<'_>, place: usize, text: &str) -> usize {
    let number = call.arguments.get(place).and_then(Datum::as_int).unwrap_or(1);
    let skip = usize::try_from(number.saturating_sub(1)).unwrap_or(0);
    text.char_indices().nth(skip).map_or(text.len(), |(at, _)| at)
}

/// The n-th match behind a start, or one of its groups, as bytes of the text.
fn nth<'a>(call: &'a Call<'_>) -> Result<Option<(&'a str, std::ops::Range<usize>)>> {
    // regexp_instr(text, pattern, start, n, end, flags, group) and regexp_substr(text, pattern, start, n,
    // flags, group)
    let is_place = call.result == trunkline_core::Oid::INT4;
    let (flag_place, group_place) = if is_place { (5, 6) } else { (4, 5) };
    let Some((regex, text)) = regex(call, flag_place)? else { return Ok(None) };
    let int = |place: usize, default: i64| {
        let value = call.arguments.get(place).and_then(Datum::as_int).unwrap_or(default);
        usize::try_from(value).unwrap_or(0)
    };
    let from = start(call, 2, text);
    let rest = text.get(from..).unwrap_or_default();
    let (mut left, mut part) = (int(3, 1).saturating_sub(1), None);
    regex.each(call.run, rest, |found| {
        let is_wanted = left == 0;
        if is_wanted {
            part = found.get(int(group_place, 0)).map(|part| part.range());
        }
        left = left.saturating_sub(1);
        Ok(!is_wanted)
    })?;
    Ok(part.map(|part| (text, from + part.start..from + part.end)))
}

/// The parts between what is found; an empty match parts nothing at the ends.
fn split(call: &Call<'_>) -> Result<Option<Vec<String>>> {
    let Some((regex, text)) = regex(call, 2)? else { return Ok(None) };
    let (mut parts, mut from) = (Vec::new(), 0);
    regex.each(call.run, text, |found| {
        let Some(found) = found.get(0) else { return Ok(true) };
        let is_empty = found.start() == found.end();
        if is_empty && (found.start() == 0 || found.start() >= text.len() || found.start() == from)
        {
            return Ok(true);
        }
        parts.push(text.get(from..found.start()).unwrap_or_default().to_owned());
        call.run.charge(parts.last().map_or(0, String::len) + size_of::<Datum>())?;
        from = found.end();
        Ok(true)
    })?;
    parts.push(text.get(from..).unwrap_or_default().to_owned());
    Ok(Some(parts))
}

/// A pattern of SIMILAR TO as a regular expression.
fn similar(pattern: &str, escape: Option<char>) -> String {
    let mut out = String::from("^(?:");
    let mut letters = pattern.chars();
    let mut is_class = false;
    while let Some(letter) = letters.next() {
        if Some(letter) == escape {
            if let Some(next) = letters.next() {
                out.push('\\');
                out.push(next);
            }
            continue;
        }
        match letter {
            '[' => is_class = true,
            ']' => is_class = false,
            _ => {}
        }
        match letter {
            '%' if !is_class => out.push_str(".*"),
            '_' if !is_class => out.push('.'),
            '(' if !is_class => out.push_str("(?:"),
            '.' | '^' | '$' | '\\' if !is_class => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    out.push_str(")$");
    out
}

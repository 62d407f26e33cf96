//! LIKE and regular expressions.

use regex_lite::Captures;
use trunkline_core::{PgError, Result, SqlState};

use super::compiled::Pattern;
use super::regexps::groups;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "like_escape" => like_escape,
        "regexp_replace" => replace,
        "regexp_match" => first_match,
        "like" => |call| like(call, false, false),
        "textregexeq" => |call| matches(call, false, false),
        _ => return None,
    })
}

fn texts<'a>(call: &'a Call<'_>) -> Option<(&'a str, &'a str)> {
    call.arguments.first()?.as_str().zip(call.arguments.get(1)?.as_str())
}

/// LIKE and ILIKE.
pub(super) fn like(call: &Call<'_>, any_case: bool, negated: bool) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let found = if any_case {
        is_like(&text.to_lowercase(), &pattern.to_lowercase(), call)?
    } else {
        is_like(text, pattern, call)?
    };
    Ok(Datum::Bool(found != negated))
}

/// Goes back to the last `%` only, so that its time is at most text times pattern.
fn is_like(text: &str, pattern: &str, call: &Call<'_>) -> Result<bool> {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        call.run.step()?;
        let fits = match pattern.get(place) {
            Some('%') => {
                star = Some((place, at));
                place += 1;
                continue;
            }
            Some('_') => Some(1),
            Some('\\') => match pattern.get(place + 1) {
                Some(one) => (text.get(at) == Some(one)).then_some(2),
                None => {
                    let message = "LIKE pattern must not end with escape character";
                    return Err(PgError::new(SqlState::INVALID_ESCAPE_SEQUENCE, message));
                }
            },
            Some(one) => (text.get(at) == Some(one)).then_some(1),
            None => None,
        };
        match (fits, star) {
            (Some(length), _) => {
                at += 1;
                place += length;
            }
            (None, Some((before, from))) => {
                star = Some((before, from + 1));
                at = from + 1;
                place = before + 1;
            }
            (None, None) => return Ok(false),
        }
    }
    Ok(pattern.iter().skip(place).all(|one| *one == '%'))
}

/// A pattern with another escape character as one with a backslash.
fn like_escape(call: &Call<'_>) -> Result<Datum> {
    let Some((pattern, escape)) = texts(call) else { return Ok(Datum::Null) };
    let mut characters = escape.chars();
    let escape = characters.next();
    if characters.next().is_some() {
        let message = "invalid escape string";
        return Err(PgError::new(SqlState::INVALID_ESCAPE_SEQUENCE, message)
            .hint("Escape string must be empty or one character."));
    }
    let mut out = String::new();
    let mut rest = pattern.chars();
    while let Some(one) = rest.next() {
        if Some(one) == escape {
            out.push('\\');
            out.extend(rest.next());
        } else {
            if one == '\\' {
                out.push('\\');
            }
            out.push(one);
        }
    }
    Ok(Datum::text(out))
}

/// `~` and its kin.
pub(super) fn matches(call: &Call<'_>, any_case: bool, negated: bool) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let found = Pattern::new(call.run, pattern, any_case)?.is_match(call.run, text)?;
    Ok(Datum::Bool(found != negated))
}

fn flags<'a>(call: &'a Call<'_>, place: usize) -> &'a str {
    call.arguments.get(place).and_then(Datum::as_str).unwrap_or_default()
}

fn replace(call: &Call<'_>) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let (with, flags) = (flags(call, 2), flags(call, 3));
    let (run, is_global) = (call.run, flags.contains('g'));
    let (mut done, mut from) = (String::new(), 0);
    Pattern::new(run, pattern, flags.contains('i'))?.each(run, text, |found| {
        let Some(whole) = found.get(0) else { return Ok(false) };
        run.parts(with.len())?;
        let before = text.get(from..whole.start()).unwrap_or_default();
        let parts = || Parts(with).map(|part| part.of(found));
        let grown = parts().map(str::len).fold(before.len(), usize::saturating_add);
        run.check_text(done.len().saturating_add(grown))?;
        done.push_str(before);
        done.extend(parts());
        from = whole.end();
        Ok(is_global)
    })?;
    done.push_str(text.get(from..).unwrap_or_default());
    run.admit_text(done.len())?;
    Ok(Datum::text(done))
}

/// What a replacement is made of.
enum Part<'a> {
    Text(&'a str),
    /// `\1`, or `\&` for all that was found.
    Group(usize),
}

impl<'a> Part<'a> {
    fn of(self, found: &Captures<'a>) -> &'a str {
        match self {
            Part::Text(text) => text,
            Part::Group(group) => found.get(group).map_or("", |found| found.as_str()),
        }
    }
}

/// What is left of a replacement.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let Some(escaped) = self.0.strip_prefix('\\') else {
            let end = self.0.find('\\').unwrap_or(self.0.len());
            let (text, rest) = self.0.split_at_checked(end)?;
            self.0 = rest;
            return (!text.is_empty()).then_some(Part::Text(text));
        };
        let (part, taken) = match escaped.bytes().next() {
            Some(b'&') => (Part::Group(0), 1),
            Some(digit @ b'0'..=b'9') => (Part::Group(usize::from(digit - b'0')), 1),
            Some(b'\\') => (Part::Text("\\"), 1),
            _ => (Part::Text("\\"), 0),
        };
        self.0 = escaped.get(taken..)?;
        Some(part)
    }
}

fn first_match(call: &Call<'_>) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let pattern = Pattern::new(call.run, pattern, flags(call, 2).contains('i'))?;
    let found = pattern.first(call.run, text)?;
    Ok(found.map_or(Datum::Null, |found| groups(&found)))
}

//! LIKE and regular expressions.

use std::rc::Rc;

use regex_lite::{Regex, RegexBuilder};
use trunkline_core::{PgError, Result, SqlState};

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
    Ok(Datum::Bool(compiled(call, pattern, any_case, text)?.is_match(text) != negated))
}

/// A pattern, compiled once in a run; to look for it in a text takes as many steps as that has bytes.
pub(super) fn compiled(
    call: &Call<'_>,
    pattern: &str,
    any_case: bool,
    text: &str,
) -> Result<Rc<Regex>> {
    call.run.steps(text.len())?;
    let key = (pattern.to_owned(), any_case);
    if let Some(found) = call.run.patterns.borrow().get(&key) {
        return Ok(found.clone());
    }
    let invalid = |what: String| {
        PgError::new(
            SqlState::INVALID_REGULAR_EXPRESSION,
            format!("invalid regular expression: {what}"),
        )
    };
    call.run.charge(pattern.len().saturating_mul(64).saturating_add(4096))?;
    let translated = translated(pattern);
    let mut builder = RegexBuilder::new(&translated);
    // PostgreSQL's `.` takes a newline, too.
    builder
        .case_insensitive(any_case)
        .dot_matches_new_line(true)
        .size_limit(1 << 20)
        .nest_limit(100);
    let built = Rc::new(builder.build().map_err(|error| invalid(error.to_string()))?);
    call.run.patterns.borrow_mut().insert(key, built.clone());
    Ok(built)
}

/// What advanced regular expressions spell in another way.
fn translated(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("***:").unwrap_or(pattern);
    if let Some(plain) = pattern.strip_prefix("***=") {
        return regex_lite::escape(plain);
    }
    let mut out = String::new();
    let mut rest = pattern.chars();
    while let Some(one) = rest.next() {
        out.push(one);
        if one == '\\' {
            match rest.next() {
                Some('y') => out.push('b'),
                Some('Y') => out.push('B'),
                Some('m') => out.push_str("b{start}"),
                Some('M') => out.push_str("b{end}"),
                Some('Z') => out.push('z'),
                other => out.extend(other),
            }
        }
    }
    out
}

fn flags<'a>(call: &'a Call<'_>, place: usize) -> &'a str {
    call.arguments.get(place).and_then(Datum::as_str).unwrap_or_default()
}

fn replace(call: &Call<'_>) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let with = flags(call, 2).replace('$', "$$");
    let flags = flags(call, 3);
    let regex = compiled(call, pattern, flags.contains('i'), text)?;
    // `\1` and `\&` are what was found.
    let mut form = String::new();
    let mut rest = with.chars();
    while let Some(one) = rest.next() {
        match (one, if one == '\\' { rest.next() } else { None }) {
            ('\\', Some('&')) => form.push_str("${0}"),
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                form.push_str("${");
                form.push(digit);
                form.push('}');
            }
            ('\\', other) => form.extend(other),
            (one, _) => form.push(one),
        }
    }
    let most = if flags.contains('g') { usize::MAX } else { 1 };
    let (mut done, mut from) = (String::new(), 0);
    for found in regex.captures_iter(text).take(most) {
        call.run.step()?;
        let Some(whole) = found.get(0) else { break };
        done.push_str(text.get(from..whole.start()).unwrap_or_default());
        found.expand(&form, &mut done);
        from = whole.end();
        call.run.check_text(done.len())?;
    }
    done.push_str(text.get(from..).unwrap_or_default());
    call.run.admit_text(done.len())?;
    Ok(Datum::text(done))
}

fn first_match(call: &Call<'_>) -> Result<Datum> {
    let Some((text, pattern)) = texts(call) else { return Ok(Datum::Null) };
    let regex = compiled(call, pattern, flags(call, 2).contains('i'), text)?;
    let Some(found) = regex.captures(text) else { return Ok(Datum::Null) };
    let from = usize::from(found.len() > 1);
    let groups = (from..found.len())
        .map(|group| found.get(group).map_or(Datum::Null, |group| Datum::text(group.as_str())));
    Ok(Datum::list(groups.collect()))
}

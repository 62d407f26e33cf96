//! `parse_ident`: the parts of a name.

use trunkline_core::{PgError, Result, SqlState};

use super::strings::text;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    (name == "parse_ident").then_some(parse)
}

/// `parse_ident(name [, strict])`: what is not strict says nothing of what stands behind the name.
fn parse(call: &Call<'_>) -> Result<Datum> {
    let Some(given) = text(call, 0) else { return Ok(Datum::Null) };
    call.run.steps(given.len() / 16)?;
    let is_strict = call.arguments.get(1).is_none_or(Datum::is_true);
    let wrong = |detail: &'static str| {
        let message = format!("string is not a valid identifier: \"{given}\"");
        let error = PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
        if detail.is_empty() { error } else { error.detail(detail) }
    };
    let mut parts = Vec::new();
    let mut rest = given.trim_start_matches(is_blank);
    loop {
        let (part, behind) = match rest.strip_prefix('"') {
            Some(inner) => {
                let unclosed = || wrong("String has unclosed double quotes.");
                let (name, behind) = quoted(inner).ok_or_else(unclosed)?;
                if name.is_empty() {
                    return Err(wrong("Quoted identifier must not be empty."));
                }
                (name, behind)
            }
            None if rest.starts_with(is_start) => {
                let end = rest.find(|one| !is_start(one) && !is_inner(one)).unwrap_or(rest.len());
                let (name, behind) = rest.split_at(end);
                (name.to_ascii_lowercase(), behind)
            }
            None => {
                return Err(wrong(match (rest.starts_with('.'), parts.is_empty()) {
                    (true, _) => "No valid identifier before \".\".",
                    (false, false) => "No valid identifier after \".\".",
                    (false, true) => "",
                }));
            }
        };
        call.run.items(1)?;
        call.run.charge(part.len())?;
        parts.push(part);
        let behind = behind.trim_start_matches(is_blank);
        match behind.strip_prefix('.') {
            Some(more) => rest = more.trim_start_matches(is_blank),
            None if behind.is_empty() || !is_strict => break,
            None => return Err(wrong("")),
        }
    }
    Ok(Datum::texts(parts))
}

fn is_blank(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_start(one: char) -> bool {
    one == '_' || one.is_ascii_alphabetic() || !one.is_ascii()
}

fn is_inner(one: char) -> bool {
    one == '$' || one.is_ascii_digit()
}

/// What stands before the closing quote, of which two are one, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut name, mut rest) = (String::new(), text);
    loop {
        let (part, behind) = rest.split_once('"')?;
        name.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, behind)),
        }
    }
}

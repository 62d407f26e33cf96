//! LIKE, which heeds case in PostgreSQL, and regular expressions.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;

use super::bounded::too_complex;
use super::raise::raise_with_hint;
use super::regexp::{Flags, adapted, compiled};
use super::text::text;
use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_like", -1, |context| like(context, false))?;
    pure(connection, "pg_ilike", -1, |context| like(context, true))?;
    pure(connection, "pg_regex", 2, |context| regex(context, false))?;
    pure(connection, "pg_iregex", 2, |context| regex(context, true))?;
    pure(connection, "pg_similar", 2, similar)
}

/// `pg_like(text, pattern [, escape])`.
fn like(context: &Context<'_>, fold: bool) -> Answer {
    let (Some(whole), Some(pattern)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let escape = match context.len() {
        0..=2 => Some('\\'),
        _ => {
            let Some(escape) = text(context, 2)? else { return Ok(Stored::Null) };
            let mut characters = escape.chars();
            let first = characters.next();
            if characters.next().is_some() {
                let hint = "Escape string must be empty or one character.";
                let state = SqlState::INVALID_ESCAPE_SEQUENCE;
                return Err(raise_with_hint(state, "invalid escape string", hint));
            }
            first
        }
    };
    let (whole, pattern) =
        if fold { (whole.to_lowercase(), pattern.to_lowercase()) } else { (whole, pattern) };
    let pattern = compile(&pattern, escape);
    let whole: Vec<char> = whole.chars().collect();
    matches(&whole, &pattern, STEPS).map(|found| Stored::Integer(found.into()))
}

/// A part of a pattern.
enum Part {
    Character(char),
    One,
    Any,
    /// The escape character with nothing behind it.
    Unfinished,
}

fn compile(pattern: &str, escape: Option<char>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            character if Some(character) == escape => match characters.next() {
                Some(next) => Part::Character(next),
                None => Part::Unfinished,
            },
            '%' => Part::Any,
            '_' => Part::One,
            plain => Part::Character(plain),
        });
    }
    parts
}

/// How many steps a match may take, which nobody can stop.
const STEPS: u64 = 1 << 30;

/// Goes back only to the last `%`, so it takes no more than the product of both lengths.
///
/// 22025 for a pattern that is not finished, if there is text left when its end is reached; an error, too, where
/// the match takes more than so many steps.
fn matches(text: &[char], pattern: &[Part], most: u64) -> rusqlite::Result<bool> {
    let (mut at, mut part, mut steps) = (0, 0, 0);
    let mut again: Option<(usize, usize)> = None;
    while let Some(&character) = text.get(at) {
        steps += 1;
        if steps > most {
            return Err(too_complex());
        }
        match pattern.get(part) {
            Some(Part::Any) => {
                again = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One) => {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            Some(Part::Character(wanted)) if *wanted == character => {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            Some(Part::Unfinished) => {
                let message = "LIKE pattern must not end with escape character";
                return Err(raise(SqlState::INVALID_ESCAPE_SEQUENCE, message));
            }
            _ => {}
        }
        let Some((any, from)) = again else { return Ok(false) };
        again = Some((any, from + 1));
        (at, part) = (from + 1, any + 1);
    }
    let rest = pattern.get(part..).unwrap_or_default();
    Ok(rest.iter().all(|part| matches!(part, Part::Any)))
}

/// `pg_regex(text, pattern)`: the syntax of the crate `regex`, which is PostgreSQL's but for
/// back references and looking around.
fn regex(context: &Context<'_>, fold: bool) -> Answer {
    let (Some(whole), Some(pattern)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let flags = Flags { fold, ..Flags::default() };
    let compiled = compiled(context, (&whole, &pattern), flags, adapted)?;
    Ok(Stored::Integer(compiled.regex.is_match(&whole).into()))
}

/// `SIMILAR TO`: a regular expression of the whole, in which `%` and `_` are those of LIKE.
fn similar(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(pattern)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let compiled = compiled(context, (&whole, &pattern), Flags::default(), of_similar)?;
    Ok(Stored::Integer(compiled.regex.is_match(&whole).into()))
}

/// The regular expression that SIMILAR TO means.
fn of_similar(pattern: &str) -> String {
    let mut expression = String::from("^(?s:");
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => expression.push_str(".*"),
            '_' => expression.push('.'),
            '\\' => {
                let next = characters.next().unwrap_or('\\');
                expression.push_str(&regex_lite::escape(&next.to_string()));
            }
            '|' | '*' | '+' | '?' | '{' | '}' | '(' | ')' | '[' | ']' | '-' | ',' => {
                expression.push(character);
            }
            plain => expression.push_str(&regex_lite::escape(&plain.to_string())),
        }
    }
    expression.push_str(")$");
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_go_back_too_often_are_given_up() {
        let text: Vec<char> = "a".repeat(1_000).chars().collect();
        let pattern = compile(&format!("%{}b", "a".repeat(100)), None);
        assert_eq!(matches(&text, &pattern, 1_000_000), Ok(false));
        assert!(matches(&text, &pattern, 10_000).is_err());
    }
}

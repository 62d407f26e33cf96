//! Patterns and strings.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;

use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_like", -1, |context| like(context, false))?;
    pure(connection, "pg_ilike", -1, |context| like(context, true))
}

/// `pg_like(text, pattern [, escape])`.
fn like(context: &Context<'_>, fold: bool) -> Answer {
    let (Some(text), Some(pattern)) =
        (context.get::<Option<String>>(0)?, context.get::<Option<String>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    let escape = match context.len() {
        0..=2 => Some('\\'),
        _ => context.get::<String>(2)?.chars().next(),
    };
    let (text, pattern) =
        if fold { (text.to_lowercase(), pattern.to_lowercase()) } else { (text, pattern) };
    let pattern = compile(&pattern, escape)?;
    let text: Vec<char> = text.chars().collect();
    Ok(Stored::Integer(matches(&text, &pattern).into()))
}

/// A part of a pattern.
enum Part {
    Character(char),
    One,
    Any,
}

fn compile(pattern: &str, escape: Option<char>) -> rusqlite::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            character if Some(character) == escape => match characters.next() {
                Some(next) => Part::Character(next),
                None => {
                    let message = "LIKE pattern must not end with escape character";
                    return Err(raise(SqlState::INVALID_ESCAPE_SEQUENCE, message));
                }
            },
            '%' => Part::Any,
            '_' => Part::One,
            plain => Part::Character(plain),
        });
    }
    Ok(parts)
}

/// Goes back only to the last `%`, so it takes no more than the product of both lengths.
fn matches(text: &[char], pattern: &[Part]) -> bool {
    let (mut at, mut part) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while let Some(&character) = text.get(at) {
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
            _ => {}
        }
        let Some((any, from)) = again else { return false };
        again = Some((any, from + 1));
        (at, part) = (from + 1, any + 1);
    }
    pattern.get(part..).is_some_and(|rest| rest.iter().all(|part| matches!(part, Part::Any)))
}

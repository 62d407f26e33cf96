//! `format()`: texts put together after a pattern.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-string.html#FUNCTIONS-STRING-FORMAT>.

use std::iter::Peekable;
use std::str::Chars;

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;

use super::bounded::Bounded;
use super::text::text;
use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_format", -1, format)
}

/// The widest that an argument may be made.
const WIDEST: usize = 1 << 20;

fn invalid(message: &str) -> rusqlite::Error {
    raise(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// A number in the pattern; none if no digit stands there.
fn number(rest: &mut Peekable<Chars<'_>>) -> rusqlite::Result<Option<usize>> {
    let mut value: Option<usize> = None;
    while let Some(digit) = rest.peek().and_then(|one| one.to_digit(10)) {
        rest.next();
        let digit = usize::try_from(digit).unwrap_or(0);
        let next = value.unwrap_or(0).checked_mul(10).and_then(|ten| ten.checked_add(digit));
        value = Some(next.filter(|value| *value <= WIDEST).ok_or_else(|| {
            raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range")
        })?);
    }
    Ok(value)
}

/// `pg_format(pattern, argument, …)`
fn format(context: &Context<'_>) -> Answer {
    let Some(pattern) = text(context, 0)? else { return Ok(Stored::Null) };
    let mut out = Bounded::default();
    let mut rest = pattern.chars().peekable();
    let mut next = 1;
    while let Some(character) = rest.next() {
        if character != '%' {
            out.push(character.encode_utf8(&mut [0; 4]))?;
            continue;
        }
        if rest.next_if_eq(&'%').is_some() {
            out.push("%")?;
            continue;
        }
        let mut width = number(&mut rest)?;
        let mut place = None;
        if width.is_some() && rest.next_if_eq(&'$').is_some() {
            place = width.take();
        }
        let is_left = rest.next_if_eq(&'-').is_some();
        if rest.next_if_eq(&'*').is_some() {
            let given = context.len() > next;
            let argument = if given { text(context, next)? } else { None };
            width = argument.and_then(|width| width.parse().ok()).filter(|width| *width <= WIDEST);
            next += 1;
        } else if width.is_none() {
            width = number(&mut rest)?;
        }
        let place = match place {
            Some(0) => {
                return Err(invalid(
                    "format specifies argument 0, but arguments are numbered from 1",
                ));
            }
            Some(place) => place,
            None => next,
        };
        next = place.saturating_add(1);
        let Some(kind) = rest.next() else {
            return Err(invalid("unterminated format() type specifier"));
        };
        if !matches!(kind, 's' | 'I' | 'L') {
            return Err(invalid(&format!("unrecognized format() type specifier \"{kind}\"")));
        }
        if place >= context.len() {
            return Err(invalid("too few arguments for format()"));
        }
        let word = match (kind, text(context, place)?) {
            ('s', value) => value.unwrap_or_default(),
            ('I', Some(value)) => trunkline_sql::quote_identifier(&value).into_owned(),
            ('I', None) => {
                let message = "null values cannot be formatted as an SQL identifier";
                return Err(raise(SqlState::NULL_VALUE_NOT_ALLOWED, message));
            }
            (_, Some(value)) => trunkline_sql::quote_literal(&value),
            (_, None) => "NULL".to_owned(),
        };
        let missing = width.unwrap_or(0).saturating_sub(word.chars().count());
        let spaces = " ".repeat(missing);
        let (first, second) = if is_left { (word, spaces) } else { (spaces, word) };
        out.push(&first)?;
        out.push(&second)?;
    }
    out.kept()
}

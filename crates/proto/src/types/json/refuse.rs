//! What is wrong with a text that is no JSON, as `jsonapi.c` and `jsonfuncs.c` of PostgreSQL tell.

use super::lex::Bracket;
use super::parse::Expected;
use crate::SqlState;
use crate::types::error::ValueError;

/// How many bytes of a line are shown.
const SHOWN: usize = 50;

/// A word that is none: from `start`, up to `end`.
#[cold]
pub(super) fn invalid(text: &str, start: usize, end: usize) -> ValueError {
    let word = text.get(start..end).unwrap_or_default();
    refused(text, end, format!("Token \"{word}\" is invalid."))
}

/// Another word than the grammar wants, or the end of the text.
#[cold]
pub(super) fn unexpected(
    text: &str,
    expected: Expected,
    inside: Option<Bracket>,
    (start, end): (usize, usize),
) -> ValueError {
    if start == end {
        return refused(text, end, "The input string ended unexpectedly.");
    }
    let what = match (expected, inside) {
        (Expected::Value | Expected::FirstElement, _) => "JSON value",
        (Expected::Key, _) => "string",
        (Expected::FirstKey, _) => "string or \"}\"",
        (Expected::Colon, _) => "\":\"",
        (Expected::More, None) => "end of input",
        (Expected::More, Some(Bracket::Array)) => "\",\" or \"]\"",
        (Expected::More, Some(Bracket::Object)) => "\",\" or \"}\"",
    };
    let found = text.get(start..end).unwrap_or_default();
    refused(text, end, format!("Expected {what}, but found \"{found}\"."))
}

/// 22P02 with what is wrong, which shows at `end`.
#[cold]
pub(super) fn refused(text: &str, end: usize, detail: impl Into<String>) -> ValueError {
    let (state, message) =
        (SqlState::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json");
    ValueError::new(state, message).with_detail(detail).with_context(context(text, end))
}

/// 22P05: the character 0, which no text holds.
#[cold]
pub(super) fn zero(text: &str, end: usize) -> ValueError {
    let (state, message) =
        (SqlState::UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence");
    ValueError::new(state, message)
        .with_detail("\\u0000 cannot be converted to text.")
        .with_context(context(text, end))
}

/// The line up to this place, or the end of it where it is long.
fn context(text: &str, end: usize) -> String {
    let before = text.get(..end).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
    let whole = before.rsplit('\n').next().unwrap_or(before);
    let mut shown = whole;
    while shown.len() >= SHOWN {
        let mut characters = shown.chars();
        characters.next();
        shown = characters.as_str();
    }
    let is_cut = whole.len().saturating_sub(shown.len()) > 3;
    let (prefix, shown) = if is_cut { ("...", shown) } else { ("", whole) };
    let goes_on = text.as_bytes().get(end).is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
    let suffix = if goes_on { "..." } else { "" };
    format!("JSON data, line {line}: {prefix}{shown}{suffix}")
}

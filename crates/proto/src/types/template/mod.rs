//! The templates of `to_char`, `to_date` and `to_timestamp`: [`DateTemplate`] and [`NumberTemplate`].
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>. Both are read once and
//! print any number of values, in the words and with the signs of the locale `C`; the one of dates reads them, too.

mod calendar;
mod date;
mod number;
mod picture;
mod print;
mod read;
mod rounding;
mod words;

pub use date::{Case, DateTemplate, Pattern, Piece};
pub use number::NumberTemplate;
pub use words::{DAYS, MONTHS};

/// What stands behind a number in English: `st`, `nd`, `rd` or `th`.
fn ordinal(number: &str) -> &'static str {
    match number.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    }
}

/// Takes what stands for itself from the beginning of a template: all between double quotes, or one
/// character; gives what is behind it. The taker is told whether it was between quotes.
fn literal(text: &str, mut take: impl FnMut(char, bool)) -> &str {
    let Some(quoted) = text.strip_prefix('"') else {
        // A backslash counts only before a double quote.
        let escaped = text.strip_prefix('\\').filter(|behind| behind.starts_with('"'));
        let mut characters = escaped.unwrap_or(text).chars();
        if let Some(character) = characters.next() {
            take(character, false);
        }
        return characters.as_str();
    };
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => take(characters.next().unwrap_or('\\'), true),
            _ => take(character, true),
        }
    }
    characters.as_str()
}

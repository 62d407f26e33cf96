//! `jsonpath`: what is looked for in a JSON document.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-json.html#FUNCTIONS-SQLJSON-PATH>. In binary
//! a version byte, 1, comes before the text. PostgreSQL prints what it understood, not what was
//! written: keys in quotes, operators in parentheses. It also tries the patterns of `like_regex`, which
//! are not looked into here.

mod accessors;
mod lex;
mod parse;
mod print;
#[cfg(test)]
mod tests;

use super::error::ValueError;
use parse::Parser;
use print::Sink;

/// Whether a text is a path.
///
/// # Errors
///
/// 42601 for other text and 22P02 for none, 22P02 and 22P05 for escapes that are no characters, 22003
/// for numbers out of range, 0A000 for the flag `x` of `like_regex`, 54001 for 250 parentheses in
/// one another.
pub fn check(text: &str) -> Result<(), ValueError> {
    Parser::new(text, Sink::nothing())?.path()
}

/// Appends a path as PostgreSQL prints it.
///
/// # Errors
///
/// Those of [`check`].
pub fn text(path: &str, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let start = out.len();
    let printed = Parser::new(path, Sink::new(out)).and_then(Parser::path);
    if printed.is_err() {
        // Of a path that turns out to be none nothing is left.
        out.truncate(start);
    }
    printed
}

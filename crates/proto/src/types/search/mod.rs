//! `tsvector` and `tsquery`: texts that are searched, and what is looked for.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-textsearch.html>.

mod parse;
mod query;
mod vector;

pub use query::{Operator, TsQuery};
pub use vector::{Lexeme, TsVector};

use super::error::ValueError;
use crate::SqlState;

/// A lexeme has fewer bytes than this.
const MAX_LEXEME: usize = 2047;
/// All lexemes together have fewer bytes than this.
const MAX_LEXEMES: usize = 1 << 20;

/// What was made, or what was received and has been checked: it is read when it is asked for.
#[derive(Clone)]
enum Held<T> {
    Made(T),
    Text(Box<str>),
    Binary(Box<[u8]>),
}

/// Appends a lexeme in quotes; quotes and backslashes within are doubled.
fn quoted(lexeme: &str, out: &mut Vec<u8>) {
    out.push(b'\'');
    for byte in lexeme.bytes() {
        if matches!(byte, b'\'' | b'\\') {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'\'');
}

/// XX000, as PostgreSQL has it for a binary form that its own programs do not make.
#[cold]
fn internal(message: impl Into<String>) -> ValueError {
    ValueError::new(SqlState::INTERNAL_ERROR, message)
}

//! What is wrong with bytes or text where they are converted.

use std::fmt::{self, Write};

use super::Encoding;
use crate::SqlState;

/// A text that cannot be read or written in an encoding, in PostgreSQL's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodingError {
    sqlstate: SqlState,
    message: Box<str>,
}

impl EncodingError {
    /// 22021 for bytes that are none of their encoding, 22P05 for what the other one has not.
    pub fn sqlstate(&self) -> SqlState {
        self.sqlstate
    }

    /// The primary message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EncodingError {}

/// The bytes at the front of `rest` are none of the encoding.
#[cold]
pub(super) fn invalid(encoding: Encoding, rest: &[u8]) -> EncodingError {
    let character = rest.get(..encoding.length(rest)).unwrap_or(rest);
    EncodingError {
        sqlstate: SqlState::CHARACTER_NOT_IN_REPERTOIRE,
        message: format!(
            "invalid byte sequence for encoding \"{}\": {}",
            encoding.name(),
            shown(character)
        )
        .into(),
    }
}

/// A character of one encoding has no equivalent in the other.
#[cold]
pub(super) fn untranslatable(from: Encoding, character: &[u8], to: Encoding) -> EncodingError {
    EncodingError {
        sqlstate: SqlState::UNTRANSLATABLE_CHARACTER,
        message: format!(
            "character with byte sequence {} in encoding \"{}\" has no equivalent in encoding \"{}\"",
            shown(character),
            from.name(),
            to.name()
        )
        .into(),
    }
}

fn shown(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for byte in bytes {
        let space = if shown.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(shown, "{space}{byte:#04x}");
    }
    shown
}

//! `ltree`: labels with dots between, `Top.Science.Astronomy`.
//!
//! Source: <https://www.postgresql.org/docs/18/ltree.html>. In binary a version comes first.

use super::error::ValueError;
use crate::SqlState;

/// The version of the binary form.
pub(super) const VERSION: u8 = 1;

const MAX_LABELS: usize = 65_535;
/// In characters.
const MAX_LABEL: usize = 1000;

/// Whether a text is labels with dots between, or nothing.
///
/// # Errors
///
/// 42601 for other characters than letters, digits, `_` and `-` in a label, and for an empty one;
/// 42622 for a label of more than 1,000 characters; 54000 for more than 65,535 labels.
pub fn check(text: &str) -> Result<(), ValueError> {
    let count = text.bytes().filter(|byte| *byte == b'.').count().saturating_add(1);
    if count > MAX_LABELS {
        let message =
            format!("number of ltree labels ({count}) exceeds the maximum allowed ({MAX_LABELS})");
        return Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
    }
    let mut length: usize = 0;
    let mut position: usize = 1;
    for character in text.chars() {
        match character {
            '.' if length > 0 => {
                check_length(length, position)?;
                length = 0;
            }
            '_' | '-' => length = length.saturating_add(1),
            character if character.is_alphanumeric() => length = length.saturating_add(1),
            _ => {
                let message = format!("ltree syntax error at character {position}");
                return Err(ValueError::new(SqlState::SYNTAX_ERROR, message));
            }
        }
        position = position.saturating_add(1);
    }
    match length {
        0 if text.is_empty() => Ok(()),
        0 => Err(ValueError::new(SqlState::SYNTAX_ERROR, "ltree syntax error")
            .with_detail("Unexpected end of input.")),
        length => check_length(length, position),
    }
}

fn check_length(length: usize, position: usize) -> Result<(), ValueError> {
    if length <= MAX_LABEL {
        return Ok(());
    }
    Err(ValueError::new(SqlState::NAME_TOO_LONG, "label string is too long").with_detail(format!(
        "Label length is {length}, must be at most {MAX_LABEL}, at character {position}."
    )))
}

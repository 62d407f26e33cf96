//! What arguments multiply: it is refused before it takes the memory, for nobody can stop a function that grows.

use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;
use trunkline_core::types::ValueError;

use super::{Answer, raise, refused};

/// The most bytes that a text may grow to.
pub(super) const LONGEST: usize = 1 << 28;

/// The most elements into which a text is cut.
const ELEMENTS: usize = 1 << 22;

/// A text that grows.
#[derive(Debug, Default)]
pub(super) struct Bounded {
    text: String,
    /// Whether it has a part of a list already, be it empty.
    has_part: bool,
}

impl Bounded {
    /// Adds to it: 54000 where it would be too long.
    pub(super) fn push(&mut self, more: &str) -> rusqlite::Result<()> {
        if self.text.len().saturating_add(more.len()) > LONGEST {
            return Err(too_large());
        }
        self.text.push_str(more);
        Ok(())
    }

    /// The same for a part in a list, behind what stands between them.
    pub(super) fn push_part(&mut self, part: &str, between: &str) -> rusqlite::Result<()> {
        if std::mem::replace(&mut self.has_part, true) {
            self.push(between)?;
        }
        self.push(part)
    }

    /// A list between two brackets.
    pub(super) fn within(self, open: &str, close: &str) -> Answer {
        Ok(Stored::Text(format!("{open}{}{close}", self.text)))
    }

    pub(super) fn kept(self) -> Answer {
        Ok(Stored::Text(self.text))
    }
}

/// 54000
pub(super) fn too_large() -> rusqlite::Error {
    raise(SqlState::PROGRAM_LIMIT_EXCEEDED, "requested length too large")
}

/// 54000
pub(super) fn too_complex() -> rusqlite::Error {
    raise(SqlState::PROGRAM_LIMIT_EXCEEDED, "pattern is too complex for such a long text")
}

/// As many as an array may have here: 54000 beyond.
pub(super) fn gathered<T>(elements: impl Iterator<Item = T>) -> rusqlite::Result<Vec<T>> {
    let gathered: Vec<T> = elements.take(ELEMENTS + 1).collect();
    admit(gathered.len()).map_err(refused)?;
    Ok(gathered)
}

/// Refuses more elements than an array may have here: 54000.
pub(super) fn admit(length: usize) -> Result<(), ValueError> {
    if length <= ELEMENTS {
        return Ok(());
    }
    let message = format!("array size exceeds the maximum allowed ({ELEMENTS})");
    Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message))
}

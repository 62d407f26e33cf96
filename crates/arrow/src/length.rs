//! How long strings may be.

use std::borrow::Cow;

use trunkline_proto::types::ValueError;
use trunkline_proto::{Oid, SqlState};

use crate::pg_type::PgType;

/// The length of a `varchar(n)` or `char(n)`.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    characters: usize,
    /// Whether shorter ones are filled up with blanks.
    padded: bool,
}

impl Length {
    /// The length that a type's modifier says; nothing without one.
    pub(crate) fn of(pg_type: PgType) -> Option<Length> {
        let padded = match pg_type.oid {
            Oid::VARCHAR => false,
            Oid::BPCHAR => true,
            _ => return None,
        };
        let characters = usize::try_from(pg_type.typmod.checked_sub(4)?).ok()?;
        Some(Length { characters, padded })
    }

    /// The text as long as it is stored: blanks beyond the length are cut off.
    ///
    /// # Errors
    ///
    /// 22001 for anything else beyond it.
    pub(crate) fn fit(self, text: &str) -> Result<Cow<'_, str>, ValueError> {
        let end = text.char_indices().nth(self.characters).map(|(end, _)| end);
        if let Some((kept, rest)) = end.and_then(|end| text.split_at_checked(end)) {
            if rest.bytes().any(|byte| byte != b' ') {
                return Err(self.too_long());
            }
            return Ok(kept.into());
        }
        if !self.padded {
            return Ok(text.into());
        }
        let missing = self.characters.saturating_sub(text.chars().count());
        Ok([text, &" ".repeat(missing)].concat().into())
    }

    #[cold]
    fn too_long(self) -> ValueError {
        let name = if self.padded { "character" } else { "character varying" };
        ValueError::new(
            SqlState::STRING_DATA_RIGHT_TRUNCATION,
            format!("value too long for type {name}({})", self.characters),
        )
    }
}

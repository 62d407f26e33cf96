//! Types whose values are words of a spelling that is checked.

use super::{Labels, UserType};
use crate::types::error::ValueError;
use crate::types::{ltree, text};
use crate::{Format, SqlState};

/// How the values of a type are spelled.
pub(in crate::types) enum Spelled<'t> {
    Enum(&'t UserType, &'t Labels),
    Ltree,
}

impl Spelled<'_> {
    /// Whether a text is one of the type.
    pub(in crate::types) fn check(&self, text: &str) -> Result<(), ValueError> {
        match self {
            Spelled::Enum(_, labels) if labels.position(text).is_some() => Ok(()),
            Spelled::Enum(user, _) => Err(Labels::refuse(user, text)),
            Spelled::Ltree => ltree::check(text),
        }
    }

    /// The text in bytes, which has not been checked.
    pub(in crate::types) fn received<'a>(
        &self,
        format: Format,
        bytes: &'a [u8],
    ) -> Result<&'a str, ValueError> {
        if format == Format::Binary && matches!(self, Spelled::Ltree) {
            let (version, rest) = bytes.split_first().ok_or_else(ValueError::truncated)?;
            if *version != ltree::VERSION {
                let message = format!("unsupported ltree version number {version}");
                return Err(ValueError::new(SqlState::INTERNAL_ERROR, message));
            }
            return text::receive(rest);
        }
        text::receive(bytes)
    }

    /// Appends a text that is one of the type.
    pub(in crate::types) fn push(&self, format: Format, text: &str, out: &mut Vec<u8>) {
        if format == Format::Binary && matches!(self, Spelled::Ltree) {
            out.push(ltree::VERSION);
        }
        out.extend_from_slice(text.as_bytes());
    }
}

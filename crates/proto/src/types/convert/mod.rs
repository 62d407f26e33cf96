//! Rust values to and from the bytes of a column's type.

mod list;
mod number;
mod plain;
mod time;
mod value;

use super::error::ValueError;
use super::style::TextStyle;
use crate::{Format, Oid};

/// Whether an encoded value is NULL: then it has a length of -1 and no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum IsNull {
    /// NULL; nothing was appended.
    Yes,
    /// A value, perhaps of no bytes.
    No,
}

/// A Rust value that knows its PostgreSQL bytes in both formats.
pub trait ToPg {
    /// The type this value has when nobody says otherwise: the one to announce.
    fn natural_oid(&self) -> Oid;

    /// Appends the value as the column's type `oid`: the bytes only, without a length.
    ///
    /// Integers become any number type, a number or a date becomes `text`, and a string becomes
    /// any type, as an unknown literal does in SQL.
    ///
    /// # Errors
    ///
    /// 42804 for a type that the value cannot become, 22003 for a number that it cannot hold; then
    /// nothing of use has been appended.
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError>;
}

/// A Rust value that can be read from PostgreSQL's bytes in both formats.
///
/// The modifier of a domain is not applied, of a `varchar(5)` say: only a [`Value`](super::Value) is
/// read with it.
pub trait FromPg<'a>: Sized {
    /// Reads a value of the type `oid`.
    ///
    /// # Errors
    ///
    /// 42804 for a type that is not this one's, and what the type says of wrong bytes.
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<Self, ValueError>;

    /// The same of bytes that [`Value::check`](super::Value::check) has found sound, as a server
    /// does with bound parameters: what need not be looked at twice is not.
    ///
    /// # Errors
    ///
    /// As for [`decode`](FromPg::decode).
    fn decode_checked(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<Self, ValueError> {
        Self::decode(oid, format, bytes, style)
    }

    /// What NULL is.
    ///
    /// # Errors
    ///
    /// 22004, unless this is an `Option` or a [`Value`](super::Value).
    fn null() -> Result<Self, ValueError> {
        Err(ValueError::unexpected_null())
    }
}

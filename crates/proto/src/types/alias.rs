//! `regclass`, `regtype` and their likes: OIDs that look like names.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-oid.html>. In binary they are OIDs. As text a
//! catalog knows them by name; without one, they are numbers, as in PostgreSQL those are that no
//! name stands for.

use super::error::ValueError;
use super::int;
use crate::Oid;

/// Whether the binary form of a type is an OID, and its text a name that only a catalog knows.
pub(super) fn is_alias(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCLASS
            | Oid::REGCOLLATION
            | Oid::REGTYPE
            | Oid::REGROLE
            | Oid::REGNAMESPACE
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
    )
}

/// Appends the number; for none what the type has instead.
pub fn text(value: u32, oid: Oid, out: &mut Vec<u8>) {
    match (value, is_operator(oid)) {
        (0, false) => out.push(b'-'),
        _ => int::text_u64(value.into(), out),
    }
}

/// Reads a number, or what stands for none; nothing for a name.
///
/// # Errors
///
/// 22P02 for `08`, which is no octal number, and 22003 for a number out of range.
pub fn parse(text: &str, oid: Oid) -> Result<Option<u32>, ValueError> {
    match text.as_bytes() {
        b"-" if !is_operator(oid) => Ok(Some(0)),
        [_, ..] if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            int::parse_u32(text, "oid").map(Some)
        }
        _ => Ok(None),
    }
}

/// `-` is the name of an operator.
fn is_operator(oid: Oid) -> bool {
    matches!(oid, Oid::REGOPER | Oid::REGOPERATOR)
}

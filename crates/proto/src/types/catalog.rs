//! What `pg_type` says of the built-in types.

use super::generated::TYPES;
use crate::Oid;

/// One row of `pg_type`.
pub(super) struct TypeRow {
    pub(super) oid: u32,
    pub(super) typlen: i16,
    pub(super) array: u32,
    pub(super) element: u32,
    pub(super) name: &'static str,
}

/// The size that RowDescription announces: bytes, -1 for variable length, -2 for a C string.
///
/// A type that is not built in counts as one of variable length.
pub fn typlen(oid: Oid) -> i16 {
    find(oid).map_or(-1, |row| row.typlen)
}

/// The type of arrays of a type.
pub fn array_of(oid: Oid) -> Option<Oid> {
    known(find(oid)?.array)
}

/// The type of an array's elements; `None` for a type that is not an array.
pub fn element_of(oid: Oid) -> Option<Oid> {
    known(find(oid)?.element)
}

/// The name of a type as `format_type` spells it: `integer`, `timestamp with time zone`.
pub fn name_of(oid: Oid) -> Option<&'static str> {
    Some(find(oid)?.name)
}

/// Whether both formats of a type are the string itself.
pub(super) fn is_string(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::TEXT
            | Oid::VARCHAR
            | Oid::BPCHAR
            | Oid::NAME
            | Oid::UNKNOWN
            | Oid::UNSPECIFIED
            | Oid::XML
            | Oid::CSTRING
            | Oid::REFCURSOR
    )
}

fn find(oid: Oid) -> Option<&'static TypeRow> {
    let place = TYPES.binary_search_by_key(&oid.0, |row| row.oid).ok()?;
    TYPES.get(place)
}

fn known(oid: u32) -> Option<Oid> {
    (oid != 0).then_some(Oid(oid))
}

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

/// The built-in type of a name as `pg_type` has it: `int4`, `timestamptz`, `_text`.
pub fn oid_of(name: &str) -> Option<Oid> {
    if let Some(element) = name.strip_prefix('_') {
        return array_of(oid_of(element)?);
    }
    let other = |(own, spelled): &(&str, &'static str)| (*own == name).then_some(*spelled);
    let spelled = SPELLED.iter().find_map(other);
    let is_other = spelled.is_none() && SPELLED.iter().any(|(_, spelled)| *spelled == name);
    let spelled = spelled.unwrap_or(name);
    let row = TYPES.iter().find(|row| row.name == spelled && !is_other)?;
    Some(Oid(row.oid))
}

/// The names that `format_type` spells with words of SQL.
const SPELLED: [(&str, &str); 15] = [
    ("bool", "boolean"),
    ("bpchar", "character"),
    ("char", "\"char\""),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("any", "\"any\""),
    ("time", "time without time zone"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
    ("varchar", "character varying"),
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_name() {
        for (name, oid) in [
            ("bool", Oid::BOOL),
            ("char", Oid(18)),
            ("int4", Oid::INT4),
            ("_int4", Oid::INT4_ARRAY),
            ("timestamptz", Oid::TIMESTAMPTZ),
            ("text", Oid::TEXT),
            ("varbit", Oid(1562)),
            ("numeric", Oid::NUMERIC),
        ] {
            assert_eq!(oid_of(name), Some(oid), "{name}");
        }
        // What SQL calls them is no name in `pg_type`.
        for name in ["boolean", "integer", "character varying", "int4[]", "__int4", "_", ""] {
            assert_eq!(oid_of(name), None, "{name}");
        }
        // Each is found by its name, or spelled otherwise.
        for row in TYPES.iter().filter(|row| !row.name.ends_with("[]")) {
            let spelled = SPELLED.iter().find(|(_, spelled)| *spelled == row.name);
            let name = spelled.map_or(row.name, |(name, _)| name);
            assert_eq!(oid_of(name), Some(Oid(row.oid)), "{name}");
        }
    }
}

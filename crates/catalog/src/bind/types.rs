//! Names of types.

use sqlparser::ast::DataType;
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::TypeName;

use super::Binder;
use crate::error::{Place, at};
use crate::facts::{PG_CATALOG, array_of, type_named};

impl Binder {
    /// The type that a cast names, and its modifier.
    pub(super) fn data_type(&mut self, data_type: &DataType, place: Place) -> Result<(Oid, i32)> {
        let text = data_type.to_string();
        match named_type(&text, place) {
            Err(error) if error.sqlstate() == SqlState::UNDEFINED_OBJECT => {
                self.declared_type(&text)?.map(|oid| (oid, -1)).ok_or(error)
            }
            known => known,
        }
    }
}

/// The type of a name as SQL spells it, and its modifier.
pub(crate) fn named_type(text: &str, place: Place) -> Result<(Oid, i32)> {
    let parsed = TypeName::parse(text).map_err(|error| PgError::syntax(&error, text).unplaced())?;
    type_of(&parsed, text, place)
}

/// The built-in type that a name in a text stands for, and its modifier.
pub(crate) fn type_of(parsed: &TypeName, text: &str, place: Place) -> Result<(Oid, i32)> {
    let written = parsed.span.text(text);
    let missing = || {
        let message = format!("type \"{written}\" does not exist");
        at(place, SqlState::UNDEFINED_OBJECT, message)
    };
    let schema = match parsed.qualifiers.last().map(String::as_str) {
        None | Some("pg_catalog") => PG_CATALOG,
        Some("information_schema") => *crate::world::INFORMATION_SCHEMA,
        Some(_) => return Err(missing()),
    };
    let oid = type_named(schema, &parsed.name).ok_or_else(missing)?;
    let modifiers: Vec<i32> =
        parsed.modifiers.iter().filter_map(|span| span.text(text).trim().parse().ok()).collect();
    let typmod = match (oid, modifiers.as_slice()) {
        (Oid::VARCHAR | Oid::BPCHAR, [length]) => length.saturating_add(4),
        (Oid::NUMERIC, [precision]) => (precision << 16) + 4,
        (Oid::NUMERIC, [precision, scale]) => ((precision << 16) | (scale & 0x7ff)) + 4,
        // `character` without a length is `character(1)`.
        (Oid::BPCHAR, []) if !written.to_ascii_lowercase().contains("bpchar") => 5,
        // So is `bit`, but not by its name in quotes.
        (Oid::BIT, []) if !written.contains('"') => 1,
        (
            Oid::BIT | Oid::VARBIT | Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ,
            [length],
        ) => *length,
        (Oid::INTERVAL, [precision]) => (0x7fff << 16) | precision,
        _ => -1,
    };
    let oid = if parsed.dimensions > 0 { array_of(oid).ok_or_else(missing)? } else { oid };
    Ok((oid, typmod))
}

//! Names of types.

use sqlparser::ast::{self, DataType};
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

/// The fields of intervals, each with its bit in a modifier.
pub(crate) const INTERVAL_FIELDS: [(&str, i32); 6] =
    [("year", 2), ("month", 1), ("day", 3), ("hour", 10), ("minute", 11), ("second", 12)];
/// The bits of all fields.
pub(crate) const ALL_FIELDS: i32 = 0x7fff;
/// The digits of seconds where they are not said.
pub(crate) const ALL_DIGITS: i32 = 0xffff;

/// The modifier of `interval [ first [ TO last ] ] [ (digits) ]`.
fn interval(written: &str, digits: Option<i32>) -> i32 {
    let written = written.to_ascii_lowercase();
    // Those of the seconds stand behind the fields.
    let within = || written.rsplit_once('(')?.1.split_once(')')?.0.trim().parse().ok();
    let digits = digits.or_else(within);
    let words = written.split(|one: char| !one.is_ascii_alphabetic());
    let places =
        words.filter_map(|word| INTERVAL_FIELDS.iter().position(|(name, _)| *name == word));
    let places: Vec<usize> = places.collect();
    let fields = match (places.first(), places.last()) {
        (Some(first), Some(last)) => INTERVAL_FIELDS
            .iter()
            .enumerate()
            .filter(|(place, _)| (first..=last).contains(&place))
            .fold(0, |mask, (_, (_, bit))| mask | (1 << bit)),
        _ if digits.is_none() => return -1,
        _ => ALL_FIELDS,
    };
    (fields << 16) | digits.unwrap_or(ALL_DIGITS)
}

/// The modifier of `INTERVAL '…' first [ TO last ]`, with the digits of its seconds.
pub(super) fn interval_modifier(of: &ast::Interval) -> i32 {
    let fields = [&of.leading_field, &of.last_field].into_iter().flatten();
    let written: Vec<String> = fields.map(ToString::to_string).collect();
    let digits = of.fractional_seconds_precision.or(of.leading_precision);
    interval(&written.join(" "), digits.and_then(|digits| digits.try_into().ok()))
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
        (Oid::INTERVAL, modifiers) => interval(written, modifiers.first().copied()),
        _ => -1,
    };
    let oid = if parsed.dimensions > 0 { array_of(oid).ok_or_else(missing)? } else { oid };
    Ok((oid, typmod))
}

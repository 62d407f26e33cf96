//! Rows by a key: of 10,000 tables only what is asked for is made.

use super::numbered::Of;
use super::{World, attribute, class, constraint, index, trigger, types};
use crate::datum::{Datum, Row};
use crate::facts;

/// The columns by which rows are made one by one.
const KEYS: [(&str, &str); 10] = [
    ("pg_attrdef", "adrelid"),
    ("pg_attribute", "attrelid"),
    ("pg_class", "oid"),
    ("pg_class", "relname"),
    ("pg_constraint", "conrelid"),
    ("pg_constraint", "oid"),
    ("pg_index", "indexrelid"),
    ("pg_index", "indrelid"),
    ("pg_trigger", "tgrelid"),
    ("pg_type", "oid"),
];

/// Whether rows of a relation of `pg_catalog` are found by a column.
pub(crate) fn is_key(relation: &str, column: &str) -> bool {
    KEYS.contains(&(relation, column))
}

impl World {
    /// The rows of a relation of `pg_catalog` that have a value in a [key](is_key).
    pub(crate) fn rows_by(&self, relation: &str, column: &str, key: &Datum) -> Vec<Row> {
        let mut rows = facts::rows_by(relation, column, key);
        let of = Of::One(key.as_oid().unwrap_or(0));
        rows.extend(match (relation, column) {
            ("pg_attrdef", _) => attribute::defaults(self, of),
            ("pg_attribute", _) => attribute::attributes(self, of),
            ("pg_class", "oid") => class::classes(self, of),
            ("pg_class", _) => class::named(self, key.as_str().unwrap_or_default()),
            ("pg_constraint", "oid") => constraint::constraints(self, of),
            ("pg_constraint", _) => constraint::of_table(self, key.as_oid().unwrap_or(0)),
            ("pg_index", "indexrelid") => index::indexes(self, of),
            ("pg_index", _) => index::of_table(self, key.as_oid().unwrap_or(0)),
            ("pg_trigger", _) => trigger::of_table(self, key.as_oid().unwrap_or(0)),
            ("pg_type", _) => types::types(self, of),
            _ => Vec::new(),
        });
        rows
    }
}

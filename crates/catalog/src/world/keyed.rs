//! Rows by a key: of 10,000 tables only what is asked for is made.

use super::numbered::Of;
use super::{World, class, constraint, depend, index, tables, trigger};
use crate::datum::{Datum, Row};
use crate::facts;
use crate::plan::Cells;

/// The columns by which rows are made one by one.
const KEYS: [(&str, &str); 19] = [
    ("pg_am", "oid"),
    ("pg_attrdef", "adrelid"),
    ("pg_attribute", "attrelid"),
    ("pg_class", "oid"),
    ("pg_class", "relname"),
    ("pg_collation", "oid"),
    ("pg_constraint", "confrelid"),
    ("pg_constraint", "conrelid"),
    ("pg_constraint", "oid"),
    ("pg_depend", "objid"),
    ("pg_depend", "refobjid"),
    ("pg_description", "objoid"),
    ("pg_index", "indexrelid"),
    ("pg_index", "indrelid"),
    ("pg_namespace", "oid"),
    ("pg_opclass", "oid"),
    ("pg_sequence", "seqrelid"),
    ("pg_trigger", "tgrelid"),
    ("pg_type", "oid"),
];

/// A column of a relation of `pg_catalog` by which its rows are found.
pub(crate) fn key_column(relation: &str, column: &str) -> Option<&'static str> {
    KEYS.into_iter().find(|key| *key == (relation, column)).map(|(_, column)| column)
}

impl World {
    /// The rows of a relation of `pg_catalog` that have a value in a [key](key_column), with some cells at least.
    pub(crate) fn rows_by(
        &self,
        relation: &str,
        column: &str,
        key: &Datum,
        cells: Cells,
    ) -> Vec<Row> {
        let oid = key.as_oid().unwrap_or(0);
        let mut rows = facts::rows_by(relation, column, key);
        rows.extend(match (relation, column) {
            ("pg_class", "relname") => class::named(self, key.as_str().unwrap_or_default(), cells),
            ("pg_constraint", "confrelid") => constraint::referring_to(self, oid, cells),
            ("pg_constraint", "conrelid") => constraint::of_table(self, oid, cells),
            ("pg_depend", "refobjid") => depend::depending_on(self, oid),
            ("pg_index", "indrelid") => index::of_table(self, oid, cells),
            ("pg_namespace", _) => class::namespace(self, oid),
            ("pg_trigger", _) => trigger::of_table(self, oid),
            (relation, _) => tables::part(self, relation, Of::One(oid), cells),
        });
        rows
    }
}

//! Relations that are not the engine's: those of the catalogs, and what was declared without data.
//!
//! The rows of each come as one parameter behind the client's, an array of arrays in JSON, of which SQLite makes a
//! table once, however often it is read.

use sqlparser::ast::ObjectName;
use trunkline_core::{LentRelation, Oid, Result};
use trunkline_sql::parameters;

use super::Translator;
use super::name::{parts, quoted};
use super::scope::{Source, SourceColumn};
use crate::sqlite::types::Type;

/// What a statement is lent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lent<'a> {
    relations: &'a [LentRelation],
    /// The parameter that has the rows of the first of them.
    first: usize,
    /// Whether any of them is read.
    pub(super) is_read: bool,
}

impl<'a> Lent<'a> {
    /// What a statement with these parameters of the client's is lent.
    pub(super) fn new(relations: &'a [LentRelation], sql: &str, hints: &[Oid]) -> Lent<'a> {
        if relations.is_empty() {
            return Lent::default();
        }
        let numbers = parameters(sql).filter_map(|one| usize::try_from(one.number).ok());
        let first = numbers.max().unwrap_or(0).max(hints.len()).saturating_add(1);
        Lent { relations, first, is_read: false }
    }

    /// How many parameters it takes.
    pub(super) fn len(&self) -> usize {
        self.relations.len()
    }
}

impl Translator<'_> {
    /// What stands in FROM for a relation that is lent, and its columns; `None` for a name of the engine's.
    pub(super) fn lent(
        &mut self,
        name: &ObjectName,
        alias: Option<&str>,
    ) -> Result<Option<(String, Source)>> {
        let mut parts = parts(name)?;
        let plain = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        let is_it = |one: &LentRelation| one.is_named(schema.as_deref(), &plain);
        let Some(place) = self.lent.relations.iter().position(is_it) else { return Ok(None) };
        let Some(relation) = self.lent.relations.get(place) else { return Ok(None) };
        self.lent.is_read = true;
        let alias = alias.unwrap_or(&plain);
        let mut columns = Vec::new();
        let mut cells = Vec::new();
        for (index, column) in relation.columns.iter().enumerate() {
            let cell = match column.type_oid {
                Oid::BYTEA => format!("unhex(value ->> {index})"),
                _ => format!("value ->> {index}"),
            };
            cells.push(format!("{cell} AS {}", quoted(&column.name)));
            columns.push(SourceColumn {
                name: column.name.to_string(),
                sql: format!("{}.{}", quoted(alias), quoted(&column.name)),
                ty: Type { oid: column.type_oid, typmod: column.typmod },
                not_null: false,
                origin: (column.table_oid != Oid(0)).then_some((column.table_oid, column.attnum)),
                merged: false,
            });
        }
        if cells.is_empty() {
            cells.push("NULL".to_owned());
        }
        let rows = format!("json_each(?{})", self.lent.first.saturating_add(place));
        // Materialized: an inner loop of a join finds the rows ready, and indexes them.
        let query = format!("SELECT {} FROM {rows}", cells.join(", "));
        let sql = format!(
            "(WITH lent AS MATERIALIZED ({query}) SELECT * FROM lent) AS {}",
            quoted(alias)
        );
        let (system, key, joined) = (Vec::new(), Vec::new(), false);
        let source = Source { alias: alias.to_owned(), columns, system, key, joined };
        Ok(Some((sql, source)))
    }
}

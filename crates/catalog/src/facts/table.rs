//! The files of `data/`: what a database has from its birth.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{Oid, PgError};

use super::PG_CATALOG;
use crate::datum::{Datum, Row};
use crate::io;

/// The first OID of what somebody made.
pub(crate) const FIRST_MADE: u32 = 16_384;

/// A column of a relation of the catalogs.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: Arc<str>,
    pub(crate) oid: Oid,
    pub(crate) not_null: bool,
}

/// The rows of a relation that are the same everywhere.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) columns: Vec<(Arc<str>, Oid)>,
    pub(crate) rows: Vec<Row>,
    /// For each column, once somebody looks for what it has.
    indexes: Vec<OnceLock<Index>>,
}

/// Rows by a value of theirs.
type Index = HashMap<Datum, Vec<Row>>;

impl Facts {
    /// Where a column of this name is.
    pub(crate) fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|(own, _)| **own == *name).unwrap_or(usize::MAX)
    }

    /// The rows that have a value in a column.
    pub(crate) fn by(&self, column: &str, key: &Datum) -> &[Row] {
        let place = self.column(column);
        let Some(index) = self.indexes.get(place) else { return &[] };
        let made = || {
            let mut rows = Index::new();
            for row in &self.rows {
                rows.entry(row.get(place).cloned().unwrap_or_default())
                    .or_default()
                    .push(row.clone());
            }
            rows.values_mut().for_each(Vec::shrink_to_fit);
            rows
        };
        index.get_or_init(made).get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

macro_rules! files {
    ($($name:literal)*) => {
        /// The text of each file.
        fn file(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../data/", $name, ".tsv"))),)*
                _ => None,
            }
        }

        static ALL: LazyLock<HashMap<&'static str, LazyLock<Facts>>> = LazyLock::new(|| {
            [$(($name, LazyLock::new((|| read($name)) as fn() -> Facts))),*].into_iter().collect()
        });
    };
}

files! {
    "information_schema.sql_features" "information_schema.sql_implementation_info"
    "information_schema.sql_parts" "information_schema.sql_sizing"
    "pg_aggregate" "pg_am" "pg_amop" "pg_amproc" "pg_attribute" "pg_authid" "pg_auth_members" "pg_cast"
    "pg_class" "pg_collation" "pg_constraint" "pg_conversion" "pg_depend" "pg_description" "pg_extension" "pg_extension_versions"
    "pg_get_catalog_foreign_keys" "pg_get_constraintdef" "pg_get_indexdef" "pg_get_keywords" "pg_get_ruledef" "pg_get_viewdef" "pg_index" "pg_init_privs" "pg_language" "pg_namespace" "pg_opclass" "pg_operator" "pg_opfamily"
    "pg_proc" "pg_range" "pg_relation_is_updatable" "pg_rewrite" "pg_settings" "pg_settings_get_flags" "pg_stat_io_rows" "pg_tablespace" "pg_timezone_abbrevs" "pg_ts_config" "pg_ts_config_map" "pg_ts_dict" "pg_ts_parser"
    "pg_ts_template" "pg_type" "pg_wait_events"
}

/// What is known of a relation from the beginning.
pub(crate) fn facts(name: &str) -> Option<&'static Facts> {
    ALL.get(name).map(|facts| &**facts)
}

/// The same for who takes out of it what is needed: it is read for that alone.
///
/// Of functions and columns there are thousands, and most servers are never asked for all of them.
pub(super) fn passing_facts(name: &str) -> Facts {
    read(name)
}

/// By schema and name.
type ByName<T> = HashMap<(u32, Arc<str>), T>;

/// The columns of each relation of `pg_catalog` and `information_schema`.
static RELATIONS: LazyLock<ByName<Vec<Column>>> = LazyLock::new(|| {
    let Some(classes) = facts("pg_class") else { return HashMap::new() };
    let attributes = passing_facts("pg_attribute");
    let [oid, name, schema, kind] =
        ["oid", "relname", "relnamespace", "relkind"].map(|name| classes.column(name));
    let [class, attribute, of, not_null, number_of] =
        ["attrelid", "attname", "atttypid", "attnotnull", "attnum"]
            .map(|name| attributes.column(name));
    let mut columns: HashMap<u32, Vec<Column>> = HashMap::new();
    // The columns that every table has are no part of its rows.
    let is_own = |row: &&Row| row.get(number_of).and_then(Datum::as_int) > Some(0);
    for row in attributes.rows.iter().filter(is_own) {
        let column = Column {
            name: text(row, attribute),
            oid: Oid(number(row, of)),
            not_null: row.get(not_null).is_some_and(Datum::is_true),
        };
        columns.entry(number(row, class)).or_default().push(column);
    }
    let relations = classes.rows.iter().filter(|row| matches!(&*text(row, kind), "r" | "v"));
    relations
        .map(|row| {
            let own = columns.remove(&number(row, oid)).unwrap_or_default();
            ((number(row, schema), text(row, name)), own)
        })
        .collect()
});

static RELATION_OIDS: LazyLock<HashMap<(u32, Arc<str>), u32>> = LazyLock::new(|| {
    let Some(classes) = facts("pg_class") else { return HashMap::new() };
    let [oid, name, schema] = ["oid", "relname", "relnamespace"].map(|name| classes.column(name));
    let rows = classes.rows.iter();
    rows.map(|row| ((number(row, schema), text(row, name)), number(row, oid))).collect()
});

/// The OID of a relation or an index of the catalogs.
pub(crate) fn relation_oid(schema: u32, name: &str) -> Option<u32> {
    RELATION_OIDS.get(&(schema, name.into())).copied()
}

static RELATION_KINDS: LazyLock<HashMap<u32, char>> = LazyLock::new(|| {
    let Some(classes) = facts("pg_class") else { return HashMap::new() };
    let [oid, kind] = ["oid", "relkind"].map(|name| classes.column(name));
    let of = |row: &Row| Some((number(row, oid), text(row, kind).chars().next()?));
    classes.rows.iter().filter_map(of).collect()
});

/// What a relation of the catalogs is: `r`, `v`, or `i` for an index.
pub(crate) fn relation_kind(schema: u32, name: &str) -> Option<char> {
    RELATION_KINDS.get(&relation_oid(schema, name)?).copied()
}

static ROW_TYPES: LazyLock<HashMap<u32, Oid>> = LazyLock::new(|| {
    let Some(classes) = facts("pg_class") else { return HashMap::new() };
    let [oid, of] = ["oid", "reltype"].map(|name| classes.column(name));
    classes.rows.iter().map(|row| (number(row, oid), Oid(number(row, of)))).collect()
});

/// The type of the rows of a relation of the catalogs.
pub(crate) fn row_type(relation: u32) -> Option<Oid> {
    ROW_TYPES.get(&relation).copied().filter(|oid| oid.0 != 0)
}

/// The columns of a relation of the catalogs, by the OID of its schema and its name.
pub(crate) fn relation_columns(schema: u32, name: &str) -> Option<&'static [Column]> {
    RELATIONS.get(&(schema, name.into())).map(Vec::as_slice)
}

/// The relations of a schema, each with its columns.
pub(crate) fn relations(
    schema: u32,
) -> impl Iterator<Item = (&'static Arc<str>, &'static [Column])> {
    let own = RELATIONS.iter().filter(move |((of, _), _)| *of == schema);
    own.map(|((_, name), columns)| (name, columns.as_slice()))
}

/// Where a column of a relation of `pg_catalog` is; nowhere is beyond every row.
pub(crate) fn column_place(relation: &str, column: &str) -> usize {
    let columns = relation_columns(PG_CATALOG, relation).unwrap_or_default();
    columns.iter().position(|own| *own.name == *column).unwrap_or(usize::MAX)
}

/// The cell of a row of a relation of `pg_catalog` in a column.
pub(crate) fn cell<'a>(relation: &str, row: &'a [Datum], column: &str) -> Option<&'a Datum> {
    row.get(column_place(relation, column))
}

/// The rows of a relation that every database has, and that have a value in a column.
pub(crate) fn rows_by(name: &str, column: &str, key: &Datum) -> Vec<Row> {
    // What somebody made is none of these: nothing is read for it.
    if matches!(key, Datum::Oid(oid) if *oid >= FIRST_MADE) {
        return Vec::new();
    }
    facts(name).map(|facts| facts.by(column, key).to_vec()).unwrap_or_default()
}

/// What a function says of an object of every database, as a definition.
pub(crate) fn definition(function: &str, oid: u32, is_pretty: bool) -> Option<Arc<str>> {
    let said = facts(function)?;
    let [row] = rows_by(function, "oid", &Datum::Oid(oid)).try_into().ok()?;
    let cell = |name| row.get(said.column(name)).filter(|cell| !cell.is_null());
    let pretty = cell("pretty").filter(|_| is_pretty);
    Some(pretty.or_else(|| cell("plain"))?.as_str()?.into())
}

pub(crate) fn text(row: &Row, column: usize) -> Arc<str> {
    match row.get(column) {
        Some(Datum::Text(text)) => text.clone(),
        _ => "".into(),
    }
}

pub(crate) fn number(row: &Row, column: usize) -> u32 {
    row.get(column).and_then(Datum::as_oid).unwrap_or(0)
}

/// Reads a file: a head of `name:type`, then rows as COPY writes them, where `"` repeats what stands
/// above. A cell that cannot be read would be NULL; a test reads them all.
fn read(name: &str) -> Facts {
    let mut lines = file(name).unwrap_or_default().lines();
    let head = lines.next().unwrap_or_default();
    let columns: Vec<(Arc<str>, Oid)> = head
        .split('\t')
        .filter_map(|column| {
            let (name, oid) = column.split_once(':')?;
            Some((name.into(), Oid(oid.parse().ok()?)))
        })
        .collect();
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        let cells =
            line.split('\t').zip(&columns).enumerate().map(
                |(index, (cell, (_, oid)))| match cell {
                    "\"" => rows.last().and_then(|row| row.get(index)).cloned().unwrap_or_default(),
                    cell => read_cell(cell, *oid).unwrap_or_default(),
                },
            );
        let row = cells.collect();
        rows.push(row);
    }
    let indexes = columns.iter().map(|_| OnceLock::new()).collect();
    Facts { columns, rows, indexes }
}

fn read_cell(cell: &str, oid: Oid) -> Result<Datum, PgError> {
    if cell == "\\N" {
        return Ok(Datum::Null);
    }
    let plain;
    let cell = if cell.contains('\\') {
        plain = unescaped(cell);
        &plain
    } else {
        cell
    };
    // Nothing here may ask for facts of types: they are being read.
    let oid = match oid {
        // `regproc` and `regclass` stand as numbers.
        Oid::REGPROC | Oid::REGCLASS => Oid::OID,
        oid => oid,
    };
    io::from_value(Value::from_literal(oid, cell, &TextStyle::default())?)
}

fn unescaped(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_read() {
        for (name, facts) in ALL.iter() {
            assert!(!facts.rows.is_empty(), "{name}");
            let mut lines = file(name).expect("it is one").lines().skip(1);
            for row in &facts.rows {
                let line = lines.next().expect("a line a row");
                assert_eq!(row.len(), facts.columns.len(), "{name}: {line}");
                let is_made = |cell: &Datum| matches!(cell, Datum::Oid(oid) if *oid >= FIRST_MADE);
                assert!(!row.iter().any(is_made), "{name}: {line}");
                for (cell, (column, _)) in line.split('\t').zip(&facts.columns) {
                    let index = facts.column(column);
                    let is_null = row.get(index).is_none_or(Datum::is_null);
                    assert!(!is_null || matches!(cell, "\\N" | "\""), "{name}.{column}: {cell}");
                }
            }
            assert!(lines.next().is_none(), "{name}");
        }
    }
}

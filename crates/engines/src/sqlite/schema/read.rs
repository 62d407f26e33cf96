//! What SQLite tells of a table's columns, indexes and foreign keys.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use trunkline_core::catalog::Numbers;

use super::mark::{sequence_of, types_in};
use super::{
    Column, ForeignKey, Index, OnCommit, Origin, PUBLIC, Relation, Schema, VIEW_DEPTH, split_view,
};
use crate::sqlite::comment::{self, Comments};
use crate::sqlite::translate::declared::declared;
use crate::sqlite::translate::{moment, quoted, types_of};
use crate::sqlite::types::Type;

impl Schema {
    /// Reads what the connection sees.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Schema> {
        let mut relations = Vec::new();
        let mut numbers = Numbers::default();
        let mut comments: [Comments; 2] = Default::default();
        for database in ["temp", "main"] {
            let around = Around::read(connection, database)?;
            let mut listed = connection.prepare(&format!(
                "SELECT name, type, coalesce(sql, ''), rowid FROM {database}.sqlite_schema \
                 WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                 ORDER BY name"
            ))?;
            let mut rows = listed.query([])?;
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                if name == comment::VIEW
                    && let Some(read) = Comments::parse(&row.get::<_, String>(2)?)
                {
                    let [lasting, passing] = &mut comments;
                    *(if database == "temp" { passing } else { lasting }) = read;
                    continue;
                }
                let sql: String = row.get(2)?;
                let sequence = sequence_of(&sql);
                let mut relation = Relation {
                    oid: match sequence {
                        Some(_) => numbers.sequence(PUBLIC, &name),
                        None => numbers.relation(PUBLIC, &name),
                    },
                    name,
                    temporary: database == "temp",
                    view: row.get::<_, String>(1)? == "view",
                    sql,
                    sequence,
                    age: row.get(3)?,
                    ..Relation::default()
                };
                if !relation.view {
                    relation.declared = declared(&relation.sql);
                    relation.on_commit = OnCommit::of(&relation.sql).filter(|_| relation.temporary);
                }
                // A view whose table is gone has no columns to tell.
                if read_columns(connection, database, &mut relation).is_ok() || !relation.view {
                    read_indexes(connection, database, &around, &mut relation)?;
                    read_foreign_keys(connection, database, &mut relation)?;
                }
                let triggers = around.triggers.get(&relation.name.to_ascii_lowercase());
                relation.triggers = triggers.cloned().unwrap_or_default();
                relations.push(relation);
            }
        }
        let mut schema = Schema { relations, comments, ..Schema::default() };
        schema.type_views();
        schema.connect_sequences();
        Ok(schema)
    }

    /// Gives the columns of views the types of their queries; a view may be over others.
    fn type_views(&mut self) {
        for _ in 0..VIEW_DEPTH {
            let mut changed = false;
            for at in 0..self.relations.len() {
                let view = self.relations.get(at).filter(|relation| relation.view);
                let kept = view.and_then(|view| types_in(&view.sql));
                let types = kept.or_else(|| types_of(split_view(&view?.sql).1, self));
                let columns = self.relations.get_mut(at).into_iter().flat_map(|v| &mut v.columns);
                for (column, ty) in columns.zip(types.unwrap_or_default()) {
                    changed |= column.ty != ty;
                    column.ty = ty;
                }
            }
            if !changed {
                break;
            }
        }
    }
}

/// What a database says of all of its tables at a time: asked for each of them, it would look through all of it.
#[derive(Default)]
struct Around {
    /// The texts of triggers, by the names of their tables in lower case.
    triggers: HashMap<String, Vec<String>>,
    /// The texts of indexes.
    indexes: HashMap<String, String>,
    without_rowid: HashSet<String>,
}

impl Around {
    fn read(connection: &Connection, database: &str) -> rusqlite::Result<Around> {
        let mut around = Around::default();
        let mut listed = connection.prepare(&format!(
            "SELECT type, name, tbl_name, sql FROM {database}.sqlite_schema \
             WHERE type IN ('trigger', 'index') AND sql IS NOT NULL ORDER BY rowid"
        ))?;
        let mut rows = listed.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
            if kind == "index" {
                around.indexes.insert(name, row.get(3)?);
                continue;
            }
            let table = row.get::<_, String>(2)?.to_ascii_lowercase();
            around.triggers.entry(table).or_default().push(row.get(3)?);
        }
        let without = "SELECT name FROM pragma_table_list WHERE schema = ?1 AND wr";
        let mut listed = connection.prepare(without)?;
        let names = listed.query_map([database], |row| row.get(0))?;
        around.without_rowid = names.collect::<rusqlite::Result<_>>()?;
        Ok(around)
    }
}

fn read_columns(
    connection: &Connection,
    database: &str,
    relation: &mut Relation,
) -> rusqlite::Result<()> {
    let mut listed = connection
        .prepare(&format!("PRAGMA {database}.table_xinfo({})", quoted(&relation.name)))?;
    let mut rows = listed.query([])?;
    while let Some(row) = rows.next()? {
        let hidden: i64 = row.get(6)?;
        let declared: String = row.get::<_, Option<String>>(2)?.unwrap_or_default();
        let declared = declared
            .strip_suffix(" GENERATED ALWAYS")
            .or_else(|| declared.strip_suffix("GENERATED ALWAYS"))
            .unwrap_or(&declared)
            .to_owned();
        // 1 is the hidden column of a virtual table.
        if hidden == 1 {
            continue;
        }
        let mut column = Column {
            name: row.get(1)?,
            ty: Type::declared(&declared),
            declared,
            not_null: row.get::<_, i64>(3)? != 0,
            default: row.get(4)?,
            key: usize::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
            generated: hidden > 1,
            moment: None,
            sequence: None,
        };
        let known = column.numbers().and_then(|numbers| Type::parse(numbers.type_name));
        if let Some(known) = known {
            column.ty = known;
        }
        column.moment = column.default.as_deref().and_then(|default| moment(default, column.ty));
        relation.columns.push(column);
    }
    Ok(())
}

fn read_indexes(
    connection: &Connection,
    database: &str,
    around: &Around,
    relation: &mut Relation,
) -> rusqlite::Result<()> {
    relation.without_rowid = around.without_rowid.contains(&relation.name);
    let mut listed = connection.prepare(
        "SELECT name, \"unique\", origin FROM pragma_index_list(?1, ?2) ORDER BY seq DESC",
    )?;
    let mut rows = listed.query([relation.name.as_str(), database])?;
    while let Some(row) = rows.next()? {
        let index: String = row.get(0)?;
        let mut parts =
            connection.prepare(&format!("PRAGMA {database}.index_xinfo({})", quoted(&index)))?;
        let mut parts = parts.query([])?;
        let (mut columns, mut descending) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next()? {
            // Behind the key is what finds the row.
            if part.get::<_, i64>(5)? == 0 {
                continue;
            }
            if part.get::<_, i64>(3)? != 0 {
                descending.push(columns.len());
            }
            columns.push(usize::try_from(part.get::<_, i64>(1)?).ok());
        }
        let sql = around.indexes.get(&index).cloned();
        relation.indexes.push(Index {
            name: index,
            unique: row.get::<_, i64>(1)? != 0,
            origin: match row.get::<_, String>(2)?.as_str() {
                "pk" => Origin::Primary,
                "u" => Origin::Unique,
                _ => Origin::Create,
            },
            columns,
            descending,
            sql,
        });
    }
    Ok(())
}

fn read_foreign_keys(
    connection: &Connection,
    database: &str,
    relation: &mut Relation,
) -> rusqlite::Result<()> {
    let mut listed = connection
        .prepare(&format!("PRAGMA {database}.foreign_key_list({})", quoted(&relation.name)))?;
    let mut rows = listed.query([])?;
    let mut keys: Vec<ForeignKey> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let from: String = row.get(3)?;
        let Some((column, _)) = relation.column(&from) else { continue };
        let to: Option<String> = row.get(4)?;
        match keys.iter_mut().find(|key| key.id == id) {
            Some(key) => {
                key.columns.push(column);
                key.refers_to.extend(to);
            }
            None => keys.push(ForeignKey {
                id,
                table: row.get(2)?,
                columns: vec![column],
                refers_to: to.into_iter().collect(),
                on_update: row.get(5)?,
                on_delete: row.get(6)?,
            }),
        }
    }
    keys.sort_by_key(|key| -key.id);
    relation.foreign_keys = keys;
    Ok(())
}

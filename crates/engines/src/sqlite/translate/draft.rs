//! A table on its way to be made.

use sqlparser::ast::Ident;
use trunkline_core::{PgError, Result, SqlState};

use super::name::{folded, quoted};
use super::scope::{Source, SourceColumn};
use crate::sqlite::schema::{Numbering, Relation, numbered};
use crate::sqlite::sequence::Options;
use crate::sqlite::types::Type;

/// A table on its way to be made.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) columns: Vec<DraftColumn>,
    /// Constraints as they are written.
    pub(super) constraints: Vec<String>,
    /// The names of constraints, given or made up.
    pub(super) names: Vec<String>,
    pub(super) primary: Option<(String, Vec<String>)>,
}

pub(super) struct DraftColumn {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) not_null: bool,
    /// As it is written behind DEFAULT, in parentheses where it needs them.
    pub(super) default: Option<String>,
    pub(super) generated: Option<String>,
    pub(super) numbers: Option<Numbers>,
}

/// Where the numbers of a column come from.
#[derive(Clone)]
pub(super) struct Numbers {
    pub(super) kind: Numbering,
    pub(super) options: Options,
    /// The name of the sequence, once it has one.
    pub(super) sequence: Option<String>,
    /// Whether SQLite counts it, too: the only number of a key.
    pub(super) is_counted: bool,
}

impl Draft {
    /// The columns of a table that is there.
    pub(super) fn like(relation: &Relation) -> Draft {
        let columns = relation.columns.iter().map(|column| DraftColumn {
            name: column.name.clone(),
            ty: column.ty,
            not_null: column.not_null,
            default: None,
            generated: column.generated.then(String::new),
            numbers: None,
        });
        Draft {
            name: relation.name.clone(),
            columns: columns.collect(),
            constraints: Vec::new(),
            names: relation.declared.iter().filter_map(|one| one.name.clone()).collect(),
            primary: None,
        }
    }

    /// Its columns, as expressions of its own see them.
    pub(super) fn source(&self) -> Source {
        let columns = self.columns.iter().map(|column| SourceColumn {
            name: column.name.clone(),
            sql: quoted(&column.name),
            ty: column.ty,
            not_null: column.not_null,
            origin: None,
            merged: false,
        });
        Source {
            alias: self.name.clone(),
            columns: columns.collect(),
            system: Vec::new(),
            key: Vec::new(),
            joined: false,
        }
    }

    /// The columns of a key: 42703, and 42701 for one that is there twice.
    fn key(&self, columns: &[Ident], kind: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for name in columns.iter().map(folded) {
            if !self.columns.iter().any(|column| column.name == name) {
                return Err(not_in_key(&name));
            }
            if names.contains(&name) {
                let message = format!("column \"{name}\" appears twice in {kind} constraint");
                return Err(PgError::new(SqlState::DUPLICATE_COLUMN, message));
            }
            names.push(name);
        }
        Ok(names)
    }

    /// The name that was given, or the one that PostgreSQL makes up; 42710 for one that is taken.
    pub(super) fn constraint_name(
        &mut self,
        name: Option<&Ident>,
        columns: &[Ident],
        kind: &str,
    ) -> Result<String> {
        let name = match name.map(folded) {
            Some(name) if self.names.contains(&name) => {
                let relation = &self.name;
                let message =
                    format!("constraint \"{name}\" for relation \"{relation}\" already exists");
                return Err(PgError::new(SqlState::DUPLICATE_OBJECT, message));
            }
            Some(name) => name,
            None => {
                let mut parts = vec![self.name.clone()];
                parts.extend(columns.iter().map(folded));
                parts.push(kind.to_owned());
                let base = parts.join("_");
                let mut name = base.clone();
                let mut number = 0;
                while self.names.contains(&name) {
                    number += 1;
                    name = format!("{base}{number}");
                }
                name
            }
        };
        self.names.push(name.clone());
        Ok(name)
    }

    pub(super) fn primary_key(&mut self, name: Option<&Ident>, columns: &[Ident]) -> Result<()> {
        if self.primary.is_some() {
            return Err(second_key(&self.name));
        }
        let names = self.key(columns, "primary key")?;
        let name = self.constraint_name(name, &[], "pkey")?;
        self.primary = Some((name, names));
        Ok(())
    }

    pub(super) fn unique(&mut self, name: Option<&Ident>, columns: &[Ident]) -> Result<()> {
        let names = self.key(columns, "unique")?;
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let name = self.constraint_name(name, columns, "key")?;
        self.constraints.push(format!(
            "CONSTRAINT {} UNIQUE ({})",
            quoted(&name),
            names.join(", ")
        ));
        Ok(())
    }

    /// Whether a column is the key by itself, and a whole number: SQLite's rowid.
    pub(super) fn is_rowid(&self, column: &DraftColumn) -> bool {
        let key = self.primary.as_ref().map_or(&[][..], |(_, columns)| columns);
        matches!(key, [only] if *only == column.name) && column.ty.is_integer()
    }

    /// What stands between the parentheses of CREATE TABLE.
    pub(super) fn body(&self) -> String {
        let mut items = Vec::new();
        let key = self.primary.as_ref().map_or(&[][..], |(_, columns)| columns);
        let alone = |column: &DraftColumn| self.is_rowid(column);
        for column in &self.columns {
            let alone = self.primary.as_ref().filter(|_| alone(column));
            let named = alone.map(|(name, _)| name.as_str());
            items.push(column.written(named, key.contains(&column.name)));
        }
        if let Some((name, columns)) = &self.primary
            && !self.columns.iter().any(alone)
        {
            items.push(primary_key(name, columns));
        }
        items.extend(self.constraints.iter().cloned());
        items.join(", ")
    }
}

impl DraftColumn {
    /// A whole number that is the key by itself is SQLite's rowid, by the name of the key, which stays when the
    /// table is renamed.
    pub(super) fn written(&self, rowid: Option<&str>, in_key: bool) -> String {
        let name = quoted(&self.name);
        if let Some(key) = rowid {
            let (kind, sequence, is_counted) = match &self.numbers {
                Some(numbers) => (numbers.kind, numbers.sequence.as_deref(), numbers.is_counted),
                None => (Numbering::Key, None, false),
            };
            let (default, key) = (numbered(kind, self.ty, sequence), quoted(key));
            let increment = if is_counted { " AUTOINCREMENT" } else { "" };
            return format!(
                "{name} INTEGER DEFAULT {default} CONSTRAINT {key} PRIMARY KEY{increment}"
            );
        }
        let mut sql = format!("{name} {}", self.ty.declaration());
        if let Some(Numbers { kind, sequence: Some(sequence), .. }) = &self.numbers {
            sql.push_str(&format!(" DEFAULT {}", numbered(*kind, self.ty, Some(sequence))));
        }
        if let Some(default) = &self.default {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        if let Some(generated) = &self.generated {
            sql.push_str(&format!(" GENERATED ALWAYS AS {generated}"));
        }
        if self.not_null || in_key {
            sql.push_str(" NOT NULL");
        }
        sql
    }
}

/// A primary key as a constraint of its table.
pub(super) fn primary_key(name: &str, columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    format!("CONSTRAINT {} PRIMARY KEY ({})", quoted(name), columns.join(", "))
}

/// 42P16
pub(super) fn second_key(table: &str) -> PgError {
    let message = format!("multiple primary keys for table \"{table}\" are not allowed");
    PgError::new(SqlState::INVALID_TABLE_DEFINITION, message)
}

/// 42703
pub(super) fn not_in_key(column: &str) -> PgError {
    let message = format!("column \"{column}\" named in key does not exist");
    PgError::new(SqlState::UNDEFINED_COLUMN, message)
}

//! CREATE TABLE.

use std::ops::ControlFlow;

use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, DataType, Expr, ForeignKeyConstraint, GeneratedAs, Ident,
    IndexColumn, TableConstraint, visit_expressions,
};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::definition::output_names;
use super::name::{folded, quoted};
use super::reference::{Referring, no_column};
use super::scope::{Scope, Source, SourceColumn};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Relation, marked};
use crate::sqlite::types::Type;

/// A table on its way to be made.
struct Draft {
    name: String,
    columns: Vec<DraftColumn>,
    /// Constraints as they are written.
    constraints: Vec<String>,
    /// The names of constraints, given or made up.
    names: Vec<String>,
    primary: Option<(String, Vec<String>)>,
}

struct DraftColumn {
    name: String,
    ty: Type,
    not_null: bool,
    /// As it is written behind DEFAULT, in parentheses where it needs them.
    default: Option<String>,
    generated: Option<String>,
    /// `serial`, `always` or `default`: values come from a sequence.
    identity: Option<&'static str>,
}

impl Translator<'_> {
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Result<Done> {
        let (temporary, name) =
            self.defined_name(&create.name).map_err(|error| self.at(error, &create.name))?;
        let temporary = temporary || create.temporary;
        if !temporary {
            self.check_place(&create.name)?;
        }
        // A temporary table may stand before another, and another behind it.
        let is_elsewhere =
            self.schema.relation(&name).is_some_and(|known| known.temporary != temporary);
        if !is_elsewhere && self.is_taken(&name, create.if_not_exists)? {
            let tag = if create.query.is_some() { "CREATE TABLE AS" } else { "CREATE TABLE" };
            return Ok(Done::definition(tag, Vec::new()));
        }
        if create.inherits.is_some()
            || create.partition_by.is_some()
            || create.partition_of.is_some()
        {
            return Err(unsupported("a table with partitions or parents"));
        }
        if create.like.is_some() {
            return Err(unsupported("CREATE TABLE … LIKE"));
        }
        let word = if temporary { "CREATE TEMP TABLE" } else { "CREATE TABLE" };
        let table = format!("{}.{}", if temporary { "temp" } else { "main" }, quoted(&name));
        let table = if temporary { quoted(&name) } else { table };
        if let Some(query) = &create.query {
            return self.create_table_as(create, query, word, &table);
        }
        let mut draft = Draft {
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            names: Vec::new(),
            primary: None,
        };
        for column in &create.columns {
            let column = self.draft_column(column)?;
            check_system_name(&column.name)?;
            if draft.columns.iter().any(|other| other.name == column.name) {
                return Err(twice(&column.name));
            }
            draft.columns.push(column);
        }
        for column in &create.columns {
            self.column_constraints(column, &mut draft)?;
        }
        for constraint in &create.constraints {
            self.table_constraint(constraint, &mut draft)?;
        }
        Ok(Done::definition("CREATE TABLE", vec![format!("{word} {table} ({})", draft.body()?)]))
    }

    /// A column for a table that is there, and its constraints, as they are written.
    pub(super) fn column_items(
        &mut self,
        column: &ColumnDef,
        relation: &Relation,
    ) -> Result<Vec<String>> {
        let mut draft = Draft::like(relation);
        let added = self.draft_column(column)?;
        draft.columns.push(added);
        self.column_constraints(column, &mut draft)?;
        if draft.primary.is_some() {
            return Err(unsupported("a new column as primary key"));
        }
        let mut items = Vec::new();
        if let Some(added) = draft.columns.last() {
            items.push(added.written(None, false)?);
        }
        items.append(&mut draft.constraints);
        Ok(items)
    }

    /// A constraint for a table that is there, as it is written.
    pub(super) fn constraint_of(
        &mut self,
        constraint: &TableConstraint,
        relation: &Relation,
    ) -> Result<String> {
        let mut draft = Draft::like(relation);
        self.table_constraint(constraint, &mut draft)?;
        if let Some((name, columns)) = &draft.primary {
            let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            return Ok(format!("CONSTRAINT {} PRIMARY KEY ({})", quoted(name), columns.join(", ")));
        }
        draft.constraints.pop().ok_or_else(|| unsupported("such a constraint"))
    }

    fn create_table_as(
        &mut self,
        create: &CreateTable,
        query: &sqlparser::ast::Query,
        word: &str,
        table: &str,
    ) -> Result<Done> {
        let queried = self.query(query, None, None)?;
        let mut columns = Vec::new();
        let given = create.columns.iter().map(|column| folded(&column.name)).collect();
        let names = output_names(given, &queried.outputs, "too many column names were specified")?;
        for (name, output) in names.iter().zip(&queried.outputs) {
            columns.push(format!("{} {}", quoted(name), output.ty.declaration()));
        }
        let steps = vec![
            format!("{word} {table} ({})", columns.join(", ")),
            format!("INSERT INTO {table} {}", queried.sql),
        ];
        Ok(Done { steps, columns: None, tag: "SELECT".into(), counts: true, writes: true })
    }

    /// A column without its constraints but NOT NULL.
    fn draft_column(&mut self, column: &ColumnDef) -> Result<DraftColumn> {
        let name = folded(&column.name);
        let mut identity = None;
        let ty = match serial(&column.data_type) {
            Some(ty) => {
                identity = Some("serial");
                ty
            }
            None => self.data_type(&column.data_type)?,
        };
        let mut draft = DraftColumn {
            name,
            ty,
            not_null: identity.is_some(),
            default: None,
            generated: None,
            identity,
        };
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull => draft.not_null = true,
                ColumnOption::Default(default) => {
                    draft.default = Some(self.default(default, &draft.name, ty)?);
                }
                ColumnOption::Generated { generated_as, generation_expr: None, .. } => {
                    draft.not_null = true;
                    draft.identity = Some(match generated_as {
                        GeneratedAs::Always => "always",
                        _ => "default",
                    });
                }
                ColumnOption::Generated { generation_expr: Some(_), .. } => {
                    return Err(unsupported("a generated column"));
                }
                _ => {}
            }
        }
        Ok(draft)
    }

    fn column_constraints(&mut self, column: &ColumnDef, draft: &mut Draft) -> Result<()> {
        for option in &column.options {
            let only = [column.name.clone()];
            let name = option.name.as_ref();
            match &option.option {
                ColumnOption::PrimaryKey(_) => draft.primary_key(name, &only)?,
                ColumnOption::Unique(_) => draft.unique(name, &only)?,
                ColumnOption::ForeignKey(key) => self.foreign_key(name, &only, key, draft)?,
                ColumnOption::Check(check) => {
                    let name = check.name.as_ref().or(name);
                    self.check(name, Some(&column.name), &check.expr, draft)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn table_constraint(&mut self, constraint: &TableConstraint, draft: &mut Draft) -> Result<()> {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                draft.primary_key(key.name.as_ref(), &index_columns(&key.columns)?)
            }
            TableConstraint::Unique(key) => {
                draft.unique(key.name.as_ref(), &index_columns(&key.columns)?)
            }
            TableConstraint::ForeignKey(key) => {
                self.foreign_key(key.name.as_ref(), &key.columns, key, draft)
            }
            TableConstraint::Check(check) => {
                self.check(check.name.as_ref(), None, &check.expr, draft)
            }
            _ => Err(unsupported("such a constraint")),
        }
    }

    fn check(
        &mut self,
        name: Option<&Ident>,
        column: Option<&Ident>,
        expr: &Expr,
        draft: &mut Draft,
    ) -> Result<()> {
        let source = Source {
            alias: draft.name.clone(),
            columns: draft
                .columns
                .iter()
                .map(|column| SourceColumn {
                    name: column.name.clone(),
                    sql: quoted(&column.name),
                    ty: column.ty,
                    not_null: column.not_null,
                    origin: None,
                    merged: false,
                })
                .collect(),
            system: Vec::new(),
            key: Vec::new(),
        };
        let sql = self.condition(expr, &Scope::of(source), "CHECK")?;
        let mut columns: Vec<Ident> = column.cloned().into_iter().collect();
        if columns.is_empty() {
            // PostgreSQL names it after the column if there is only one in it.
            let _ = visit_expressions(expr, |part: &Expr| {
                if let Expr::Identifier(ident) = part
                    && !columns.iter().any(|known| folded(known) == folded(ident))
                {
                    columns.push(ident.clone());
                }
                ControlFlow::<()>::Continue(())
            });
            columns.truncate(if columns.len() == 1 { 1 } else { 0 });
        }
        let name = draft.constraint_name(name, &columns, "check")?;
        draft.constraints.push(format!("CONSTRAINT {} CHECK ({sql})", quoted(&name)));
        Ok(())
    }

    fn foreign_key(
        &mut self,
        name: Option<&Ident>,
        columns: &[Ident],
        key: &ForeignKeyConstraint,
        draft: &mut Draft,
    ) -> Result<()> {
        let all: Vec<(String, Type)> =
            draft.columns.iter().map(|column| (column.name.clone(), column.ty)).collect();
        let mut referring = Vec::new();
        for column in columns.iter().map(folded) {
            let found = all.iter().find(|(name, _)| *name == column);
            referring.push(found.cloned().ok_or_else(|| no_column(&column))?);
        }
        let name = draft.constraint_name(name.or(key.name.as_ref()), columns, "fkey")?;
        let (table, columns) = (draft.name.as_str(), all.as_slice());
        let own = Referring { table, columns, name: &name, key: &referring };
        let sql = self.references(key, &own)?;
        let columns: Vec<String> = referring.iter().map(|(column, _)| quoted(column)).collect();
        draft.constraints.push(format!(
            "CONSTRAINT {} FOREIGN KEY ({}) {sql}",
            quoted(&name),
            columns.join(", ")
        ));
        Ok(())
    }
}

impl Draft {
    /// The columns of a table that is there.
    fn like(relation: &Relation) -> Draft {
        let columns = relation.columns.iter().map(|column| DraftColumn {
            name: column.name.clone(),
            ty: column.ty,
            not_null: column.not_null,
            default: None,
            generated: None,
            identity: None,
        });
        Draft {
            name: relation.name.clone(),
            columns: columns.collect(),
            constraints: Vec::new(),
            names: relation.declared.iter().filter_map(|one| one.name.clone()).collect(),
            primary: None,
        }
    }

    /// The columns of a key: 42703, and 42701 for one that is there twice.
    fn key(&self, columns: &[Ident], kind: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for name in columns.iter().map(folded) {
            if !self.columns.iter().any(|column| column.name == name) {
                let message = format!("column \"{name}\" named in key does not exist");
                return Err(PgError::new(SqlState::UNDEFINED_COLUMN, message));
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
    fn constraint_name(
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

    fn primary_key(&mut self, name: Option<&Ident>, columns: &[Ident]) -> Result<()> {
        if self.primary.is_some() {
            let message =
                format!("multiple primary keys for table \"{}\" are not allowed", self.name);
            return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
        }
        let names = self.key(columns, "primary key")?;
        let name = self.constraint_name(name, &[], "pkey")?;
        self.primary = Some((name, names));
        Ok(())
    }

    fn unique(&mut self, name: Option<&Ident>, columns: &[Ident]) -> Result<()> {
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

    /// What stands between the parentheses of CREATE TABLE.
    fn body(&self) -> Result<String> {
        let mut items = Vec::new();
        let key = self.primary.as_ref().map_or(&[][..], |(_, columns)| columns);
        let alone = |column: &DraftColumn| {
            matches!(key, [only] if *only == column.name) && column.ty.is_integer()
        };
        for column in &self.columns {
            let alone = self.primary.as_ref().filter(|_| alone(column));
            let named = alone.map(|(name, _)| (name.as_str(), self.name.as_str()));
            items.push(column.written(named, key.contains(&column.name))?);
        }
        if let Some((name, columns)) = &self.primary
            && !self.columns.iter().any(alone)
        {
            let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            items.push(format!("CONSTRAINT {} PRIMARY KEY ({})", quoted(name), columns.join(", ")));
        }
        items.extend(self.constraints.iter().cloned());
        Ok(items.join(", "))
    }
}

impl DraftColumn {
    /// A whole number that is the key by itself is SQLite's rowid: the name of the key and of the
    /// table, which tell whether PostgreSQL would have called it so.
    fn written(&self, rowid: Option<(&str, &str)>, in_key: bool) -> Result<String> {
        let name = quoted(&self.name);
        if let Some((key, table)) = rowid {
            let default = row_number(self.identity.unwrap_or("key"), self.ty);
            let increment = if self.identity.is_some() { " AUTOINCREMENT" } else { "" };
            let named = if key == format!("{table}_pkey") {
                String::new()
            } else {
                format!(" CONSTRAINT {}", quoted(key))
            };
            return Ok(format!("{name} INTEGER DEFAULT {default}{named} PRIMARY KEY{increment}"));
        }
        if self.identity.is_some() {
            return Err(unsupported("a serial or identity column that is not the primary key"));
        }
        let mut sql = format!("{name} {}", self.ty.declaration());
        if let Some(default) = &self.default {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        if let Some(generated) = &self.generated {
            sql.push_str(&format!(" GENERATED ALWAYS AS ({generated}) STORED"));
        }
        if self.not_null || in_key {
            sql.push_str(" NOT NULL");
        }
        Ok(sql)
    }
}

/// The default of a key that is the row's number, which says what PostgreSQL calls it.
pub(super) fn row_number(kind: &str, ty: Type) -> String {
    let short = match ty.oid {
        Oid::INT2 => "int2",
        Oid::INT8 => "int8",
        _ => "int4",
    };
    marked(&format!("{kind} {short}"), "NULL")
}

/// 42701 for a column that is there twice.
pub(super) fn twice(column: &str) -> PgError {
    let message = format!("column \"{column}\" specified more than once");
    PgError::new(SqlState::DUPLICATE_COLUMN, message)
}

/// 42701 for a column that every table of PostgreSQL has.
pub(super) fn check_system_name(column: &str) -> Result<()> {
    if !matches!(column, "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax") {
        return Ok(());
    }
    let message = format!("column name \"{column}\" conflicts with a system column name");
    Err(PgError::new(SqlState::DUPLICATE_COLUMN, message))
}

/// The type of `serial` and its kin.
fn serial(data_type: &DataType) -> Option<Type> {
    match data_type.to_string().to_lowercase().as_str() {
        "serial" | "serial4" => Some(Type::INT4),
        "bigserial" | "serial8" => Some(Type::INT8),
        "smallserial" | "serial2" => Some(Type::of(Oid::INT2)),
        _ => None,
    }
}

pub(super) fn index_columns(columns: &[IndexColumn]) -> Result<Vec<Ident>> {
    let name = |column: &IndexColumn| match &column.column.expr {
        Expr::Identifier(ident) => Ok(ident.clone()),
        _ => Err(unsupported("an expression in a constraint")),
    };
    columns.iter().map(name).collect()
}

//! CREATE TABLE.

use std::ops::ControlFlow;

use sqlparser::ast::{
    self, ColumnDef, ColumnOption, CreateTable, DataType, Expr, ForeignKeyConstraint, GeneratedAs,
    GeneratedExpressionMode, Ident, IndexColumn, TableConstraint, visit_expressions,
};
use trunkline_core::catalog::sequence_name;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::alter_sequence::sequence_steps;
use super::definition::output_names;
use super::draft::{Draft, DraftColumn, Numbers, primary_key};
use super::name::{TableName, folded, quoted};
use super::reference::{Referring, no_column};
use super::scope::Scope;
use super::sequence_options::of_identity;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Numbering, OnCommit, Relation, marked};
use crate::sqlite::sequence::Options;
use crate::sqlite::types::Type;

impl Translator<'_> {
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Result<Done> {
        let TableName { in_temporary, plain: name } =
            self.defined_name(&create.name).map_err(|error| self.at(error, &create.name))?;
        let temporary = create.temporary || in_temporary;
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
        let word = if temporary { "CREATE TEMP TABLE" } else { "CREATE TABLE" };
        let table = if temporary { quoted(&name) } else { format!("main.{}", quoted(&name)) };
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
        if let Some(like) = &create.like {
            draft.columns = self.columns_like(like)?;
        }
        self.generated_columns(&create.columns, &mut draft)?;
        for column in &create.columns {
            self.column_constraints(column, &mut draft)?;
        }
        for constraint in &create.constraints {
            self.table_constraint(constraint, &mut draft)?;
        }
        self.name_sequences(&mut draft, temporary);
        let mark = on_commit(create, temporary)?;
        let mut steps = vec![format!("{word} {table} ({}{mark})", draft.body())];
        let database = if temporary { "temp" } else { "main" };
        for numbers in draft.columns.iter().filter_map(|column| column.numbers.as_ref()) {
            let is_new = numbers.kind != Numbering::NextVal && !numbers.is_counted;
            if let Some(name) = numbers.sequence.as_ref().filter(|_| is_new) {
                steps.extend(sequence_steps(database, name, &numbers.options));
            }
        }
        Ok(Done::definition("CREATE TABLE", steps))
    }

    /// Gives a name to each sequence that is to be made; those of keys SQLite counts.
    fn name_sequences(&self, draft: &mut Draft, temporary: bool) {
        let mut taken = vec![draft.name.clone()];
        for place in 0..draft.columns.len() {
            let Some(column) = draft.columns.get(place) else { continue };
            let Some(numbers) = &column.numbers else { continue };
            let is_plain = numbers.options == Options::of(column.ty.oid);
            if numbers.sequence.is_some() {
                continue;
            }
            let is_counted = is_plain && draft.is_rowid(column);
            let base = sequence_name(&draft.name, &column.name).replace("*/", "* /");
            let name = Some(self.free_sequence(&base, temporary, &taken));
            taken.extend(name.clone());
            if let Some(DraftColumn { numbers: Some(numbers), .. }) = draft.columns.get_mut(place) {
                (numbers.sequence, numbers.is_counted) = (name, is_counted);
            }
        }
    }

    /// A column for a table that is there, and its constraints, as they are written.
    pub(super) fn column_items(
        &mut self,
        column: &ColumnDef,
        relation: &Relation,
    ) -> Result<(Vec<String>, Option<Numbers>)> {
        let mut draft = Draft::like(relation);
        let added = self.draft_column(column)?;
        draft.columns.push(added);
        self.generated_columns(std::slice::from_ref(column), &mut draft)?;
        self.column_constraints(column, &mut draft)?;
        self.name_sequences(&mut draft, relation.temporary);
        let (mut items, mut numbers) = (Vec::new(), None);
        if let Some(added) = draft.columns.last() {
            items.push(added.written(None, draft.primary.is_some()));
            numbers.clone_from(&added.numbers);
        }
        if let Some((name, columns)) = &draft.primary {
            let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            items.push(format!("CONSTRAINT {} PRIMARY KEY ({})", quoted(name), columns.join(", ")));
        }
        items.append(&mut draft.constraints);
        Ok((items, numbers))
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
            return Ok(primary_key(name, columns));
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
        let mark = on_commit(create, word.contains("TEMP"))?;
        let mut columns = Vec::new();
        let given = create.columns.iter().map(|column| folded(&column.name)).collect();
        let names = output_names(given, &queried.outputs, "too many column names were specified")?;
        for (name, output) in names.iter().zip(&queried.outputs) {
            columns.push(format!("{} {}", quoted(name), output.ty.declaration()));
        }
        let made = format!("{word} {table} ({}{mark})", columns.join(", "));
        if self.has_no_data {
            return Ok(Done::definition("CREATE TABLE AS", vec![made]));
        }
        let steps = vec![made, format!("INSERT INTO {table} {}", queried.sql)];
        Ok(Done { steps, columns: None, tag: "SELECT".into(), counts: true, writes: true })
    }

    /// A column without its constraints but NOT NULL.
    fn draft_column(&mut self, column: &ColumnDef) -> Result<DraftColumn> {
        let name = folded(&column.name);
        let serial = serial(&column.data_type);
        let ty = serial.map_or_else(|| self.data_type(&column.data_type), Ok)?;
        let of = |kind, options| Numbers { kind, options, sequence: None, is_counted: false };
        let mut draft = DraftColumn {
            name,
            ty,
            not_null: serial.is_some(),
            default: None,
            generated: None,
            numbers: serial.map(|ty| of(Numbering::Serial, Options::of(ty.oid))),
        };
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull => draft.not_null = true,
                ColumnOption::Default(default) if let Some(sequence) = self.next_of(default)? => {
                    let options = sequence.options;
                    let sequence = Some(sequence.name);
                    let (kind, is_counted) = (Numbering::NextVal, false);
                    draft.numbers = Some(Numbers { kind, options, sequence, is_counted });
                }
                ColumnOption::Default(default) => {
                    draft.default = Some(self.default(default, &draft.name, ty)?);
                }
                ColumnOption::Generated {
                    generated_as,
                    generation_expr: None,
                    sequence_options: given,
                    ..
                } => {
                    draft.not_null = true;
                    let kind = match generated_as {
                        GeneratedAs::Always => Numbering::Always,
                        _ => Numbering::ByDefault,
                    };
                    let given = given.as_deref().unwrap_or_default();
                    if !ty.is_integer() {
                        let message = "identity column type must be smallint, integer, or bigint";
                        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
                    }
                    let made = self.sequence_options(None, ty, &of_identity(given))?;
                    draft.numbers = Some(of(kind, made.options));
                }
                _ => {}
            }
        }
        Ok(draft)
    }

    /// Columns that are worked out of others, when all of these are known.
    fn generated_columns(&mut self, columns: &[ColumnDef], draft: &mut Draft) -> Result<()> {
        for column in columns {
            for option in &column.options {
                if let ColumnOption::Generated {
                    generation_expr: Some(expr),
                    generation_expr_mode: mode,
                    ..
                } = &option.option
                {
                    let name = folded(&column.name);
                    let written = self.generated(expr, &name, draft)?;
                    let how = match mode {
                        Some(GeneratedExpressionMode::Stored) => "STORED",
                        _ => "VIRTUAL",
                    };
                    let made = draft.columns.iter_mut().filter(|column| column.name == name);
                    made.for_each(|column| column.generated = Some(format!("{written} {how}")));
                }
            }
        }
        Ok(())
    }

    fn generated(&mut self, expr: &Expr, name: &str, draft: &Draft) -> Result<String> {
        let Some(own) = draft.columns.iter().find(|column| column.name == name) else {
            return Err(unsupported("such a column"));
        };
        if own.default.is_some() {
            let message = format!(
                "both default and generation expression specified for column \"{name}\" of table \"{}\"",
                draft.name
            );
            return Err(self.at(PgError::new(SqlState::SYNTAX_ERROR, message), expr));
        }
        let typed = self.expression(expr, &Scope::of(draft.source()))?;
        self.refuse_what_cannot_stay("a generated column")?;
        let mut others =
            draft.columns.iter().filter(|column| column.generated.is_some() || column.name == name);
        let mut used = Vec::new();
        let _ = visit_expressions(expr, |part: &Expr| {
            if let Expr::Identifier(ident) = part {
                used.push(folded(ident));
            }
            ControlFlow::<()>::Continue(())
        });
        if let Some(other) = others.find(|column| used.contains(&column.name)) {
            let message = format!(
                "cannot use generated column \"{}\" in column generation expression",
                other.name
            );
            let error = PgError::new(SqlState::INVALID_OBJECT_DEFINITION, message)
                .detail("A generated column cannot reference another generated column.");
            return Err(self.at(error, expr));
        }
        let sql = self.assign(typed, name, own.ty)?.sql;
        Ok(marked(&expr.to_string(), &sql))
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
        let sql = self.condition(expr, &Scope::of(draft.source()), "CHECK")?;
        self.refuse_what_cannot_stay("a constraint")?;
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
        let words = expr.to_string();
        let sql = if sql == words { format!("({sql})") } else { marked(&words, &sql) };
        draft.constraints.push(format!("CONSTRAINT {} CHECK {sql}", quoted(&name)));
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

/// What is said of the end of a transaction: 42P16 of a table that is not temporary.
fn on_commit(create: &CreateTable, temporary: bool) -> Result<&'static str> {
    let on_commit = match &create.on_commit {
        None => return Ok(""),
        Some(_) if !temporary => {
            let message = "ON COMMIT can only be used on temporary tables";
            return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
        }
        Some(ast::OnCommit::PreserveRows) => return Ok(""),
        Some(ast::OnCommit::DeleteRows) => OnCommit::DeleteRows,
        Some(ast::OnCommit::Drop) => OnCommit::Drop,
    };
    Ok(on_commit.mark())
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

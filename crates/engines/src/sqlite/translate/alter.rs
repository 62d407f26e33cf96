//! ALTER TABLE.

use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, ColumnDef, ColumnOption, Expr, Ident,
    RenameTableNameKind, TableConstraint,
};
use trunkline_core::{PgError, Result, SqlState};

use super::draft::type_mark;
use super::from::{table_source, written};
use super::name::{folded, quoted};
use super::rebuild::Rebuilt;
use super::scope::Scope;
use super::table_text::Item;
use super::typed::{Form, Typed};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Column, Origin, Relation, marked};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

impl Translator<'_> {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Result<Done> {
        let (_, name) = self.table_name(&alter.name)?;
        if alter.if_exists && self.schema.relation(&name).is_none() {
            return Ok(Done::definition("ALTER TABLE", Vec::new()));
        }
        let relation = self.relation(&alter.name)?;
        if let [only] = alter.operations.as_slice()
            && let Some(steps) = self.altered_in_place(only, &relation)?
        {
            return Ok(Done::definition("ALTER TABLE", steps));
        }
        if relation.view {
            return Err(unsupported("this ALTER TABLE of a view"));
        }
        let mut before = Vec::new();
        let mut changed = self.unchanged(&relation)?;
        for operation in &alter.operations {
            self.alter(operation, &mut changed, &mut before)?;
        }
        before.extend(self.rebuild(changed)?);
        Ok(Done::definition("ALTER TABLE", before))
    }

    /// What SQLite can do by itself, or what is nothing to it.
    fn altered_in_place(
        &mut self,
        operation: &AlterTableOperation,
        relation: &Relation,
    ) -> Result<Option<Vec<String>>> {
        let table = written(relation);
        Ok(match operation {
            AlterTableOperation::RenameTable { table_name } => {
                let (RenameTableNameKind::To(to) | RenameTableNameKind::As(to)) = table_name;
                let (_, to) = self.table_name(to)?;
                if relation.view {
                    return Err(unsupported("renaming a view"));
                }
                if self.schema.relation(&to).is_some() {
                    let message = format!("relation \"{to}\" already exists");
                    return Err(PgError::new(SqlState::DUPLICATE_TABLE, message));
                }
                Some(vec![format!("ALTER TABLE {table} RENAME TO {}", quoted(&to))])
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                let column = self.altered(relation, old_column_name)?;
                let to = folded(new_column_name);
                if relation.column(&to).is_some() {
                    let message =
                        format!("column \"{to}\" of relation \"{}\" already exists", relation.name);
                    return Err(PgError::new(SqlState::DUPLICATE_COLUMN, message));
                }
                let from = quoted(&column.name);
                Some(vec![format!("ALTER TABLE {table} RENAME COLUMN {from} TO {}", quoted(&to))])
            }
            AlterTableOperation::AddColumn { if_not_exists, column_def, .. } => {
                let name = folded(&column_def.name);
                if relation.column(&name).is_some() {
                    if *if_not_exists {
                        return Ok(Some(Vec::new()));
                    }
                    let message = format!(
                        "column \"{name}\" of relation \"{}\" already exists",
                        relation.name
                    );
                    return Err(PgError::new(SqlState::DUPLICATE_COLUMN, message));
                }
                let (items, constant) = self.added_column(column_def, relation)?;
                match items.as_slice() {
                    [column] if constant => {
                        Some(vec![format!("ALTER TABLE {table} ADD COLUMN {column}")])
                    }
                    _ => None,
                }
            }
            AlterTableOperation::AddConstraint {
                constraint: TableConstraint::Unique(unique),
                ..
            } => {
                let (mut columns, mut name) = (Vec::new(), vec![relation.name.clone()]);
                for ident in super::create_table::index_columns(&unique.columns)? {
                    let column = self.altered(relation, &ident)?;
                    columns.push(quoted(&column.name));
                    name.push(column.name.clone());
                }
                name.push("key".to_owned());
                let name = unique.name.as_ref().map_or_else(|| name.join("_"), folded);
                let database = if relation.temporary { "temp" } else { "main" };
                Some(vec![format!(
                    "CREATE UNIQUE INDEX {database}.{} ON {} ({})",
                    quoted(&name),
                    quoted(&relation.name),
                    columns.join(", ")
                )])
            }
            AlterTableOperation::DropConstraint { name, .. }
                if let Some((_, index)) = self.schema.index(&folded(name))
                    && index.origin == Origin::Create =>
            {
                Some(vec![format!("DROP INDEX {}", quoted(&index.name))])
            }
            // Nobody owns anything here, and every constraint holds for every row.
            AlterTableOperation::OwnerTo { .. }
            | AlterTableOperation::ValidateConstraint { .. }
            | AlterTableOperation::ReplicaIdentity { .. } => Some(Vec::new()),
            _ => None,
        })
    }

    fn alter(
        &mut self,
        operation: &AlterTableOperation,
        changed: &mut Rebuilt<'_>,
        before: &mut Vec<String>,
    ) -> Result<()> {
        let relation = changed.relation;
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                let (items, _) = self.added_column(column_def, relation)?;
                let columns = relation.columns.len();
                for (place, item) in items.iter().enumerate() {
                    let at = if place == 0 { columns } else { changed.text.items.len() };
                    changed.text.items.insert(at.min(changed.text.items.len()), Item::new(item));
                }
                Ok(())
            }
            AlterTableOperation::DropColumn { column_names, if_exists, .. } => {
                for name in column_names {
                    if *if_exists && relation.column(&folded(name)).is_none() {
                        continue;
                    }
                    self.drop_column(name, changed)?;
                }
                Ok(())
            }
            AlterTableOperation::AddConstraint { constraint, .. } => {
                let item = self.constraint_of(constraint, relation)?;
                if let TableConstraint::PrimaryKey(key) = constraint {
                    if !relation.primary_key().is_empty() {
                        let message = format!(
                            "multiple primary keys for table \"{}\" are not allowed",
                            relation.name
                        );
                        return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
                    }
                    for ident in super::create_table::index_columns(&key.columns)? {
                        let column = self.altered(relation, &ident)?;
                        before.push(no_nulls(relation, column));
                        self.set_not_null(column, changed)?;
                    }
                }
                changed.text.items.push(Item::new(&item));
                Ok(())
            }
            AlterTableOperation::DropConstraint { name, if_exists, .. } => {
                let name = folded(name);
                let primary = format!("{}_pkey", relation.name);
                let mut found = changed.text.remove_constraint(&name);
                if !found && name == primary && relation.rowid_alias().is_none() {
                    let items = changed.text.items.len();
                    changed.text.items.retain(|item| !item.is_primary_key());
                    found = changed.text.items.len() < items;
                }
                if found || *if_exists {
                    return Ok(());
                }
                let message = format!(
                    "constraint \"{name}\" of relation \"{}\" does not exist",
                    relation.name
                );
                Err(PgError::new(SqlState::UNDEFINED_OBJECT, message))
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                self.alter_column(column_name, op, changed, before)
            }
            other => {
                let words = super::first_words(&other.to_string());
                Err(unsupported(&format!("ALTER TABLE … {words}")))
            }
        }
    }

    fn alter_column(
        &mut self,
        name: &Ident,
        operation: &AlterColumnOperation,
        changed: &mut Rebuilt<'_>,
        before: &mut Vec<String>,
    ) -> Result<()> {
        let relation = changed.relation;
        let column = self.altered(relation, name)?;
        match operation {
            AlterColumnOperation::SetNotNull => {
                before.push(no_nulls(relation, column));
                self.set_not_null(column, changed)
            }
            AlterColumnOperation::DropNotNull => {
                self.item(column, changed)?.remove("NOT");
                Ok(())
            }
            AlterColumnOperation::SetDefault { value } => {
                let default = self.default(value, &column.name, column.ty)?;
                let item = self.item(column, changed)?;
                item.remove("DEFAULT");
                item.append(&format!("DEFAULT {default}"));
                Ok(())
            }
            AlterColumnOperation::DropDefault => {
                if column.serial() {
                    return Err(unsupported("DROP DEFAULT of a serial column"));
                }
                self.item(column, changed)?.remove("DEFAULT");
                Ok(())
            }
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let ty = self.data_type(data_type)?;
                let is_rowid = relation.rowid_alias().is_some_and(|place| {
                    relation.columns.get(place).is_some_and(|key| key.name == column.name)
                });
                if is_rowid && !ty.is_integer() {
                    return Err(unsupported(
                        "a type for an integer primary key that is no integer",
                    ));
                }
                let value = match using {
                    Some(using) => {
                        let source = bare(relation);
                        let typed = self.expression(using, &Scope::of(source))?;
                        self.cast(typed, ty)?
                    }
                    None => {
                        let typed = Typed {
                            form: Form::Column,
                            ..Typed::new(quoted(&column.name), column.ty)
                        };
                        self.assign(typed, &column.name, ty).map_err(|_| {
                            let message = format!(
                                "column \"{}\" cannot be cast automatically to type {}",
                                column.name,
                                ty.name()
                            );
                            let hint = format!(
                                "You might need to specify \"USING {}::{}\".",
                                column.name,
                                ty.name()
                            );
                            PgError::new(SqlState::DATATYPE_MISMATCH, message).hint(hint)
                        })?
                    }
                };
                let item = self.item(column, changed)?;
                match is_rowid {
                    // SQLite's rowid is declared as INTEGER, and what it is stands in its mark.
                    true => {
                        item.remove("DEFAULT");
                        item.append(&format!("DEFAULT {}", rowid_mark(column, ty)));
                    }
                    false => item.set_type(&ty.declaration()),
                }
                if let Some((_, from)) = changed.copied.iter_mut().find(|(c, _)| *c == column.name)
                {
                    *from = value.sql;
                }
                Ok(())
            }
            AlterColumnOperation::AddGenerated { .. } => {
                Err(unsupported("identity for a column that is there"))
            }
        }
    }

    fn set_not_null(&self, column: &Column, changed: &mut Rebuilt<'_>) -> Result<()> {
        let item = self.item(column, changed)?;
        item.remove("NOT");
        item.append("NOT NULL");
        Ok(())
    }

    fn item<'c>(&self, column: &Column, changed: &'c mut Rebuilt<'_>) -> Result<&'c mut Item> {
        let found = changed.text.column(&column.name);
        found.ok_or_else(|| unsupported("ALTER TABLE of such a column"))
    }

    fn drop_column(&self, name: &Ident, changed: &mut Rebuilt<'_>) -> Result<()> {
        let relation = changed.relation;
        let column = self.altered(relation, name)?;
        let place = relation.column(&column.name).map_or(usize::MAX, |(place, _)| place);
        for other in self.referrers(relation) {
            let uses = other.foreign_keys.iter().any(|key| {
                key.table.eq_ignore_ascii_case(&relation.name)
                    && (key.refers_to.iter().any(|to| to.eq_ignore_ascii_case(&column.name))
                        || (key.refers_to.is_empty() && column.key > 0))
            });
            if uses {
                let message = format!(
                    "cannot drop column {} of table {} because other objects depend on it",
                    column.name, relation.name
                );
                let state = SqlState::DEPENDENT_OBJECTS_STILL_EXIST;
                return Err(PgError::new(state, message)
                    .hint("Use DROP ... CASCADE to drop the dependent objects too."));
            }
        }
        // As in PostgreSQL, constraints and indexes of the column go with it.
        changed.text.remove_column(&column.name);
        changed.copied.retain(|(copied, _)| *copied != column.name);
        changed.lost.push(place);
        Ok(())
    }

    /// The column that is to be changed, or 42703.
    fn altered<'r>(&self, relation: &'r Relation, name: &Ident) -> Result<&'r Column> {
        let folded = folded(name);
        let found = relation.column(&folded).map(|(_, column)| column);
        found.ok_or_else(|| {
            let message =
                format!("column \"{folded}\" of relation \"{}\" does not exist", relation.name);
            PgError::new(SqlState::UNDEFINED_COLUMN, message)
        })
    }

    /// A new column and its constraints as they are written, and whether SQLite can add it in place:
    /// its default must be a constant, and nothing may have to be checked.
    fn added_column(
        &mut self,
        column: &ColumnDef,
        relation: &Relation,
    ) -> Result<(Vec<String>, bool)> {
        let items = self.column_items(column, relation)?;
        let mut constant = true;
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull | ColumnOption::Null => {}
                ColumnOption::Default(Expr::Value(_)) => {}
                _ => constant = false,
            }
        }
        Ok((items, constant))
    }
}

/// The mark of a key that is the row's number, of another type.
fn rowid_mark(column: &Column, ty: Type) -> String {
    let numbers = column.numbers();
    let kind = numbers.map_or("key", |numbers| numbers.kind);
    let sequence = numbers.and_then(|numbers| numbers.sequence);
    let sequence = sequence.map(|name| format!(" {name}")).unwrap_or_default();
    marked(&format!("{kind} {}{sequence}", type_mark(ty)), "NULL")
}

/// A step that fails if a column has NULLs: 23502.
fn no_nulls(relation: &Relation, column: &Column) -> String {
    let message = format!(
        "column \"{}\" of relation \"{}\" contains null values",
        column.name, relation.name
    );
    let name = quoted(&column.name);
    // A step in between may not return rows; this one changes none.
    format!(
        "UPDATE {} SET {name} = pg_raise('23502', {}) WHERE {name} IS NULL",
        written(relation),
        storage::quoted(&message)
    )
}

/// A table's columns by their names alone.
fn bare(relation: &Relation) -> super::scope::Source {
    let mut source = table_source(relation, &relation.name);
    source.columns.iter_mut().for_each(|column| column.sql = quoted(&column.name));
    source
}

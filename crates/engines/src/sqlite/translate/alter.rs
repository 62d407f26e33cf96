//! ALTER TABLE.

use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, ColumnDef, ColumnOption,
    ColumnOptionDef, DropBehavior, Expr, Ident, RenameTableNameKind, TableConstraint, Value,
};
use trunkline_core::{PgError, Result, SqlState};

use super::constraint::without_place;
use super::create_table::check_system_name;
use super::dependency::Dependents;
use super::draft::{Numbers, not_in_key, second_key};
use super::from::{table_source, written};
use super::identity::rowid_default;
use super::name::{folded, no_column_of, parts, quoted};
use super::rebuild::Rebuilt;
use super::scope::Scope;
use super::sequence::dropped_sequence;
use super::table_text::Item;
use super::typed::{Form, Typed};
use super::validation::Rows;
use super::view_refusal::not_of_a_view;
use super::{Done, Translator, moment, unsupported};
use crate::sqlite::schema::{Column, Numbering, Origin, Relation};
use crate::sqlite::sequence::Sequence;
use crate::sqlite::types::Type;

impl<'a> Translator<'a> {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Result<Done> {
        let found = self.defined_name(&alter.name).and_then(|_| self.found(&alter.name));
        let relation = match found {
            Ok(Some(relation)) => relation,
            Ok(None)
                if let Some(sequence) = self.counted_sequence(&alter.name)
                    && let [AlterTableOperation::RenameTable { table_name }] =
                        alter.operations.as_slice() =>
            {
                let (RenameTableNameKind::To(to) | RenameTableNameKind::As(to)) = table_name;
                let to = self.defined_name(to)?.plain;
                let steps = self.rename_sequence(&sequence, &to)?;
                return Ok(Done::definition("ALTER TABLE", steps));
            }
            Ok(None) if !alter.if_exists => return Err(self.missing(&alter.name)),
            Err(error) if !alter.if_exists => return Err(error),
            _ => {
                let name = parts(&alter.name)?.pop().unwrap_or_default();
                let what = format!("relation \"{name}\" does not exist");
                self.skip(SqlState::SUCCESSFUL_COMPLETION, &what);
                return Ok(Done::definition("ALTER TABLE", Vec::new()));
            }
        };
        if !matches!(
            alter.operations.as_slice(),
            [AlterTableOperation::RenameTable { .. } | AlterTableOperation::RenameColumn { .. }]
        ) {
            self.redefines("ALTER TABLE", relation);
        }
        if let [only] = alter.operations.as_slice()
            && let Some(steps) = self.altered_in_place(only, relation)?
        {
            return Ok(Done::definition("ALTER TABLE", steps));
        }
        if relation.view {
            return Err(not_of_a_view(alter, relation));
        }
        let mut changed = self.unchanged(relation)?;
        for operation in &alter.operations {
            self.alter(operation, &mut changed)?;
        }
        let released = std::mem::take(&mut changed.released);
        Ok(Done::definition("ALTER TABLE", self.release(&released, vec![changed])?))
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
                let to = self.defined_name(to)?.plain;
                self.is_taken(&to, false)?;
                if relation.view {
                    return Err(unsupported("renaming a view"));
                }
                if let Some(options) = &relation.sequence {
                    let (name, options) = (relation.name.clone(), options.clone());
                    let database = relation.database();
                    let sequence = Sequence { name, options, database, key_of: None };
                    return self.rename_sequence(&sequence, &to).map(Some);
                }
                self.rename_comments(relation.temporary, &relation.name, &to);
                let mut steps = vec![format!("ALTER TABLE {table} RENAME TO {}", quoted(&to))];
                steps.extend(
                    self.renamed_owner(relation, |_, column| (to.clone(), column.to_owned())),
                );
                Some(steps)
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                let from = folded(old_column_name);
                let Some((_, column)) = relation.column(&from) else {
                    let message = format!("column \"{from}\" does not exist");
                    return Err(PgError::new(SqlState::UNDEFINED_COLUMN, message));
                };
                let to = folded(new_column_name);
                check_system_name(&to)?;
                if relation.column(&to).is_some() {
                    return Err(PgError::new(SqlState::DUPLICATE_COLUMN, is_there(&to, relation)));
                }
                if relation.view {
                    return Err(unsupported("renaming a column of a view"));
                }
                self.rename_column_comment(relation, &column.name, &to);
                let from = quoted(&column.name);
                let mut steps =
                    vec![format!("ALTER TABLE {table} RENAME COLUMN {from} TO {}", quoted(&to))];
                steps.extend(self.renamed_owner(relation, |table, owner| {
                    let is_it = owner == column.name;
                    (table.to_owned(), if is_it { to.clone() } else { owner.to_owned() })
                }));
                Some(steps)
            }
            AlterTableOperation::AddColumn { if_not_exists, column_def, .. } if !relation.view => {
                let name = folded(&column_def.name);
                if self.is_column(&name, relation, *if_not_exists)? {
                    return Ok(Some(Vec::new()));
                }
                let (items, _, constant) = self.added_column(column_def, relation)?;
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
            } if !relation.view => {
                let (mut columns, mut keys) = (Vec::new(), Vec::new());
                let mut name = vec![relation.name.clone()];
                for ident in super::create_table::index_columns(&unique.columns)? {
                    let column = relation.column(&folded(&ident)).map(|(_, column)| column);
                    let column = column.ok_or_else(|| not_in_key(&folded(&ident)))?;
                    columns.push(quoted(&column.name));
                    keys.push(column.name.clone());
                    name.push(column.name.clone());
                }
                name.push("key".to_owned());
                let name = unique.name.as_ref().map_or_else(|| name.join("_"), folded);
                self.is_taken(&name, false)?;
                self.demand_unique_columns(&Rows::of(relation), name.clone(), &keys);
                let database = relation.database();
                Some(vec![format!(
                    "CREATE UNIQUE INDEX {database}.{} ON {} ({})",
                    quoted(&name),
                    quoted(&relation.name),
                    columns.join(", ")
                )])
            }
            AlterTableOperation::RenameConstraint { old_name, new_name } if !relation.view => {
                let (from, to) = (folded(old_name), folded(new_name));
                let is_index = relation.constraint_columns(&from).is_some();
                if is_index {
                    self.is_taken(&to, false)?;
                }
                match self.renamed_index(relation, &from, &to)? {
                    Some(steps) => Some(steps),
                    None => Some(self.renamed_constraint(relation, &from, &to)?),
                }
            }
            AlterTableOperation::DropConstraint { name, drop_behavior, .. }
                if let Some((table, index)) = self.schema.index(&folded(name))
                    && index.origin == Origin::Create
                    && table.oid == relation.oid =>
            {
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                let what = format!("constraint {} on table {}", index.name, relation.name);
                Some(self.drop_index(table, index, &what, cascade)?)
            }
            // Nobody owns anything here, and every constraint holds for every row.
            AlterTableOperation::OwnerTo { .. }
            | AlterTableOperation::ValidateConstraint { .. }
            | AlterTableOperation::ReplicaIdentity { .. } => Some(Vec::new()),
            _ => None,
        })
    }

    fn alter(&mut self, operation: &AlterTableOperation, changed: &mut Rebuilt<'a>) -> Result<()> {
        let relation = changed.relation;
        match operation {
            AlterTableOperation::AddColumn { column_def, if_not_exists, .. } => {
                let name = folded(&column_def.name);
                if self.is_column(&name, relation, *if_not_exists)? {
                    return Ok(());
                }
                if changed.text.column(&name).is_some() {
                    return Err(PgError::new(
                        SqlState::DUPLICATE_COLUMN,
                        is_there(&name, relation),
                    ));
                }
                let (items, numbers, _) = self.added_column(column_def, relation)?;
                if let Some(numbers) = &numbers {
                    self.number_rows(&name, numbers, changed);
                }
                let items: Vec<Item> = items.iter().map(|item| Item::new(item)).collect();
                if let Some(column) = items.first() {
                    let ty = self.data_type(&column_def.data_type).unwrap_or(Type::TEXT);
                    let now = column.default().and_then(|default| moment(default, ty));
                    changed.copied.extend(now.map(|now| (name.clone(), now)));
                    let rows = Rows::with(relation, &name, ty, column);
                    if column_def.options.iter().any(|o| o.option == ColumnOption::NotNull) {
                        self.demand_not_null(&rows, &name);
                    }
                    for item in &items {
                        self.demand_constraints(&rows, item);
                    }
                }
                let columns = relation.columns.len();
                for (place, item) in items.into_iter().enumerate() {
                    let at = if place == 0 { columns } else { changed.text.items.len() };
                    changed.text.items.insert(at.min(changed.text.items.len()), item);
                }
                Ok(())
            }
            AlterTableOperation::DropColumn { column_names, if_exists, drop_behavior, .. } => {
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                for name in column_names {
                    match self.altered(relation, name) {
                        Err(error) if *if_exists => {
                            self.skip(SqlState::SUCCESSFUL_COMPLETION, error.message());
                        }
                        found => self.drop_column(found?, changed, cascade)?,
                    }
                }
                Ok(())
            }
            AlterTableOperation::AddConstraint { constraint, .. } => {
                self.add_constraint(constraint, changed)
            }
            AlterTableOperation::DropConstraint { name, if_exists, drop_behavior } => {
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                self.drop_constraint(&folded(name), *if_exists, cascade, changed)
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                self.alter_column(column_name, op, changed)
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
    ) -> Result<()> {
        let relation = changed.relation;
        let column = self.altered(relation, name)?;
        match operation {
            AlterColumnOperation::SetNotNull => {
                self.demand_not_null(&Rows::of(relation), &column.name);
                self.set_not_null(column, changed)
            }
            AlterColumnOperation::DropNotNull => {
                if column.key > 0 {
                    let message = format!("column \"{}\" is in a primary key", column.name);
                    return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
                }
                self.item(column, changed)?.remove("NOT");
                Ok(())
            }
            AlterColumnOperation::SetDefault { value }
                if let Some(sequence) = self.next_of(value).map_err(without_place)? =>
            {
                if column.sequence.as_ref() != Some(&sequence) {
                    self.lose_numbers(column, changed)?;
                    self.number_by(column, Numbering::NextVal, &sequence.name, changed)?;
                }
                Ok(())
            }
            AlterColumnOperation::SetDefault { value } => {
                self.lose_numbers(column, changed)?;
                let default = self.default(value, &column.name, column.ty);
                let default = default.map_err(without_place)?;
                let item = self.item(column, changed)?;
                item.remove("DEFAULT");
                item.append(&format!("DEFAULT {default}"));
                Ok(())
            }
            AlterColumnOperation::DropDefault => {
                self.lose_numbers(column, changed)?;
                if column.numbers().is_none() {
                    self.item(column, changed)?.remove("DEFAULT");
                }
                Ok(())
            }
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let ty = self.data_type(data_type)?;
                let place = relation.column(&column.name).map(|(place, _)| place);
                let is_row_number = place.is_some() && relation.rowid_alias() == place;
                if is_row_number && !ty.is_integer() {
                    let what = "a type for an integer primary key that is no integer";
                    return Err(unsupported(what));
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
                self.refuse_viewed(column, relation)?;
                let item = self.item(column, changed)?;
                if is_row_number {
                    // SQLite's own type stays; what PostgreSQL calls it is kept in the mark.
                    item.remove("DEFAULT");
                    item.append(&format!("DEFAULT {}", rowid_default(column, ty)));
                } else {
                    item.set_type(&ty.declaration());
                }
                if let Some((_, from)) = changed.copied.iter_mut().find(|(c, _)| *c == column.name)
                {
                    *from = value.sql;
                }
                Ok(())
            }
            AlterColumnOperation::AddGenerated { generated_as, sequence_options } => {
                let given = sequence_options.as_deref().unwrap_or_default();
                self.add_identity(column, generated_as.as_ref(), given, changed)
            }
        }
    }

    pub(super) fn set_not_null(&self, column: &Column, changed: &mut Rebuilt<'_>) -> Result<()> {
        let item = self.item(column, changed)?;
        item.remove("NOT");
        item.append("NOT NULL");
        Ok(())
    }

    pub(super) fn item<'c>(
        &self,
        column: &Column,
        changed: &'c mut Rebuilt<'_>,
    ) -> Result<&'c mut Item> {
        let found = changed.text.column(&column.name);
        found.ok_or_else(|| unsupported("ALTER TABLE of such a column"))
    }

    /// As in PostgreSQL, constraints and indexes of the column go with it, and what else depends on it
    /// by CASCADE only.
    fn drop_column(
        &mut self,
        column: &Column,
        changed: &mut Rebuilt<'a>,
        cascade: bool,
    ) -> Result<()> {
        let relation = changed.relation;
        let place = relation.column(&column.name).map_or(usize::MAX, |(place, _)| place);
        let mut dependents = Dependents::of(self.schema, &[]);
        dependents.gather_column(relation, place);
        let dependents = dependents.found();
        let what = format!("column {} of table {}", column.name, relation.name);
        self.cascade(&what, &dependents, cascade)?;
        changed.released.extend(dependents);
        let owned = self.schema.owned_by(relation, Some(column));
        changed.after.extend(owned.iter().filter_map(dropped_sequence));
        changed.text.remove_column(&column.name);
        changed.copied.retain(|(copied, _)| *copied != column.name);
        changed.lost.push(place);
        Ok(())
    }

    /// 0A000 for a column that a view uses: the view's own type would change.
    fn refuse_viewed(&self, column: &Column, relation: &Relation) -> Result<()> {
        let place = relation.column(&column.name).map_or(usize::MAX, |(place, _)| place);
        match Dependents::of(self.schema, &[]).views_of(relation, place).first() {
            None => Ok(()),
            Some(view) => {
                let rule = format!("rule _RETURN on view {}", view.name);
                let message = "cannot alter type of a column used by a view or rule";
                Err(PgError::unsupported(message)
                    .detail(format!("{rule} depends on column \"{}\"", column.name)))
            }
        }
    }

    /// Whether a table has a column already: 42701, or a notice where that is no mistake.
    fn is_column(&mut self, name: &str, relation: &Relation, if_not_exists: bool) -> Result<bool> {
        check_system_name(name)?;
        if relation.column(name).is_none() {
            return Ok(false);
        }
        let message = is_there(name, relation);
        if if_not_exists {
            self.skip(SqlState::DUPLICATE_COLUMN, &message);
            return Ok(true);
        }
        Err(PgError::new(SqlState::DUPLICATE_COLUMN, message))
    }

    /// The column that is to be changed, or 42703.
    pub(super) fn altered<'r>(&self, relation: &'r Relation, name: &Ident) -> Result<&'r Column> {
        let folded = folded(name);
        let found = relation.column(&folded).map(|(_, column)| column);
        found.ok_or_else(|| no_column_of(relation, &folded))
    }

    /// A new column and its constraints as they are written, and whether SQLite can add it in place:
    /// its default must be a constant, and nothing may have to be checked.
    fn added_column(
        &mut self,
        column: &ColumnDef,
        relation: &Relation,
    ) -> Result<(Vec<String>, Option<Numbers>, bool)> {
        let is_key =
            |option: &ColumnOptionDef| matches!(option.option, ColumnOption::PrimaryKey(_));
        if column.options.iter().any(is_key) && !relation.primary_key().is_empty() {
            return Err(second_key(&relation.name));
        }
        let (items, numbers) = self.column_items(column, relation).map_err(without_place)?;
        let (mut constant, mut not_null, mut has_default) = (true, false, false);
        for option in &column.options {
            match &option.option {
                ColumnOption::Null => {}
                ColumnOption::NotNull => not_null = true,
                ColumnOption::Default(Expr::Value(value)) => {
                    has_default = value.value != Value::Null;
                }
                _ => constant = false,
            }
        }
        // A constant of another type is computed.
        let is_computed = |item: &String| {
            Item::new(item).default().is_some_and(|default| default.rfind('(') > Some(0))
        };
        constant &= numbers.is_none() && !items.iter().any(is_computed);
        Ok((items, numbers, constant && (has_default || !not_null)))
    }
}

fn is_there(column: &str, relation: &Relation) -> String {
    format!("column \"{column}\" of relation \"{}\" already exists", relation.name)
}

/// A table's columns by their names alone.
fn bare(relation: &Relation) -> super::scope::Source {
    let mut source = table_source(relation, &relation.name);
    source.columns.iter_mut().for_each(|column| column.sql = quoted(&column.name));
    source.system.clear();
    source
}

//! ALTER TABLE … ADD and DROP CONSTRAINT.

use sqlparser::ast::TableConstraint;
use trunkline_core::{PgError, Result, SqlState};

use super::declared::Kind;
use super::dependency::Dependents;
use super::draft::second_key;
use super::name::quoted;
use super::rebuild::Rebuilt;
use super::table_text::Item;
use super::validation::Rows;
use super::{Translator, unsupported};
use crate::sqlite::schema::{Index, Relation};

impl<'a> Translator<'a> {
    pub(super) fn add_constraint(
        &mut self,
        constraint: &TableConstraint,
        changed: &mut Rebuilt<'a>,
    ) -> Result<()> {
        let relation = changed.relation;
        let item = self.constraint_of(constraint, relation).map_err(without_place)?;
        if let TableConstraint::PrimaryKey(key) = constraint {
            if !relation.primary_key().is_empty() {
                return Err(second_key(&relation.name));
            }
            for ident in super::create_table::index_columns(&key.columns)? {
                let column = self.altered(relation, &ident)?;
                self.set_not_null(column, changed)?;
            }
        }
        let item = Item::new(&item);
        self.demand_constraints(&Rows::of(relation), &item);
        changed.text.items.push(item);
        Ok(())
    }

    /// Foreign keys of others that need a key go with it, by CASCADE only.
    pub(super) fn drop_constraint(
        &mut self,
        name: &str,
        if_exists: bool,
        cascade: bool,
        changed: &mut Rebuilt<'a>,
    ) -> Result<()> {
        let relation = changed.relation;
        let columns = relation.constraint_columns(name);
        if let Some(columns) = &columns {
            let mut dependents = Dependents::of(self.schema, &[]);
            dependents.gather_key(relation, columns, name);
            let dependents = dependents.found();
            let what = format!("constraint {name} on table {}", relation.name);
            self.cascade(&what, &dependents, cascade)?;
            changed.released.extend(dependents);
        }
        let is_primary = columns.is_some_and(|columns| columns == relation.primary_key())
            && name == primary_name(relation);
        let found = match relation.rowid_alias() {
            Some(place) if is_primary => {
                self.drop_row_number(place, changed)?;
                true
            }
            _ => {
                let items = changed.text.items.len();
                let found = changed.text.remove_constraint(name);
                if !found && is_primary {
                    changed.text.items.retain(|item| !item.is_primary_key());
                }
                found || changed.text.items.len() < items
            }
        };
        if found {
            return Ok(());
        }
        let message =
            format!("constraint \"{name}\" of relation \"{}\" does not exist", relation.name);
        if if_exists {
            self.skip(SqlState::SUCCESSFUL_COMPLETION, &message);
            return Ok(());
        }
        Err(PgError::new(SqlState::UNDEFINED_OBJECT, message))
    }

    /// An index goes, and the foreign keys of others that need it by CASCADE only.
    pub(super) fn drop_index(
        &mut self,
        relation: &Relation,
        index: &Index,
        what: &str,
        cascade: bool,
    ) -> Result<Vec<String>> {
        let mut dependents = Dependents::of(self.schema, &[]);
        let columns: Option<Vec<usize>> = index.columns.iter().copied().collect();
        if let Some(columns) = columns.filter(|_| index.unique) {
            dependents.gather_key(relation, &columns, &index.name);
        }
        let dependents = dependents.found();
        self.cascade(what, &dependents, cascade)?;
        let mut steps = self.release(&dependents, Vec::new())?;
        let database = relation.database();
        steps.push(format!("DROP INDEX {database}.{}", quoted(&index.name)));
        Ok(steps)
    }

    /// A key that is the row's number becomes a column like any other, which stays NOT NULL.
    fn drop_row_number(&self, place: usize, changed: &mut Rebuilt<'a>) -> Result<()> {
        let relation = changed.relation;
        let Some(column) = relation.columns.get(place) else { return Ok(()) };
        // A sequence of its own goes on numbering the column.
        let has_own = !relation.autoincrement()
            && column.numbers().is_some_and(|numbers| numbers.sequence.is_some());
        if column.serial() && !has_own {
            return Err(unsupported("a serial or identity column that was the primary key"));
        }
        let item = self.item(column, changed)?;
        item.remove("PRIMARY");
        if !has_own {
            item.remove("DEFAULT");
        }
        item.set_type(&column.ty.declaration());
        item.append("NOT NULL");
        Ok(())
    }
}

fn primary_name(relation: &Relation) -> String {
    let columns = relation.primary_key();
    let given = relation.name_of(&Kind::Primary, &relation.names(&columns));
    given.map_or_else(|| format!("{}_pkey", relation.name), str::to_owned)
}

/// PostgreSQL has no text any more when it looks at what ALTER TABLE adds, but for its types.
pub(super) fn without_place(error: PgError) -> PgError {
    match error.sqlstate() {
        SqlState::UNDEFINED_OBJECT => error,
        _ => error.unplaced(),
    }
}

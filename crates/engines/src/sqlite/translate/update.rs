//! UPDATE.

use sqlparser::ast::{AssignmentTarget, TableFactor, Update, UpdateTableFromKind};
use trunkline_core::Result;

use super::from::{table_source, written};
use super::name::{folded, parts, quoted};
use super::scope::Scope;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::Relation;

impl Translator<'_> {
    pub(super) fn update(&mut self, update: &Update) -> Result<Done> {
        let TableFactor::Table { name, alias, .. } = &update.table.relation else {
            return Err(unsupported("such a target of UPDATE"));
        };
        if !update.table.joins.is_empty() {
            return Err(unsupported("UPDATE of a join"));
        }
        let relation = self.target(name, "update")?;
        let alias = match alias {
            Some(alias) => folded(&alias.name),
            None => relation.name.clone(),
        };
        let source = table_source(&relation, &alias);
        self.is_temporary = relation.temporary;
        let mut scope = Scope::of(source.clone());
        let from = match &update.from {
            Some(UpdateTableFromKind::AfterSet(items) | UpdateTableFromKind::BeforeSet(items)) => {
                self.from(items, &mut scope)?
            }
            None => String::new(),
        };
        let set = self.assignments(&update.assignments, &relation, &scope)?;
        self.current.keeps_keys = keeps_keys(update, &relation).then(|| relation.name.clone());
        let condition = update.selection.as_ref();
        let condition = self.rows_to_change(condition, &scope, &relation, &alias)?;
        let (returning, columns) = self.returning(update.returning.as_deref(), &source, &scope)?;
        let sql = format!(
            "UPDATE {} AS {} SET {set}{from}{condition}{returning}",
            written(&relation),
            quoted(&alias)
        );
        Ok(Done { steps: vec![sql], columns, tag: "UPDATE".into(), counts: true, writes: true })
    }
}

/// Whether none of the columns that tell the rows apart is assigned to.
fn keeps_keys(update: &Update, relation: &Relation) -> bool {
    let names = update.assignments.iter().flat_map(|assignment| match &assignment.target {
        AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
        AssignmentTarget::Tuple(names) => names.as_slice(),
    });
    let key = match relation.without_rowid {
        true => relation.primary_key(),
        false => relation.rowid_alias().into_iter().collect(),
    };
    let mut places = names.map(|name| {
        let column = parts(name).ok()?.pop()?;
        relation.column(&column).map(|(place, _)| place)
    });
    places.all(|place| place.is_some_and(|place| !key.contains(&place)))
}

//! UPDATE.

use sqlparser::ast::{TableFactor, Update, UpdateTableFromKind};
use trunkline_core::Result;

use super::from::{table_source, written};
use super::name::{folded, quoted};
use super::scope::Scope;
use super::{Done, Translator, unsupported};

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
        let mut scope = Scope::of(source.clone());
        let from = match &update.from {
            Some(UpdateTableFromKind::AfterSet(items) | UpdateTableFromKind::BeforeSet(items)) => {
                self.from(items, &mut scope)?
            }
            None => String::new(),
        };
        let set = self.assignments(&update.assignments, &relation, &scope)?;
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

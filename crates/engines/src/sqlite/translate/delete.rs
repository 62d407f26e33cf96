//! DELETE.

use sqlparser::ast::{Delete, FromTable, TableFactor};
use trunkline_core::Result;

use super::current::row_key;
use super::from::{table_source, written};
use super::name::{folded, quoted};
use super::scope::Scope;
use super::{Done, Translator, unsupported};

impl Translator<'_> {
    pub(super) fn delete(&mut self, delete: &Delete) -> Result<Done> {
        let (FromTable::WithFromKeyword(items) | FromTable::WithoutKeyword(items)) = &delete.from;
        let [item] = items.as_slice() else { return Err(unsupported("DELETE of several tables")) };
        let TableFactor::Table { name, alias, .. } = &item.relation else {
            return Err(unsupported("such a target of DELETE"));
        };
        if !item.joins.is_empty() {
            return Err(unsupported("DELETE of a join"));
        }
        let relation = self.target(name, "delete from")?;
        let alias = match alias {
            Some(alias) => folded(&alias.name),
            None => relation.name.clone(),
        };
        let source = table_source(&relation, &alias);
        self.is_temporary = relation.temporary;
        let mut scope = Scope::of(source.clone());
        let using = match &delete.using {
            Some(items) => self.from(items, &mut scope)?,
            None => String::new(),
        };
        let condition = delete.selection.as_ref();
        let condition = self.rows_to_change(condition, &scope, &relation, &alias)?;
        let (table, alias) = (written(&relation), quoted(&alias));
        // SQLite has no USING: the rows are those that the join gives.
        let condition = match using.strip_prefix(" FROM ") {
            None => condition,
            Some(using) => {
                let key = row_key(&relation).into_iter();
                let outer: Vec<String> = key.map(|(name, _)| format!("{alias}.{name}")).collect();
                let row = outer.join(", ");
                format!(
                    " WHERE ({row}) IN (SELECT {row} FROM {table} AS {alias}, {using}{condition})"
                )
            }
        };
        let (returning, columns) = self.returning(delete.returning.as_deref(), &source, &scope)?;
        let sql = format!("DELETE FROM {table} AS {alias}{condition}{returning}");
        Ok(Done { steps: vec![sql], columns, tag: "DELETE".into(), counts: true, writes: true })
    }
}

//! DELETE.

use sqlparser::ast::{Delete, FromTable, TableFactor};
use trunkline_core::Result;

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
        let mut scope = Scope::of(source.clone());
        let using = match &delete.using {
            Some(items) => self.from(items, &mut scope)?,
            None => String::new(),
        };
        let condition = match &delete.selection {
            Some(condition) => format!(" WHERE {}", self.condition(condition, &scope, "WHERE")?),
            None => String::new(),
        };
        let (table, alias) = (written(&relation), quoted(&alias));
        // SQLite has no USING: the rows are those that the join gives.
        let condition = match using.strip_prefix(" FROM ") {
            None => condition,
            Some(using) => {
                let key = if relation.without_rowid {
                    let columns = relation.primary_key().into_iter();
                    let columns = columns.filter_map(|place| relation.columns.get(place));
                    columns.map(|column| quoted(&column.name)).collect()
                } else {
                    vec!["rowid".to_owned()]
                };
                let outer: Vec<String> = key.iter().map(|k| format!("{alias}.{k}")).collect();
                let row = outer.join(", ");
                format!(
                    " WHERE ({row}) IN (SELECT {row} FROM {table} AS {alias}, {using}{condition})"
                )
            }
        };
        let (returning, columns) = self.returning(delete.returning.as_deref(), &source)?;
        let sql = format!("DELETE FROM {table} AS {alias}{condition}{returning}");
        Ok(Done { steps: vec![sql], columns, tag: "DELETE".into(), counts: true, writes: true })
    }
}

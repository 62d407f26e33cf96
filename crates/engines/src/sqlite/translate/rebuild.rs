//! Changes of tables for which SQLite has no ALTER TABLE.
//!
//! The table is made anew, filled, and takes the place of the old one. While foreign keys are
//! watched, which a transaction cannot turn off, dropping a table deletes its rows first, and with
//! them those that refer to it; so every table that refers to it, and every one that refers to
//! those, is made anew as well, referring to the new ones. Source:
//! <https://www.sqlite.org/lang_altertable.html#otheralter>, <https://www.sqlite.org/foreignkeys.html#fk_schemacommands>.

use trunkline_core::Result;

use super::name::quoted;
use super::table_text::TableText;
use super::{Translator, unsupported};
use crate::sqlite::schema::{Origin, Relation};
use crate::sqlite::storage;

/// A table as it is to be.
pub(super) struct Rebuilt<'r> {
    pub(super) relation: &'r Relation,
    pub(super) text: TableText,
    /// The columns that are filled, and from what.
    pub(super) copied: Vec<(String, String)>,
    /// Columns whose indexes do not come back.
    pub(super) lost: Vec<usize>,
}

impl Translator<'_> {
    /// A table as it is; the beginning of a change.
    pub(super) fn unchanged<'r>(&self, relation: &'r Relation) -> Result<Rebuilt<'r>> {
        let text = TableText::parse(&relation.sql)
            .ok_or_else(|| unsupported("ALTER TABLE of such a table"))?;
        let plain = relation.columns.iter().filter(|column| !column.generated);
        let copied = plain.map(|column| (column.name.clone(), quoted(&column.name))).collect();
        Ok(Rebuilt { relation, text, copied, lost: Vec::new() })
    }

    /// The statements that put a changed table in the place of the old one.
    pub(super) fn rebuild(&self, changed: Rebuilt<'_>) -> Result<Vec<String>> {
        let mut tables = vec![changed];
        let mut next = 0;
        while let Some(table) = tables.get(next) {
            let referred = table.relation.name.clone();
            for relation in self.schema.relations() {
                let refers =
                    relation.foreign_keys.iter().any(|k| k.table.eq_ignore_ascii_case(&referred));
                if refers && !tables.iter().any(|table| table.relation.name == relation.name) {
                    tables.push(self.unchanged(relation)?);
                }
            }
            next += 1;
        }
        let names: Vec<String> = tables.iter().map(|t| t.relation.name.clone()).collect();
        let views: Vec<&Relation> =
            self.schema.relations().iter().filter(|relation| relation.view).collect();
        let mut steps = Vec::new();
        for view in views.iter().rev() {
            steps.push(format!("DROP VIEW {}", super::from::written(view)));
        }
        for table in &mut tables {
            table.text.refer(&|name| {
                names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|n| interim(n))
            });
            let database = if table.relation.temporary { "temp" } else { "main" };
            let new = quoted(&interim(&table.relation.name));
            steps.push(format!("CREATE TABLE {database}.{new} {}", table.text.written()));
        }
        // Those that are referred to are filled first.
        for table in &tables {
            let new = quoted(&interim(&table.relation.name));
            let columns: Vec<String> =
                table.copied.iter().map(|(column, _)| quoted(column)).collect();
            let values: Vec<&str> = table.copied.iter().map(|(_, value)| value.as_str()).collect();
            steps.push(format!(
                "INSERT INTO {new} ({}) SELECT {} FROM {}",
                columns.join(", "),
                values.join(", "),
                super::from::written(table.relation)
            ));
        }
        // What is copied does not count: the numbers go on where they were.
        for relation in tables.iter().map(|table| table.relation).filter(|one| one.autoincrement())
        {
            let sequences = format!("{}.sqlite_sequence", relation.database());
            let new = storage::quoted(&interim(&relation.name));
            let old = storage::quoted(&relation.name);
            steps.push(format!("DELETE FROM {sequences} WHERE name = {new}"));
            steps.push(format!(
                "INSERT INTO {sequences} (name, seq) SELECT {new}, seq FROM {sequences} \
                 WHERE name = {old}"
            ));
        }
        for table in tables.iter().rev() {
            steps.push(format!("DROP TABLE {}", super::from::written(table.relation)));
        }
        for table in &tables {
            let name = &table.relation.name;
            steps.push(format!(
                "ALTER TABLE {} RENAME TO {}",
                quoted(&interim(name)),
                quoted(name)
            ));
        }
        for table in &tables {
            for index in &table.relation.indexes {
                let lost = index.columns.iter().flatten().any(|c| table.lost.contains(c));
                if let (Origin::Create, Some(sql), false) = (index.origin, &index.sql, lost) {
                    steps.push(sql.clone());
                }
            }
            steps.extend(table.relation.triggers.iter().cloned());
        }
        steps.extend(views.iter().map(|view| view.sql.clone()));
        Ok(steps)
    }
}

/// What a table is called until the old one is gone.
fn interim(name: &str) -> String {
    format!("{name}:new")
}

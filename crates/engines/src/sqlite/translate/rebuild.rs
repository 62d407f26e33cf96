//! Changes of tables for which SQLite has no ALTER TABLE.
//!
//! The table is made anew, filled, and takes the place of the old one. While foreign keys are
//! watched, which a transaction cannot turn off, dropping a table deletes its rows first, and with
//! them those that refer to it; so every table that refers to it, and every one that refers to
//! those, is made anew as well, referring to the new ones. Source:
//! <https://www.sqlite.org/lang_altertable.html#otheralter>, <https://www.sqlite.org/foreignkeys.html#fk_schemacommands>.

use trunkline_core::Result;

use super::definition::children_first;
use super::dependency::Dependency;
use super::name::quoted;
use super::table_text::{TableText, is, placed, words_of};
use super::{Translator, unsupported};
use crate::sqlite::schema::{Index, Origin, Relation};
use crate::sqlite::storage;

const INTERIM: &str = ":new";

/// A table as it is to be.
pub(super) struct Rebuilt<'r> {
    pub(super) relation: &'r Relation,
    pub(super) text: TableText,
    /// The columns that are filled, and from what.
    pub(super) copied: Vec<(String, String)>,
    /// Columns whose indexes do not come back.
    pub(super) lost: Vec<usize>,
    /// What goes along with what is left out.
    pub(super) released: Vec<Dependency<'r>>,
    /// What is done before, such as making a sequence, and behind it.
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

impl<'r> Rebuilt<'r> {
    /// The indexes that come back, and the texts that made them.
    fn kept_indexes(&self) -> impl Iterator<Item = (&'r Index, &'r str)> {
        let made = self.relation.indexes.iter().filter(|index| index.origin == Origin::Create);
        let kept = made.filter(|index| {
            !index.columns.iter().flatten().any(|column| self.lost.contains(column))
        });
        kept.filter_map(|index| Some((index, index.sql.as_deref()?)))
    }
}

impl Translator<'_> {
    /// A table as it is; the beginning of a change.
    pub(super) fn unchanged<'r>(&self, relation: &'r Relation) -> Result<Rebuilt<'r>> {
        let text = TableText::parse(&relation.sql)
            .ok_or_else(|| unsupported("ALTER TABLE of such a table"))?;
        let plain = relation.columns.iter().filter(|column| !column.generated);
        let copied = plain.map(|column| (column.name.clone(), quoted(&column.name))).collect();
        Ok(Rebuilt {
            relation,
            text,
            copied,
            lost: Vec::new(),
            released: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        })
    }

    /// The statements that put changed tables in the places of the old ones.
    pub(super) fn rebuild(&self, changed: Vec<Rebuilt<'_>>) -> Result<Vec<String>> {
        let mut tables = changed;
        let mut next = 0;
        while let Some(table) = tables.get(next) {
            let referred = table.relation;
            for relation in self.schema.relations() {
                let is_known = tables.iter().any(|table| table.relation.oid == relation.oid);
                if relation.refers_to(referred) && !is_known {
                    tables.push(self.unchanged(relation)?);
                }
            }
            next += 1;
        }
        let names: Vec<String> = tables.iter().map(|t| t.relation.name.clone()).collect();
        let mut views: Vec<&Relation> =
            self.schema.relations().iter().filter(|relation| relation.view).collect();
        views.sort_by_key(|view| view.age);
        let mut steps: Vec<String> =
            tables.iter_mut().flat_map(|table| std::mem::take(&mut table.before)).collect();
        // A table takes its name only where no trigger speaks of one that is not there.
        let mut triggers: Vec<String> = Vec::new();
        for relation in self.schema.relations() {
            for sql in &relation.triggers {
                let name = words_of(sql).into_iter().nth(2).unwrap_or_default();
                steps.push(format!("DROP TRIGGER {}.{name}", relation.database()));
                triggers.push(placed(sql, relation.database()));
            }
        }
        for view in views.iter().rev() {
            steps.push(format!("DROP VIEW {}", super::from::written(view)));
        }
        for table in &mut tables {
            table.text.refer(&|name| {
                names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|n| interim(n))
            });
            let database = table.relation.database();
            let new = quoted(&interim(&table.relation.name));
            steps.push(format!("CREATE TABLE {database}.{new} {}", table.text.written()));
        }
        // A foreign key may need a unique index; its name must be free for the new one.
        for table in &tables {
            for (index, sql) in table.kept_indexes().filter(|(index, _)| index.unique) {
                let database = table.relation.database();
                steps.push(format!("DROP INDEX {database}.{}", quoted(&index.name)));
                steps.push(index_on(sql, &interim(&table.relation.name)));
            }
        }
        // Those that are referred to are filled first.
        let relations: Vec<&Relation> = tables.iter().map(|table| table.relation).collect();
        let order = children_first(&relations);
        let parents_first = order.iter().rev().filter_map(|relation| {
            tables.iter().find(|table| table.relation.name == relation.name)
        });
        for table in parents_first {
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
            let others = table.kept_indexes().filter(|(index, _)| !index.unique);
            steps.extend(others.map(|(_, sql)| placed(sql, table.relation.database())));
        }
        steps.extend(views.iter().map(|view| placed(&view.sql, view.database())));
        steps.extend(triggers);
        steps.extend(tables.iter_mut().flat_map(|table| std::mem::take(&mut table.after)));
        Ok(steps)
    }
}

/// The text of a CREATE INDEX for another table.
fn index_on(sql: &str, table: &str) -> String {
    let mut words = words_of(sql);
    let on = words.iter().position(|word| is(word, "ON"));
    if let Some(name) = on.and_then(|place| words.get_mut(place + 1)) {
        *name = quoted(table);
    }
    words.join(" ")
}

/// What a table is called until the old one is gone.
fn interim(name: &str) -> String {
    format!("{name}{INTERIM}")
}

/// The table that is made anew under this name, or is called so.
pub(crate) fn lasting(name: &str) -> &str {
    name.strip_suffix(INTERIM).unwrap_or(name)
}

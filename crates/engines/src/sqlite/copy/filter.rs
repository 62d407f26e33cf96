//! COPY … WHERE: which rows are stored.

use trunkline_core::Result;

use super::super::schema::{Relation, Schema};
use super::super::translate::reading::Reading;
use super::super::translate::{self, quoted};

/// What rows have to meet.
#[derive(Debug)]
pub(super) struct Filter {
    condition: String,
    /// What every column of the table is where nothing is said of it, by name.
    defaults: Vec<(String, String)>,
    /// The columns that sequences number, quoted.
    numbered: Vec<String>,
}

impl Filter {
    pub(super) fn new(
        condition: &str,
        schema: &Schema,
        reading: &Reading,
        relation: &Relation,
    ) -> Result<Filter> {
        let stored = relation.columns.iter().filter(|column| !column.generated);
        let defaults = stored.map(|column| {
            let default = column.moment.as_ref().or(column.default.as_ref());
            let default = default.cloned().unwrap_or_else(|| "NULL".to_owned());
            (column.name.clone(), default)
        });
        let numbered = relation.columns.iter().filter(|one| one.sequence.is_some());
        Ok(Filter {
            numbered: numbered.map(|column| quoted(&column.name)).collect(),
            condition: translate::filter(condition, schema, reading, relation)?,
            defaults: defaults.collect(),
        })
    }

    /// Stores a row of these columns, if it meets the condition with the defaults of the others.
    pub(super) fn insert(
        &self,
        table: &str,
        alias: &str,
        mut names: Vec<String>,
        mut values: Vec<String>,
    ) -> String {
        if let (true, Some((name, default))) = (names.is_empty(), self.defaults.first()) {
            // A row of defaults needs one of them.
            names.push(quoted(name));
            values.push(default.clone());
        }
        let row = self.defaults.iter().map(|(name, default)| {
            let name = quoted(name);
            match names.iter().position(|given| *given == name).and_then(|place| values.get(place))
            {
                Some(value) => format!("{value} AS {name}"),
                None => format!("{default} AS {name}"),
            }
        });
        let row = row.collect::<Vec<_>>().join(", ");
        // The number that the condition sees is the one that is stored: a LIMIT keeps SQLite from
        // working it out for each of them.
        let limit = if self.numbered.is_empty() { "" } else { " LIMIT 1" };
        for (name, value) in names.iter().zip(&mut values) {
            if self.numbered.contains(name) {
                value.clone_from(name);
            }
        }
        format!(
            "INSERT INTO {table} ({}) SELECT {} FROM (SELECT {row}{limit}) AS {alias} WHERE {}",
            names.join(", "),
            values.join(", "),
            self.condition
        )
    }
}

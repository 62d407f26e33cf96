//! What a definition demands of the rows that are there already.
//!
//! SQLite finds out by itself whether they meet it, but tells neither of which row nor in PostgreSQL's
//! words. So each demand comes with a query for the first row that does not, which is run only when
//! the definition was refused.

use trunkline_core::{PgError, SqlState};

use super::Translator;
use super::declared::{Declared, Kind, of_item};
use super::from::written;
use super::name::quoted;
use super::table_text::Item;
use crate::sqlite::schema::{PUBLIC, Relation};
use crate::sqlite::types::Type;

/// A demand on the rows of a table.
#[derive(Clone, Debug)]
pub(crate) struct Validation {
    table: String,
    rule: Rule,
    /// Answers with a row that does not meet it: the values of the key.
    pub(crate) query: String,
    /// The columns or expressions of the key that is told of.
    pub(crate) key: Vec<(String, Type)>,
}

/// What is demanded, by names.
#[derive(Clone, Debug)]
enum Rule {
    NotNull { column: String },
    Check { name: String },
    Unique { name: String },
    Foreign { name: String, parent: String },
}

/// The rows of a table as a definition would have them.
pub(super) struct Rows<'r> {
    relation: &'r Relation,
    /// What stands behind FROM.
    from: String,
    /// A column that the table has not got yet.
    added: Option<(String, Type)>,
}

impl<'r> Rows<'r> {
    pub(super) fn of(relation: &'r Relation) -> Rows<'r> {
        Rows { relation, from: written(relation), added: None }
    }

    /// With a column more, as it is written.
    pub(super) fn with(relation: &'r Relation, name: &str, ty: Type, item: &Item) -> Rows<'r> {
        let value = item.default().unwrap_or("NULL");
        let column = quoted(name);
        let from = format!("(SELECT *, {value} AS {column} FROM {})", written(relation));
        Rows { relation, from, added: Some((name.to_owned(), ty)) }
    }

    fn key(&self, names: &[String]) -> Vec<(String, Type)> {
        let ty = |name: &String| match &self.added {
            Some((added, ty)) if added == name => *ty,
            _ => self.relation.column(name).map_or(Type::TEXT, |(_, column)| column.ty),
        };
        names.iter().map(|name| (name.clone(), ty(name))).collect()
    }
}

impl Validation {
    /// The SQLSTATE of what does not meet it.
    pub(crate) fn sqlstate(&self) -> SqlState {
        match self.rule {
            Rule::NotNull { .. } => SqlState::NOT_NULL_VIOLATION,
            Rule::Check { .. } => SqlState::CHECK_VIOLATION,
            Rule::Unique { .. } => SqlState::UNIQUE_VIOLATION,
            Rule::Foreign { .. } => SqlState::FOREIGN_KEY_VIOLATION,
        }
    }

    /// The error about a row whose key is shown so: `(a)=(1)`.
    pub(crate) fn error(&self, key: &str) -> PgError {
        let table = &self.table;
        let (message, detail) = match &self.rule {
            Rule::NotNull { column } => {
                let of = format!("column \"{column}\" of relation \"{table}\"");
                (format!("{of} contains null values"), None)
            }
            Rule::Check { name } => {
                let of = format!("check constraint \"{name}\" of relation \"{table}\"");
                (format!("{of} is violated by some row"), None)
            }
            Rule::Unique { name } => {
                let message = format!("could not create unique index \"{name}\"");
                (message, Some(format!("Key {key} is duplicated.")))
            }
            Rule::Foreign { name, parent } => {
                let on = format!("insert or update on table \"{table}\"");
                let message = format!("{on} violates foreign key constraint \"{name}\"");
                (message, Some(format!("Key {key} is not present in table \"{parent}\".")))
            }
        };
        let error =
            PgError::new(self.sqlstate(), message).field(b's', PUBLIC).field(b't', table.clone());
        let error = match &self.rule {
            Rule::NotNull { column } => error.field(b'c', column.clone()),
            Rule::Check { name } | Rule::Unique { name } | Rule::Foreign { name, .. } => {
                error.field(b'n', name.clone())
            }
        };
        match detail {
            Some(detail) => error.detail(detail),
            None => error,
        }
    }
}

impl Translator<'_> {
    fn demand(&mut self, rows: &Rows<'_>, rule: Rule, key: Vec<(String, Type)>, query: String) {
        let table = rows.relation.name.clone();
        self.validations.push(Validation { table, rule, query, key });
    }

    /// That a column has no NULLs.
    pub(super) fn demand_not_null(&mut self, rows: &Rows<'_>, column: &str) {
        let query = format!("SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1", rows.from, quoted(column));
        self.demand(rows, Rule::NotNull { column: column.to_owned() }, Vec::new(), query);
    }

    /// What the constraints of an item demand; `name` is for the one that has none of its own.
    pub(super) fn demand_constraints(&mut self, rows: &Rows<'_>, item: &Item) {
        for declared in of_item(item) {
            let Declared { name, kind, columns, .. } = declared;
            let name = name.unwrap_or_default();
            match kind {
                Kind::Check(condition) => {
                    let query =
                        format!("SELECT 1 FROM {} WHERE NOT ({condition}) LIMIT 1", rows.from);
                    self.demand(rows, Rule::Check { name }, Vec::new(), query);
                }
                Kind::Primary => {
                    for column in &columns {
                        self.demand_not_null(rows, column);
                    }
                    self.demand_unique_columns(rows, name, &columns);
                }
                Kind::Unique => self.demand_unique_columns(rows, name, &columns),
                Kind::Foreign => self.demand_reference(rows, name, &columns, item),
            }
        }
    }

    pub(super) fn demand_unique_columns(
        &mut self,
        rows: &Rows<'_>,
        name: String,
        columns: &[String],
    ) {
        let values: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        self.demand_unique(rows, name, rows.key(columns), &values, "");
    }

    /// That no two rows have the same values; `condition` says of which rows.
    pub(super) fn demand_unique(
        &mut self,
        rows: &Rows<'_>,
        name: String,
        key: Vec<(String, Type)>,
        values: &[String],
        condition: &str,
    ) {
        let present: Vec<String> =
            values.iter().map(|value| format!("({value}) IS NOT NULL")).collect();
        let values = values.join(", ");
        let query = format!(
            "SELECT {values} FROM {}{condition} GROUP BY {values} \
             HAVING count(*) > 1 AND {} ORDER BY {values} LIMIT 1",
            rows.from,
            present.join(" AND ")
        );
        self.demand(rows, Rule::Unique { name }, key, query);
    }

    fn demand_reference(&mut self, rows: &Rows<'_>, name: String, columns: &[String], item: &Item) {
        let Some((table, referred)) = item.reference() else { return };
        let Some(parent) = self.schema.relation(&table) else { return };
        let referred = match referred.is_empty() {
            true => parent.names(&parent.primary_key()).into_iter().map(str::to_owned).collect(),
            false => referred,
        };
        let pairs = columns.iter().zip(&referred);
        let same: Vec<String> = pairs
            .map(|(own, other)| format!("parent.{} = child.{}", quoted(other), quoted(own)))
            .collect();
        let values: Vec<String> =
            columns.iter().map(|column| format!("child.{}", quoted(column))).collect();
        let present: Vec<String> =
            values.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        let query = format!(
            "SELECT {} FROM {} AS child WHERE {} AND NOT EXISTS \
             (SELECT 1 FROM {} AS parent WHERE {}) LIMIT 1",
            values.join(", "),
            rows.from,
            present.join(" AND "),
            written(parent),
            same.join(" AND ")
        );
        let rule = Rule::Foreign { name, parent: parent.name.clone() };
        self.demand(rows, rule, rows.key(columns), query);
    }
}

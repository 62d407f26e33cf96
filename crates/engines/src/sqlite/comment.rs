//! Comments: what is said of things, which SQLite has no room for.
//!
//! They are kept in a view of the file, `pg_description`, where other programs can read them, too. A view is a
//! definition: it changes with its transaction, and whoever has read the definitions learns that they are others.

use std::collections::BTreeMap;

use super::schema::Schema;
use super::storage;
use super::translate::{inside, unquoted, words_of};

/// The view, and what it begins with behind its name.
pub(super) const VIEW: &str = "pg_description";
const HEAD: &str = "(object, name, part, description) AS /*pg comments */ VALUES ";

/// What a comment is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Commented {
    /// A table, a view, an index or a sequence.
    Class(String),
    /// A column of a table or a view.
    Column(String, String),
    /// A constraint of a table.
    Constraint(String, String),
    /// The schema `public`; an empty comment of it is that it has none.
    Schema,
    /// The database.
    Database,
}

/// The comments of a database of SQLite, `main` or `temp`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comments(BTreeMap<Commented, String>);

impl Commented {
    /// As a row of the view has it: the kind, the name, and the part.
    fn row(&self) -> (&'static str, &str, &str) {
        match self {
            Commented::Class(name) => ("class", name, ""),
            Commented::Column(name, column) => ("column", name, column),
            Commented::Constraint(name, constraint) => ("constraint", name, constraint),
            Commented::Schema => ("schema", "public", ""),
            Commented::Database => ("database", "", ""),
        }
    }

    fn of_row(kind: &str, name: String, part: String) -> Option<Commented> {
        Some(match kind {
            "class" => Commented::Class(name),
            "column" => Commented::Column(name, part),
            "constraint" => Commented::Constraint(name, part),
            "schema" => Commented::Schema,
            "database" => Commented::Database,
            _ => return None,
        })
    }

    /// Whether it is there.
    fn is_in(&self, schema: &Schema, temporary: bool) -> bool {
        let relation = |name: &str| schema.relation_of(Some(temporary), name);
        match self {
            Commented::Class(name) => {
                relation(name).is_some()
                    || schema.sequence(None, name).is_some()
                    || schema.indexed(name).is_some()
            }
            Commented::Column(name, column) => {
                relation(name).is_some_and(|one| one.column(column).is_some())
            }
            Commented::Constraint(name, constraint) => {
                relation(name).is_some_and(|one| one.has_constraint(constraint))
            }
            Commented::Schema | Commented::Database => true,
        }
    }
}

impl Comments {
    /// Reads the text of the view; `None` if it is not one of ours.
    pub(super) fn parse(sql: &str) -> Option<Comments> {
        let rows = sql.strip_prefix(&format!("CREATE VIEW {VIEW} {HEAD}"))?;
        let mut comments = Comments::default();
        for row in words_of(rows).iter().filter(|word| *word != ",") {
            let words = words_of(inside(row)?);
            let mut cells = words.split(|word| word == ",");
            let mut cell = || cells.next()?.first().map(|word| unquoted(word));
            let (kind, name, part, text) = (cell()?, cell()?, cell()?, cell()?);
            comments.0.insert(Commented::of_row(&kind, name, part)?, text);
        }
        Some(comments)
    }

    pub(crate) fn get(&self, on: &Commented) -> Option<&str> {
        self.0.get(on).map(String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Commented, &str)> {
        self.0.iter().map(|(on, text)| (on, text.as_str()))
    }

    /// Says something of something, or nothing any more.
    pub(crate) fn set(&mut self, on: Commented, text: Option<String>) {
        match text {
            Some(text) => self.0.insert(on, text),
            None => self.0.remove(&on),
        };
    }

    /// Gives other names to what comments are about.
    pub(crate) fn rename(&mut self, rename: impl Fn(Commented) -> Commented) {
        let renamed = std::mem::take(&mut self.0).into_iter();
        self.0 = renamed.map(|(on, text)| (rename(on), text)).collect();
    }

    /// Without those of what is not there any more: a definition that drops something leaves them to the next.
    pub(crate) fn kept(&self, schema: &Schema, temporary: bool) -> Comments {
        let kept = self.0.iter().filter(|(on, _)| on.is_in(schema, temporary));
        Comments(kept.map(|(on, text)| (on.clone(), text.clone())).collect())
    }

    /// What puts these into the place of others.
    pub(crate) fn replacing(&self, others: &Comments, temporary: bool) -> Vec<String> {
        let mut steps = Vec::new();
        if self == others {
            return steps;
        }
        let database = if temporary { "temp" } else { "main" };
        if !others.0.is_empty() {
            steps.push(format!("DROP VIEW {database}.{VIEW}"));
        }
        if !self.0.is_empty() {
            steps.push(format!("CREATE VIEW {database}.{VIEW} {HEAD}{}", self.rows()));
        }
        steps
    }

    fn rows(&self) -> String {
        let row = |(on, text): (&Commented, &String)| {
            let (kind, name, part) = on.row();
            format!("({})", [kind, name, part, text].map(storage::quoted).join(", "))
        };
        self.0.iter().map(row).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut comments = Comments::default();
        comments.set(Commented::Class("it's, (a)".into()), Some("-- 'no', /* (comment\n".into()));
        comments.set(Commented::Column("t".into(), "\"".into()), Some("ü".into()));
        comments.set(Commented::Schema, Some(String::new()));
        let [step] = comments.replacing(&Comments::default(), false).try_into().expect("one step");
        assert_eq!(Comments::parse(&step.replace("main.", "")), Some(comments));
    }

    #[test]
    fn views_of_others_are_none() {
        for sql in ["CREATE VIEW pg_description AS SELECT 1", "CREATE VIEW pg_description (a", ""] {
            assert_eq!(Comments::parse(sql), None);
        }
        let cut = format!("CREATE VIEW {VIEW} {HEAD}('class', 't', '', 'x'), ('class'");
        assert_eq!(Comments::parse(&cut), None);
    }
}

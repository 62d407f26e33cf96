//! COMMENT ON, and what becomes of comments when something else is defined.

use sqlparser::ast::{Ident, ObjectName};
use trunkline_core::{PgError, Result, Severity, SqlState};

use super::drop::Kind;
use super::name::{folded, missing_schema, parts};
use super::utility::Target;
use super::{Done, Translator};
use crate::sqlite::comment::{Commented, Comments};
use crate::sqlite::schema::Relation;

impl<'a> Translator<'a> {
    pub(super) fn comment(&mut self, target: &Target, text: Option<&str>) -> Result<Done> {
        let mut text = text.map(str::to_owned);
        let (temporary, on) = match target {
            Target::Class(kind, name) => self.commented_class(*kind, name)?,
            Target::Column(name) => self.commented_column(name)?,
            Target::Constraint(constraint, table) => {
                let relation = self.commented_relation(table)?;
                let constraint = folded(constraint);
                if !relation.has_constraint(&constraint) {
                    let table = &relation.name;
                    let message =
                        format!("constraint \"{constraint}\" for table \"{table}\" does not exist");
                    return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
                }
                (relation.temporary, Commented::Constraint(relation.name.clone(), constraint))
            }
            Target::Schema(name) => {
                check_schema(name)?;
                // It has one that is PostgreSQL's, which can be taken away, too.
                text.get_or_insert_default();
                (false, Commented::Schema)
            }
            Target::Database(name) if !self.schema.databases.has(&folded(name)) => {
                let message = format!("database \"{}\" does not exist", folded(name));
                let state = SqlState::INVALID_CATALOG_NAME;
                let warning = trunkline_core::Notice::new(Severity::Warning, state, message);
                self.notices.push(warning);
                return Ok(Done::definition("COMMENT", Vec::new()));
            }
            Target::Database(_) => (false, Commented::Database),
        };
        self.comments(temporary).set(on, text);
        Ok(Done::definition("COMMENT", self.comment_steps()))
    }

    /// The relation that a comment is about: 42P01.
    fn commented_relation(&self, name: &ObjectName) -> Result<&'a Relation> {
        if let Some(missing) = missing_schema(name) {
            return Err(missing);
        }
        self.found(name)?.ok_or_else(|| self.missing(name))
    }

    fn commented_class(&self, kind: Kind, name: &ObjectName) -> Result<(bool, Commented)> {
        let plain = self.defined_name(name)?.plain;
        let found = self.kind_of(&plain).filter(|_| self.is_visible(name, &plain));
        match found {
            None => return Err(self.missing(name)),
            Some(found) if found != kind => {
                let message = format!("\"{plain}\" is not {}", kind.with_article());
                return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
            }
            Some(_) => {}
        }
        let own = self.found(name)?.or_else(|| self.schema.indexed(&plain));
        let temporary = own.is_some_and(|relation| relation.temporary);
        Ok((temporary, Commented::Class(plain)))
    }

    fn commented_column(&self, name: &ObjectName) -> Result<(bool, Commented)> {
        let mut table = name.clone();
        table.0.pop();
        if table.0.is_empty() {
            return Err(PgError::new(SqlState::SYNTAX_ERROR, "column name must be qualified"));
        }
        let column = parts(name)?.pop().unwrap_or_default();
        let plain = self.defined_name(&table)?.plain;
        let of_kind = match self.kind_of(&plain) {
            Some(Kind::Index) => Some("indexes"),
            Some(Kind::Sequence) => Some("sequences"),
            _ => None,
        };
        if let Some(kind) = of_kind.filter(|_| self.is_visible(&table, &plain)) {
            let message = format!("cannot set comment on relation \"{plain}\"");
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
                .detail(format!("This operation is not supported for {kind}.")));
        }
        let relation = self.commented_relation(&table)?;
        let Some((_, found)) = relation.column(&column) else {
            let message =
                format!("column \"{column}\" of relation \"{}\" does not exist", relation.name);
            return Err(PgError::new(SqlState::UNDEFINED_COLUMN, message));
        };
        let on = Commented::Column(relation.name.clone(), found.name.clone());
        Ok((relation.temporary, on))
    }

    /// The comments as they are to be behind this statement.
    pub(super) fn comments(&mut self, temporary: bool) -> &mut Comments {
        let schema = self.schema;
        let kept = || [false, true].map(|side| schema.comments(side).kept(schema, side));
        let [lasting, passing] = self.comments.get_or_insert_with(kept);
        if temporary { passing } else { lasting }
    }

    /// What has the file keep them.
    pub(super) fn comment_steps(&mut self) -> Vec<String> {
        let steps = [false, true].map(|temporary| {
            let before = self.schema.comments(temporary);
            self.comments(temporary).replacing(before, temporary)
        });
        steps.concat()
    }

    /// A relation or an index is called otherwise from now on.
    pub(super) fn rename_comments(&mut self, temporary: bool, from: &str, to: &str) {
        let renamed = |name: String| if name == from { to.to_owned() } else { name };
        self.comments(temporary).rename(|on| match on {
            Commented::Class(name) => Commented::Class(renamed(name)),
            Commented::Column(name, column) => Commented::Column(renamed(name), column),
            Commented::Constraint(name, constraint) => {
                Commented::Constraint(renamed(name), constraint)
            }
            other => other,
        });
    }

    /// A constraint is called otherwise from now on.
    pub(super) fn rename_constraint_comment(&mut self, relation: &Relation, from: &str, to: &str) {
        self.comments(relation.temporary).rename(|on| match on {
            Commented::Constraint(name, constraint)
                if name == relation.name && constraint == from =>
            {
                Commented::Constraint(name, to.to_owned())
            }
            other => other,
        });
    }

    /// A column is called otherwise from now on.
    pub(super) fn rename_column_comment(&mut self, relation: &Relation, from: &str, to: &str) {
        self.comments(relation.temporary).rename(|on| match on {
            Commented::Column(name, column) if name == relation.name && column == from => {
                Commented::Column(name, to.to_owned())
            }
            other => other,
        });
    }
}

/// 3F000 for a schema that is not `public`.
fn check_schema(name: &Ident) -> Result<()> {
    let name = folded(name);
    if name == "public" {
        return Ok(());
    }
    let message = format!("schema \"{name}\" does not exist");
    Err(PgError::new(SqlState::INVALID_SCHEMA_NAME, message))
}

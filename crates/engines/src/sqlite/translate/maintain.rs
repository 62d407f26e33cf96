//! LOCK TABLE, REINDEX and extensions: what is nearly nothing to SQLite.

use sqlparser::ast::{Ident, ObjectName};
use trunkline_core::{PgError, Result, SqlState};

use super::from::written;
use super::name::{folded, quoted};
use super::{Done, Translator, unsupported};

/// The extension that every database of PostgreSQL has.
const BUILT_IN: &str = "plpgsql";

impl Translator<'_> {
    /// Takes the one lock to write that there is, as every statement that writes does.
    pub(super) fn lock_tables(&mut self, tables: &[ObjectName]) -> Result<Done> {
        for name in tables {
            self.defined(name)?;
        }
        Ok(Done::definition("LOCK TABLE", Vec::new()))
    }

    pub(super) fn reindex(&mut self, name: Option<&ObjectName>) -> Result<Done> {
        let Some(name) = name else {
            return Ok(Done::definition("REINDEX", vec!["REINDEX".to_owned()]));
        };
        let plain = self.defined_name(name)?.plain;
        let what = match (self.found(name)?, self.schema.indexed(&plain)) {
            (Some(relation), _) => Some(written(relation)),
            (None, table) => table.filter(|_| self.is_visible(name, &plain)).map(written),
        };
        let what = what.ok_or_else(|| self.missing(name))?;
        Ok(Done::definition("REINDEX", vec![format!("REINDEX {what}")]))
    }

    pub(super) fn create_extension(&mut self, name: &Ident, if_not_exists: bool) -> Result<Done> {
        let name = folded(name);
        if name == BUILT_IN {
            let message = format!("extension \"{name}\" already exists");
            if !if_not_exists {
                return Err(PgError::new(SqlState::DUPLICATE_OBJECT, message));
            }
            self.skip(SqlState::DUPLICATE_OBJECT, &message);
            return Ok(Done::definition("CREATE EXTENSION", Vec::new()));
        }
        let message = format!("extension \"{name}\" is not available");
        Err(PgError::unsupported(message).hint(
            "The extension must first be installed on the system where PostgreSQL is running.",
        ))
    }

    pub(super) fn drop_extension(&mut self, names: &[Ident], if_exists: bool) -> Result<Done> {
        for name in names.iter().map(folded) {
            if name == BUILT_IN {
                return Err(unsupported("DROP EXTENSION"));
            }
            let message = format!("extension \"{name}\" does not exist");
            if !if_exists {
                return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
            }
            self.skip(SqlState::SUCCESSFUL_COMPLETION, &message);
        }
        Ok(Done::definition("DROP EXTENSION", Vec::new()))
    }

    /// `ALTER INDEX … RENAME TO …`; the index of a constraint is called as that is.
    pub(super) fn alter_index(
        &mut self,
        name: &ObjectName,
        to: &ObjectName,
        if_exists: bool,
    ) -> Result<Done> {
        let plain = self.defined_name(name)?.plain;
        let to = self.defined_name(to)?.plain;
        if self.kind_of(&plain).is_none() || !self.is_visible(name, &plain) {
            let missing = self.missing(name);
            if !if_exists {
                return Err(missing);
            }
            self.skip(SqlState::SUCCESSFUL_COMPLETION, missing.message());
            return Ok(Done::definition("ALTER INDEX", Vec::new()));
        }
        let Some(table) = self.schema.indexed(&plain) else {
            let message = format!("\"{plain}\" is not an index");
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
        };
        self.is_taken(&to, false)?;
        let steps = match self.renamed_index(table, &plain, &to)? {
            Some(steps) => steps,
            None => self.renamed_constraint(table, &plain, &to)?,
        };
        Ok(Done::definition("ALTER INDEX", steps))
    }

    /// What gives another name to an index that was made as one.
    pub(super) fn renamed_index(
        &mut self,
        table: &crate::sqlite::schema::Relation,
        from: &str,
        to: &str,
    ) -> Result<Option<Vec<String>>> {
        let index = table.indexes.iter().find(|index| index.name == from);
        let Some(sql) = index.and_then(|index| index.sql.as_deref()) else { return Ok(None) };
        let database = table.database();
        let named = super::index_text::named(sql, &format!("{database}.{}", quoted(to)));
        let named = named.ok_or_else(|| unsupported("ALTER INDEX of such an index"))?;
        self.rename_comments(table.temporary, from, to);
        let mut steps = self.comment_steps();
        steps.push(format!("DROP INDEX {database}.{}", quoted(from)));
        steps.push(named);
        Ok(Some(steps))
    }

    /// What gives another name to a constraint, and to its index: 42704 if there is none.
    pub(super) fn renamed_constraint(
        &mut self,
        table: &crate::sqlite::schema::Relation,
        from: &str,
        to: &str,
    ) -> Result<Vec<String>> {
        if !table.has_constraint(from) {
            let message =
                format!("constraint \"{from}\" for table \"{}\" does not exist", table.name);
            return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
        }
        if table.has_constraint(to) {
            let message =
                format!("constraint \"{to}\" for relation \"{}\" already exists", table.name);
            return Err(PgError::new(SqlState::DUPLICATE_OBJECT, message));
        }
        let mut changed = self.unchanged(table)?;
        if !changed.text.rename_constraint(from, to) {
            return Err(unsupported("another name for a constraint that has none"));
        }
        self.rename_comments(table.temporary, from, to);
        self.rename_constraint_comment(table, from, to);
        let mut steps = self.comment_steps();
        steps.extend(self.rebuild(vec![changed])?);
        Ok(steps)
    }
}

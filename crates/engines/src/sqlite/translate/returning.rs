//! What INSERT, UPDATE and DELETE share: their table, and RETURNING.

use sqlparser::ast::{ObjectName, SelectItem};
use trunkline_core::{Column, PgError, Result, SqlState};

use super::name::quoted;
use super::query::announced;
use super::scope::{Scope, Source};
use super::{Translator, unsupported};
use crate::sqlite::schema::Relation;

impl Translator<'_> {
    /// The table that a statement writes to.
    pub(super) fn target(&self, name: &ObjectName, verb: &str) -> Result<Relation> {
        let relation = self.relation(name)?;
        if relation.sequence.is_some() {
            let message = format!("cannot change sequence \"{}\"", relation.name);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        if relation.view {
            let message = format!("cannot {verb} view \"{}\"", relation.name);
            let state = SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE;
            let error = PgError::new(state, message);
            return Err(error.detail("Views are not automatically updatable in SQLite."));
        }
        Ok(relation)
    }

    /// ` RETURNING …` and its columns, of a table under an alias and what else can be seen.
    ///
    /// SQLite knows only the columns of the table there, by their names alone: what FROM or USING
    /// has besides cannot be returned.
    ///
    /// # Errors
    ///
    /// 0A000 for columns of another table of the statement.
    pub(super) fn returning(
        &mut self,
        items: Option<&[SelectItem]>,
        source: &Source,
        scope: &Scope<'_>,
    ) -> Result<(String, Option<Vec<Column>>)> {
        let Some(items) = items else { return Ok((String::new(), None)) };
        let all = match scope.sources.len() {
            0 | 1 => None,
            _ => Some(self.projection(items, scope, None)?.outputs.len()),
        };
        let mut bare = source.clone();
        for column in &mut bare.columns {
            column.sql = quoted(&column.name);
        }
        for column in &mut bare.system {
            if let Some((_, name)) = column.sql.rsplit_once('.') {
                column.sql = name.to_owned();
            }
        }
        let projection = match (self.projection(items, &Scope::of(bare), None), all) {
            (Ok(projection), Some(all)) if projection.outputs.len() != all => {
                return Err(unsupported("RETURNING of columns of another table"));
            }
            (Err(_), Some(_)) => return Err(unsupported("RETURNING of columns of another table")),
            (projection, _) => projection?,
        };
        let columns = announced(&projection.outputs);
        Ok((format!(" RETURNING {}", projection.written()), Some(columns)))
    }
}

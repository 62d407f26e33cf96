//! `CREATE TABLE (LIKE …)`: the columns of another table.

use sqlparser::ast::CreateTableLikeKind;
use trunkline_core::{PgError, Result, SqlState};

use super::draft::DraftColumn;
use super::{Translator, unsupported};

impl Translator<'_> {
    /// The columns of the other table, with their NOT NULL and, if that is said, their defaults.
    ///
    /// # Errors
    ///
    /// 0A000 for what else of a table is to be as it is there.
    pub(super) fn columns_like(&self, like: &CreateTableLikeKind) -> Result<Vec<DraftColumn>> {
        let CreateTableLikeKind::Parenthesized(like) = like else {
            return Err(unsupported("CREATE TABLE LIKE without parentheses"));
        };
        let relation = self.relation(&like.name)?;
        if relation.sequence.is_some() {
            let message = format!("relation \"{}\" is invalid in LIKE clause", relation.name);
            let error = PgError::new(SqlState::WRONG_OBJECT_TYPE, message);
            let detail = "This operation is not supported for sequences.";
            return Err(self.at(error.detail(detail), &like.name));
        }
        let has_defaults = self.has_defaults_like()?;
        let column = |column: &crate::sqlite::schema::Column| {
            if has_defaults && column.sequence.is_some() {
                return Err(unsupported("LIKE INCLUDING DEFAULTS of a column with a sequence"));
            }
            let default = column.default.as_ref().filter(|_| has_defaults && !column.generated);
            Ok(DraftColumn {
                name: column.name.clone(),
                ty: column.ty,
                not_null: column.not_null || column.key > 0,
                default: default.map(|default| format!("({default})")),
                generated: None,
                numbers: None,
            })
        };
        relation.columns.iter().map(column).collect()
    }

    /// Whether defaults are included; what SQLite has nothing of may be said.
    fn has_defaults_like(&self) -> Result<bool> {
        let mut has_defaults = false;
        for (is_included, what) in &self.like {
            match (what.as_str(), is_included) {
                ("defaults", _) => has_defaults = *is_included,
                ("all", false) => has_defaults = false,
                ("storage" | "compression" | "statistics", _) | (_, false) => {}
                (other, true) => {
                    let what = format!("LIKE … INCLUDING {}", other.to_uppercase());
                    return Err(unsupported(&what));
                }
            }
        }
        Ok(has_defaults)
    }
}

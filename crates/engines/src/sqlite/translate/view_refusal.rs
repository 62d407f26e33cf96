//! What ALTER TABLE cannot do to a view.

use sqlparser::ast::{AlterColumnOperation, AlterTable, AlterTableOperation};
use trunkline_core::{PgError, SqlState};

use super::unsupported;
use crate::sqlite::schema::Relation;

/// 42809 for what cannot be done to a view; 0A000 for what PostgreSQL could do.
pub(super) fn not_of_a_view(alter: &AlterTable, view: &Relation) -> PgError {
    let action = alter.operations.iter().find_map(|operation| match operation {
        AlterTableOperation::AddColumn { .. } => Some("ADD COLUMN"),
        AlterTableOperation::DropColumn { .. } => Some("DROP COLUMN"),
        AlterTableOperation::AddConstraint { .. } => Some("ADD CONSTRAINT"),
        AlterTableOperation::DropConstraint { .. } => Some("DROP CONSTRAINT"),
        AlterTableOperation::AlterColumn { op, .. } => match op {
            AlterColumnOperation::SetNotNull => Some("ALTER COLUMN ... SET NOT NULL"),
            AlterColumnOperation::DropNotNull => Some("ALTER COLUMN ... DROP NOT NULL"),
            AlterColumnOperation::SetDataType { .. } => Some("ALTER COLUMN ... SET DATA TYPE"),
            _ => None,
        },
        _ => None,
    });
    let Some(action) = action else { return unsupported("this ALTER TABLE of a view") };
    let message =
        format!("ALTER action {action} cannot be performed on relation \"{}\"", view.name);
    PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
        .detail("This operation is not supported for views.")
}

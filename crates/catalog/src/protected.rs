//! Statements that would change what the catalogs tell: nobody may.

use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Mention, StatementKind};

use crate::facts::{self, PG_CATALOG};
use crate::world::INFORMATION_SCHEMA;

/// Refuses a statement that writes to one of these relations, if that is of the catalogs.
///
/// # Errors
///
/// 42501 for a table, 55000 for a view, as PostgreSQL's users are told who own neither; 0A000 for `pg_settings`,
/// whose rule makes a SET of an UPDATE.
pub(crate) fn check(kind: StatementKind, targets: &[Mention<'_>]) -> Result<()> {
    let (verb, doing, event) = match kind {
        StatementKind::Insert => ("insert into", "inserting into", "INSERT"),
        StatementKind::Update => ("update", "updating", "UPDATE"),
        StatementKind::Delete => ("delete from", "deleting from", "DELETE"),
        StatementKind::Merge => ("merge into", "merging into", "MERGE"),
        _ => return Ok(()),
    };
    for target in targets {
        let schema = match target.schema.as_deref() {
            None | Some("pg_catalog") => PG_CATALOG,
            Some("information_schema") => *INFORMATION_SCHEMA,
            Some(_) => continue,
        };
        let name = &*target.name;
        return Err(match facts::relation_kind(schema, name) {
            None => continue,
            Some('v') if schema == PG_CATALOG && name == "pg_settings" => {
                PgError::unsupported(format!("cannot {verb} view \"{name}\"")).hint("Use SET.")
            }
            Some('v') => {
                let detail = "Views that do not select from a single table or view are not automatically updatable.";
                let hint = format!(
                    "To enable {doing} the view, provide an INSTEAD OF {event} trigger or an unconditional \
                     ON {event} DO INSTEAD rule."
                );
                let message = format!("cannot {verb} view \"{name}\"");
                let sqlstate = SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE;
                PgError::new(sqlstate, message).detail(detail).hint(hint)
            }
            Some(_) => {
                let message = format!("permission denied for table {name}");
                PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message)
            }
        });
    }
    Ok(())
}

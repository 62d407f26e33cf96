//! What ON CONFLICT DO UPDATE may not do: affect a row that the same statement has inserted or changed. And which
//! of both it did.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use trunkline_core::SqlState;

use super::super::given::Given;
use super::raise::{raise, raise_with_hint};

/// Answers 1 to a number of a row, or refuses it: 21000, and 54000 if it has affected too many to tell.
pub(crate) const AFFECT_ONCE: &str = "pg_affect_once";

/// Answers 1 where the row that is returned was updated, and 0 where it was inserted.
pub(crate) const HAS_UPDATED: &str = "pg_has_updated";

/// Registers `pg_affect_once(rowid)` and `pg_has_updated()`.
pub(crate) fn register(connection: &Connection, given: &Given) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let seen = given.clone();
    connection.create_scalar_function(HAS_UPDATED, 0, flags, move |_| {
        Ok(i64::from(seen.has_updated()))
    })?;
    let given = given.clone();
    connection.create_scalar_function(AFFECT_ONCE, 1, flags, move |context| {
        match given.is_affected(context.get(0)?) {
            Some(false) => Ok(1),
            None => Err(raise(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "ON CONFLICT DO UPDATE command affects too many rows",
            )),
            Some(true) => Err(raise_with_hint(
                SqlState::CARDINALITY_VIOLATION,
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                "Ensure that no rows proposed for insertion within the same command have duplicate \
                 constrained values.",
            )),
        }
    })
}

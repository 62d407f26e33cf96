//! Errors on their way through SQLite.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::types::ValueError;
use trunkline_core::{PgError, SqlState};

use super::{Answer, pure};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_raise", -1, complain)?;
    missing(connection)
}

/// How an error with a SQLSTATE passes through SQLite, which carries only a message.
const RAISED: &str = "postgresql ";

/// What stands between an error's hint, which is PostgreSQL's, and its message, which may have anything.
const SEPARATOR: char = '\u{1f}';

/// An error for SQLite to report.
pub(super) fn raise(sqlstate: SqlState, message: &str) -> rusqlite::Error {
    raise_with_hint(sqlstate, message, "")
}

pub(super) fn raise_with_hint(sqlstate: SqlState, message: &str, hint: &str) -> rusqlite::Error {
    let text = format!("{RAISED}{} {hint}{SEPARATOR}{message}", sqlstate.as_str());
    rusqlite::Error::UserFunctionError(text.into())
}

/// What is wrong with a value, for SQLite to report.
pub(super) fn refused(error: ValueError) -> rusqlite::Error {
    raise_with_hint(error.sqlstate(), error.message(), error.hint().unwrap_or_default())
}

/// The error that a function raised, of the message that SQLite tells.
pub(crate) fn raised(message: &str) -> Option<PgError> {
    let (_, rest) = message.split_once(RAISED)?;
    let (code, text) = rest.split_at_checked(5)?;
    let sqlstate = SqlState::new(*code.as_bytes().first_chunk()?)?;
    let (hint, text) = text.split_once(SEPARATOR)?;
    let error = PgError::new(sqlstate, text.to_owned());
    Some(match hint.trim_start() {
        "" => error,
        hint => error.hint(hint.to_owned()),
    })
}

/// `pg_raise(sqlstate, message)`: an error that is found only when a row is met.
fn complain(context: &Context<'_>) -> Answer {
    let (code, message): (String, String) = (context.get(0)?, context.get(1)?);
    let sqlstate = code.as_bytes().first_chunk().and_then(|code| SqlState::new(*code));
    Err(raise(sqlstate.unwrap_or(SqlState::INTERNAL_ERROR), &message))
}

/// The function that stands where a row has no number and nobody gives it one.
pub(crate) const MISSING: &str = "pg_missing";

/// Registers `pg_missing('table.column')`: the error of a NULL, in SQLite's own words.
///
/// It is not deterministic, for SQLite would call it once for a statement that stores no rows.
pub(crate) fn missing(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(MISSING, 1, flags, |context| {
        Err::<Stored, _>(null_in(&context.get::<String>(0)?))
    })
}

/// The error of a NULL in `table.column`.
pub(crate) fn null_in(column: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(format!("{NULL_IN}{column}").into())
}

/// What SQLite says of a NULL, before the table and the column.
pub(crate) const NULL_IN: &str = "NOT NULL constraint failed: ";

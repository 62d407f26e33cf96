//! The errors of a query that is wrong, as PostgreSQL words them.

use trunkline_core::{PgError, SqlState};

/// Where in a statement something stands, in characters from 1; 0 if it is nowhere.
pub(crate) type Place = usize;

/// An error at its place.
pub(crate) fn at(place: Place, state: SqlState, message: impl Into<String>) -> PgError {
    let error = PgError::new(state, message.into());
    if place == 0 { error } else { error.position(place) }
}

/// 42703
pub(crate) fn no_column(place: Place, name: &str) -> PgError {
    at(place, SqlState::UNDEFINED_COLUMN, format!("column {name} does not exist"))
}

/// 42P01
pub(crate) fn no_relation(place: Place, name: &str) -> PgError {
    at(place, SqlState::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist"))
}

/// 42P01, for what FROM does not name
pub(crate) fn no_item(place: Place, name: &str) -> PgError {
    let message = format!("missing FROM-clause entry for table \"{name}\"");
    at(place, SqlState::UNDEFINED_TABLE, message)
}

/// How a message ends that says what is not here.
pub(crate) const UNSUPPORTED: &str = " is not supported in a query of the catalogs";

/// 0A000, for what PostgreSQL has and the catalogs here have not.
pub(crate) fn unsupported(place: Place, what: &str) -> PgError {
    at(place, SqlState::FEATURE_NOT_SUPPORTED, format!("{what}{UNSUPPORTED}"))
}

/// 42804
pub(crate) fn mismatch(place: Place, message: impl Into<String>) -> PgError {
    at(place, SqlState::DATATYPE_MISMATCH, message)
}

/// 42601
pub(crate) fn syntax(place: Place, message: impl Into<String>) -> PgError {
    at(place, SqlState::SYNTAX_ERROR, message)
}

/// 54001
pub(crate) fn too_deep() -> PgError {
    PgError::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
}

/// How many columns a query may have: PostgreSQL's limit.
pub(crate) const MOST_COLUMNS: usize = 1664;

/// 54011
pub(crate) fn too_many_columns() -> PgError {
    let message = format!("target lists can have at most {MOST_COLUMNS} entries");
    PgError::new(SqlState::TOO_MANY_COLUMNS, message)
}

/// How many items FROM may have: whoever goes through a chain of joins needs stack for each.
pub(crate) const MOST_ITEMS: usize = 300;

/// 54000
pub(crate) fn too_many_items() -> PgError {
    PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many range table entries")
}

/// 22023
pub(crate) fn bad_argument(message: impl Into<String>) -> PgError {
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, message.into())
}

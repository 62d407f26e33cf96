//! What PostgreSQL has and SQLite has not: functions that translated statements call.
//!
//! Their names begin with `pg_`; nothing but a check, an index or a default that uses one makes a
//! file depend on them. What depends on settings of the session is there twice: `pg_cast` goes by
//! what is kept, in UTC and by the ISO, `pg_local_cast` by the settings of the moment. SQLite lets no
//! index depend on the second kind.

mod array;
mod array_join;
mod decimal;
mod fields;
mod json;
mod jsonb;
mod made;
mod number;
mod pattern;
mod sequence;
mod statistics;
mod surroundings;
mod text;
mod time;
mod to_char;
pub(crate) mod value;
mod zoned;

use super::sequence::Sequences;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::types::{TextStyle, ValueError};
use trunkline_core::{PgError, SqlState};

pub(crate) use surroundings::Surroundings;
pub(crate) use value::assigned;

use super::output::KEPT;

/// What a function answers to SQLite.
type Answer = rusqlite::Result<Stored>;

/// Makes the functions known to a connection.
pub(crate) fn register(
    connection: &Connection,
    sequences: &Sequences,
) -> rusqlite::Result<Surroundings> {
    let surroundings = Surroundings::default();
    sequence::register(connection, sequences)?;
    value::register(connection, &surroundings)?;
    number::register(connection)?;
    array::register(connection)?;
    array_join::register(connection)?;
    decimal::register(connection)?;
    json::register(connection)?;
    jsonb::register(connection)?;
    pattern::register(connection)?;
    statistics::register(connection)?;
    text::register(connection)?;
    time::register(connection, &surroundings)?;
    fields::register(connection, &surroundings)?;
    to_char::register(connection, &surroundings)?;
    zoned::register(connection, &surroundings)?;
    made::register(connection, &surroundings)?;
    Ok(surroundings)
}

/// Adds a function whose answer depends on its arguments only; `arguments` of -1 is any number.
fn pure(
    connection: &Connection,
    name: &str,
    arguments: i32,
    function: fn(&Context<'_>) -> Answer,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(name, arguments, flags, function)
}

/// Adds a function whose answer depends on how values are spelled and on the zone, under two names:
/// `pg_…` goes by what is kept, `pg_local_…` by the session's settings of the moment.
fn styled(
    connection: &Connection,
    surroundings: &Surroundings,
    name: &str,
    arguments: i32,
    function: fn(&Context<'_>, &TextStyle) -> Answer,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let local = name.replacen("pg_", LOCAL, 1);
    let surroundings = surroundings.clone();
    connection.create_scalar_function(local.as_str(), arguments, flags, move |context| {
        function(context, &surroundings.style())
    })?;
    let flags = flags | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function(name, arguments, flags, move |context| function(context, &KEPT))
}

/// How the names of functions begin that go by the session's settings.
pub(crate) const LOCAL: &str = "pg_local_";

/// How an error with a SQLSTATE passes through SQLite, which carries only a message.
const RAISED: &str = "postgresql ";

/// What stands between an error's hint, which is PostgreSQL's, and its message, which may have anything.
const SEPARATOR: char = '\u{1f}';

/// An error for SQLite to report.
fn raise(sqlstate: SqlState, message: &str) -> rusqlite::Error {
    raise_with_hint(sqlstate, message, "")
}

fn raise_with_hint(sqlstate: SqlState, message: &str, hint: &str) -> rusqlite::Error {
    let text = format!("{RAISED}{} {hint}{SEPARATOR}{message}", sqlstate.as_str());
    rusqlite::Error::UserFunctionError(text.into())
}

fn refused(error: &ValueError) -> rusqlite::Error {
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

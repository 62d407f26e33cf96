//! What PostgreSQL has and SQLite has not: functions that translated statements call.
//!
//! Their names begin with `pg_`; nothing but a check, an index or a default that uses one makes a
//! file depend on them.

mod json;
mod number;
mod pattern;
mod sequence;
mod text;
mod time;
mod to_char;
pub(crate) mod value;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::sequence::Sequences;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::types::ValueError;
use trunkline_core::{PgError, SqlState};

/// What a function answers to SQLite.
type Answer = rusqlite::Result<Stored>;

/// The time that `now()` tells on a connection, which stands still during a transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;

impl Clock {
    /// Stops the clock at this moment, for the transaction that begins. Until it is called first,
    /// `now()` is the time of the call.
    pub(crate) fn stop(&self) {
        self.0.store(present(), Ordering::Relaxed);
    }

    /// Microseconds since 2000-01-01 UTC.
    fn now(&self) -> i64 {
        match self.0.load(Ordering::Relaxed) {
            0 => present(),
            stopped => stopped,
        }
    }
}

/// The time of the call, in microseconds since 2000-01-01 UTC.
fn present() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX).saturating_sub(EPOCH)
}

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<(Clock, Sequences)> {
    let (clock, sequences) = (Clock::default(), Sequences::default());
    sequence::register(connection, &sequences)?;
    value::register(connection)?;
    number::register(connection)?;
    json::register(connection)?;
    pattern::register(connection)?;
    text::register(connection)?;
    to_char::register(connection)?;
    time::register(connection, &clock)?;
    Ok((clock, sequences))
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

/// How an error with a SQLSTATE passes through SQLite, which carries only a message.
const RAISED: &str = "postgresql ";

/// An error for SQLite to report.
fn raise(sqlstate: SqlState, message: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(format!("{RAISED}{} {message}", sqlstate.as_str()).into())
}

fn refused(error: &ValueError) -> rusqlite::Error {
    raise(error.sqlstate(), error.message())
}

/// The error that a function raised, of the message that SQLite tells.
pub(crate) fn raised(message: &str) -> Option<PgError> {
    let (_, rest) = message.split_once(RAISED)?;
    let (code, text) = rest.split_at_checked(5)?;
    let sqlstate = SqlState::new(*code.as_bytes().first_chunk()?)?;
    Some(PgError::new(sqlstate, text.trim_start().to_owned()))
}

//! Dates and times.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use trunkline_core::Oid;
use trunkline_core::types::Value;

use super::super::storage;
use super::{Answer, Clock, present, refused};

pub(super) fn register(connection: &Connection, clock: &Clock) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let clock = clock.clone();
    connection.create_scalar_function("pg_now", 0, flags, move |_| moment(clock.now()))?;
    connection.create_scalar_function("pg_clock", 0, flags, |_| moment(present()))
}

/// A `timestamptz` as it is kept.
fn moment(micros: i64) -> Answer {
    storage::store(Value::Timestamptz(micros), Oid::TIMESTAMPTZ).map_err(|error| refused(&error))
}

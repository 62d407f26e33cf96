//! What PostgreSQL has and SQLite has not: functions that translated statements call.
//!
//! Their names begin with `pg_`; nothing but a check, an index or a default that uses one makes a
//! file depend on them. What depends on settings of the session is there twice: `pg_cast` goes by
//! what is kept, in UTC and by the ISO, `pg_local_cast` by the settings of the moment. SQLite lets no
//! index depend on the second kind.

mod array;
mod array_join;
mod array_search;
mod array_text;
mod bounded;
mod bytes;
mod calendar;
mod called;
mod cast;
mod collected;
pub(crate) mod conflict;
mod decimal;
mod elements;
mod encoding;
mod fields;
mod format;
mod from_char;
mod json;
mod json_made;
mod json_rows;
mod jsonb;
mod jsonb_set;
mod measure;
mod number;
mod order;
mod ordered_set;
mod pattern;
pub(crate) mod raise;
mod regexp;
mod sequence;
mod series;
mod statistics;
mod sums;
mod surroundings;
mod text;
mod time;
mod to_char;
mod zoned;

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::Oid;
use trunkline_core::types::TextStyle;

pub(crate) use called::register as register_called;
pub(crate) use called::{CALLED, whom};
pub(crate) use cast::assigned;
pub(crate) use conflict::register as register_conflict;
pub(crate) use json::quote as quote_json;
pub(crate) use raise::raised;
use raise::{raise, refused};
pub(crate) use surroundings::Surroundings;

use super::control::Control;
use super::output::KEPT;
use super::sequence::Sequences;

/// What a function answers to SQLite.
type Answer = rusqlite::Result<Stored>;

/// Makes the functions known to a connection.
pub(crate) fn register(
    connection: &Connection,
    sequences: &Sequences,
    control: &Arc<Control>,
) -> rusqlite::Result<Surroundings> {
    let surroundings = Surroundings::default();
    sequence::register(connection, sequences)?;
    raise::register(connection)?;
    cast::register(connection, &surroundings)?;
    elements::register(connection)?;
    bytes::register(connection)?;
    encoding::register(connection)?;
    number::register(connection)?;
    measure::register(connection)?;
    array::register(connection)?;
    order::register(connection)?;
    ordered_set::register(connection)?;
    array_text::register(connection)?;
    regexp::register(connection, control)?;
    json_rows::register(connection)?;
    series::register(connection, &surroundings)?;
    format::register(connection)?;
    array_join::register(connection)?;
    array_search::register(connection)?;
    decimal::register(connection)?;
    json::register(connection)?;
    json_made::register(connection, &surroundings)?;
    collected::register(connection)?;
    jsonb::register(connection)?;
    jsonb_set::register(connection)?;
    pattern::register(connection)?;
    statistics::register(connection)?;
    sums::register(connection)?;
    text::register(connection)?;
    time::register(connection, &surroundings)?;
    fields::register(connection, &surroundings)?;
    to_char::register(connection, &surroundings)?;
    from_char::register(connection, &surroundings)?;
    zoned::register(connection, &surroundings)?;
    calendar::register(connection, &surroundings)?;
    Ok(surroundings)
}

/// An argument that is the number of a type.
fn oid(context: &Context<'_>, place: usize) -> rusqlite::Result<Oid> {
    Ok(Oid(context.get(place)?))
}

/// Of a function whose answer depends on its arguments only, and which does nothing else.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Adds a function whose answer depends on its arguments only; `arguments` of -1 is any number.
fn pure(
    connection: &Connection,
    name: &str,
    arguments: i32,
    function: fn(&Context<'_>) -> Answer,
) -> rusqlite::Result<()> {
    connection.create_scalar_function(name, arguments, PURE, function)
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

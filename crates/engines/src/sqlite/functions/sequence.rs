//! The functions of sequences, over what the session has read of them.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::types::ValueError;

use super::super::sequence::Sequences;
use super::refused;

/// Registers `pg_nextval(place)`, `pg_setval(place, value, is_called)`, `pg_currval(place, name)`, `pg_lastval()`.
pub(super) fn register(connection: &Connection, sequences: &Sequences) -> rusqlite::Result<()> {
    add(connection, sequences, "pg_nextval", 1, |all, context| all.next(&text(context, 0)))?;
    add(connection, sequences, "pg_currval", 2, |all, context| {
        all.current(&text(context, 0), &text(context, 1))
    })?;
    add(connection, sequences, "pg_lastval", 0, |all, _| all.last())?;
    let (all, flags) = (sequences.clone(), flags());
    connection.create_scalar_function("pg_setval", 3, flags, move |context| {
        let (value, is_called) = (context.get::<Option<i64>>(1)?, context.get::<Option<bool>>(2)?);
        let (Some(value), Some(is_called)) = (value, is_called) else { return Ok(Stored::Null) };
        let set = all.set(&text(context, 0), value, is_called);
        set.map(Stored::Integer).map_err(refused)
    })
}

/// Each call counts: nothing of them is deterministic.
fn flags() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS
}

fn add(
    connection: &Connection,
    sequences: &Sequences,
    name: &str,
    arguments: i32,
    function: fn(&Sequences, &Context<'_>) -> Result<i64, ValueError>,
) -> rusqlite::Result<()> {
    let all = sequences.clone();
    connection.create_scalar_function(name, arguments, flags(), move |context| {
        function(&all, context).map(Stored::Integer).map_err(refused)
    })
}

fn text(context: &Context<'_>, place: usize) -> String {
    context.get(place).unwrap_or_default()
}

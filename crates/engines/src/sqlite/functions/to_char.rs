//! `to_char`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;
use trunkline_core::types::template::{DateTemplate, NumberTemplate};
use trunkline_core::types::{Interval, TextStyle, Value};

use super::super::storage;
use super::text::text;
use super::{Answer, Surroundings, oid, raise, refused, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_to_char", 3, to_char)
}

/// `pg_to_char(value, template, type)`
fn to_char(context: &Context<'_>, style: &TextStyle) -> Answer {
    let value = storage::load(context.get_raw(0), oid(context, 2)?).map_err(refused)?;
    let Some(template) = text(context, 1)?.filter(|_| value != Value::Null) else {
        return Ok(Stored::Null);
    };
    let dates = || DateTemplate::new(&template);
    let numbers = || NumberTemplate::new(&template).map_err(refused);
    let time = |micros| Interval { micros, ..Interval::default() };
    let printed = match value {
        Value::Timestamp(at) => dates().timestamp(at),
        Value::Timestamptz(at) => dates().timestamptz(at, &style.time_zone),
        Value::Interval(interval) => dates().interval(interval).map_err(refused)?,
        Value::Time(micros) => dates().interval(time(micros)).map_err(refused)?,
        Value::Int2(value) => Some(numbers()?.int4(value.into()).map_err(refused)?),
        Value::Int4(value) => Some(numbers()?.int4(value).map_err(refused)?),
        Value::Int8(value) => Some(numbers()?.int8(value).map_err(refused)?),
        Value::Numeric(value) => Some(numbers()?.numeric(&value).map_err(refused)?),
        Value::Float4(value) => Some(numbers()?.float4(value).map_err(refused)?),
        Value::Float8(value) => Some(numbers()?.float8(value).map_err(refused)?),
        _ => return Err(raise(SqlState::DATATYPE_MISMATCH, "to_char() of another type")),
    };
    Ok(printed.map_or(Stored::Null, Stored::Text))
}

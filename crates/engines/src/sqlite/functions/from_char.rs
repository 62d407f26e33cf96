//! `to_date` and `to_timestamp` of texts in a format.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::Oid;
use trunkline_core::types::template::DateTemplate;
use trunkline_core::types::{TextStyle, Value};

use super::text::text;
use super::time::{DAY, kept, moment};
use super::zoned::moment_of;
use super::{Answer, Surroundings, oid, refused, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_from_char", 3, from_char)
}

/// `pg_from_char(text, format, type)`
fn from_char(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(input), Some(format)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let (days, time) = DateTemplate::new(&format).read(&input).map_err(refused)?;
    match oid {
        Oid::DATE => kept(Value::Date(i32::try_from(days).unwrap_or(i32::MAX)), oid),
        _ => {
            let local = days.saturating_mul(DAY).saturating_add(time);
            moment(moment_of(local, &style.time_zone))
        }
    }
}

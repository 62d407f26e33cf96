//! `generate_series` where SQLite wants all of its values at a time: of dates, and beside other tables.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::TextStyle;
use trunkline_core::{Oid, SqlState};

use super::json::quote;
use super::time::{DAY, interval, micros, out_of_range, timed};
use super::zoned::{added, is_infinite};
use super::{Answer, Surroundings, pure, raise, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    pure(connection, "pg_series", 3, of_integers)?;
    styled(connection, surroundings, "pg_time_series", 4, of_times)
}

/// The most values that are made at a time.
const MOST: usize = 1 << 20;

fn too_many() -> rusqlite::Error {
    let message = format!(
        "a generate_series of more than {MOST} values here is not supported by the SQLite engine"
    );
    raise(SqlState::FEATURE_NOT_SUPPORTED, &message)
}

fn no_step() -> rusqlite::Error {
    raise(SqlState::INVALID_PARAMETER_VALUE, "step size cannot equal zero")
}

fn listed(words: &[String]) -> Answer {
    Ok(Stored::Text(format!("[{}]", words.join(","))))
}

/// `pg_series(first, last, step)`: JSON of integers.
fn of_integers(context: &Context<'_>) -> Answer {
    let whole = |place| match context.get_raw(place) {
        ValueRef::Integer(value) => Some(value),
        _ => None,
    };
    let (Some(first), Some(last), Some(step)) = (whole(0), whole(1), whole(2)) else {
        return Ok(Stored::Null);
    };
    if step == 0 {
        return Err(no_step());
    }
    let (mut words, mut next) = (Vec::new(), Some(first));
    while let Some(value) =
        next.filter(|value| if step > 0 { *value <= last } else { *value >= last })
    {
        if words.len() == MOST {
            return Err(too_many());
        }
        words.push(value.to_string());
        next = value.checked_add(step);
    }
    listed(&words)
}

/// `pg_time_series(first, last, type, step)`: JSON of moments.
fn of_times(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = Oid(context.get(2)?);
    let (Some(first), Some(last), Some(step)) = (
        micros(context.get_raw(0), oid)?,
        micros(context.get_raw(1), oid)?,
        interval(context.get_raw(3))?,
    ) else {
        return Ok(Stored::Null);
    };
    let length = (i128::from(step.months) * 30 + i128::from(step.days)) * i128::from(DAY)
        + i128::from(step.micros);
    if length == 0 {
        return Err(no_step());
    }
    if is_infinite(last) || is_infinite(first) {
        return Err(too_many());
    }
    let (mut words, mut value) = (Vec::new(), first);
    while if length > 0 { value <= last } else { value >= last } {
        if words.len() == MOST {
            return Err(too_many());
        }
        if let Stored::Text(word) = timed(value, oid)? {
            words.push(quote(&word));
        }
        let next = match oid {
            Oid::TIMESTAMPTZ => added(value, step, &style.time_zone),
            _ => super::time::moved(value, step),
        };
        value = next.ok_or_else(out_of_range)?;
    }
    listed(&words)
}

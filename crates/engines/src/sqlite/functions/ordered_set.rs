//! Aggregates of values that are in order: `percentile_cont`, `percentile_disc`, `mode`.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-aggregate.html#FUNCTIONS-ORDEREDSET-TABLE>.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::SqlState;

use super::number::{kept, number};
use super::{PURE, raise};

/// How many bytes the values of a group may take: nobody can stop a function that grows.
const LARGEST: usize = 1 << 28;

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_aggregate_function("pg_percentile_cont", 2, PURE, Percentile(between))?;
    connection.create_aggregate_function("pg_percentile_disc", 2, PURE, Percentile(one_of))?;
    connection.create_aggregate_function("pg_mode", 2, PURE, Mode)
}

/// `pg_percentile_…(fraction, value)`, whose values come in order.
struct Percentile(fn(&[Stored], f64) -> Option<Stored>);

/// The fraction, and the values that are not NULL.
#[derive(Default)]
struct Ranked {
    fraction: Option<f64>,
    values: Vec<Stored>,
    bytes: usize,
}

impl Aggregate<Ranked, Stored> for Percentile {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Ranked> {
        Ok(Ranked::default())
    }

    fn step(&self, context: &mut Context<'_>, ranked: &mut Ranked) -> rusqlite::Result<()> {
        ranked.fraction = number(context.get_raw(0));
        let value = context.get_raw(1);
        let length = match value {
            ValueRef::Null => return Ok(()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
            _ => 0,
        };
        ranked.bytes = ranked.bytes.saturating_add(length + size_of::<Stored>());
        if ranked.bytes > LARGEST {
            let message = "the values of an aggregate are too many";
            return Err(raise(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
        }
        ranked.values.push(value.try_into().map_err(rusqlite::Error::from)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, ranked: Option<Ranked>) -> rusqlite::Result<Stored> {
        let Some(Ranked { fraction: Some(fraction), values, .. }) = ranked else {
            return Ok(Stored::Null);
        };
        if !(0.0..=1.0).contains(&fraction) {
            let message = format!("percentile value {fraction} is not between 0 and 1");
            return Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, &message));
        }
        Ok((self.0)(&values, fraction).unwrap_or(Stored::Null))
    }
}

/// The first value up to which there are so many of all.
fn one_of(values: &[Stored], fraction: f64) -> Option<Stored> {
    let rank = (fraction * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).cloned()
}

/// What lies at that part of the way from the first to the last, between its neighbours if need be.
fn between(values: &[Stored], fraction: f64) -> Option<Stored> {
    let at = fraction * values.len().checked_sub(1)? as f64;
    let value = |place: f64| number(ValueRef::from(values.get(place as usize)?));
    let (low, high) = (value(at.floor())?, value(at.ceil())?);
    Some(kept(if low == high { low } else { low + (high - low) * at.fract() }))
}

/// `pg_mode(value, key)`, whose values come in the order of their keys.
struct Mode;

/// The value that came last, and the one that came most often.
#[derive(Default)]
struct Runs {
    last: Option<Run>,
    longest: Option<Run>,
}

/// Values beside each other that have one key.
struct Run {
    value: Stored,
    key: Stored,
    length: u64,
}

impl Runs {
    /// The run that was the last one is over.
    fn end(&mut self) {
        let longest = self.longest.as_ref().map_or(0, |run| run.length);
        if let Some(run) = self.last.take().filter(|run| run.length > longest) {
            self.longest = Some(run);
        }
    }
}

impl Aggregate<Runs, Stored> for Mode {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Runs> {
        Ok(Runs::default())
    }

    fn step(&self, context: &mut Context<'_>, runs: &mut Runs) -> rusqlite::Result<()> {
        if matches!(context.get_raw(0), ValueRef::Null) {
            return Ok(());
        }
        if let Some(run) = &mut runs.last
            && ValueRef::from(&run.key) == context.get_raw(1)
        {
            run.length += 1;
            return Ok(());
        }
        runs.end();
        runs.last = Some(Run { value: context.get(0)?, key: context.get(1)?, length: 1 });
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, runs: Option<Runs>) -> rusqlite::Result<Stored> {
        let mut runs = runs.unwrap_or_default();
        runs.end();
        Ok(runs.longest.map_or(Stored::Null, |run| run.value))
    }
}

//! Sums that SQLite does not have: of numerics with all of their digits, of floats with a NaN, of intervals.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Interval, Value};
use trunkline_core::{Oid, SqlState};

use super::super::storage;
use super::decimal::{Total, printed};
use super::number::{kept, number};
use super::time::{self, interval};
use super::{PURE, raise, refused};

/// The sum of floats, in their order and with no more digits than they have.
struct Floats {
    is_mean: bool,
}

impl Aggregate<(f64, f64, bool), Stored> for Floats {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<(f64, f64, bool)> {
        Ok((0.0, 0.0, true))
    }

    fn step(
        &self,
        context: &mut Context<'_>,
        (count, sum, is_finite): &mut (f64, f64, bool),
    ) -> rusqlite::Result<()> {
        if let Some(value) = number(context.get_raw(0)) {
            *count += 1.0;
            *sum += value;
            *is_finite &= value.is_finite();
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sums: Option<(f64, f64, bool)>,
    ) -> rusqlite::Result<Stored> {
        let Some((count, sum, is_finite)) = sums.filter(|(count, _, _)| *count > 0.0) else {
            return Ok(Stored::Null);
        };
        if is_finite && sum.is_infinite() {
            let message = "value out of range: overflow";
            return Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
        }
        Ok(kept(if self.is_mean { sum / count } else { sum }))
    }
}

/// The sum of numerics or of whole numbers, as a text of all digits or as a number.
struct Numerics {
    is_text: bool,
}

impl Aggregate<Total, Stored> for Numerics {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Total> {
        Ok(Total::default())
    }

    fn step(&self, context: &mut Context<'_>, total: &mut Total) -> rusqlite::Result<()> {
        match context.get_raw(0) {
            ValueRef::Null => {}
            kept => {
                let value = storage::load(kept, Oid::NUMERIC).map_err(refused)?;
                if let Value::Numeric(value) = value {
                    total.add(&value);
                }
            }
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> rusqlite::Result<Stored> {
        let Some(sum) = total.and_then(|total| total.sum()) else { return Ok(Stored::Null) };
        if self.is_text {
            return printed(sum);
        }
        Ok(match sum.to_i64() {
            Ok(whole) if sum.is_integer() => Stored::Integer(whole),
            _ => kept(sum.to_f64()),
        })
    }
}

/// The sum of intervals, or their mean.
struct Intervals {
    is_mean: bool,
}

impl Aggregate<(i64, Interval), Stored> for Intervals {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<(i64, Interval)> {
        Ok((0, Interval { months: 0, days: 0, micros: 0 }))
    }

    fn step(
        &self,
        context: &mut Context<'_>,
        (count, sum): &mut (i64, Interval),
    ) -> rusqlite::Result<()> {
        let Some(span) = interval(context.get_raw(0))? else { return Ok(()) };
        let added = || {
            Some(Interval {
                months: sum.months.checked_add(span.months)?,
                days: sum.days.checked_add(span.days)?,
                micros: sum.micros.checked_add(span.micros)?,
            })
        };
        let message = "interval out of range";
        *sum = added().ok_or_else(|| raise(SqlState::DATETIME_FIELD_OVERFLOW, message))?;
        *count = count.saturating_add(1);
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sums: Option<(i64, Interval)>,
    ) -> rusqlite::Result<Stored> {
        let Some((count, sum)) = sums.filter(|(count, _)| *count > 0) else {
            return Ok(Stored::Null);
        };
        let sum = match self.is_mean {
            true => time::divided(sum, count as f64)?,
            false => sum,
        };
        time::kept(Value::Interval(sum), Oid::INTERVAL)
    }
}

/// The value whose key is the least, or the greatest.
struct Extreme {
    is_greatest: bool,
}

impl Aggregate<Option<(Vec<u8>, Stored)>, Stored> for Extreme {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<(Vec<u8>, Stored)>> {
        Ok(None)
    }

    fn step(
        &self,
        context: &mut Context<'_>,
        best: &mut Option<(Vec<u8>, Stored)>,
    ) -> rusqlite::Result<()> {
        let ValueRef::Blob(key) = context.get_raw(1) else { return Ok(()) };
        let is_better = match best {
            None => true,
            Some((known, _)) if self.is_greatest => key > known.as_slice(),
            Some((known, _)) => key < known.as_slice(),
        };
        if is_better {
            *best = Some((key.to_vec(), context.get(0)?));
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        best: Option<Option<(Vec<u8>, Stored)>>,
    ) -> rusqlite::Result<Stored> {
        Ok(best.flatten().map_or(Stored::Null, |(_, value)| value))
    }
}

/// The bits that all values have, or any, or an odd number of them.
struct Bits(fn(i64, i64) -> i64);

impl Aggregate<Option<i64>, Option<i64>> for Bits {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<i64>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, bits: &mut Option<i64>) -> rusqlite::Result<()> {
        if let ValueRef::Integer(value) = context.get_raw(0) {
            *bits = Some(bits.map_or(value, |bits| (self.0)(bits, value)));
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        bits: Option<Option<i64>>,
    ) -> rusqlite::Result<Option<i64>> {
        Ok(bits.flatten())
    }
}

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_aggregate_function("pg_sum_float", 1, PURE, Floats { is_mean: false })?;
    connection.create_aggregate_function("pg_avg_float", 1, PURE, Floats { is_mean: true })?;
    connection.create_aggregate_function("pg_sum_text", 1, PURE, Numerics { is_text: true })?;
    connection.create_aggregate_function("pg_sum_number", 1, PURE, Numerics { is_text: false })?;
    connection.create_aggregate_function(
        "pg_sum_interval",
        1,
        PURE,
        Intervals { is_mean: false },
    )?;
    connection.create_aggregate_function(
        "pg_avg_interval",
        1,
        PURE,
        Intervals { is_mean: true },
    )?;
    connection.create_aggregate_function("pg_min", 2, PURE, Extreme { is_greatest: false })?;
    connection.create_aggregate_function("pg_max", 2, PURE, Extreme { is_greatest: true })?;
    connection.create_aggregate_function("pg_bit_and", 1, PURE, Bits(|a, b| a & b))?;
    connection.create_aggregate_function("pg_bit_or", 1, PURE, Bits(|a, b| a | b))?;
    connection.create_aggregate_function("pg_bit_xor", 1, PURE, Bits(|a, b| a ^ b))
}

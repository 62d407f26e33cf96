//! Sums that SQLite does not have: of numerics with all of their digits, of floats with a NaN, of intervals.

use std::collections::VecDeque;

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, WindowAggregate};
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
    /// Whether it is over a window, where values leave its frame.
    is_framed: bool,
}

/// What has been added up of a group, or of the frame of a window.
#[derive(Default)]
struct FloatSum {
    sum: f64,
    count: usize,
    is_finite: bool,
    /// The values of a frame, so that what leaves it takes no digits with it.
    values: VecDeque<f64>,
    /// Whether something has left the frame since the sum was made.
    is_stale: bool,
}

impl FloatSum {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count = self.count.saturating_add(1);
        self.is_finite &= value.is_finite();
    }

    /// The sum, made anew of what is left where something has left.
    fn made_anew(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        let values = std::mem::take(&mut self.values);
        *self = FloatSum { is_finite: true, ..FloatSum::default() };
        values.iter().for_each(|value| self.add(*value));
        self.values = values;
    }
}

impl Floats {
    fn answer(&self, sums: &mut FloatSum) -> rusqlite::Result<Stored> {
        sums.made_anew();
        if sums.count == 0 {
            return Ok(Stored::Null);
        }
        if sums.is_finite && sums.sum.is_infinite() {
            let message = "value out of range: overflow";
            return Err(raise(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
        }
        Ok(kept(if self.is_mean { sums.sum / sums.count as f64 } else { sums.sum }))
    }
}

impl Aggregate<FloatSum, Stored> for Floats {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<FloatSum> {
        Ok(FloatSum { is_finite: true, ..FloatSum::default() })
    }

    fn step(&self, context: &mut Context<'_>, sums: &mut FloatSum) -> rusqlite::Result<()> {
        if let Some(value) = number(context.get_raw(0)) {
            sums.add(value);
            if self.is_framed {
                sums.values.push_back(value);
            }
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<FloatSum>) -> rusqlite::Result<Stored> {
        sums.map_or(Ok(Stored::Null), |mut sums| self.answer(&mut sums))
    }
}

impl WindowAggregate<FloatSum, Stored> for Floats {
    fn value(&self, sums: Option<&mut FloatSum>) -> rusqlite::Result<Stored> {
        sums.map_or(Ok(Stored::Null), |sums| self.answer(sums))
    }

    fn inverse(&self, context: &mut Context<'_>, sums: &mut FloatSum) -> rusqlite::Result<()> {
        if number(context.get_raw(0)).is_some() {
            sums.values.pop_front();
            sums.is_stale = true;
        }
        Ok(())
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
    for (name, is_mean) in [("pg_sum_float", false), ("pg_avg_float", true)] {
        let whole = Floats { is_mean, is_framed: false };
        connection.create_aggregate_function(name, 1, PURE, whole)?;
        let framed = Floats { is_mean, is_framed: true };
        connection.create_window_function(format!("{name}_framed").as_str(), 1, PURE, framed)?;
    }
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

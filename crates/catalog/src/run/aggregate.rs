//! Aggregates.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::query::compare_keys;
use super::{Frame, MORE, RED, Run, ordered_set};
use crate::bind::type_name;
use crate::datum::Datum;
use crate::error::unsupported;
use crate::facts::is_vector;
use crate::functions::bits::Bitwise;
use crate::functions::{json, math, spans};
use crate::plan::{Aggregate, AggregateKind, OrderExpr};

/// What an aggregate has seen of its group.
pub(super) struct State {
    count: i64,
    value: Datum,
    /// Values with the keys of their order, where all of them are needed.
    items: Vec<(Vec<Datum>, Vec<Datum>)>,
    seen: Option<HashSet<Vec<Datum>>>,
}

impl State {
    pub(super) fn new(aggregate: &Aggregate) -> State {
        let seen = aggregate.distinct.then(HashSet::new);
        State { count: 0, value: Datum::Null, items: Vec::new(), seen }
    }
}

/// The order that `min` and `max` know: `oidvector` is nothing but an array to them.
fn order(one: &Datum, two: &Datum) -> Ordering {
    match (one, two) {
        (Datum::Array(one), Datum::Array(two)) => one.compare_items(two),
        _ => one.compare(two),
    }
}

fn combined(combine: Bitwise, before: &Datum, value: Datum) -> Result<Datum> {
    match (before, &value) {
        (Datum::Int(one), Datum::Int(two)) => Ok(Datum::Int(combine.of_numbers(*one, *two))),
        (Datum::Other(_), Datum::Other(_)) => combine.of_strings(before, &value),
        _ => Ok(value),
    }
}

impl Run {
    /// Takes a row of the query that an aggregate belongs to.
    pub(super) fn accumulate(
        &self,
        of: &Aggregate,
        state: &mut State,
        frame: &Frame<'_>,
    ) -> Result<()> {
        self.accumulate_within(of.within, of, state, frame)
    }

    /// Takes a row, which the queries between see as that of one around them.
    fn accumulate_within(
        &self,
        within: usize,
        of: &Aggregate,
        state: &mut State,
        frame: &Frame<'_>,
    ) -> Result<()> {
        if let Some(within) = within.checked_sub(1) {
            let inner = Frame { rows: &[], slots: &[], parent: Some(frame) };
            return stacker::maybe_grow(RED, MORE, || {
                self.accumulate_within(within, of, state, &inner)
            });
        }
        self.step()?;
        if let Some(filter) = &of.filter
            && !self.eval(filter, frame)?.is_true()
        {
            return Ok(());
        }
        let arguments = self.values(&of.arguments, frame)?;
        self.weigh(&arguments)?;
        let is_null = arguments.first().is_some_and(Datum::is_null);
        let keeps_null = match of.kind {
            AggregateKind::List => true,
            AggregateKind::Regress(_) => !arguments.iter().any(Datum::is_null),
            AggregateKind::JsonList { strict } => !strict || !is_null,
            AggregateKind::JsonObject { strict } => {
                if is_null {
                    let message = "field name must not be null";
                    return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
                }
                !strict || !arguments.get(1).is_some_and(Datum::is_null)
            }
            // What it is asked for comes first, and may be NULL.
            AggregateKind::Percentile { .. } => !arguments.last().is_some_and(Datum::is_null),
            _ => !is_null,
        };
        if !keeps_null {
            let is_json = matches!(
                of.kind,
                AggregateKind::JsonList { .. } | AggregateKind::JsonObject { .. }
            );
            // Of rows that are left out JSON is empty, and of none it is NULL.
            state.count += i64::from(is_json);
            return Ok(());
        }
        if let Some(seen) = &mut state.seen {
            if !seen.insert(arguments.clone()) {
                return Ok(());
            }
            self.charge(arguments.iter().map(|value| value.size() + 64).sum())?;
        }
        state.count += 1;
        let value = arguments.first().cloned().unwrap_or_default();
        match of.kind {
            AggregateKind::Count => {}
            AggregateKind::Sum | AggregateKind::Average if of.result == Oid::INTERVAL => {
                state.value = spans::sum(&state.value, &value)?;
            }
            AggregateKind::Sum | AggregateKind::Average => {
                state.value = match std::mem::take(&mut state.value) {
                    Datum::Null => self.number(of, value),
                    sum => math::add(&sum, &self.number(of, value), of.result)?,
                };
            }
            AggregateKind::Min if state.value.is_null() || order(&value, &state.value).is_lt() => {
                self.keep_value(&mut state.value, value)?;
            }
            AggregateKind::Max if state.value.is_null() || order(&value, &state.value).is_gt() => {
                self.keep_value(&mut state.value, value)?;
            }
            AggregateKind::Min | AggregateKind::Max => {}
            AggregateKind::And => {
                state.value = Datum::Bool(value.is_true() && state.value.as_bool() != Some(false));
            }
            AggregateKind::Or => {
                state.value = Datum::Bool(value.is_true() || state.value.is_true())
            }
            AggregateKind::First => {
                if state.value.is_null() {
                    self.keep_value(&mut state.value, value)?;
                }
            }
            AggregateKind::Bits(combine) => {
                let value = combined(combine, &state.value, value)?;
                self.keep_value(&mut state.value, value)?;
            }
            AggregateKind::Join
            | AggregateKind::List
            | AggregateKind::Spread(_)
            | AggregateKind::Regress(_)
            | AggregateKind::Mode
            | AggregateKind::Percentile { .. }
            | AggregateKind::JsonList { .. }
            | AggregateKind::JsonObject { .. } => {
                let keys = of
                    .order
                    .iter()
                    .map(|key| self.eval(&key.expr, frame))
                    .collect::<Result<_>>()?;
                self.charge(arguments.iter().map(|value| value.size() + 64).sum())?;
                state.items.push((keys, arguments));
            }
        }
        Ok(())
    }

    /// `[1, 2]`: what is a row stands in a line of its own.
    fn json_list(&self, of: &Aggregate, items: impl Iterator<Item = Vec<Datum>>) -> Result<Datum> {
        let oid = of.types.first().copied().unwrap_or(Oid::TEXT);
        let mut out = String::from("[");
        for (place, values) in items.enumerate() {
            let Some(value) = values.first() else { continue };
            let is_row = matches!(value, Datum::Record(_) | Datum::Array(_));
            out.push_str(match (place, is_row) {
                (0, _) => "",
                (_, true) => ", \n ",
                _ => ", ",
            });
            json::push(self, value, oid, false, &mut out)?;
        }
        out.push(']');
        json::finished(self, out, of.result)
    }

    /// `{ "a" : 1, "b" : 2 }`
    fn json_object(
        &self,
        of: &Aggregate,
        items: impl Iterator<Item = Vec<Datum>>,
    ) -> Result<Datum> {
        let type_of = |place: usize| of.types.get(place).copied().unwrap_or(Oid::TEXT);
        let mut out = String::from("{ ");
        for (place, values) in items.enumerate() {
            let [key, value] = values.as_slice() else { continue };
            out.push_str(if place > 0 { ", " } else { "" });
            json::push_string(&self.world.text(key, type_of(0))?, &mut out);
            out.push_str(" : ");
            json::push(self, value, type_of(1), false, &mut out)?;
        }
        out.push_str(" }");
        json::finished(self, out, of.result)
    }

    /// What a number is added as: of `bigint` and `numeric` the sum is a `numeric`.
    fn number(&self, of: &Aggregate, value: Datum) -> Datum {
        match (of.result, value.to_numeric()) {
            (Oid::NUMERIC, Some(number)) => Datum::Numeric(Arc::new(number)),
            _ => value,
        }
    }

    /// What it comes to.
    pub(super) fn finish(&self, of: &Aggregate, mut state: State) -> Result<Datum> {
        if of.order.is_empty() && of.distinct {
            state.items.sort_by(|one, two| compare_values(&one.1, &two.1));
        } else {
            state.items.sort_by(|one, two| compare_all(&one.0, &two.0, &of.order));
        }
        let items = state.items.into_iter().map(|(_, values)| values);
        Ok(match of.kind {
            AggregateKind::Count => Datum::Int(state.count),
            AggregateKind::Average if of.result == Oid::INTERVAL => {
                spans::average(&state.value, state.count)?
            }
            AggregateKind::Average => average(&state.value, state.count)?,
            AggregateKind::Join if state.count == 0 => Datum::Null,
            AggregateKind::Join if of.result == Oid::BYTEA => {
                let mut bytes = Vec::new();
                for (place, values) in items.enumerate() {
                    let parts = values.iter().rev().skip(usize::from(place == 0));
                    for part in parts.filter_map(bytes_of) {
                        self.check_text(bytes.len().saturating_add(part.len()))?;
                        bytes.extend_from_slice(part);
                    }
                }
                self.admit_text(bytes.len())?;
                Datum::Other(Arc::new(Value::Bytea(bytes)))
            }
            AggregateKind::Join => {
                let mut text = String::new();
                for (place, values) in items.enumerate() {
                    let [value, separator] = values.as_slice() else { continue };
                    if place > 0 {
                        text.push_str(separator.as_str().unwrap_or_default());
                    }
                    text.push_str(value.as_str().unwrap_or_default());
                    self.check_text(text.len())?;
                }
                self.admit_text(text.len())?;
                Datum::text(text)
            }
            AggregateKind::List if state.count == 0 => Datum::Null,
            AggregateKind::List if is_vector(of.result) => {
                let message = format!("array is not a valid {}", type_name(of.result));
                return Err(PgError::new(SqlState::DATATYPE_MISMATCH, message));
            }
            AggregateKind::List => {
                let items: Vec<Datum> =
                    items.filter_map(|values| values.into_iter().next()).collect();
                self.list(items)?
            }
            AggregateKind::JsonList { .. } | AggregateKind::JsonObject { .. }
                if state.count == 0 =>
            {
                Datum::Null
            }
            AggregateKind::Spread(spread) => spread.of(&items.flatten().collect::<Vec<_>>())?,
            AggregateKind::Regress(regress) => regress.of(items)?,
            AggregateKind::Mode => ordered_set::mode(&items.flatten().collect::<Vec<_>>()),
            // Without any row, too, what is asked for has to be a share.
            AggregateKind::Percentile { between } if state.count == 0 => {
                let share = of.arguments.first();
                let share = share.map(|share| self.eval(share, &Frame::EMPTY)).transpose()?;
                ordered_set::percentile(&share.unwrap_or_default(), &[], between)?
            }
            AggregateKind::Percentile { between } => {
                let mut share = Datum::Null;
                let sorted = items.filter_map(|mut values| {
                    let value = values.pop();
                    share = values.pop().unwrap_or_default();
                    value
                });
                let sorted: Vec<Datum> = sorted.collect();
                ordered_set::percentile(&share, &sorted, between)?
            }
            AggregateKind::JsonList { .. } => self.json_list(of, items)?,
            AggregateKind::JsonObject { .. } => self.json_object(of, items)?,
            _ => state.value,
        })
    }
}

fn bytes_of(value: &Datum) -> Option<&[u8]> {
    if let Value::Bytea(bytes) = value.as_value()? { Some(bytes) } else { None }
}

/// The order of two lists of values, NULL last.
fn compare_values(one: &[Datum], two: &[Datum]) -> Ordering {
    let orders = one.iter().zip(two).map(|(one, two)| one.compare(two));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The order of the keys of two rows.
pub(super) fn compare_all(one: &[Datum], two: &[Datum], order: &[OrderExpr]) -> Ordering {
    let pairs = one.iter().zip(two).zip(order);
    let orders = pairs.map(|((one, two), key)| {
        compare_keys(Some(one), Some(two), key.descending, key.nulls_first)
    });
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Of NaN and the infinities the average is what their sum is.
fn average(sum: &Datum, count: i64) -> Result<Datum> {
    let number = match sum {
        Datum::Float(sum) => {
            return Ok(Datum::Float(sum / Datum::Int(count).as_float().unwrap_or(1.0)));
        }
        sum => sum.to_numeric(),
    };
    let Some(number) = number else { return Ok(Datum::Null) };
    if !number.is_finite() {
        return Ok(sum.clone());
    }
    match math::quotient(&number, &Numeric::from(count)) {
        Some(value) => Ok(Datum::Numeric(value.into())),
        None => Err(unsupported(0, "an average of so many digits")),
    }
}

//! Window functions.

use std::collections::HashMap;

use trunkline_core::{PgError, Result, SqlState};

use super::aggregate::{State, compare_all};
use super::select::Draft;
use super::{Frame, Run};
use crate::datum::Datum;
use crate::plan::{Expr, FrameBound, FrameUnit, Window, WindowKind, WindowValue};

impl Run {
    /// Gives each draft what a window function says of it.
    pub(super) fn window(
        &self,
        window: &Window,
        drafts: &mut [Draft],
        parent: &Frame<'_>,
    ) -> Result<()> {
        let mut partitions: HashMap<Vec<Datum>, Vec<usize>> = HashMap::new();
        let mut keys = Vec::with_capacity(drafts.len());
        for (place, draft) in drafts.iter().enumerate() {
            let frame = draft.frame(parent);
            let partition = self.values(&window.partition, &frame)?;
            let key: Vec<Datum> = window
                .order
                .iter()
                .map(|key| self.eval(&key.expr, &frame))
                .collect::<Result<_>>()?;
            self.charge((partition.len() + key.len() + 2) * size_of::<Datum>())?;
            partitions.entry(partition).or_default().push(place);
            keys.push(key);
        }
        let key = |place: usize| keys.get(place).map(Vec::as_slice).unwrap_or_default();
        let mut given = vec![Datum::Null; drafts.len()];
        for mut places in partitions.into_values() {
            places.sort_by(|one, two| compare_all(key(*one), key(*two), &window.order));
            let values = self.partition(window, &places, drafts, parent, &key)?;
            for (place, value) in places.iter().zip(values) {
                if let Some(slot) = given.get_mut(*place) {
                    *slot = value;
                }
            }
        }
        for (draft, value) in drafts.iter_mut().zip(given) {
            draft.slots.reserve_exact(1);
            draft.slots.push(value);
        }
        Ok(())
    }

    /// The values of one partition, in its order.
    fn partition<'k>(
        &self,
        window: &Window,
        places: &[usize],
        drafts: &[Draft],
        parent: &Frame<'_>,
        key: &impl Fn(usize) -> &'k [Datum],
    ) -> Result<Vec<Datum>> {
        // Where the peers of each row begin and end, and the number of their group.
        let mut peers: Vec<Peers> = Vec::with_capacity(places.len());
        for (number, place) in places.iter().enumerate() {
            self.step()?;
            let before = number.checked_sub(1).and_then(|before| places.get(before));
            let is_peer = before.is_some_and(|before| {
                compare_all(key(*before), key(*place), &window.order).is_eq()
            });
            peers.push(match peers.last() {
                Some(last) if is_peer => *last,
                Some(last) => Peers { start: number, end: 0, group: last.group + 1 },
                None => Peers { start: 0, end: 0, group: 0 },
            });
        }
        let mut end = places.len();
        for number in (0..peers.len()).rev() {
            if let Some(own) = peers.get_mut(number) {
                own.end = end;
                end = if own.start == number { number } else { end };
            }
        }
        let own = Partition { window, places, drafts, parent, peers: &peers };
        let mut values = Vec::with_capacity(places.len());
        // What an aggregate has given for the frame before: that of peers is often the same.
        let mut known: Option<(std::ops::Range<usize>, Datum)> = None;
        for (number, peer) in peers.iter().enumerate() {
            self.step()?;
            let ratio = |one: usize, two: usize| Datum::Float(f64_of(one) / f64_of(two.max(1)));
            values.push(match &window.kind {
                WindowKind::RowNumber => int_of(number + 1),
                WindowKind::Rank => int_of(peer.start + 1),
                WindowKind::DenseRank => int_of(peer.group + 1),
                WindowKind::PercentRank => ratio(peer.start, places.len().saturating_sub(1)),
                WindowKind::CumeDist => ratio(peer.end, places.len()),
                WindowKind::Value { what, arguments } => {
                    self.window_value(&own, *what, arguments, number)?
                }
                WindowKind::Aggregate(aggregate) => {
                    let frame = self.frame_of(&own, number)?;
                    match known.take().filter(|(before, _)| *before == frame) {
                        Some((before, value)) => known = Some((before, value)),
                        None => {
                            let mut state = State::new(aggregate);
                            for place in places.get(frame.clone()).unwrap_or_default() {
                                if let Some(draft) = drafts.get(*place) {
                                    self.accumulate(aggregate, &mut state, &draft.frame(parent))?;
                                }
                            }
                            known = Some((frame, self.finish(aggregate, state)?));
                        }
                    }
                    known.as_ref().map(|(_, value)| value.clone()).unwrap_or_default()
                }
            });
        }
        Ok(values)
    }

    /// The rows of the frame of a row, by their numbers in the partition.
    fn frame_of(&self, of: &Partition<'_>, number: usize) -> Result<std::ops::Range<usize>> {
        let length = of.places.len();
        let Some(own) = of.peers.get(number) else { return Ok(0..0) };
        let Some(frame) = &of.window.frame else { return Ok(0..own.end) };
        let offset = |bound: &Expr| -> Result<usize> {
            let draft = of.places.get(number).and_then(|place| of.drafts.get(*place));
            let value = match draft {
                Some(draft) => self.eval(bound, &draft.frame(of.parent))?,
                None => Datum::Null,
            };
            value.as_int().and_then(|value| usize::try_from(value).ok()).ok_or_else(|| {
                let message = "frame offset must not be null or negative";
                PgError::new(SqlState::INVALID_PRECEDING_OR_FOLLOWING_SIZE, message)
            })
        };
        // The first row of the group that is so many behind, and the row behind the last of it.
        let group = |group: Option<usize>| {
            let group = group?;
            let found = of.peers.get(of.peers.partition_point(|peers| peers.group < group))?;
            Some((found.start, found.end))
        };
        let limit = |bound: &FrameBound, is_end: bool| -> Result<usize> {
            let side = |range: (usize, usize)| if is_end { range.1 } else { range.0 };
            Ok(match (bound, frame.unit) {
                (FrameBound::Start, _) => 0,
                (FrameBound::End, _) => length,
                (FrameBound::Current, FrameUnit::Rows) => number + usize::from(is_end),
                (FrameBound::Current, _) => side((own.start, own.end)),
                (FrameBound::Before(by), FrameUnit::Rows) => {
                    (number + usize::from(is_end)).saturating_sub(offset(by)?)
                }
                (FrameBound::After(by), FrameUnit::Rows) => {
                    (number + usize::from(is_end)).saturating_add(offset(by)?).min(length)
                }
                (FrameBound::Before(by), _) => {
                    group(own.group.checked_sub(offset(by)?)).map_or(0, side)
                }
                (FrameBound::After(by), _) => {
                    group(own.group.checked_add(offset(by)?)).map_or(length, side)
                }
            })
        };
        let (start, end) = (limit(&frame.start, false)?, limit(&frame.end, true)?);
        Ok(start..end.max(start))
    }

    /// What an expression is for another row.
    fn window_value(
        &self,
        of: &Partition<'_>,
        what: WindowValue,
        arguments: &[Expr],
        number: usize,
    ) -> Result<Datum> {
        let value = |argument: usize, number: usize| -> Result<Datum> {
            let draft = of.places.get(number).and_then(|place| of.drafts.get(*place));
            match (draft, arguments.get(argument)) {
                (Some(draft), Some(expr)) => self.eval(expr, &draft.frame(of.parent)),
                _ => Ok(Datum::Null),
            }
        };
        let count = |argument: usize| -> Result<Option<i64>> {
            match arguments.get(argument) {
                Some(_) => Ok(value(argument, number)?.as_int()),
                None => Ok(Some(1)),
            }
        };
        let refused = |function: &str| {
            let (state, message) = match function {
                "ntile" => (
                    SqlState::INVALID_ARGUMENT_FOR_NTILE,
                    "argument of ntile must be greater than zero",
                ),
                _ => (
                    SqlState::INVALID_ARGUMENT_FOR_NTH_VALUE,
                    "argument of nth_value must be greater than zero",
                ),
            };
            PgError::new(state, message)
        };
        match what {
            WindowValue::Lag | WindowValue::Lead => {
                let Some(by) = count(1)? else { return Ok(Datum::Null) };
                let by = if what == WindowValue::Lag { by.checked_neg() } else { Some(by) };
                let at = i64::try_from(number).ok().zip(by).and_then(|(at, by)| at.checked_add(by));
                let at = at.and_then(|at| usize::try_from(at).ok());
                match at.filter(|at| *at < of.places.len()) {
                    Some(at) => value(0, at),
                    None => value(2, number),
                }
            }
            WindowValue::First | WindowValue::Last | WindowValue::Nth => {
                let frame = self.frame_of(of, number)?;
                let at = match what {
                    WindowValue::First => Some(frame.start),
                    WindowValue::Last => frame.end.checked_sub(1),
                    _ => {
                        let Some(nth) = count(1)? else { return Ok(Datum::Null) };
                        let nth = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
                        frame.start.checked_add(nth.ok_or_else(|| refused("nth_value"))?)
                    }
                };
                at.filter(|at| frame.contains(at)).map_or(Ok(Datum::Null), |at| value(0, at))
            }
            WindowValue::Tile => {
                let Some(tiles) = value(0, number)?.as_int() else { return Ok(Datum::Null) };
                let tiles = usize::try_from(tiles).ok().filter(|tiles| *tiles > 0);
                let tiles = tiles.ok_or_else(|| refused("ntile"))?;
                let (size, larger) = (of.places.len() / tiles, of.places.len() % tiles);
                // The first ones have one row more.
                let edge = larger * (size + 1);
                let tile = match number < edge {
                    true => number / (size + 1),
                    false => larger + (number - edge) / size.max(1),
                };
                Ok(int_of(tile + 1))
            }
        }
    }
}

/// The rows that are alike in the order of a window.
#[derive(Clone, Copy)]
struct Peers {
    start: usize,
    end: usize,
    group: usize,
}

/// A partition while its values are worked out.
struct Partition<'a> {
    window: &'a Window,
    places: &'a [usize],
    drafts: &'a [Draft],
    parent: &'a Frame<'a>,
    peers: &'a [Peers],
}

fn int_of(number: usize) -> Datum {
    Datum::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn f64_of(number: usize) -> f64 {
    int_of(number).as_float().unwrap_or(0.0)
}

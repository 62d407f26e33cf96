//! Window functions.

use std::collections::HashMap;

use trunkline_core::Result;

use super::aggregate::{State, compare_all};
use super::select::Draft;
use super::{Frame, Run};
use crate::datum::Datum;
use crate::plan::{Window, WindowKind};

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
        let is_peer =
            |one: usize, two: usize| compare_all(key(one), key(two), &window.order).is_eq();
        let mut values = Vec::with_capacity(places.len());
        let (mut rank, mut dense) = (0_i64, 0_i64);
        let mut before: Option<usize> = None;
        for (number, place) in (1_i64..).zip(places) {
            self.step()?;
            if !before.is_some_and(|before| is_peer(before, *place)) {
                rank = number;
                dense += 1;
            }
            before = Some(*place);
            values.push(match &window.kind {
                WindowKind::RowNumber => Datum::Int(number),
                WindowKind::Rank => Datum::Int(rank),
                WindowKind::DenseRank => Datum::Int(dense),
                WindowKind::Aggregate(_) => Datum::Null,
            });
        }
        let WindowKind::Aggregate(aggregate) = &window.kind else { return Ok(values) };
        // From the first row to the last peer of this one; without an order all rows are peers.
        let mut at = 0;
        while let Some(first) = places.get(at) {
            let rest = places.get(at..).unwrap_or_default();
            let peers = rest.iter().take_while(|place| is_peer(*first, **place)).count().max(1);
            let mut state = State::new(aggregate);
            for place in places.iter().take(at + peers) {
                if let Some(draft) = drafts.get(*place) {
                    self.accumulate(aggregate, &mut state, &draft.frame(parent))?;
                }
            }
            let value = self.finish(aggregate, state)?;
            for slot in values.iter_mut().skip(at).take(peers) {
                *slot = value.clone();
            }
            at += peers;
        }
        Ok(values)
    }
}

//! GROUP BY.

use std::collections::HashMap;

use trunkline_core::Result;

use super::aggregate::State;
use super::select::Draft;
use super::{Frame, Run};
use crate::datum::{Datum, Row};
use crate::plan::{Expr, Group, GroupingSet, Select};

/// A group while its rows are looked at.
struct Open {
    /// Its first row.
    rows: Vec<Row>,
    keys: Vec<Datum>,
    states: Vec<State>,
}

impl Run {
    /// One draft for each group: its first row, and what its aggregates are.
    pub(super) fn group(
        &self,
        select: &Select,
        group: &Group,
        parent: &Frame<'_>,
    ) -> Result<Vec<Draft>> {
        let mut drafts = Vec::new();
        if group.sets.is_empty() {
            let all: Vec<usize> = (0..group.keys.len()).collect();
            let mut groups = self.groups(select, group, &[&all], parent)?;
            for open in groups.pop().unwrap_or_default() {
                self.close(group, open, None, parent, &mut drafts)?;
            }
            return Ok(drafts);
        }
        let sets: Vec<&[usize]> = group.sets.iter().map(|set| set.keys.as_slice()).collect();
        let groups = self.groups(select, group, &sets, parent)?;
        for (set, groups) in group.sets.iter().zip(groups) {
            for open in groups {
                self.close(group, open, Some(set), parent, &mut drafts)?;
            }
        }
        Ok(drafts)
    }

    /// The groups of each set of keys, in the order in which they were met.
    fn groups(
        &self,
        select: &Select,
        group: &Group,
        sets: &[&[usize]],
        parent: &Frame<'_>,
    ) -> Result<Vec<Vec<Open>>> {
        let mut places: Vec<HashMap<Vec<Datum>, usize>> = vec![HashMap::new(); sets.len()];
        let mut all: Vec<Vec<Open>> = sets.iter().map(|_| Vec::new()).collect();
        let start = || group.aggregates.iter().map(State::new).collect::<Vec<_>>();
        self.each(select, parent, &mut |rows| {
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            let values = self.values(&group.keys, &frame)?;
            for ((set, places), groups) in sets.iter().zip(&mut places).zip(&mut all) {
                self.steps(set.len() + 1)?;
                let key: Vec<Datum> =
                    set.iter().filter_map(|key| values.get(*key)).cloned().collect();
                self.weigh(&key)?;
                let place = match places.get(&key) {
                    Some(place) => *place,
                    None => {
                        let cells = size_of::<Datum>() * values.len() * 2;
                        self.charge(cells + 128)?;
                        self.hold_leaves(rows, groups.last().map(|last| &*last.rows))?;
                        places.insert(key, groups.len());
                        let (rows, keys) = (rows.clone(), values.clone());
                        groups.push(Open { rows, keys, states: start() });
                        groups.len() - 1
                    }
                };
                let Some(open) = groups.get_mut(place) else { continue };
                for (state, aggregate) in open.states.iter_mut().zip(&group.aggregates) {
                    self.accumulate(aggregate, state, &frame)?;
                }
            }
            Ok(true)
        })?;
        // Of no rows at all there is a group, too, if there is nothing to group by.
        for (set, groups) in sets.iter().zip(&mut all) {
            if set.is_empty() && groups.is_empty() {
                let rows = vec![Row::default(); select.leaves];
                groups.push(Open { rows, keys: Vec::new(), states: start() });
            }
        }
        Ok(all)
    }

    /// What comes of a group, if HAVING keeps it.
    fn close(
        &self,
        group: &Group,
        mut open: Open,
        set: Option<&GroupingSet>,
        parent: &Frame<'_>,
        drafts: &mut Vec<Draft>,
    ) -> Result<()> {
        if let Some(set) = set {
            self.steps(set.lacks.len())?;
            let cells: usize = open.rows.iter().map(|row| row.len()).sum();
            self.charge((cells + group.keys.len()) * size_of::<Datum>())?;
            open.withdraw(group, set);
        }
        let finished = open.states.into_iter().zip(&group.aggregates);
        let slots = finished.map(|(state, aggregate)| self.finish(aggregate, state));
        let draft = Draft { rows: open.rows, slots: slots.collect::<Result<_>>()? };
        let is_kept = match &group.having {
            Some(having) => self.eval(having, &draft.frame(parent))?.is_true(),
            None => true,
        };
        if is_kept {
            drafts.push(draft);
        }
        Ok(())
    }
}

impl Open {
    /// Makes the keys NULL that are not in the set, in the columns they are of and in the row of all keys,
    /// which stands behind the others.
    fn withdraw(&mut self, group: &Group, set: &GroupingSet) {
        self.keys.resize(group.keys.len(), Datum::Null);
        for ((key, value), lacks) in group.keys.iter().zip(&mut self.keys).zip(&set.lacks) {
            if !lacks {
                continue;
            }
            *value = Datum::Null;
            if let Expr::Column { depth: 0, leaf, column } = key
                && let Some(row) = self.rows.get_mut(*leaf)
            {
                let mut values = row.to_vec();
                values.get_mut(*column).into_iter().for_each(|value| *value = Datum::Null);
                *row = values.into();
            }
        }
        self.rows.push(self.keys.drain(..).chain(set.says.iter().cloned()).collect());
    }
}

//! To which query an aggregate belongs: the innermost one of whose rows it is worked out.

use std::sync::Arc;

use trunkline_core::{PgError, Result, SqlState};

use super::Binder;
use super::scope::Scope;
use super::select::{SET_SLOTS, WINDOW_SLOTS};
use crate::error::at;
use crate::plan::{Aggregate, AggregateKind, Expr};

/// What stood where before the arguments of an aggregate were bound.
pub(super) struct Before {
    /// How many mentions of its columns each query had.
    pub(super) mentions: Vec<usize>,
    /// The innermost query of WITH that was named.
    pub(super) cte: Option<NamedCte>,
}

/// A query of WITH that was named.
#[derive(Clone, Debug)]
pub(super) struct NamedCte {
    /// How many queries it was defined within.
    pub(super) bases: usize,
    pub(super) name: Arc<str>,
}

/// What an aggregate is worked out of, each with how many queries further out it belongs.
#[derive(Default)]
struct Seen {
    /// The innermost of the rows.
    rows: Option<usize>,
    /// The innermost aggregate, and its slot.
    aggregate: Option<(usize, usize)>,
    /// The slot of a function of windows, or of one that gives rows.
    other: Option<usize>,
}

impl Seen {
    fn look(&mut self, expr: &Expr) {
        expr.walk(0, &mut |one, level| match one {
            Expr::Column { depth, .. } | Expr::WholeRow { depth, .. } => {
                if let Some(depth) = depth.checked_sub(level) {
                    self.rows = Some(self.rows.map_or(depth, |before| before.min(depth)));
                }
            }
            // What is within a query that was bound has other numbers, but none of those around it.
            Expr::Slot { depth, slot } => match depth.checked_sub(level) {
                Some(_) if *slot >= WINDOW_SLOTS => self.other = self.other.or(Some(*slot)),
                Some(depth) if self.aggregate.is_none_or(|(before, _)| depth < before) => {
                    self.aggregate = Some((depth, *slot));
                }
                _ => {}
            },
            _ => {}
        });
    }
}

/// The arguments that are one for all rows, and what is worked out of each row.
fn split(aggregate: &Aggregate) -> (&[Expr], impl Iterator<Item = &Expr>) {
    let direct = usize::from(matches!(aggregate.kind, AggregateKind::Percentile { .. }));
    let (direct, rest) = aggregate.arguments.split_at_checked(direct).unwrap_or_default();
    let order = aggregate.order.iter().map(|key| &key.expr);
    (direct, rest.iter().chain(order).chain(&aggregate.filter))
}

impl Binder {
    pub(super) fn before(&mut self) -> Before {
        Before { mentions: self.mentions(), cte: self.named_cte.take() }
    }

    /// How many mentions of its columns each query has, the innermost last.
    pub(super) fn mentions(&self) -> Vec<usize> {
        self.scopes.iter().map(|scope| scope.mentions.len()).collect()
    }

    /// Says of an aggregate how many queries further out it belongs; what it mentions of that query is in an aggregate,
    /// but for its direct arguments, behind which there were `rows` mentions.
    pub(super) fn settle_level(
        &mut self,
        aggregate: &mut Aggregate,
        before: Before,
        rows: Option<Vec<usize>>,
        place: usize,
    ) -> Result<()> {
        let level = self.level(aggregate, &before, place)?;
        aggregate.within = level;
        if let Some(clause) = self.scope_at(level).no_aggregates {
            return Err(super::aggregate::misplaced("aggregate functions", clause, place));
        }
        let own = self.named_cte.take();
        self.check_cte(own.as_ref(), level, place)?;
        self.note_cte(before.cte);
        self.note_cte(own);
        let index = self.scopes.len().checked_sub(1 + level);
        let known = rows.as_ref().unwrap_or(&before.mentions);
        let mentions = index.and_then(|index| known.get(index)).copied().unwrap_or(0);
        self.scope_at(level).mentions.truncate(mentions);
        Ok(())
    }

    fn level(&mut self, aggregate: &Aggregate, before: &Before, place: usize) -> Result<usize> {
        let (direct, each) = split(aggregate);
        let mut seen = Seen::default();
        each.for_each(|expr| seen.look(expr));
        self.refuse_other(&seen)?;
        let nested = seen.aggregate.map(|(depth, _)| depth);
        let level = seen.rows.into_iter().chain(nested).min().unwrap_or(0);
        if let Some((depth, slot)) = seen.aggregate.filter(|(depth, _)| *depth == level) {
            return Err(self.nested(depth, slot));
        }
        let mut seen = Seen::default();
        direct.iter().for_each(|expr| seen.look(expr));
        self.refuse_other(&seen)?;
        if let Some(depth) = seen.rows.filter(|depth| *depth < level) {
            let index = self.scopes.len().checked_sub(1 + depth);
            let first = index.and_then(|index| before.mentions.get(index)).copied().unwrap_or(0);
            let mention = self.scope_at(depth).mentions.get(first);
            let place = mention.map_or(place, |mention| mention.place);
            let message = "outer-level aggregate cannot contain a lower-level variable in its direct arguments";
            return Err(at(place, SqlState::GROUPING_ERROR, message));
        }
        match seen.aggregate.filter(|(depth, _)| *depth <= level) {
            Some((depth, slot)) => Err(self.nested(depth, slot)),
            None => Ok(level),
        }
    }

    /// Refuses a column of the list to group by that needs groups itself.
    pub(super) fn check_key(&mut self, expr: &Expr) -> Result<()> {
        let mut seen = Seen::default();
        seen.look(expr);
        let aggregate = seen.aggregate.filter(|(depth, _)| *depth == 0);
        let window = seen.other.filter(|slot| *slot < SET_SLOTS);
        let (slot, what, state) = match (aggregate, window) {
            (Some((_, slot)), _) => (slot, "aggregate functions", SqlState::GROUPING_ERROR),
            (None, Some(slot)) => (slot, "window functions", SqlState::WINDOWING_ERROR),
            (None, None) => return Ok(()),
        };
        let place = self.scope().places.get(&slot).copied().unwrap_or(0);
        Err(at(place, state, format!("{what} are not allowed in GROUP BY")))
    }

    fn nested(&mut self, depth: usize, slot: usize) -> PgError {
        let place = self.scope_at(depth).places.get(&slot).copied().unwrap_or(0);
        at(place, SqlState::GROUPING_ERROR, "aggregate function calls cannot be nested")
    }

    /// Refuses what is worked out behind aggregates.
    fn refuse_other(&mut self, seen: &Seen) -> Result<()> {
        let Some(slot) = seen.other else { return Ok(()) };
        let place = self.scope().places.get(&slot).copied().unwrap_or(0);
        let message = |what| format!("aggregate function calls cannot contain {what} calls");
        if slot < SET_SLOTS {
            return Err(at(place, SqlState::GROUPING_ERROR, message("window function")));
        }
        let message = message("set-returning function");
        Err(at(place, SqlState::FEATURE_NOT_SUPPORTED, message)
            .hint("You might be able to move the set-returning function into a LATERAL FROM item."))
    }

    /// Refuses a query of WITH that is not there yet where the aggregate is worked out.
    fn check_cte(&self, cte: Option<&NamedCte>, level: usize, place: usize) -> Result<()> {
        let index = self.scopes.len().saturating_sub(1 + level);
        let base = cte.and_then(|cte| self.bases.get(cte.bases.checked_sub(1)?));
        let (Some(cte), Some(_)) = (cte, base.filter(|base| base.level > index)) else {
            return Ok(());
        };
        let message = "outer-level aggregate cannot use a nested CTE";
        let detail = format!("CTE \"{}\" is below the aggregate's semantic level.", cte.name);
        Err(at(place, SqlState::FEATURE_NOT_SUPPORTED, message).detail(detail))
    }

    /// Remembers which query of WITH was named, if it is further in than others.
    pub(super) fn note_cte(&mut self, cte: Option<NamedCte>) {
        let known = self.named_cte.as_ref().map(|known| known.bases);
        if cte.as_ref().map(|cte| cte.bases) > known {
            self.named_cte = cte;
        }
    }

    /// The scope of a query so many further out.
    pub(super) fn scope_at(&mut self, depth: usize) -> &mut Scope {
        let index = self.scopes.len().checked_sub(1 + depth);
        index.and_then(|index| self.scopes.get_mut(index)).unwrap_or(&mut self.outermost)
    }
}

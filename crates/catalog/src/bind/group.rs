//! Columns that are not grouped by: of a group there is no one value of them.

use std::collections::HashSet;

use trunkline_core::{PgError, Result, SqlState};

use super::Typed;
use super::scope::Scope;
use crate::datum::Datum;
use crate::error::at;
use crate::facts;
use crate::plan::{Aggregate, AggregateKind, Expr, Window};

/// What a query groups by.
struct Grouping<'a> {
    scope: &'a Scope,
    columns: HashSet<(usize, usize)>,
    /// Leaves whose rows are grouped by.
    rows: HashSet<usize>,
    /// Leaves of which a whole key is grouped by: there is one row of each in a group.
    leaves: HashSet<usize>,
    /// Other expressions, as they are shown for debugging: they are the same if that is.
    others: HashSet<String>,
    /// How many expressions each of those is: what is of another size is not shown to be compared.
    sizes: HashSet<usize>,
    largest: usize,
}

/// A column, or a whole row if it is none, that is not grouped by.
#[derive(Clone, Copy)]
struct Ungrouped {
    leaf: usize,
    column: Option<usize>,
    /// Whether it is in a query within the one that groups.
    is_within: bool,
}

/// Refuses columns of the list, of HAVING and of windows that are neither grouped by nor in an aggregate:
/// 42803.
pub(super) fn check(
    scope: &Scope,
    keys: &[Expr],
    has_sets: bool,
    list: &[Typed],
    having: Option<&Expr>,
) -> Result<()> {
    let mut grouping = Grouping {
        scope,
        columns: HashSet::new(),
        rows: HashSet::new(),
        leaves: HashSet::new(),
        others: HashSet::new(),
        sizes: HashSet::new(),
        largest: 0,
    };
    for key in keys {
        match key {
            Expr::Column { depth: 0, leaf, column } => {
                grouping.columns.insert((*leaf, *column));
            }
            Expr::WholeRow { depth: 0, leaf, .. } => {
                grouping.rows.insert(*leaf);
            }
            key => {
                let size = key.count(usize::MAX);
                grouping.sizes.insert(size);
                grouping.largest = grouping.largest.max(size);
                grouping.others.insert(format!("{key:?}"));
            }
        }
    }
    // A key that is not in all sets says nothing of the rest of its row.
    if !has_sets {
        grouping.leaves =
            (0..scope.leaves.len()).filter(|leaf| grouping.has_key_of(*leaf)).collect();
    }
    let windows = scope.windows.iter().flat_map(Window::exprs);
    let sets = scope.sets.iter().flat_map(|set| &set.arguments);
    let all = list.iter().map(|item| &item.expr).chain(windows).chain(sets).chain(having);
    for expr in all {
        if let Some(found) = grouping.ungrouped(expr) {
            return Err(refusal(scope, found));
        }
    }
    // What is asked of an ordered set is one for all of its rows.
    let is_share = |one: &&Aggregate| matches!(one.kind, AggregateKind::Percentile { .. });
    for aggregate in scope.aggregates.iter().filter(is_share) {
        let Some(share) = aggregate.arguments.first() else { continue };
        let found = match aggregate.within {
            0 => grouping.ungrouped(share),
            within => grouping.ungrouped_within(|see| share.walk(within, see)),
        };
        if let Some(found) = found {
            let detail =
                "Direct arguments of an ordered-set aggregate must use only grouped columns.";
            let refused = refusal(scope, found);
            return Err(if found.is_within { refused } else { refused.detail(detail) });
        }
    }
    Ok(())
}

impl Grouping<'_> {
    /// Whether all columns of a relation's primary key are grouped by.
    fn has_key_of(&self, leaf: usize) -> bool {
        let relation = self.scope.leaves.get(leaf).map_or(0, |leaf| leaf.relation);
        let Some(facts) = facts::facts("pg_constraint").filter(|_| relation != 0) else {
            return false;
        };
        let [table, kind, key] = ["conrelid", "contype", "conkey"].map(|name| facts.column(name));
        let found = facts
            .rows
            .iter()
            .find(|row| facts::number(row, table) == relation && &*facts::text(row, kind) == "p");
        let Some(key) = found.and_then(|row| row.get(key)?.as_list()) else { return false };
        let place = |number: &Datum| usize::try_from(number.as_int()?.checked_sub(1)?).ok();
        key.items
            .iter()
            .all(|number| place(number).is_some_and(|place| self.columns.contains(&(leaf, place))))
    }

    /// A column or a row, if it is one of this query, which is `level` queries around it, and not grouped by.
    fn ungrouped_column(&self, expr: &Expr, level: usize) -> Option<Ungrouped> {
        let (leaf, column, is_grouped) = match expr {
            Expr::Column { depth, leaf, column } if *depth == level => {
                (*leaf, Some(*column), self.columns.contains(&(*leaf, *column)))
            }
            Expr::WholeRow { depth, leaf, .. } if *depth == level => {
                (*leaf, None, self.rows.contains(leaf))
            }
            _ => return None,
        };
        let is_grouped = is_grouped || self.leaves.contains(&leaf);
        (!is_grouped).then_some(Ungrouped { leaf, column, is_within: level > 0 })
    }

    /// The first of those in a query within this one.
    fn ungrouped_within(
        &self,
        walk: impl FnOnce(&mut dyn FnMut(&Expr, usize)),
    ) -> Option<Ungrouped> {
        let mut found = None;
        walk(&mut |expr, level| found = found.or_else(|| self.ungrouped_column(expr, level)));
        found
    }

    /// The first column of this query in an expression that is not grouped by.
    fn ungrouped(&self, expr: &Expr) -> Option<Ungrouped> {
        match expr {
            Expr::Column { .. } | Expr::WholeRow { .. } => self.ungrouped_column(expr, 0),
            expr => {
                if !self.others.is_empty()
                    && self.sizes.contains(&expr.count(self.largest))
                    && self.others.contains(&format!("{expr:?}"))
                {
                    return None;
                }
                let mut found = None;
                stacker::maybe_grow(128 << 10, 2 << 20, || {
                    expr.parts(&mut |part| found = found.or_else(|| self.ungrouped(part)));
                });
                if let (None, Expr::Subquery { query, .. }) = (found, expr) {
                    found = self.ungrouped_within(|see| query.query.walk(1, see));
                }
                found
            }
        }
    }
}

fn refusal(scope: &Scope, found: Ungrouped) -> PgError {
    let Ungrouped { leaf, column, is_within } = found;
    let own = scope.leaves.get(leaf);
    let alias = own.map_or("", |own| &*own.alias);
    let name = column.map_or("*", |column| {
        own.and_then(|own| own.columns.get(column)).map_or("", |column| &*column.name)
    });
    let mut mentions = scope.mentions.iter();
    let mention =
        mentions.find(|one| (one.leaf, one.column, one.is_within) == (leaf, column, is_within));
    let message = if is_within {
        format!("subquery uses ungrouped column \"{alias}.{name}\" from outer query")
    } else {
        format!(
            "column \"{alias}.{name}\" must appear in the GROUP BY clause or be used in an aggregate function"
        )
    };
    at(mention.map_or(0, |mention| mention.place), SqlState::GROUPING_ERROR, message)
}

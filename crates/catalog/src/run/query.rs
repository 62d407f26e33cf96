//! Queries: WITH, set operations, order, limits.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{Frame, Rows, Run};
use crate::datum::{Datum, Row};
use crate::plan::{Body, Cte, CteKind, Distinct, Expr, Query, SetOperation, Side, SortKey, Sub};

impl Run {
    /// The rows of a query within another one.
    pub(super) fn sub(&self, sub: &Sub, frame: &Frame<'_>) -> Result<Rows> {
        if sub.is_correlated {
            return Ok(Rc::new(self.query(&sub.query, frame)?));
        }
        if let Some(rows) = self.kept(sub.id) {
            return Ok(rows);
        }
        self.mark_once(&sub.query);
        let rows = Rc::new(self.query(&sub.query, frame)?);
        self.keep(sub.id, rows.clone());
        Ok(rows)
    }

    pub(super) fn kept(&self, id: usize) -> Option<Rows> {
        self.kept.borrow().get(&id).cloned()
    }

    fn keep(&self, id: usize, rows: Rows) {
        self.kept.borrow_mut().insert(id, rows);
    }

    /// Works out what depends on nothing, in what a query gives and asks for; PostgreSQL does so while it
    /// plans.
    ///
    /// # Errors
    ///
    /// Those of any part, whether or not it would be asked for.
    pub(crate) fn constants(&self, query: &Query) -> Result<()> {
        let mut found = Vec::new();
        let mut look = |expr| {
            if Expr::constants(expr, &mut found) {
                found.push(expr);
            }
        };
        match &query.body {
            Body::Select(select) => {
                select.project.iter().chain(&select.filter).for_each(&mut look);
                select.from.iter().for_each(|from| from.conditions(&mut look));
            }
            Body::Values(rows) => rows.iter().flatten().for_each(&mut look),
            Body::Set { .. } => {}
        }
        found.into_iter().try_for_each(|expr| self.eval(expr, &Frame::EMPTY).map(drop))
    }

    /// The rows of a query; `frame` is what the query around it sees.
    pub(super) fn query(&self, query: &Query, frame: &Frame<'_>) -> Result<Vec<Row>> {
        for cte in &query.ctes {
            self.cte(cte, frame)?;
        }
        let mut rows = match &query.body {
            Body::Select(select) => self.select(select, frame, early_limit(query))?,
            Body::Values(rows) => {
                let inner = Frame { rows: &[], slots: &[], parent: Some(frame) };
                rows.iter()
                    .map(|row| Ok(self.values(row, &inner)?.into()))
                    .collect::<Result<_>>()?
            }
            Body::Set { operation, all, left, right } => {
                let (left, right) = (self.side(left, frame)?, self.side(right, frame)?);
                self.set(*operation, *all, left, right)?
            }
        };
        // Those of a SELECT were counted when they were made, or are another query's.
        if !matches!(query.body, Body::Select(_)) {
            rows.iter().try_for_each(|row| self.hold(row).map(drop))?;
        }
        if query.distinct == Distinct::All {
            let mut seen = HashSet::new();
            rows.retain(|row| {
                seen.insert(row.iter().take(query.width).cloned().collect::<Vec<_>>())
            });
        }
        if !query.order.is_empty() {
            rows.sort_by(|one, two| compare_rows(one, two, &query.order));
        }
        if let Distinct::On(keys) = &query.distinct {
            let mut seen = HashSet::new();
            rows.retain(|row| {
                seen.insert(keys.iter().map(|key| row.get(*key).cloned()).collect::<Vec<_>>())
            });
        }
        self.cut(query, frame, &mut rows)?;
        if rows.first().is_some_and(|row| row.len() > query.width) {
            rows.iter_mut().for_each(|row| *row = row.iter().take(query.width).cloned().collect());
        }
        Ok(rows)
    }

    /// OFFSET and LIMIT.
    pub(super) fn cut<T>(&self, query: &Query, frame: &Frame<'_>, rows: &mut Vec<T>) -> Result<()> {
        let inner = Frame { rows: &[], slots: &[], parent: Some(frame) };
        if let Some(offset) = &query.offset {
            let offset = count(
                &self.eval(offset, &inner)?,
                "OFFSET",
                SqlState::INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE,
            )?;
            rows.drain(..offset.unwrap_or(0).min(rows.len()));
        }
        if let Some(limit) = &query.limit
            && let Some(limit) = count(
                &self.eval(limit, &inner)?,
                "LIMIT",
                SqlState::INVALID_ROW_COUNT_IN_LIMIT_CLAUSE,
            )?
        {
            rows.truncate(limit);
        }
        Ok(())
    }

    pub(super) fn cte(&self, cte: &Cte, frame: &Frame<'_>) -> Result<()> {
        let (first, next, casts, all) = match &cte.kind {
            CteKind::Plain(query) => {
                // Its rows may be those of another row around it.
                self.forget_indexes(cte.id);
                let rows = self.query(query, frame)?;
                self.keep(cte.id, Rc::new(rows));
                return Ok(());
            }
            CteKind::Recursive(of) => (&of.first, &of.next, &of.casts, of.all),
        };
        let mut seen = HashSet::new();
        let mut fresh = |rows: Vec<Row>| -> Vec<Row> {
            if all {
                rows
            } else {
                rows.into_iter().filter(|row| seen.insert(row.clone())).collect()
            }
        };
        let mut working = fresh(self.query(first, frame)?);
        let mut result = Vec::new();
        while !working.is_empty() {
            self.step()?;
            result.extend(working.iter().cloned());
            self.forget_indexes(cte.id);
            self.keep(cte.id, Rc::new(working));
            let rows = self.query(next, frame)?;
            working = fresh(self.cast_rows(rows, casts)?);
        }
        self.forget_indexes(cte.id);
        self.keep(cte.id, Rc::new(result));
        Ok(())
    }

    fn side(&self, side: &Side, frame: &Frame<'_>) -> Result<Vec<Row>> {
        let rows = self.query(&side.query, frame)?;
        self.cast_rows(rows, &side.casts)
    }

    fn cast_rows(&self, rows: Vec<Row>, casts: &[Option<(Oid, Oid)>]) -> Result<Vec<Row>> {
        if casts.iter().all(Option::is_none) {
            return Ok(rows);
        }
        let cast = |row: Row| -> Result<Row> {
            row.iter()
                .zip(casts)
                .map(|(value, cast)| match cast {
                    Some((from, to)) => self.world.cast(value.clone(), *from, *to, -1, false),
                    None => Ok(value.clone()),
                })
                .collect()
        };
        rows.into_iter().map(cast).collect()
    }

    fn set(
        &self,
        operation: SetOperation,
        all: bool,
        left: Vec<Row>,
        right: Vec<Row>,
    ) -> Result<Vec<Row>> {
        let mut rows = left;
        if operation == SetOperation::Union {
            rows.extend(right);
            if !all {
                let mut seen = HashSet::new();
                rows.retain(|row| seen.insert(row.clone()));
            }
            return Ok(rows);
        }
        let mut counts: HashMap<Row, usize> = HashMap::new();
        for row in right {
            *counts.entry(row).or_default() += 1;
        }
        if !all {
            let mut seen = HashSet::new();
            let wanted = operation == SetOperation::Intersect;
            rows.retain(|row| counts.contains_key(row) == wanted && seen.insert(row.clone()));
            return Ok(rows);
        }
        rows.retain(|row| {
            let left = counts.get_mut(row).filter(|left| **left > 0);
            let is_there = left.is_some();
            if let Some(left) = left {
                *left -= 1;
            }
            is_there == (operation == SetOperation::Intersect)
        });
        Ok(rows)
    }
}

/// How many rows of a SELECT are enough, where that is certain and written down.
fn early_limit(query: &Query) -> Option<usize> {
    let is_plain =
        query.order.is_empty() && query.distinct == Distinct::No && query.offset.is_none();
    match query.limit.as_ref()? {
        Expr::Const(limit) if is_plain => usize::try_from(limit.as_int()?).ok(),
        Expr::Cast { of, .. } if is_plain => match &**of {
            Expr::Const(limit) => usize::try_from(limit.as_int()?).ok(),
            _ => None,
        },
        _ => None,
    }
}

fn count(value: &Datum, clause: &str, state: SqlState) -> Result<Option<usize>> {
    match value.as_int() {
        Some(count) => match usize::try_from(count) {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(PgError::new(state, format!("{clause} must not be negative"))),
        },
        None => Ok(None),
    }
}

/// The order of two rows.
pub(super) fn compare_rows(one: &[Datum], two: &[Datum], order: &[SortKey]) -> Ordering {
    let orders = order.iter().map(|key| {
        let (one, two) = (one.get(key.column), two.get(key.column));
        compare_keys(one, two, key.descending, key.nulls_first)
    });
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The order of two values under ASC or DESC, NULLS FIRST or LAST.
pub(super) fn compare_keys(
    one: Option<&Datum>,
    two: Option<&Datum>,
    descending: bool,
    nulls_first: bool,
) -> Ordering {
    let (Some(one), Some(two)) = (one, two) else { return Ordering::Equal };
    match (one.is_null(), two.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) if nulls_first => Ordering::Less,
        (true, false) => Ordering::Greater,
        (false, true) if nulls_first => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if descending => two.compare(one),
        (false, false) => one.compare(two),
    }
}

//! SELECT: WHERE, GROUP BY, windows and the list.

use trunkline_core::Result;

use super::stream::Take;
use super::{Frame, Run};
use crate::datum::{Datum, Row};
use crate::plan::{Expr, Select};

/// A row on its way: those of the leaves, and what was worked out of several.
pub(super) struct Draft {
    pub(super) rows: Vec<Row>,
    pub(super) slots: Vec<Datum>,
}

impl Draft {
    pub(super) fn frame<'a>(&'a self, parent: &'a Frame<'a>) -> Frame<'a> {
        Frame { rows: &self.rows, slots: &self.slots, parent: Some(parent) }
    }
}

impl Run {
    /// The rows of a SELECT, with columns for the order; `enough` are, if that is known.
    pub(super) fn select(
        &self,
        select: &Select,
        parent: &Frame<'_>,
        enough: Option<usize>,
    ) -> Result<Vec<Row>> {
        let mut result = Vec::new();
        self.each_made(select, parent, &mut |row| {
            self.hold(&row)?;
            result.push(row);
            Ok(enough.is_none_or(|enough| result.len() < enough))
        })?;
        Ok(result)
    }

    /// Goes through the rows of a SELECT as they are made; whether more were wanted.
    pub(super) fn each_made(
        &self,
        select: &Select,
        parent: &Frame<'_>,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        if select.group.is_none() && select.windows.is_empty() {
            let whole = whole(select);
            return self.each(
                select,
                parent,
                &mut |rows| match whole.and_then(|leaf| rows.get(leaf)) {
                    Some(row) if row.len() == select.project.len() => take(row.clone()),
                    _ => {
                        let frame = Frame { rows, slots: &[], parent: Some(parent) };
                        self.project(select, &frame, take)
                    }
                },
            );
        }
        // Each is let go when its row is made.
        for draft in self.drafts(select, parent)? {
            if !self.project(select, &draft.frame(parent), take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The rows of groups and windows, for which those of FROM had to be there together.
    fn drafts(&self, select: &Select, parent: &Frame<'_>) -> Result<Vec<Draft>> {
        let mut drafts = match &select.group {
            Some(group) => self.group(select, group, parent)?,
            None => {
                let mut drafts: Vec<Draft> = Vec::new();
                self.each(select, parent, &mut |rows| {
                    let rows = match &select.kept {
                        Some(kept) => vec![columns(rows, kept)],
                        None => rows.clone(),
                    };
                    self.charge(size_of::<Draft>())?;
                    self.hold_leaves(&rows, drafts.last().map(|last| &*last.rows))?;
                    drafts.push(Draft { rows, slots: Vec::new() });
                    Ok(true)
                })?;
                drafts
            }
        };
        for window in &select.windows {
            self.window(window, &mut drafts, parent)?;
        }
        Ok(drafts)
    }

    /// Goes through the rows that FROM and WHERE leave; whether more were wanted at their end.
    pub(super) fn each(
        &self,
        select: &Select,
        parent: &Frame<'_>,
        each: &mut dyn FnMut(&mut Vec<Row>) -> Result<bool>,
    ) -> Result<bool> {
        let mut rows = vec![Row::default(); select.leaves];
        let mut wanted = |rows: &mut Vec<Row>| -> Result<bool> {
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            if self.holds(&select.filter, &frame)? { each(rows) } else { Ok(true) }
        };
        match &select.from {
            Some(from) => self.from(from, &mut rows, parent, &mut wanted),
            None => wanted(&mut rows),
        }
    }

    /// The list of SELECT for one row; its functions may make several of it, or none.
    fn project(&self, select: &Select, frame: &Frame<'_>, take: &mut Take<'_>) -> Result<bool> {
        if select.sets.is_empty() {
            return take(self.values(&select.project, frame)?.into());
        }
        let mut lists = Vec::with_capacity(select.sets.len());
        for call in &select.sets {
            let rows = self.set_call(call, frame)?;
            let values = rows.into_iter().map(|mut row| match call.width {
                1 => Ok(row.pop().unwrap_or_default()),
                _ => Datum::record(&call.fields, row.into()),
            });
            lists.push(values.collect::<Result<Vec<_>>>()?);
        }
        let length = lists.iter().map(Vec::len).max().unwrap_or(0);
        for place in 0..length {
            self.step()?;
            let mut slots = frame.slots.to_vec();
            slots.extend(lists.iter().map(|list| list.get(place).cloned().unwrap_or_default()));
            let frame = Frame { rows: frame.rows, slots: &slots, parent: frame.parent };
            if !take(self.values(&select.project, &frame)?.into())? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Some columns of leaves.
fn columns(rows: &[Row], wanted: &[(usize, usize)]) -> Row {
    let cell = |(leaf, column): &(usize, usize)| rows.get(*leaf)?.get(*column).cloned();
    wanted.iter().map(|place| cell(place).unwrap_or_default()).collect()
}

/// The leaf whose rows are those of a SELECT, as they are: each of its columns stands in the list in its place.
fn whole(select: &Select) -> Option<usize> {
    let Some(Expr::Column { depth: 0, leaf, .. }) = select.project.first() else { return None };
    let mut columns = select.project.iter().enumerate();
    let is_whole = select.sets.is_empty()
        && columns.all(|(place, expr)| {
            matches!(expr, Expr::Column { depth: 0, leaf: of, column } if of == leaf && *column == place)
        });
    is_whole.then_some(*leaf)
}

#[cfg(test)]
mod tests {
    use super::whole;
    use crate::answer::Answer;
    use crate::plan::Body;

    #[test]
    fn rows_that_stay_as_they_are_are_not_made_anew() {
        let of = |sql: &str| {
            let answer = Answer::prepare(sql, &[]).expect(sql);
            let Body::Select(select) = &answer.query().body else { panic!("{sql}") };
            whole(select)
        };
        assert_eq!(of("SELECT * FROM (SELECT oid, amname FROM pg_am) x WHERE oid > 0"), Some(0));
        assert_eq!(of("SELECT y.* FROM pg_am x, (SELECT oid, amname FROM pg_am) y"), Some(1));
        assert_eq!(of("SELECT amname, oid FROM (SELECT oid, amname FROM pg_am) x"), None);
        assert_eq!(of("SELECT *, 1 FROM pg_am"), None);
        assert_eq!(of("SELECT x.oid, y.amname FROM pg_am x, pg_am y"), None);
    }
}

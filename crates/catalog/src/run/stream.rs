//! Rows of a query in FROM that are handed on one by one: nobody needs them twice.

use std::slice::from_ref;

use trunkline_core::Result;

use super::from::Each;
use super::{Frame, MORE, RED, Run};
use crate::datum::Row;
use crate::plan::{Body, Distinct, From, JoinKind, Leaf, Query, Select, Source};

/// What is done with each row of a query; whether more are wanted.
pub(super) type Take<'a> = dyn FnMut(Row) -> Result<bool> + 'a;

impl Run {
    /// Marks the leaf that a query goes through once, which is itself run once.
    pub(super) fn mark_once(&self, query: &Query) {
        if let Body::Select(select) = &query.body
            && let Some(leaf) = select.from.as_ref().and_then(outermost)
        {
            self.once.borrow_mut().insert(leaf.id);
        }
    }

    /// The query of a leaf whose rows need not be kept.
    pub(super) fn passing<'a>(&self, leaf: &'a Leaf) -> Option<&'a Query> {
        match &leaf.source {
            Source::Query(sub) if !sub.is_correlated && self.once.borrow().contains(&leaf.id) => {
                Some(&sub.query)
            }
            _ => None,
        }
    }

    /// Goes through the rows of such a leaf.
    pub(super) fn stream(
        &self,
        leaf: &Leaf,
        query: &Query,
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        let Some(probed) = self.probed(leaf, rows, parent)? else { return Ok(true) };
        self.mark_once(query);
        // A row passes through all queries that are within one another before the next one is made.
        let mut take = |row: Row| {
            stacker::maybe_grow(RED, MORE, || {
                self.emit(leaf, from_ref(&row), &probed, rows, parent, each)
            })
        };
        stacker::maybe_grow(RED, MORE, || self.pass(query, &mut take))
    }

    /// Hands on the rows of a query that depends on nothing: as they are made, if they stay as they are then.
    pub(super) fn pass(&self, query: &Query, take: &mut Take<'_>) -> Result<bool> {
        let Some(select) = plain(query) else {
            for row in self.query(query, &Frame::EMPTY)? {
                if !take(row)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        };
        for cte in &query.ctes {
            self.cte(cte, &Frame::EMPTY)?;
        }
        self.each_made(select, &Frame::EMPTY, &mut |row| {
            let bytes = self.hold(&row)?;
            let more = take(row)?;
            self.release(bytes);
            Ok(more)
        })
    }
}

/// The leaf that is gone through once.
fn outermost(from: &From) -> Option<&Leaf> {
    match from {
        From::Leaf(leaf) => Some(leaf),
        From::Join(join) => match join.kind {
            JoinKind::Inner | JoinKind::Left => outermost(&join.left),
            JoinKind::Full => None,
        },
    }
}

/// The SELECT of a query whose rows are complete as soon as they are made.
fn plain(query: &Query) -> Option<&Select> {
    let is_whole = query.distinct == Distinct::No
        && query.order.is_empty()
        && query.limit.is_none()
        && query.offset.is_none();
    match &query.body {
        Body::Select(select) if is_whole && select.project.len() == query.width => Some(select),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::answer::Answer;
    use crate::run::Run;
    use crate::world::{World, world_of};

    /// How many rows a query has, and how many steps and bytes it takes.
    fn cost(world: &Arc<World>, sql: &str) -> (usize, u64, usize) {
        let answer = Answer::prepare(sql, &[]).expect(sql);
        let run = Run::new(world.clone(), Vec::new(), Arc::default());
        let rows = run.rows(answer.query()).expect(sql);
        (rows.len(), run.steps.get(), run.bytes.get())
    }

    #[test]
    fn rows_of_a_view_are_held_once_or_not_at_all() {
        let world = world_of(300);
        let all = "SELECT * FROM information_schema.columns";
        let (rows, _, held) = cost(&world, all);
        assert!(held / rows < 1700, "{} bytes each", held / rows);
        for sql in [
            "SELECT count(x) FROM c x",
            "SELECT count(x) FROM (SELECT *, table_name || column_name FROM c) x",
            "SELECT max(x.d) FROM (SELECT unnest(ARRAY[x::text]) d FROM c x) x",
            "SELECT 1 FROM c x LEFT JOIN pg_am ON false WHERE x IS NULL",
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM c x WHERE x IS NULL)",
        ] {
            let sql = sql.replace("FROM c", &format!("FROM ({all})"));
            let (_, _, bytes) = cost(&world, &sql);
            assert!(bytes < held / 2, "{sql}: {bytes} bytes, not {held}");
        }
    }

    #[test]
    fn rows_behind_the_last_one_that_is_wanted_are_not_made() {
        let world = world_of(300);
        let (_, all, _) = cost(&world, "SELECT * FROM information_schema.columns");
        let (rows, few, _) =
            cost(&world, "SELECT * FROM (SELECT * FROM information_schema.columns) x LIMIT 5");
        assert_eq!(rows, 5);
        assert!(few < all / 10, "{few} steps, not {all}");
    }

    #[test]
    fn rows_that_are_needed_twice_are_made_once() {
        let world = world_of(300);
        let query = "SELECT relname AS n FROM pg_class WHERE relname ~ '^t.*7$'";
        let (rows, once, _) = cost(&world, query);
        assert_eq!(rows, 30);
        for sql in [
            format!("SELECT 1 FROM generate_series(1, 20) g LEFT JOIN ({query}) x ON n > g::text"),
            format!("SELECT 1 FROM ({query}) x FULL JOIN ({query}) y ON x.n = y.n"),
        ] {
            let (_, steps, _) = cost(&world, &sql);
            assert!(steps < 5 * once, "{sql}: {steps} steps, not {once}");
        }
    }
}

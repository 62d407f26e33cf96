//! The rows of a leaf by a key: nobody makes the others.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use trunkline_core::Result;

use super::from::Each;
use super::{Frame, Rows, Run};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;
use crate::plan::{Cells, Key, Leaf, Wanted};

/// For how many keys rows are kept at a time: some are asked for again and again, such as types, and soon after one
/// another, such as the table of each column.
const KEPT: usize = 512;
/// How many steps it takes to make a row for a function.
const ROW: usize = 32;

impl Run {
    /// Goes through the rows of a leaf that are found by its key.
    pub(super) fn keyed(
        &self,
        leaf: &Leaf,
        key: &Key,
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        if let ([probe], Wanted::Probe(0)) = (leaf.probe.as_slice(), &key.wanted) {
            self.step()?;
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            let value = self.eval(&probe.key, &frame)?;
            if value.is_null() {
                return Ok(true);
            }
            let found = self.rows_by(leaf, key, &value, rows)?;
            return self.emit(leaf, &found, &[], rows, parent, each);
        }
        let Some(probed) = self.probed(leaf, rows, parent)? else { return Ok(true) };
        if let Wanted::Probe(place) = key.wanted {
            self.step()?;
            let Some(value) = probed.get(place) else { return Ok(true) };
            let found = self.rows_by(leaf, key, value, rows)?;
            return self.emit(leaf, &found, &probed, rows, parent, each);
        }
        let frame = Frame { rows, slots: &[], parent: Some(parent) };
        let mut seen = HashSet::new();
        for value in self.wanted(&key.wanted, &probed, &frame)? {
            self.step()?;
            if value.is_null() || !seen.insert(value.clone()) {
                continue;
            }
            let found = self.rows_by(leaf, key, &value, rows)?;
            if !self.emit(leaf, &found, &probed, rows, parent, each)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is asked for of the rows of a leaf.
    pub(super) fn cells(&self, leaf: &Leaf) -> Result<Cells> {
        let Some(kinds) = &leaf.kinds else { return Ok(leaf.cells) };
        let kinds = self.wanted(kinds, &[], &Frame::EMPTY)?;
        Ok(leaf.cells.of_kinds(kinds.iter().filter_map(|kind| kind.as_str()?.chars().next())))
    }

    /// The values that a column may have.
    fn wanted(&self, wanted: &Wanted, probed: &[Datum], frame: &Frame<'_>) -> Result<Vec<Datum>> {
        Ok(match wanted {
            Wanted::Probe(place) => probed.get(*place).cloned().into_iter().collect(),
            Wanted::List(list) => self.values(list, frame)?,
            Wanted::Array(array) => match self.eval(array, frame)? {
                Datum::Array(list) => list.items.clone(),
                _ => Vec::new(),
            },
            Wanted::Query(query) => {
                let found = self.sub(query, frame)?;
                found.iter().map(|row| row.first().cloned().unwrap_or_default()).collect()
            }
        })
    }

    fn rows_by(&self, leaf: &Leaf, key: &Key, value: &Datum, rows: &mut [Row]) -> Result<Rows> {
        let known = self.keyed.borrow().get(leaf.id).and_then(|found| found.get(value));
        if let Some(known) = known {
            return Ok(known);
        }
        let cells = self.keyed.borrow().get(leaf.id).and_then(|found| found.cells);
        let cells = cells.map_or_else(|| self.cells(leaf), Ok)?;
        let found = self.world.rows_by(&key.relation, key.column, value, cells);
        self.steps(found.len())?;
        let rows = Rc::new(self.alone(leaf, found, rows)?);
        let size: usize = rows.iter().map(|row| row.len() + 1).sum();
        let bytes = (size + 2) * size_of::<Datum>();
        self.charge(bytes)?;
        let mut keyed = self.keyed.borrow_mut();
        if keyed.len() <= leaf.id {
            keyed.resize_with(leaf.id + 1, Found::default);
        }
        if let Some(found) = keyed.get_mut(leaf.id) {
            found.cells = Some(cells);
            self.release(found.put(value.clone(), rows.clone(), bytes));
        }
        Ok(rows)
    }
}

impl Run {
    /// Those of a leaf's rows for which holds what is asked of them alone.
    fn alone(&self, leaf: &Leaf, mut found: Vec<Row>, rows: &mut [Row]) -> Result<Vec<Row>> {
        if leaf.own.is_empty() {
            return Ok(found);
        }
        let mut failure = None;
        found.retain(|row| {
            if let Some(place) = rows.get_mut(leaf.index) {
                *place = row.clone();
            }
            let frame = Frame { rows, slots: &[], parent: None };
            self.holds(&leaf.own, &frame).unwrap_or_else(|error| {
                failure.get_or_insert(error);
                false
            })
        });
        failure.map_or(Ok(found), Err)
    }
}

/// The rows of a leaf that were found by its key.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What is asked for of them: it is the same for all keys.
    cells: Option<Cells>,
    /// What was put in at last: the same value mostly comes many times in a row.
    last: Option<(Datum, Rows)>,
    all: HashMap<Datum, Rows>,
    bytes: usize,
}

impl Found {
    fn get(&self, value: &Datum) -> Option<Rows> {
        match &self.last {
            Some((last, rows)) if last == value => Some(rows.clone()),
            _ => self.all.get(value).cloned(),
        }
    }

    /// Keeps rows, and says how many bytes it let go for them.
    fn put(&mut self, value: Datum, rows: Rows, bytes: usize) -> usize {
        self.last = Some((value.clone(), rows.clone()));
        let mut released = 0;
        if self.all.len() >= KEPT {
            self.all.clear();
            released = std::mem::take(&mut self.bytes);
        }
        self.all.insert(value, rows);
        self.bytes += bytes;
        released
    }
}

/// What functions look for: one call may go through many rows.
impl Run {
    /// The rows of a relation of `pg_catalog` that have a value in a [key](crate::world::key_column).
    pub(crate) fn found(&self, relation: &str, column: &str, key: u32) -> Result<Vec<Row>> {
        let rows = self.world.rows_by(relation, column, &Datum::Oid(key), Cells::ALL);
        self.steps(rows.len().saturating_mul(ROW))?;
        Ok(rows)
    }

    /// The first row of a relation of `pg_catalog` with which something is so.
    pub(crate) fn first_of(
        &self,
        relation: &str,
        is_it: impl Fn(&Row) -> bool,
    ) -> Result<Option<Row>> {
        for part in self.world.parts(PG_CATALOG, relation) {
            let part = part?;
            self.steps(part.len().saturating_mul(ROW))?;
            if let Some(found) = part.into_iter().find(&is_it) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use trunkline_core::settings::Settings;
    use trunkline_core::{Client, Identity};

    use super::{KEPT, Run};
    use crate::answer::Answer;
    use crate::world::{Objects, World};

    /// Of 500 tables, each with a key to the one before it.
    fn world() -> Arc<World> {
        let mut script = "CREATE TABLE t0 (id int PRIMARY KEY);".to_owned();
        for table in 1..500 {
            let _ = write!(
                script,
                "CREATE TABLE t{table} (id int PRIMARY KEY, of int REFERENCES t{});",
                table - 1
            );
        }
        let defined = crate::ddl::define(&script).expect("definitions");
        let client = Client::new(Identity::new("postgres", "many"), Settings::default());
        Arc::new(World::new(client, Arc::new(Objects::new(Arc::new(defined.snapshot)))))
    }

    #[test]
    fn rows_that_nobody_asks_for_are_not_looked_at() {
        let world = world();
        for (sql, found) in [
            ("SELECT 1 FROM pg_attribute WHERE attrelid = 't7'::regclass", 8),
            ("SELECT 1 FROM pg_attribute WHERE attrelid IN ('t7'::regclass, 't8'::regclass)", 16),
            ("SELECT 1 FROM pg_attribute WHERE attrelid = ANY ('{t7,t8,t8}'::regclass[])", 16),
            ("SELECT 1 FROM pg_attribute WHERE attrelid IN (SELECT 't7'::regclass)", 8),
            ("SELECT 1 FROM pg_constraint WHERE confrelid IN (VALUES ('t7'::regclass))", 1),
            ("SELECT 1 FROM pg_constraint WHERE conrelid = 't7'::regclass AND contype = 'p'", 1),
            ("SELECT 1 FROM pg_class WHERE relname OPERATOR(pg_catalog.~) '^(t7)$'", 1),
            ("SELECT 1 FROM pg_class WHERE relname = 't7' AND relkind = 'i'", 0),
            ("SELECT 1 FROM pg_class WHERE relkind IN ('S', 'p')", 0),
            ("SELECT 1 FROM pg_class WHERE relkind = ANY (ARRAY['S'::varchar, 'p'::varchar])", 0),
            ("SELECT 1 FROM pg_class WHERE relkind = 'p'::text", 0),
            ("SELECT 1 FROM pg_class WHERE relname = 't7' AND relkind::int = 114", 1),
            ("SELECT 1 FROM pg_index WHERE indrelid = 't7'::regclass", 1),
            (
                "SELECT 1 FROM pg_class c JOIN pg_type t ON t.oid = c.reltype WHERE c.relname = 't7'",
                1,
            ),
        ] {
            let answer = Answer::prepare(sql, &[]).expect(sql);
            let run = Run::new(world.clone(), Vec::new(), Arc::default());
            let rows = run.rows(answer.query()).expect(sql);
            assert_eq!(rows.len(), found, "{sql}");
            // A regular expression takes as many steps as it takes time to read.
            let is_scanned = !run.seen.borrow().is_empty();
            assert!(!is_scanned || run.steps.get() < 300, "{sql}: {} steps", run.steps.get());
        }
    }

    #[test]
    fn constraints_of_kinds_that_nobody_asks_for_are_not_made() {
        let world = world();
        let steps = |kinds: &str| {
            let sql = format!(
                "SELECT 1 FROM pg_class c LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype{kinds}"
            );
            let (answer, run) = (
                Answer::prepare(&sql, &[]).expect(&sql),
                Run::new(world.clone(), Vec::new(), Arc::default()),
            );
            run.rows(answer.query()).expect(&sql);
            run.steps.get()
        };
        let all = steps(" <> 'x'");
        for kinds in [" = 'x'", " IN ('x', 'y')", " = ANY (ARRAY['x'::varchar, 'y'])"] {
            // Each table has a key, and most refer to another one.
            assert!(steps(kinds) + 2 * 999 < all, "{kinds}: {} steps of {all}", steps(kinds));
        }
    }

    #[test]
    fn a_trial_ends_before_what_takes_long_and_what_may_not_be_done_twice() {
        let world = world();
        for (sql, is_over) in [
            ("SELECT attname FROM pg_attribute WHERE attrelid = 't7'::regclass", false),
            ("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname > 't1'", false),
            ("SELECT set_config('a.b', 'c', false) FROM pg_class WHERE false", false),
            ("SELECT set_config('a.b', 'c', false) FROM pg_class", true),
            ("SELECT to_regclass('t7') FROM pg_proc, pg_type", true),
        ] {
            let answer = Answer::prepare(sql, &[]).expect(sql);
            let run = Run::trial(world.clone(), Vec::new());
            let done = run.rows(answer.query());
            assert_eq!((run.is_over(), done.is_err()), (is_over, is_over), "{sql}");
            assert!(run.steps.get() < 20_000, "{sql}: {} steps", run.steps.get());
        }
    }

    #[test]
    fn a_relation_is_made_once_for_all_of_its_columns() {
        let sql = "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                   WHERE a.attnum > 0 AND a.attname = 'id'";
        let (world, answer) = (world(), Answer::prepare(sql, &[]).expect(sql));
        let run = Run::new(world.clone(), Vec::new(), Arc::default());
        assert_eq!(run.rows(answer.query()).expect(sql).len(), 1000);
        let of_leaf = run.keyed.borrow().iter().map(|found| found.all.len()).max();
        assert_eq!(of_leaf, Some(1000 - KEPT));
        // What was let go is no part of what is held.
        assert!(run.bytes.get() < 1_000_000, "{} bytes", run.bytes.get());
    }

    #[test]
    fn a_query_may_cost_more_where_there_is_more() {
        let few = Arc::new(World::new(
            Client::new(Identity::new("postgres", "few"), Settings::default()),
            Arc::default(),
        ));
        let run = |world: &Arc<World>| Run::new(world.clone(), Vec::new(), Arc::default());
        let steps = |world| run(world).steps(11_000_000);
        let bytes = |world| run(world).charge(258 << 20);
        let many = world();
        assert!(steps(&many).is_ok() && bytes(&many).is_ok());
        for refused in [steps(&few), bytes(&few), run(&many).charge(300 << 20)] {
            assert_eq!(refused.expect_err("too much").sqlstate().to_string(), "53400");
        }
    }
}

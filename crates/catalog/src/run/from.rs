//! FROM: relations, functions and their joins.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use trunkline_core::Result;

use super::{Frame, Rows, Run};
use crate::datum::{Datum, Row};
use crate::plan::{Cells, Expr, From, Join, JoinKind, Leaf, SetCall, Source};

/// The rows of a leaf by the values they are looked up by.
pub(super) struct Lookup {
    /// What the rows are of, if that may change.
    cte: Option<usize>,
    rows: HashMap<Vec<Datum>, Vec<Row>>,
}

/// What is done with each row of FROM; whether more are wanted.
pub(super) type Each<'a> = dyn FnMut(&mut Vec<Row>) -> Result<bool> + 'a;

impl Run {
    /// Goes through the rows of FROM: `rows` has one row for each leaf that is known so far.
    ///
    /// Whether more were wanted at its end.
    pub(super) fn from(
        &self,
        from: &From,
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        match from {
            From::Leaf(leaf) => self.leaf(leaf, rows, parent, each),
            From::Join(join) => {
                stacker::maybe_grow(128 << 10, 2 << 20, || self.join(join, rows, parent, each))
            }
        }
    }

    fn leaf(
        &self,
        leaf: &Leaf,
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        if let Some(key) = &leaf.key {
            return self.keyed(leaf, key, rows, parent, each);
        }
        // What is gone through once need not be kept.
        if let Some(query) = self.passing(leaf) {
            return self.stream(leaf, query, rows, parent, each);
        }
        let is_first = self.seen.borrow_mut().insert(leaf.id);
        if let Source::Table(schema, name) = &leaf.source
            && is_first
        {
            return self.scan(leaf, (*schema, name), rows, parent, each);
        }
        if leaf.probe.is_empty() {
            let all = self.source(leaf, rows, parent)?;
            return self.emit(leaf, &all, &[], rows, parent, each);
        }
        let lookup = self.lookup(leaf, rows, parent)?;
        let Some(probed) = self.probed(leaf, rows, parent)? else { return Ok(true) };
        self.weigh(&probed)?;
        match lookup.rows.get(&probed) {
            Some(found) => self.emit(leaf, found, &[], rows, parent, each),
            None => Ok(true),
        }
    }

    /// What the probes of a leaf ask for; nothing if that is NULL, which no row has.
    pub(super) fn probed(
        &self,
        leaf: &Leaf,
        rows: &[Row],
        parent: &Frame<'_>,
    ) -> Result<Option<Vec<Datum>>> {
        let frame = Frame { rows, slots: &[], parent: Some(parent) };
        let keys = leaf.probe.iter().map(|probe| self.eval(&probe.key, &frame));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        Ok((!keys.iter().any(Datum::is_null)).then_some(keys))
    }

    /// Goes through the rows of a relation, and keeps none.
    fn scan(
        &self,
        leaf: &Leaf,
        (schema, name): (u32, &str),
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        let Some(probed) = self.probed(leaf, rows, parent)? else { return Ok(true) };
        for part in self.world.parts(schema, name).of_cells(self.cells(leaf)?) {
            if !self.emit(leaf, &part?, &probed, rows, parent, each)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives rows of a leaf on that have what its probes ask for, and hold its conditions; `probed` is empty
    /// if they were found by that.
    pub(super) fn emit(
        &self,
        leaf: &Leaf,
        all: &[Row],
        probed: &[Datum],
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        'rows: for row in all {
            self.step()?;
            if let Some(place) = rows.get_mut(leaf.index) {
                *place = row.clone();
            }
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            for (probe, value) in leaf.probe.iter().zip(probed) {
                if self.eval(&probe.own, &frame)? != *value {
                    continue 'rows;
                }
            }
            if self.holds(&leaf.filter, &frame)? && !each(rows)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The rows of a leaf by the values of its probes, worked out once unless they depend on others.
    fn lookup(&self, leaf: &Leaf, rows: &mut Vec<Row>, parent: &Frame<'_>) -> Result<Rc<Lookup>> {
        if let Some(found) = self.indexes.borrow().get(&leaf.id) {
            return Ok(found.clone());
        }
        let mut found: HashMap<Vec<Datum>, Vec<Row>> = HashMap::new();
        let own: Vec<&Expr> = leaf.filter.iter().filter(|one| one.is_of_leaf(leaf.index)).collect();
        let mut put = |row: &Row, rows: &mut Vec<Row>| -> Result<bool> {
            self.step()?;
            if let Some(place) = rows.get_mut(leaf.index) {
                *place = row.clone();
            }
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            if !self.holds(own.iter().copied(), &frame)? {
                return Ok(false);
            }
            let keys: Vec<Datum> = leaf
                .probe
                .iter()
                .map(|probe| self.eval(&probe.own, &frame))
                .collect::<Result<_>>()?;
            self.weigh(&keys)?;
            self.charge((keys.len() + 1) * size_of::<Datum>())?;
            found.entry(keys).or_default().push(row.clone());
            Ok(true)
        };
        match &leaf.source {
            // Of a relation that may be large only what is asked for is kept.
            Source::Table(schema, name) if !own.is_empty() => {
                for part in self.world.parts(*schema, name).of_cells(self.cells(leaf)?) {
                    for row in part? {
                        if put(&row, rows)? {
                            self.hold(&row)?;
                        }
                    }
                }
            }
            _ => {
                let all = self.source(leaf, rows, parent)?;
                all.iter().try_for_each(|row| put(row, rows).map(drop))?;
            }
        }
        let cte = if let Source::Cte(id) = &leaf.source { Some(*id) } else { None };
        let lookup = Rc::new(Lookup { cte, rows: found });
        let is_lasting = match &leaf.source {
            Source::Table(..) | Source::Cte(_) => true,
            Source::Query(sub) => !sub.is_correlated,
            Source::Functions { .. } | Source::Value(_) => false,
        };
        if is_lasting {
            self.indexes.borrow_mut().insert(leaf.id, lookup.clone());
        }
        Ok(lookup)
    }

    /// Forgets what was looked up in the rows of a WITH query: they are others now.
    pub(super) fn forget_indexes(&self, cte: usize) {
        self.indexes.borrow_mut().retain(|_, lookup| lookup.cte != Some(cte));
    }

    /// All rows of a leaf.
    fn source(&self, leaf: &Leaf, rows: &[Row], parent: &Frame<'_>) -> Result<Rows> {
        let frame = Frame { rows, slots: &[], parent: Some(parent) };
        match &leaf.source {
            Source::Table(schema, name) => self.table(*schema, name, leaf.cells),
            Source::Query(sub) => self.sub(sub, &frame),
            Source::Cte(id) => Ok(self.kept(*id).unwrap_or_default()),
            Source::Value(values) => Ok(Rc::new(vec![self.values(values, &frame)?.into()])),
            Source::Functions { calls, ordinality } => self.functions(calls, *ordinality, &frame),
        }
    }

    fn table(&self, schema: u32, name: &Arc<str>, cells: Cells) -> Result<Rows> {
        let key = (schema, name.clone(), cells);
        if let Some(rows) = self.tables.borrow().get(&key) {
            return Ok(rows.clone());
        }
        let mut rows = Vec::new();
        for part in self.world.parts(schema, name).of_cells(cells) {
            for row in part? {
                self.step()?;
                self.hold(&row)?;
                rows.push(row);
            }
        }
        let rows = Rc::new(rows);
        self.tables.borrow_mut().insert(key, rows.clone());
        Ok(rows)
    }

    /// The rows of functions side by side; the shorter ones go on with NULL.
    fn functions(&self, calls: &[SetCall], ordinality: bool, frame: &Frame<'_>) -> Result<Rows> {
        let lists: Vec<_> =
            calls.iter().map(|call| self.set_call(call, frame)).collect::<Result<_>>()?;
        let length = lists.iter().map(Vec::len).max().unwrap_or(0);
        let mut rows = Vec::new();
        for place in 0..length {
            self.step()?;
            let mut row = Vec::new();
            for (list, call) in lists.iter().zip(calls) {
                match list.get(place) {
                    Some(values) => row.extend(values.iter().cloned()),
                    None => row.extend(std::iter::repeat_n(Datum::Null, call.width)),
                }
            }
            if ordinality {
                row.push(Datum::Int(i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1)));
            }
            let row = row.into();
            self.hold(&row)?;
            rows.push(row);
        }
        Ok(Rc::new(rows))
    }

    /// The rows that a function gives.
    pub(super) fn set_call(&self, call: &SetCall, frame: &Frame<'_>) -> Result<Vec<Vec<Datum>>> {
        let arguments = self.values(&call.arguments, frame)?;
        if call.strict && arguments.iter().any(Datum::is_null) {
            return Ok(Vec::new());
        }
        self.taken(&arguments)?;
        (call.function)(&crate::plan::Call {
            arguments: &arguments,
            types: &call.types,
            result: call.result,
            run: self,
        })
    }

    fn join(
        &self,
        join: &Join,
        rows: &mut Vec<Row>,
        parent: &Frame<'_>,
        each: &mut Each<'_>,
    ) -> Result<bool> {
        let mut emit = |rows: &mut Vec<Row>| -> Result<bool> {
            let frame = Frame { rows, slots: &[], parent: Some(parent) };
            if self.holds(&join.filter, &frame)? { each(rows) } else { Ok(true) }
        };
        match join.kind {
            JoinKind::Inner => self.from(&join.left, rows, parent, &mut |rows| {
                self.from(&join.right, rows, parent, &mut emit)
            }),
            JoinKind::Left => self.from(&join.left, rows, parent, &mut |rows| {
                let mut is_matched = false;
                let more = self.from(&join.right, rows, parent, &mut |rows| {
                    is_matched = true;
                    emit(rows)
                })?;
                if is_matched || !more {
                    return Ok(more);
                }
                clear(&join.right, rows);
                emit(rows)
            }),
            JoinKind::Full => {
                let on = |rows: &[Row]| {
                    self.holds(&join.on, &Frame { rows, slots: &[], parent: Some(parent) })
                };
                let more = self.from(&join.left, rows, parent, &mut |rows| {
                    let mut is_matched = false;
                    let more = self.from(&join.right, rows, parent, &mut |rows| {
                        let found = on(rows)?;
                        is_matched |= found;
                        if found { emit(rows) } else { Ok(true) }
                    })?;
                    if is_matched || !more {
                        return Ok(more);
                    }
                    clear(&join.right, rows);
                    emit(rows)
                })?;
                if !more {
                    return Ok(false);
                }
                self.from(&join.right, rows, parent, &mut |rows| {
                    let mut is_matched = false;
                    self.from(&join.left, rows, parent, &mut |rows| {
                        is_matched = on(rows)?;
                        Ok(!is_matched)
                    })?;
                    if is_matched {
                        return Ok(true);
                    }
                    clear(&join.left, rows);
                    emit(rows)
                })
            }
        }
    }
}

/// Makes the rows of a side NULL: they have no columns then.
fn clear(from: &From, rows: &mut [Row]) {
    match from {
        From::Leaf(leaf) => {
            if let Some(row) = rows.get_mut(leaf.index) {
                *row = Row::default();
            }
        }
        From::Join(join) => {
            clear(&join.left, rows);
            clear(&join.right, rows);
        }
    }
}

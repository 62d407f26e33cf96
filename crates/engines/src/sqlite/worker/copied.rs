//! Rows of a COPY FROM into their table.

use rusqlite::CachedStatement;
use trunkline_core::{PgError, Result, SqlState};

use super::super::cells::{Cell, Reader};
use super::super::copy::{Batch, Target};
use super::super::errors::answer;
use super::super::given::{Beginning, Untold};
use super::Worker;

impl<'c> Worker<'c> {
    /// Begins to store rows. PostgreSQL looks at foreign keys when all rows are there, and SQLite behind each
    /// statement: where that makes a difference, it is to wait for the end.
    pub(in super::super) fn enter_copy(&mut self, into: &Target) -> Result<()> {
        self.enter()?;
        if into.refers_to_itself() { self.defer_all() } else { Ok(()) }
    }

    /// All rows are there: keeps them, unless one refers to what is not.
    pub(in super::super) fn keep_copy(&mut self, into: &Target) -> Result<()> {
        let waited = into.refers_to_itself().then(|| into.relation());
        self.check_keys(waited)?;
        if waited.is_some() {
            self.defer_as_said()?;
        }
        self.keep()
    }

    /// Undoes what was stored.
    pub(in super::super) fn undo_copy(&mut self, into: &Target) {
        self.undo();
        if into.refers_to_itself() {
            // Without a transaction there is nothing to wait for.
            let _ = self.defer_as_said();
        }
    }

    /// Stores rows of a COPY; how many they were.
    ///
    /// Many go into one statement, for SQLite looks for the end of the table once for each. If one
    /// of them is wrong, they are stored one by one: that tells which.
    pub(in super::super) fn copy(&mut self, into: &Target, batch: &Batch) -> Result<u64> {
        self.guarded.given.begin(Beginning { untold: Untold::Keys, ..Beginning::default() });
        self.load(&into.sequences)?;
        let count = self.copy_batch(into, batch)?;
        self.save(&into.sequences)?;
        Ok(count)
    }

    fn copy_batch(&mut self, into: &Target, batch: &Batch) -> Result<u64> {
        let mut cells = batch.cells.reader();
        let most = if batch.has_defaults { 1 } else { into.together() };
        let (mut left, mut count) = (batch.rows, 0);
        if most > 1 && left >= most {
            let mut together = self.insertion(into.insert_many())?;
            while left >= most {
                let before = cells.clone();
                self.guarded.sequences.mark(&into.sequences);
                if let Err(error) = self.insert_many(&mut together, into, most, &mut cells) {
                    // What is cancelled, or was undone as a whole, is not tried again.
                    let is_over = error.sqlstate() == SqlState::QUERY_CANCELED
                        || self.connection().is_autocommit();
                    return match is_over {
                        true => Err(error),
                        false => {
                            self.guarded.sequences.rewind(&into.sequences);
                            self.copy_each(into, before).map(|each| count + each)
                        }
                    };
                }
                left -= most;
                count += most as u64;
            }
        }
        self.copy_each(into, cells).map(|each| count + each)
    }

    /// Stores so many rows with one statement.
    fn insert_many(
        &self,
        together: &mut CachedStatement<'_>,
        into: &Target,
        most: usize,
        cells: &mut Reader<'_>,
    ) -> Result<()> {
        let mut index = 0;
        for _ in 0..most {
            next_line(cells);
            for cell in cells.by_ref().take(into.columns.len()) {
                index += 1;
                together.raw_bind_parameter(index, cell).map_err(answer)?;
            }
        }
        self.execute(together).map(drop)
    }

    /// Stores rows one by one.
    fn copy_each(&mut self, into: &Target, mut cells: Reader<'_>) -> Result<u64> {
        let mut row = Vec::with_capacity(into.columns.len());
        let (mut whole, mut count) = (None, 0);
        while let Some((line, text)) = next_line(&mut cells) {
            row.clear();
            row.extend(cells.by_ref().take(into.columns.len()));
            self.guarded.sequences.mark(&into.sequences);
            let stored = self.insert(into, &row, &mut whole).map_err(|error| {
                let state = error.sqlstate();
                let error = self.detailed(error, |worker| {
                    let again = || worker.insert(into, &row, &mut None).map(drop);
                    worker.guarded.sequences.again(&into.sequences, again)
                });
                match state {
                    // PostgreSQL looks at foreign keys when all rows are there.
                    SqlState::FOREIGN_KEY_VIOLATION => error,
                    SqlState::NOT_NULL_VIOLATION | SqlState::CHECK_VIOLATION => {
                        error.context(into.place_and_text(line, text))
                    }
                    _ => error.context(into.place(line)),
                }
            })?;
            count += into.stored(stored);
        }
        Ok(count)
    }

    /// Stores a row, with defaults where it has them; what stores a whole one is kept for the next.
    fn insert(
        &self,
        into: &Target,
        row: &[Cell<'_>],
        whole: &mut Option<CachedStatement<'c>>,
    ) -> Result<usize> {
        match (row.contains(&Cell::Default), whole) {
            (true, _) => self.insert_by(&mut self.insertion(&into.insert(row))?, row),
            (false, Some(compiled)) => self.insert_by(compiled, row),
            (false, none) => {
                let compiled = self.insertion(&into.insert(row))?;
                self.insert_by(none.insert(compiled), row)
            }
        }
    }

    fn insertion(&self, sql: &str) -> Result<CachedStatement<'c>> {
        let connection = self.connection();
        let compiled = self.guarded.theirs(false, |_| connection.prepare_cached(sql));
        compiled.map_err(|error| self.explain(error))
    }

    fn insert_by(&self, compiled: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> Result<usize> {
        let given = cells.iter().filter(|cell| **cell != Cell::Default);
        for (index, cell) in (1..=compiled.parameter_count()).zip(given) {
            compiled.raw_bind_parameter(index, cell).map_err(answer)?;
        }
        self.execute(compiled)
    }

    fn execute(&self, bound: &mut CachedStatement<'_>) -> Result<usize> {
        if self.control.is_stopped() {
            return Err(PgError::canceled());
        }
        self.control.tell_lock(true);
        bound.raw_execute().map_err(|error| self.explain(error))
    }
}

/// The number and the text of the next row's line; its values follow.
fn next_line<'a>(cells: &mut Reader<'a>) -> Option<(i64, Cell<'a>)> {
    match (cells.next()?, cells.next()?) {
        (Cell::Integer(line), text) => Some((line, text)),
        _ => None,
    }
}

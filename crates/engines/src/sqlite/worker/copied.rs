//! Rows of a COPY FROM into their table.

use rusqlite::CachedStatement;
use trunkline_core::{PgError, Result, SqlState};

use super::super::cells::{Cell, Cells, Reader};
use super::super::copy::Target;
use super::super::errors::answer;
use super::{Worker, exact};

/// Stands around rows that are stored many at a time.
const TOGETHER: &str = "trunkline rows";

impl<'c> Worker<'c> {
    /// Stores rows of a COPY, each behind its line and the text of that; how many they were.
    ///
    /// Many go into one statement, for SQLite looks for the end of the table once for each. If one
    /// of them is wrong, they are stored one by one: that tells which.
    pub(in super::super) fn copy(&mut self, into: &Target, rows: &Cells) -> Result<u64> {
        let most = into.together();
        if most < 2 {
            return self.copy_each(into, rows);
        }
        let name = exact(TOGETHER);
        self.mark(TOGETHER)?;
        let stored = match self.copy_together(into, most, rows) {
            // What is cancelled, or was undone as a whole, is not tried again.
            Err(error)
                if error.sqlstate() != SqlState::QUERY_CANCELED
                    && !self.connection().is_autocommit() =>
            {
                self.own(&format!("ROLLBACK TO {name}"))?;
                self.copy_each(into, rows)?
            }
            stored => stored?,
        };
        self.own(&format!("RELEASE {name}"))?;
        Ok(stored)
    }

    /// Stores rows, so many at a time.
    fn copy_together(&self, into: &Target, most: usize, rows: &Cells) -> Result<u64> {
        let width = into.columns.len();
        let mut together = self.insertion(&into.insert_many(most))?;
        let mut waiting = Vec::with_capacity(width * most);
        let (mut cells, mut count) = (rows.reader(), 0);
        while next_line(&mut cells).is_some() {
            count += 1;
            let start = waiting.len();
            waiting.extend(cells.by_ref().take(width));
            if waiting.get(start..).is_some_and(|row| row.contains(&Cell::Default)) {
                self.insert_each(into, &waiting)?;
                waiting.clear();
            } else if waiting.len() == width * most {
                self.insert_by(&mut together, &waiting)?;
                waiting.clear();
            }
        }
        self.insert_each(into, &waiting)?;
        Ok(count)
    }

    fn insert_each(&self, into: &Target, rows: &[Cell<'_>]) -> Result<()> {
        let mut whole = None;
        let mut rows = rows.chunks(into.columns.len());
        rows.try_for_each(|row| self.insert(into, row, &mut whole).map(drop))
    }

    /// Stores rows one by one.
    fn copy_each(&mut self, into: &Target, rows: &Cells) -> Result<u64> {
        let mut cells = rows.reader();
        let mut row = Vec::with_capacity(into.columns.len());
        let (mut whole, mut count) = (None, 0);
        while let Some((line, text)) = next_line(&mut cells) {
            row.clear();
            row.extend(cells.by_ref().take(into.columns.len()));
            let stored = self.insert(into, &row, &mut whole).map_err(|error| {
                let state = error.sqlstate();
                let again = |worker: &Worker<'c>| worker.insert(into, &row, &mut None).map(drop);
                let error = self.detailed(error, again);
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
        if self.control.is_stopped() {
            return Err(PgError::canceled());
        }
        let given = cells.iter().filter(|cell| **cell != Cell::Default);
        for (index, cell) in (1..=compiled.parameter_count()).zip(given) {
            compiled.raw_bind_parameter(index, cell).map_err(answer)?;
        }
        compiled.raw_execute().map_err(|error| self.explain(error))
    }
}

/// The number and the text of the next row's line; its values follow.
fn next_line<'a>(cells: &mut Reader<'a>) -> Option<(i64, Cell<'a>)> {
    match (cells.next()?, cells.next()?) {
        (Cell::Integer(line), text) => Some((line, text)),
        _ => None,
    }
}

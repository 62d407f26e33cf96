//! Rows of a COPY on their way into a table.

use rusqlite::CachedStatement;
use trunkline_core::{PgError, Result, SqlState};

use super::Worker;
use crate::sqlite::cells::{Cell, Cells};
use crate::sqlite::copy::Target;
use crate::sqlite::errors::answer;

impl<'c> Worker<'c> {
    /// Stores rows of a COPY, each behind its line and the text of that.
    pub(in crate::sqlite) fn copy(&mut self, into: &Target, rows: &Cells) -> Result<()> {
        let mut cells = rows.reader();
        let mut row = Vec::with_capacity(into.columns.len());
        let mut whole = None;
        self.load(&into.sequences)?;
        while let (Some(Cell::Integer(line)), Some(text)) = (cells.next(), cells.next()) {
            row.clear();
            row.extend(cells.by_ref().take(into.columns.len()));
            self.guarded.sequences.mark(&into.sequences);
            let stored = match (row.contains(&Cell::Default), &mut whole) {
                (true, _) => self.insert(into, &row),
                (false, Some(compiled)) => self.insert_by(compiled, &row),
                (false, none) => {
                    let compiled = self.insertion(into, &row)?;
                    self.insert_by(none.insert(compiled), &row)
                }
            };
            stored.map_err(|error| {
                let state = error.sqlstate();
                let error = self.detailed(error, |worker| {
                    let again = || worker.insert(into, &row);
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
        }
        self.save(&into.sequences)
    }

    fn insert(&self, into: &Target, row: &[Cell<'_>]) -> Result<()> {
        self.insert_by(&mut self.insertion(into, row)?, row)
    }

    /// What stores rows that have defaults where this one has.
    fn insertion(&self, into: &Target, row: &[Cell<'_>]) -> Result<CachedStatement<'c>> {
        let connection = self.connection();
        let sql = into.insert(row);
        let compiled = self.guarded.theirs(false, |_| connection.prepare_cached(&sql));
        compiled.map_err(|error| self.explain(error))
    }

    fn insert_by(&self, compiled: &mut CachedStatement<'_>, row: &[Cell<'_>]) -> Result<()> {
        if self.control.is_stopped() {
            return Err(PgError::canceled());
        }
        let given = row.iter().filter(|cell| **cell != Cell::Default);
        for (index, cell) in (1..=compiled.parameter_count()).zip(given) {
            compiled.raw_bind_parameter(index, cell).map_err(answer)?;
        }
        compiled.raw_execute().map(drop).map_err(|error| self.explain(error))
    }
}

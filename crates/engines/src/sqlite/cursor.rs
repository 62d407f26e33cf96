//! A statement that gives rows, and how far it got.

use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Rows};
use self_cell::{MutBorrow, self_cell};
use trunkline_core::{PgError, Result};

use super::cells::{Cell, Cells};
use super::control::Control;

/// Rows are given away when they are so many bytes,
const BATCH: usize = 64 * 1024;

/// or when the first of them has waited so long.
const DELAY: Duration = Duration::from_millis(20);

self_cell!(
    struct Running<'c> {
        owner: MutBorrow<CachedStatement<'c>>,
        #[not_covariant]
        dependent: Rows,
    }
);

/// A statement that runs, with its parameters bound.
pub(super) struct Cursor<'c> {
    running: Running<'c>,
    columns: usize,
    /// The size of the last batch.
    room: usize,
    /// What ended it behind the rows that were given away last.
    error: Option<rusqlite::Error>,
}

/// Rows, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) cells: Cells,
    /// Whether these are the last ones.
    pub(super) is_last: bool,
}

impl<'c> Cursor<'c> {
    /// Starts a statement that was announced with so many columns; SQLite has one where PostgreSQL has none.
    pub(super) fn new(statement: CachedStatement<'c>, columns: usize) -> Result<Cursor<'c>> {
        let (has, columns) = (statement.column_count(), columns.max(1));
        if has != columns {
            let message = format!("a statement of {columns} columns has {has} in SQLite");
            return Err(PgError::internal(message));
        }
        let statement = MutBorrow::new(statement);
        let running = Running::new(statement, |statement| statement.borrow_mut().raw_query());
        Ok(Cursor { running, columns, room: 0, error: None })
    }

    /// The next rows: no more than `limit`, and so many bytes, and one at least.
    pub(super) fn fetch(&mut self, limit: u64, control: &Control) -> rusqlite::Result<Batch> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let (columns, began, mut runs) = (self.columns, Instant::now(), control.runs());
        // To look at the clock for each row would cost as much as a column of it.
        let mut is_overdue = || {
            let before = std::mem::replace(&mut runs, control.runs());
            before != runs && began.elapsed() >= DELAY
        };
        let mut batch = Batch { cells: Cells::with_capacity(self.room), is_last: false };
        self.running.with_dependent_mut(|_, rows| {
            let mut count = 0;
            while count < limit && batch.cells.size() < BATCH && (count == 0 || !is_overdue()) {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => {
                        batch.is_last = true;
                        break;
                    }
                    // The rows before it come first.
                    Err(error) if count > 0 => {
                        self.error = Some(error);
                        break;
                    }
                    Err(error) => return Err(error),
                };
                for column in 0..columns {
                    batch.cells.push(Cell::from(row.get_ref(column)?));
                }
                count += 1;
            }
            Ok(())
        })?;
        self.room = batch.cells.size();
        Ok(batch)
    }
}

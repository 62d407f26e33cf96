//! DECLARE, FETCH, MOVE and CLOSE.

mod kept;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use trunkline_core::types::text::truncate_name;
use trunkline_core::{
    Column, CommandTag, Format, Formats, PgError, Reply, Result, Rows, Run, Session, SqlState,
};
use trunkline_sql::statement::{Declare, Fetch, Which};

pub(super) use self::kept::cells_of;
use self::rows::{Cursor, Fetching, Room, Shared, fetched, lock, poll_hold};
use crate::connection::watch::watch;
use crate::connection::{Connection, Stop};
use crate::limits::Limits;

/// The most that a cursor keeps in memory, in bytes.
const MEMORY: usize = 1024 * 1024;

/// The cursors of a connection, by name.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    by_name: BTreeMap<Box<str>, Declared>,
    /// What their files hold, in bytes.
    filed: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Declared {
    cursor: Shared,
    columns: Arc<[Column]>,
    /// Whether FETCH of a simple query sends its rows in binary.
    is_binary: bool,
    /// Whether it outlives its transaction, and whether it has.
    hold: bool,
    is_held: bool,
    /// How many savepoints there were when it was declared.
    depth: usize,
}

impl Cursors {
    /// Whether a cursor may have this name.
    ///
    /// # Errors
    ///
    /// 42P03 if there is one.
    pub(crate) fn vacant(&self, name: &str) -> Result<()> {
        if self.by_name.contains_key(truncate_name(name)) {
            let message = format!("cursor \"{name}\" already exists");
            return Err(PgError::new(SqlState::DUPLICATE_CURSOR, message));
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Result<&Declared> {
        self.by_name.get(name).ok_or_else(|| unknown(name))
    }

    /// The columns of a cursor and the formats it was declared with.
    pub(crate) fn shape(&self, name: &str) -> Option<(Arc<[Column]>, Formats)> {
        let declared = self.by_name.get(truncate_name(name))?;
        let format = if declared.is_binary { Format::Binary } else { Format::Text };
        Some((declared.columns.clone(), Formats::All(format)))
    }

    /// Forgets a cursor; whether there was one.
    pub(crate) fn close(&mut self, name: &str) -> bool {
        self.by_name.remove(truncate_name(name)).is_some()
    }

    pub(crate) fn close_all(&mut self) {
        self.by_name.clear();
    }

    /// The transaction is over, and with it all that do not outlive it.
    pub(crate) fn end(&mut self) {
        self.by_name.retain(|_, declared| declared.is_held);
    }

    /// The savepoint at a place is released: what was declared behind it now belongs before it.
    pub(crate) fn release(&mut self, place: usize) {
        for declared in self.by_name.values_mut() {
            declared.depth = declared.depth.min(place);
        }
    }

    /// The savepoint at a place is gone back to: what was declared behind it is gone.
    pub(crate) fn rollback_to(&mut self, place: usize) {
        self.by_name.retain(|_, declared| declared.is_held || declared.depth <= place);
    }
}

impl<S: Session> Connection<S> {
    /// Answers DECLARE; `source` is the text in which it stands.
    pub(super) async fn declare(
        &mut self,
        declare: &Declare,
        source: &str,
        run: Run,
    ) -> Result<(), Stop> {
        if !declare.hold && !self.transaction.is_shared() {
            return Err(PgError::new(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                "DECLARE CURSOR can only be used in transaction blocks",
            )
            .into());
        }
        self.admit_cursor(&self.limits)?;
        let (query, start) = (declare.query.text(source), declare.query.start);
        let types: Vec<_> = run.params.iter().map(|param| param.type_oid).collect();
        self.enter_statement().await?;
        let prepared = self.prepared(query, &types).await;
        let prepared = prepared.map_err(|stop| stop.behind(source, start))?;
        if prepared.parameters.len() > run.params.len() {
            return Err(crate::connection::no_parameter(source).into());
        }
        self.cursors.vacant(&declare.name)?;
        self.portals.vacant(&declare.name)?;
        let style = run.style.clone();
        let reply = self.executed(&prepared.statement, run).await;
        let Reply::Rows(rows) = reply.map_err(|stop| stop.behind(source, start))? else {
            return Err(PgError::unsupported("a cursor over what returns no rows").into());
        };
        let room = self.room();
        let columns = rows.columns().clone();
        let cursor = Arc::new(Mutex::new(Cursor::new(rows, style, declare.scroll, room)));
        let (is_binary, hold, depth) = (declare.binary, declare.hold, self.transaction.depth());
        let declared = Declared { cursor, columns, is_binary, hold, is_held: false, depth };
        self.cursors.by_name.insert(declare.name.as_str().into(), declared);
        // In a pipeline it may still be undone.
        match self.transaction.is_block() || self.transaction.is_implicit() {
            true => Ok(()),
            false => self.hold_cursors().await,
        }
    }

    fn admit_cursor(&self, limits: &Limits) -> Result<()> {
        if self.cursors.by_name.len() < limits.portals {
            return Ok(());
        }
        let error = PgError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, "too many cursors");
        Err(error.detail(format!("A connection may hold {} cursors.", limits.portals)))
    }

    /// The more cursors there are, the less each of them keeps in memory.
    fn room(&self) -> Room {
        let share = self.limits.portal_bytes / (self.cursors.by_name.len() + 1);
        let (files, filed) = (self.limits.cursor_files, self.cursors.filed.clone());
        Room { memory: share.min(MEMORY), files, filed }
    }

    /// The transaction is about to be kept: takes the rows that are fetched later.
    pub(super) async fn hold_cursors(&mut self) -> Result<(), Stop> {
        if self.cursors.by_name.is_empty() {
            return Ok(());
        }
        let mut cursors = std::mem::take(&mut self.cursors);
        let mut outcome = Ok(());
        for declared in cursors.by_name.values_mut().filter(|one| one.hold && !one.is_held) {
            let cursor = &declared.cursor;
            if lock(cursor).has_failed() {
                continue;
            }
            let held =
                watch(&mut self.io, &self.entry, || poll_fn(|cx| poll_hold(cursor, cx))).await;
            if held.is_err() {
                // Its rows are dropped before the session is asked to settle: that is what stops them.
                lock(cursor).fail();
            }
            outcome = self.settled(held).await;
            if outcome.is_err() {
                break;
            }
            declared.is_held = true;
        }
        self.cursors = cursors;
        outcome
    }

    /// Answers FETCH.
    pub(super) fn fetch(&mut self, fetch: &Fetch) -> Result<Reply> {
        let declared = self.cursors.get(&fetch.cursor)?;
        let plan = lock(&declared.cursor).plan(&fetch.cursor, fetch.direction, true)?;
        let fetching = Fetching::new(declared.cursor.clone(), plan);
        Ok(Rows::from_source(declared.columns.clone(), fetching).into())
    }

    /// Runs a FETCH to its end, as PostgreSQL does before it sends a part of its rows.
    pub(crate) async fn fetch_whole(&mut self, rows: Rows) -> Result<Rows, Stop> {
        let (style, room) = (self.style(), self.room());
        let run = watch(&mut self.io, &self.entry, || fetched(rows, style, room)).await;
        self.settled(run).await
    }

    /// Answers MOVE.
    pub(super) async fn move_cursor(&mut self, fetch: &Fetch) -> Result<Reply, Stop> {
        let declared = self.cursors.get(&fetch.cursor)?;
        let plan = lock(&declared.cursor).plan(&fetch.cursor, fetch.direction, false)?;
        let mut moving = Fetching::new(declared.cursor.clone(), plan);
        let moved = watch(&mut self.io, &self.entry, || poll_fn(|cx| moving.poll_move(cx))).await;
        drop(moving);
        Ok(CommandTag::affected("MOVE", self.settled(moved).await?).into())
    }

    /// Answers CLOSE.
    pub(super) fn close_cursor(&mut self, what: &Which) -> Result<()> {
        match what {
            Which::All => {
                self.cursors.close_all();
                self.portals.close_all();
            }
            Which::Named(name) if self.cursors.close(name) => {}
            Which::Named(name) => {
                self.portals.get(name).map_err(|_| unknown(name))?;
                self.portals.close(name);
            }
        }
        Ok(())
    }
}

fn unknown(name: &str) -> PgError {
    let message = format!("cursor \"{name}\" does not exist");
    PgError::new(SqlState::INVALID_CURSOR_NAME, message)
}

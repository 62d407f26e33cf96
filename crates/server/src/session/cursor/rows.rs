//! Where a cursor stands, and how it moves.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use trunkline_core::types::TextStyle;
use trunkline_core::{
    Column, CommandTag, Formats, Oid, Params, PgError, Progress, Result, RowBuf, RowSource, Rows,
    SqlState,
};

use super::kept::{CHUNK, Kept};
use super::plan::{ALL, Plan, Step};

/// What a cursor may hold.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// In memory, in bytes.
    pub(crate) memory: usize,
    /// In files, of all cursors of the connection together.
    pub(crate) files: u64,
    /// What is in those files.
    pub(crate) filed: Arc<AtomicU64>,
}

/// What comes behind the rows that a cursor has kept.
#[derive(Debug)]
pub(crate) enum Source {
    /// Rows that are still to come.
    Rows(Rows),
    /// An error, which came when they were taken ahead of time.
    Error(PgError),
    /// Nothing: the words that complete it.
    End(CommandTag),
    /// Nothing any more: it was cut short, or something went wrong.
    Failed,
}

/// What the columns are that a source has behind those of the cursor.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) table: Oid,
    pub(crate) types: Arc<[Oid]>,
}

/// A query whose rows are fetched in parts.
#[derive(Debug)]
pub(crate) struct Cursor {
    columns: Arc<[Column]>,
    /// The key of a row, for statements of the row on which it stands.
    key: Option<Key>,
    style: Arc<TextStyle>,
    source: Source,
    /// The rows that have come, or those that are still to be fetched of a cursor that is held.
    kept: Option<Kept>,
    /// Whether it may go back now, and whether it must always be able to.
    goes_back: bool,
    scrolls: bool,
    room: Room,
    /// How many rows it has passed, that on which it stands among them.
    pub(super) place: u64,
    pub(super) at_start: bool,
    pub(super) at_end: bool,
}

/// A cursor that is shared with the rows that are fetched from it.
pub(crate) type Shared = Arc<Mutex<Cursor>>;

/// How far a cursor went.
#[derive(Clone, Copy)]
struct Moved {
    rows: u64,
    /// Whether somebody else should have his turn: cancels, timeouts, other connections.
    pauses: bool,
}

impl Moved {
    fn by(rows: u64) -> Moved {
        Moved { rows, pauses: false }
    }
}

impl Cursor {
    pub(crate) fn new(
        columns: Arc<[Column]>,
        key: Option<Key>,
        source: Source,
        style: Arc<TextStyle>,
        scroll: Option<bool>,
        room: Room,
    ) -> Cursor {
        Cursor {
            columns,
            style,
            source,
            // The row on which it stands is kept where it has a key.
            kept: (scroll != Some(false) || key.is_some()).then(Kept::default),
            key,
            goes_back: scroll != Some(false),
            scrolls: scroll == Some(true),
            room,
            place: 0,
            at_start: true,
            at_end: false,
        }
    }

    /// The shape of its rows.
    pub(crate) fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Goes on with a step of which `done` rows are done; whether that was all.
    fn poll_step(
        &mut self,
        cx: &mut Context<'_>,
        step: Step,
        done: &mut u64,
        mut rows: Option<&mut RowBuf<'_>>,
    ) -> Poll<Result<bool>> {
        let count = match step {
            Step::Rewind => {
                self.rewind()?;
                0
            }
            Step::Forward(count) => count,
            Step::Backward(count) => {
                self.must_go_back()?;
                count
            }
        };
        let is_back = matches!(step, Step::Backward(_));
        while *done < count {
            if (is_back && self.at_start) || (!is_back && self.at_end) {
                break;
            }
            if rows.as_ref().is_some_and(|rows| rows.is_full()) {
                return Poll::Ready(Ok(false));
            }
            let (rows, most) = (rows.as_deref_mut(), count - *done);
            let moved = match is_back {
                true => self.back(most, rows)?,
                false => ready!(self.poll_next(cx, most, rows))?,
            };
            *done += moved.rows;
            if moved.pauses {
                return Poll::Ready(Ok(false));
            }
        }
        Poll::Ready(Ok(true))
    }

    fn rewind(&mut self) -> Result<()> {
        if !self.at_start || self.at_end {
            self.must_go_back()?;
            (self.place, self.at_start, self.at_end) = (0, true, false);
        }
        Ok(())
    }

    fn must_go_back(&self) -> Result<()> {
        if self.goes_back {
            return Ok(());
        }
        let message = "cursor can only scan forward";
        let error = PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
        Err(error.hint("Declare it with SCROLL option to enable backward scan."))
    }

    /// Goes back by a row, or before the first; by many at once if nobody wants to see them.
    fn back(&mut self, most: u64, rows: Option<&mut RowBuf<'_>>) -> Result<Moved> {
        let row = if self.at_end { self.place } else { self.place.saturating_sub(1) };
        let Some(number) = row.checked_sub(1) else {
            (self.place, self.at_start) = (0, true);
            return Ok(Moved::by(0));
        };
        let moved = if rows.is_some() { 1 } else { most.min(row) };
        if let (Some(kept), Some(rows)) = (&mut self.kept, rows) {
            kept.write(number, rows)?;
        }
        (self.place, self.at_end) = (row - (moved - 1), false);
        Ok(Moved::by(moved))
    }

    /// Goes on by at most so many rows, or behind the last.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        most: u64,
        rows: Option<&mut RowBuf<'_>>,
    ) -> Poll<Result<Moved>> {
        if let Some(kept) = &mut self.kept {
            let left = kept.end().saturating_sub(self.place);
            if left > 0 {
                let moved = if rows.is_some() { 1 } else { most.min(left) };
                if let Some(rows) = rows {
                    kept.write(self.place, rows)?;
                }
                self.pass(moved);
                return Poll::Ready(Ok(Moved::by(moved)));
            }
            if self.goes_back || self.key.is_some() || !self.is_open() {
                if !self.goes_back && self.is_open() {
                    // Too much to keep: those before are forgotten.
                    self.kept = Some(Kept::from(self.place));
                }
                ready!(self.poll_keep(cx, most))?;
                return Poll::Ready(Ok(Moved { rows: 0, pauses: rows.is_none() && !self.at_end }));
            }
            // Too much to keep: from here on it only goes forward.
            self.kept = None;
        }
        let Source::Rows(source) = &mut self.source else {
            return Poll::Ready(self.reach_end().map(|()| Moved::by(0)));
        };
        let is_seen = rows.is_some();
        let mut scratch = Vec::new();
        let (filled, passed) = match rows {
            Some(rows) => {
                let before = rows.rows();
                let filled = rows.at_most(most, |rows| source.poll_fill(cx, rows));
                (filled, rows.rows() - before)
            }
            None => {
                let formats = Formats::default();
                let mut rows = RowBuf::new(&mut scratch, &self.columns, &formats, &self.style)
                    .full_at(CHUNK)
                    .limit(most);
                let filled = source.poll_fill(cx, &mut rows);
                (filled, rows.rows())
            }
        };
        self.pass(passed);
        let progress = match filled {
            // Asked again, it wakes somebody.
            Poll::Pending if passed > 0 => Progress::More,
            filled => ready!(filled)?,
        };
        if let Progress::End(tag) = progress {
            self.source = Source::End(tag);
            self.at_end = passed < most;
            return Poll::Ready(Ok(Moved::by(passed)));
        }
        Poll::Ready(Ok(Moved { rows: passed, pauses: passed == 0 || !is_seen }))
    }

    fn pass(&mut self, rows: u64) {
        self.place += rows;
        self.at_start &= rows == 0;
    }

    /// Goes behind the last row.
    fn reach_end(&mut self) -> Result<()> {
        self.tell_error()?;
        self.at_end = true;
        Ok(())
    }

    /// Tells the error that comes behind the rows, if one does.
    fn tell_error(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.source, Source::Failed) {
            Source::Error(error) => Err(error),
            other => {
                self.source = other;
                Ok(())
            }
        }
    }

    /// Takes some rows of the source to keep them; no row is passed by that.
    fn poll_keep(&mut self, cx: &mut Context<'_>, most: u64) -> Poll<Result<()>> {
        let Source::Rows(source) = &mut self.source else {
            return Poll::Ready(self.reach_end());
        };
        let kept = self.kept.get_or_insert_with(|| Kept::from(self.place));
        if let Progress::End(tag) = ready!(kept.poll_take(cx, source, &self.style, most))? {
            self.source = Source::End(tag);
        }
        match self.scrolls {
            true => kept.fit(&self.room)?,
            false => self.goes_back &= kept.held() <= self.room.memory,
        }
        Poll::Ready(Ok(()))
    }

    /// Takes all that is still to come; whether that was all.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        let is_empty = self.kept.as_ref().is_none_or(|kept| kept.end() == self.place);
        if !self.goes_back && self.key.is_none() && is_empty {
            self.kept = Some(Kept::from(self.place));
        }
        self.scrolls = true;
        self.tell_error()?;
        if self.is_open() {
            ready!(self.poll_keep(cx, ALL))?;
        }
        Poll::Ready(Ok(!self.is_open()))
    }

    /// Whether its query still runs.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.source, Source::Rows(_))
    }

    /// The table of which it has the keys of the rows.
    pub(crate) fn table(&self) -> Option<Oid> {
        self.key.as_ref().map(|key| key.table)
    }

    /// The key of the row on which it stands, if it stands on one.
    pub(crate) fn row_key(&mut self) -> Result<Option<Params>> {
        let is_on_row = !self.at_start && !self.at_end;
        let row = self.place.checked_sub(1).filter(|_| is_on_row);
        match (row, &self.key, &mut self.kept) {
            (Some(row), Some(key), Some(kept)) => {
                Ok(Some(kept.cells_behind(row, self.columns.len(), key.types.clone())?))
            }
            _ => Ok(None),
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.source, Source::Failed)
    }

    /// The words that complete an Execute, if it has come behind the last row.
    pub(crate) fn completion(&self) -> Option<CommandTag> {
        match &self.source {
            Source::End(tag) if self.at_end => Some(tag.clone().in_parts()),
            _ => None,
        }
    }

    /// Its rows end here with an error, which is told to who comes there.
    pub(crate) fn end_with(&mut self, error: PgError) {
        self.source = Source::Error(error);
    }

    /// What it keeps in memory, in bytes.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.kept.as_ref().map_or(0, Kept::held)
    }

    /// What it waits for will not come, or something went wrong: it gives no more rows.
    pub(crate) fn fail(&mut self) {
        (self.source, self.kept) = (Source::Failed, None);
    }
}

/// A FETCH or a MOVE that is under way.
pub(crate) struct Fetching {
    cursor: Shared,
    plan: Plan,
    /// The step that is under way, and how many rows of it are done.
    step: usize,
    done: u64,
}

impl Fetching {
    pub(crate) fn new(cursor: Shared, plan: Plan) -> Fetching {
        Fetching { cursor, plan, step: 0, done: 0 }
    }

    /// Goes on; whether that was all. Without `rows` nothing is written.
    fn poll_run(
        &mut self,
        cx: &mut Context<'_>,
        mut rows: Option<&mut RowBuf<'_>>,
    ) -> Poll<Result<bool>> {
        let mut cursor = lock(&self.cursor);
        loop {
            let is_last = self.step + 1 == self.plan.steps.len();
            let Some(step) = self.plan.steps.get(self.step) else { return Poll::Ready(Ok(true)) };
            let rows = rows.as_deref_mut().filter(|_| is_last);
            let run = ready!(cursor.poll_step(cx, *step, &mut self.done, rows));
            if !run.inspect_err(|_| cursor.fail())? {
                return Poll::Ready(Ok(false));
            }
            self.step += 1;
            if !is_last {
                self.done = 0;
            }
        }
    }

    /// Goes where it shall; how many rows it passed.
    pub(crate) fn poll_move(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        if ready!(self.poll_run(cx, None))? {
            return Poll::Ready(Ok(self.plan.moved.unwrap_or(self.done)));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl RowSource for Fetching {
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        Poll::Ready(Ok(match ready!(self.poll_run(cx, Some(rows)))? {
            true => Progress::End(CommandTag::sent("FETCH")),
            false => Progress::More,
        }))
    }
}

impl Drop for Fetching {
    /// Who is cut short leaves a cursor that nobody can say the place of.
    fn drop(&mut self) {
        if self.step < self.plan.steps.len() {
            lock(&self.cursor).fail();
        }
    }
}

/// Takes all rows of a cursor that are still to come.
pub(crate) fn poll_rest(cursor: &Shared, cx: &mut Context<'_>) -> Poll<Result<()>> {
    if ready!(lock(cursor).poll_rest(cx))? {
        return Poll::Ready(Ok(()));
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

pub(crate) fn lock(cursor: &Shared) -> MutexGuard<'_, Cursor> {
    cursor.lock().unwrap_or_else(PoisonError::into_inner)
}

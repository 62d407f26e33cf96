//! The keys that rows were given while cursors are open: what `WHERE CURRENT OF` must not take for the
//! cursor's row.
//!
//! A cursor gives what was there when it was opened. A row that has its row's key now is that row, unless
//! the key was given to another one since: by the own transaction, or by others as long as it did not write.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::Action;
use trunkline_core::{PgError, Result, SqlState};

use super::affected::Affected;
use super::cells::Cell;

/// So many openings of cursors a transaction remembers that saw different rows. Of older ones nobody knows any more
/// whether their rows are what they were.
const OPENINGS: usize = 1_000;

/// What a session's transaction knows of keys, from its first cursor on.
#[derive(Clone, Debug, Default)]
pub(super) struct Given(Arc<Mutex<Keys>>);

#[derive(Debug, Default)]
struct Keys {
    /// The state of the file that each opening of a cursor saw.
    opened: VecDeque<i64>,
    /// How many openings before these are forgotten.
    forgotten: usize,
    /// What was given since, of each table and between two openings the least and the greatest.
    ranges: Vec<Range>,
    /// How many openings there were when keys were last given in a table without numbers of rows: SQLite does
    /// not tell of those.
    untold: usize,
    /// How many there were when a definition was last changed.
    defined: usize,
    /// The table whose rows keep their keys in the statement that runs.
    keeper: Option<Box<str>>,
    /// The table of which that statement may affect no row twice.
    once: Option<Once>,
}

/// What a statement with ON CONFLICT DO UPDATE has done to its table.
#[derive(Debug)]
struct Once {
    table: Box<str>,
    affected: Affected,
    /// Whether the last row that it affected was there before.
    has_updated: bool,
}

#[derive(Debug)]
struct Range {
    table: Box<str>,
    /// How many openings there were.
    openings: usize,
    least: i64,
    greatest: i64,
}

impl Keys {
    /// How many openings there were.
    fn openings(&self) -> usize {
        self.forgotten + self.opened.len()
    }

    fn open(&mut self, state: i64) {
        self.opened.push_back(state);
        if self.opened.len() > OPENINGS {
            self.opened.pop_front();
            self.forgotten += 1;
            let forgotten = self.forgotten;
            self.ranges.retain(|range| range.openings > forgotten);
        }
    }
}

/// What a statement that begins does to keys.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beginning<'a> {
    /// The table whose rows keep their keys.
    pub(super) keeper: Option<&'a str>,
    /// The table of which it may affect no row twice: it is one with ON CONFLICT DO UPDATE.
    pub(super) once: Option<&'a str>,
    /// What it does of which SQLite does not tell.
    pub(super) untold: Untold,
}

/// What SQLite does not tell of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Untold {
    #[default]
    Nothing,
    /// It gives keys in tables without numbers of rows.
    Keys,
    /// It changes a definition, and may write its table anew.
    Definition,
}

/// A row's key, as its cursor gave it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fetched<'a> {
    pub(super) cursor: &'a str,
    pub(super) table: &'a str,
    /// The number of the row, if the table has such numbers.
    pub(super) rowid: Option<Cell<'a>>,
    /// What [`Given::open`] said.
    pub(super) opening: Option<Cell<'a>>,
}

impl Given {
    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cursor is opened, which sees this state of the file.
    pub(super) fn open(&self, state: i64) -> i64 {
        let mut keys = self.keys();
        let count = keys.openings();
        let is_known = keys.opened.back() == Some(&state)
            && keys.untold.max(keys.defined) < count
            && keys.ranges.last().is_none_or(|range| range.openings < count);
        if !is_known {
            keys.open(state);
        }
        i64::try_from(keys.openings()).unwrap_or(i64::MAX)
    }

    /// The transaction is over, and its cursors are.
    pub(super) fn clear(&self) {
        *self.keys() = Keys::default();
    }

    /// A statement begins.
    pub(super) fn begin(&self, beginning: Beginning<'_>) {
        let Beginning { keeper, once, untold } = beginning;
        let mut keys = self.keys();
        keys.keeper = keeper.filter(|_| !keys.opened.is_empty()).map(Box::from);
        keys.once = once.map(|table| Once {
            table: table.into(),
            affected: Affected::default(),
            has_updated: false,
        });
        match untold {
            Untold::Nothing => {}
            Untold::Keys => keys.untold = keys.openings(),
            Untold::Definition => keys.defined = keys.openings(),
        }
    }

    /// Whether the statement has affected a row already; nothing if it has affected too many to tell.
    pub(super) fn is_affected(&self, rowid: i64) -> Option<bool> {
        self.keys().once.as_ref().map_or(Some(false), |once| once.affected.has(rowid))
    }

    /// Whether the statement has updated the row that it affected last, and not inserted it.
    pub(super) fn has_updated(&self) -> bool {
        self.keys().once.as_ref().is_some_and(|once| once.has_updated)
    }

    /// SQLite tells of a row that was changed.
    pub(super) fn changed(&self, action: Action, table: &str, rowid: i64) {
        let mut keys = self.keys();
        if let Some(once) = &mut keys.once
            && action != Action::SQLITE_DELETE
            && once.table.eq_ignore_ascii_case(table)
        {
            once.affected.add(rowid);
            once.has_updated = action == Action::SQLITE_UPDATE;
        }
        let openings = keys.openings();
        let is_kept = match action {
            Action::SQLITE_DELETE => true,
            Action::SQLITE_UPDATE => {
                keys.keeper.as_ref().is_some_and(|keeper| keeper.eq_ignore_ascii_case(table))
            }
            _ => false,
        };
        if openings == 0 || is_kept {
            return;
        }
        let mut newest = keys.ranges.iter_mut().rev().take_while(|one| one.openings == openings);
        match newest.find(|range| &*range.table == table) {
            Some(range) => {
                range.least = range.least.min(rowid);
                range.greatest = range.greatest.max(rowid);
            }
            None => {
                let (table, least, greatest) = (table.into(), rowid, rowid);
                keys.ranges.push(Range { table, openings, least, greatest });
            }
        }
    }

    /// Whether a row that has this key now is the cursor's; `state` is that of the file, but for a temporary
    /// table, which nobody else changes.
    ///
    /// # Errors
    ///
    /// 24000 if the key may have been given to another row, 40001 if somebody else has written.
    pub(super) fn check(&self, row: Fetched<'_>, state: Option<i64>) -> Result<()> {
        let keys = self.keys();
        let opening = match row.opening {
            Some(Cell::Integer(number)) => usize::try_from(number).unwrap_or(0),
            _ => 0,
        };
        let place = opening.checked_sub(1).and_then(|place| place.checked_sub(keys.forgotten));
        let seen = place.and_then(|place| keys.opened.get(place));
        let is_given = |range: &Range| {
            let is_among = match row.rowid {
                Some(Cell::Integer(rowid)) => (range.least..=range.greatest).contains(&rowid),
                _ => true,
            };
            range.openings >= opening && range.table.eq_ignore_ascii_case(row.table) && is_among
        };
        let is_untold = row.rowid.is_none() && keys.untold >= opening;
        let is_unsure = seen.is_none() || is_untold || keys.defined >= opening;
        if is_unsure || keys.ranges.iter().any(is_given) {
            let message = format!("cursor \"{}\" is not positioned on a row", row.cursor);
            let detail = "Its row may be gone: the row's key was given to another one.";
            return Err(PgError::new(SqlState::INVALID_CURSOR_STATE, message).detail(detail));
        }
        if state.is_some() && state != seen.copied() {
            let message = "could not serialize access due to concurrent update";
            return Err(PgError::new(SqlState::T_R_SERIALIZATION_FAILURE, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_openings_the_newest_are_remembered() {
        let given = Given::default();
        let many = i64::try_from(OPENINGS).expect("a small number") * 3;
        for opening in 1..=many {
            assert_eq!(given.open(7), opening);
            // Each cursor stands on the row that was made before it was opened.
            given.changed(Action::SQLITE_INSERT, "t", opening);
        }
        assert_eq!(given.keys().opened.len(), OPENINGS);
        assert_eq!(given.keys().ranges.len(), OPENINGS);
        let check = |opening: i64| {
            let rowid = Some(Cell::Integer(opening - 1));
            let opening = Some(Cell::Integer(opening));
            given.check(Fetched { cursor: "c", table: "t", rowid, opening }, Some(7))
        };
        assert!(check(many).is_ok());
        assert!(check(many - 999).is_ok());
        let state = check(many - 1_000).expect_err("forgotten").sqlstate();
        assert_eq!(state, SqlState::INVALID_CURSOR_STATE);
    }
}

//! Sequences: what numbers they give, and where the last one is kept.
//!
//! SQLite counts only the keys of tables (`AUTOINCREMENT`), in its table `sqlite_sequence`, by the highest
//! number that a row has; PostgreSQL counts what a sequence has given, whatever numbers rows come with.
//! So the numbers are made here. The last one is read before a statement that needs it and written behind
//! it, within the statement's transaction: in `sqlite_sequence` if the sequence is a key's, for other
//! programs let SQLite count there, else in a table of one row, which is what a sequence of PostgreSQL is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use trunkline_core::types::ValueError;
use trunkline_core::{Oid, SqlState};

use super::translate::{quoted as quote, unquoted, words_of};

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) name: String,
    pub(crate) options: Options,
    /// The database that it is in, `main` or `temp`.
    pub(crate) database: &'static str,
    /// The table whose key it counts, if SQLite counts it, too.
    pub(crate) key_of: Option<String>,
}

/// Which numbers a sequence gives, as CREATE SEQUENCE has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) type_oid: Oid,
    pub(crate) start: i64,
    pub(crate) increment: i64,
    pub(crate) minimum: i64,
    pub(crate) maximum: i64,
    pub(crate) cycle: bool,
    /// How many numbers a session of PostgreSQL takes at once; here it is only told.
    pub(crate) cache: i64,
    /// The table and the column with which it is dropped, where these do not say so themselves.
    pub(crate) owner: Option<(String, String)>,
}

impl Options {
    /// Those of a sequence of which nothing is said but its type.
    pub(crate) fn of(type_oid: Oid) -> Options {
        let maximum = Options::limits(type_oid).1;
        Options {
            type_oid,
            start: 1,
            increment: 1,
            minimum: 1,
            maximum,
            cycle: false,
            cache: 1,
            owner: None,
        }
    }

    /// The least and the greatest number of a type.
    pub(crate) fn limits(type_oid: Oid) -> (i64, i64) {
        match type_oid {
            Oid::INT2 => (i16::MIN.into(), i16::MAX.into()),
            Oid::INT4 => (i32::MIN.into(), i32::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        }
    }

    /// As the text of the sequence's table keeps them.
    pub(crate) fn written(&self) -> String {
        let Options { type_oid, start, increment, minimum, maximum, cycle, cache, owner } = self;
        let mut text = format!("{} {start} {increment} {minimum} {maximum} {cycle}", type_oid.0);
        if *cache != 1 || owner.is_some() {
            text.push_str(&format!(" {cache}"));
        }
        if let Some((table, column)) = owner {
            text.push_str(&format!(" {} {}", quote(table), quote(column)));
        }
        text
    }

    /// Reads what was written.
    pub(crate) fn parse(text: &str) -> Option<Options> {
        let mut words = text.splitn(8, ' ');
        let type_oid = Oid(words.next()?.parse().ok()?);
        let mut number = || words.next()?.parse().ok();
        let (start, increment, minimum, maximum) = (number()?, number()?, number()?, number()?);
        let cycle = words.next()?.parse().ok()?;
        let cache = words.next().map_or(Ok(1), str::parse).ok()?;
        let owner = words.next().map(|rest| match words_of(rest).as_slice() {
            [table, column] => Some((unquoted(table), unquoted(column))),
            _ => None,
        });
        let owner = match owner {
            Some(owner) => Some(owner?),
            None => None,
        };
        Some(Options { type_oid, start, increment, minimum, maximum, cycle, cache, owner })
    }
}

/// How far a sequence has come: its last number, and whether that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    last: i64,
    is_called: bool,
}

impl Sequence {
    /// The table that keeps it, by which it is known: temporary ones have names that others have, too.
    pub(crate) fn place(&self) -> String {
        format!("{}.{}", self.database, self.key_of.as_ref().unwrap_or(&self.name))
    }

    /// How far it has come by the file. It is written in the same breath, which takes the lock to write
    /// before anything is known that another session could change.
    fn read(&self, connection: &Connection) -> rusqlite::Result<Position> {
        let database = self.database;
        match &self.key_of {
            Some(table) => {
                let sql = format!(
                    "UPDATE {database}.sqlite_sequence SET seq = seq WHERE name = ?1 RETURNING seq"
                );
                let mut reading = connection.prepare_cached(&sql)?;
                let last = reading.query_row([table], |row| row.get(0)).optional()?.unwrap_or(0);
                Ok(match last {
                    0 => Position { last: self.options.start, is_called: false },
                    last => Position { last, is_called: true },
                })
            }
            None => {
                let sql = format!(
                    "UPDATE {database}.{} SET log_cnt = 0 RETURNING last_value, is_called",
                    quote(&self.name)
                );
                connection
                    .prepare_cached(&sql)?
                    .query_row([], |row| Ok(Position { last: row.get(0)?, is_called: row.get(1)? }))
            }
        }
    }

    fn write(&self, connection: &Connection, position: Position) -> rusqlite::Result<()> {
        let (database, Position { last, is_called }) = (self.database, position);
        let Some(table) = &self.key_of else {
            let name = quote(&self.name);
            let sql = format!("UPDATE {database}.{name} SET last_value = ?1, is_called = ?2");
            return connection.prepare_cached(&sql)?.execute(params![last, is_called]).map(drop);
        };
        // SQLite knows only numbers that were given.
        let last = if is_called { last } else { last.saturating_sub(1) };
        let update = format!("UPDATE {database}.sqlite_sequence SET seq = ?2 WHERE name = ?1");
        if connection.prepare_cached(&update)?.execute(params![table, last])? == 0 {
            let insert =
                format!("INSERT INTO {database}.sqlite_sequence (name, seq) VALUES (?1, ?2)");
            connection.prepare_cached(&insert)?.execute(params![table, last])?;
        }
        Ok(())
    }
}

/// The numbers that all sessions together have taken since the file had what it has: what is undone in one
/// of them is not given again in another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken(Arc<Mutex<HashMap<String, Since>>>);

/// What the file had, and how far a sequence has come since.
type Since = (Option<Position>, Position);

impl Taken {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Since>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a sequence is of which the file has this.
    fn since(&self, place: &str, file: Position) -> Option<Position> {
        self.all().get(place).filter(|(had, _)| *had == Some(file)).map(|(_, now)| *now)
    }

    /// Whoever takes numbers has the lock to write. What is temporary, nobody else takes from.
    fn note(&self, place: &str, known: &Known) {
        if place.starts_with("main.") {
            self.all().insert(place.to_owned(), (known.file[0], known.now));
        }
    }

    /// What was noted is kept in the file.
    fn keep(&self, place: &str, known: &Known) {
        let mut all = self.all();
        if all.get(place) == Some(&(known.file[0], known.now)) {
            all.remove(place);
        }
    }
}

/// The sequences that a session has used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequences {
    used: Arc<Mutex<Used>>,
    taken: Taken,
}

#[derive(Debug, Default)]
struct Used {
    /// By their places.
    known: HashMap<String, Known>,
    /// The place of the one that gave the last number.
    last: Option<String>,
    /// Whether a statement is run once more that failed, whose numbers are taken already.
    is_again: bool,
    /// Whether the transaction has changed definitions.
    is_defined: bool,
}

/// What a session knows of a sequence.
#[derive(Debug)]
struct Known {
    name: String,
    options: Options,
    /// How far it is.
    now: Position,
    /// How far it was when the statement began that runs.
    before: Position,
    /// What the file has if the transaction is undone, and if it is not. Numbers that were given in one
    /// that was undone are not given again: whoever tries again gets another.
    file: [Option<Position>; 2],
    /// Whether the transaction has read it.
    is_held: bool,
    /// The last number that it gave to this session.
    given: Option<i64>,
}

impl Sequences {
    /// None is used yet.
    pub(crate) fn new(taken: &Taken) -> Sequences {
        Sequences { used: Arc::default(), taken: taken.clone() }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads how far sequences are, for a statement that begins; within a transaction once, for nobody else
    /// writes meanwhile, and what is undone to a savepoint is not given again.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        all: &[Sequence],
        in_transaction: bool,
    ) -> rusqlite::Result<()> {
        for sequence in all {
            if let Some(known) = self.used().known.get_mut(&sequence.place())
                && known.is_held
            {
                known.before = known.now;
                continue;
            }
            let read = sequence.read(connection)?;
            let mut used = self.used();
            let is_again = used.is_again;
            let known = used.known.entry(sequence.place()).or_insert_with(|| Known {
                name: sequence.name.clone(),
                options: sequence.options.clone(),
                now: read,
                before: read,
                file: [None; 2],
                is_held: false,
                given: None,
            });
            if !known.file.contains(&Some(read)) {
                known.options = sequence.options.clone();
                known.now = read;
                known.file = [Some(read), None];
            }
            if !is_again && let Some(now) = self.taken.since(&sequence.place(), read) {
                (known.now, known.file) = (now, [Some(read), None]);
            }
            known.before = known.now;
            known.is_held = in_transaction;
        }
        Ok(())
    }

    /// Writes how far they have come; what rows were given by others does not count.
    pub(crate) fn save(&self, connection: &Connection, all: &[Sequence]) -> rusqlite::Result<()> {
        for sequence in all {
            let mut used = self.used();
            let Some(known) = used.known.get_mut(&sequence.place()) else { continue };
            known.file[1] = Some(known.now);
            sequence.write(connection, known.now)?;
        }
        Ok(())
    }

    /// A transaction has ended, and what was written is kept or undone.
    pub(crate) fn end(&self, is_kept: bool) {
        let mut used = self.used();
        used.is_defined = false;
        for (place, known) in &mut used.known {
            known.is_held = false;
            if is_kept && known.file[1].is_some() {
                self.taken.keep(place, known);
                known.file = [known.file[1], None];
            }
        }
    }

    /// Does once more, from where the statement began, what failed: it gives the same numbers again, and
    /// nothing is known of it behind it.
    pub(crate) fn again<T>(&self, all: &[Sequence], job: impl FnOnce() -> T) -> T {
        let now = |known: &Known| (known.now, known.given);
        let was: Vec<_> =
            all.iter().map(|one| self.used().known.get(&one.place()).map(now)).collect();
        self.rewind(all);
        self.used().is_again = true;
        let done = job();
        let mut used = self.used();
        used.is_again = false;
        for (sequence, was) in all.iter().zip(was) {
            if let (Some(known), Some(was)) = (used.known.get_mut(&sequence.place()), was) {
                (known.now, known.given) = was;
            }
        }
        done
    }

    /// The statement that runs goes on from here, if it is run once more.
    pub(crate) fn mark(&self, all: &[Sequence]) {
        self.each(all, |known| known.before = known.now);
    }

    /// Goes back there, for what is run in another way then.
    pub(crate) fn rewind(&self, all: &[Sequence]) {
        self.each(all, |known| known.now = known.before);
    }

    fn each(&self, all: &[Sequence], change: impl Fn(&mut Known)) {
        let mut used = self.used();
        for sequence in all {
            used.known.get_mut(&sequence.place()).into_iter().for_each(&change);
        }
    }

    /// Only the file knows: a definition has changed something.
    pub(crate) fn forget(&self) {
        let mut used = self.used();
        used.is_defined = true;
        for known in used.known.values_mut() {
            (known.file, known.is_held) = ([None; 2], false);
        }
        self.taken.all().clear();
    }

    /// A part of the transaction is undone: where a sequence began anew in it, it goes on as before.
    pub(crate) fn undo(&self) {
        let is_defined = self.used().is_defined;
        if is_defined {
            self.forget();
        }
    }

    /// No number was given to this session: DISCARD SEQUENCES.
    pub(crate) fn discard(&self) {
        let mut used = self.used();
        used.last = None;
        used.known.values_mut().for_each(|known| known.given = None);
    }

    /// Definitions have changed: of sequences that are there no more nothing is known.
    pub(crate) fn retain(&self, is_there: impl Fn(&str) -> bool) {
        let mut used = self.used();
        used.known.retain(|place, _| is_there(place));
        if used.last.as_ref().is_some_and(|place| !used.known.contains_key(place)) {
            used.last = None;
        }
    }

    /// `nextval`: 2200H at its end.
    pub(crate) fn next(&self, place: &str) -> Result<i64, ValueError> {
        let mut used = self.used();
        let is_again = used.is_again;
        let known = used.known.get_mut(place).ok_or_else(|| not_loaded(place))?;
        let Options { increment, minimum, maximum, cycle, .. } = known.options;
        let next = match known.now {
            Position { last, is_called: false } => Some(last),
            Position { last, .. } => last.checked_add(increment),
        };
        let next = next.filter(|next| (minimum..=maximum).contains(next));
        let first = if increment < 0 { maximum } else { minimum };
        let next = next.or(Some(first).filter(|_| cycle)).ok_or_else(|| {
            let (end, at) = if increment < 0 { ("minimum", minimum) } else { ("maximum", maximum) };
            let name = &known.name;
            let message = format!("nextval: reached {end} value of sequence \"{name}\" ({at})");
            ValueError::new(SqlState::SEQUENCE_GENERATOR_LIMIT_EXCEEDED, message)
        })?;
        known.now = Position { last: next, is_called: true };
        known.given = Some(next);
        if !is_again {
            self.taken.note(place, known);
        }
        used.last = Some(place.to_owned());
        Ok(next)
    }

    /// `setval`: 22003 for what is not among its numbers.
    pub(crate) fn set(&self, place: &str, last: i64, is_called: bool) -> Result<i64, ValueError> {
        let mut used = self.used();
        let is_again = used.is_again;
        let known = used.known.get_mut(place).ok_or_else(|| not_loaded(place))?;
        let Options { minimum, maximum, .. } = known.options;
        if !(minimum..=maximum).contains(&last) {
            let name = &known.name;
            let message = format!(
                "setval: value {last} is out of bounds for sequence \"{name}\" ({minimum}..{maximum})"
            );
            return Err(ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
        }
        known.now = Position { last, is_called };
        if is_called {
            known.given = Some(last);
        }
        if !is_again {
            self.taken.note(place, known);
        }
        Ok(last)
    }

    /// `currval`: 55000 if it has given none to this session.
    pub(crate) fn current(&self, place: &str, name: &str) -> Result<i64, ValueError> {
        self.used().known.get(place).and_then(|known| known.given).ok_or_else(|| {
            let message =
                format!("currval of sequence \"{name}\" is not yet defined in this session");
            ValueError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
        })
    }

    /// `lastval`: 55000 if none has given any.
    pub(crate) fn last(&self) -> Result<i64, ValueError> {
        let used = self.used();
        let last = used.last.as_ref().and_then(|place| used.known.get(place)?.given);
        last.ok_or_else(|| {
            let message = "lastval is not yet defined in this session";
            ValueError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
        })
    }
}

fn not_loaded(place: &str) -> ValueError {
    let message = format!("sequence \"{place}\" was not read before it was used");
    ValueError::new(SqlState::INTERNAL_ERROR, message)
}

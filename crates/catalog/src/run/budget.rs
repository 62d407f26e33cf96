//! What a run may cost, and its end before that.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use trunkline_core::{PgError, Result, SqlState};

use super::Run;
use crate::datum::{Datum, Row};
use crate::worker;

/// How many rows and expressions may be looked at: about a second.
const STEPS: u64 = 10_000_000;
/// How many it may be on a thread that others wait for: about a millisecond.
const STEPS_OF_TRIAL: u64 = 10_000;
/// How many more for each relation that there is: who asks for all columns of 10,000 tables asks for much.
const STEPS_OF_ONE: u64 = 2_000;
/// How many bytes a call or a cast may be given there: hardly any of them counts what it goes through, and what
/// takes longest of all takes 100 ns for each.
const BYTES_OF_TRIAL: usize = 8 << 10;
/// What is shorter is gone as soon as it is looked at.
const SHORT: usize = 4 << 10;
/// How many parts of a value are gone through in one step.
const PARTS: usize = 8;
/// What a value takes beside what it holds.
const ITEM: usize = 64;
/// How many bytes may be held.
const BYTES: usize = 256 << 20;
/// How many more for each relation that there is: a row of `information_schema.columns` takes more than 1 KiB, and
/// a table with ten of them is mostly several relations, with its indexes and its sequence.
const BYTES_OF_ONE: usize = 4 << 10;
/// How long a string may become.
const TEXT: usize = 16 << 20;

/// What a run has cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    steps: u64,
    bytes: usize,
}

/// A run on a thread that others wait for.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// Whether it came to what takes long, or may not be done twice: what it says then is nothing.
    is_over: Cell<bool>,
    /// Whether that was for its steps.
    is_long: Cell<bool>,
}

impl Run {
    /// Whether a trial came to nothing.
    pub(crate) fn is_over(&self) -> bool {
        self.trial.as_ref().is_some_and(|trial| trial.is_over.get())
    }

    /// Whether others wait for it.
    pub(crate) fn is_tried(&self) -> bool {
        self.trial.is_some()
    }

    /// Ends a trial before something that takes long, or may not be done twice.
    pub(crate) fn cannot_be_tried(&self) -> Result<()> {
        let Some(trial) = &self.trial else { return Ok(()) };
        trial.is_over.set(true);
        Err(PgError::canceled())
    }

    /// Whether it has taken more steps than a trial may.
    pub(crate) fn is_long(&self) -> bool {
        self.trial.as_ref().map_or(self.steps.get() > STEPS_OF_TRIAL, |trial| trial.is_long.get())
    }

    /// How many steps it has taken until now.
    #[cfg(test)]
    pub(crate) fn steps_taken(&self) -> u64 {
        self.steps.get()
    }

    /// What it has cost until now.
    pub(crate) fn spent(&self) -> Spent {
        Spent { steps: self.steps.get(), bytes: self.bytes.get() }
    }

    /// Begins with what others of the same statement have cost.
    pub(crate) fn begin_with(&self, spent: Spent) {
        self.steps.set(spent.steps);
        self.bytes.set(spent.bytes);
    }

    /// Counts a step.
    #[inline]
    pub(crate) fn step(&self) -> Result<()> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps & 0x3ff == 0 { self.look(steps) } else { Ok(()) }
    }

    /// Counts what takes as long as so many steps.
    pub(crate) fn steps(&self, count: usize) -> Result<()> {
        let steps = self.steps.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.steps.set(steps);
        self.look(steps)
    }

    /// Counts what it takes to look at values from end to end.
    pub(crate) fn weigh(&self, values: &[Datum]) -> Result<()> {
        self.parts(sizes(values) / 16)
    }

    /// Counts what a call or a cast is given; long values are not tried.
    pub(super) fn taken(&self, values: &[Datum]) -> Result<()> {
        let bytes = sizes(values);
        if bytes > BYTES_OF_TRIAL {
            self.cannot_be_tried()?;
        }
        self.parts(bytes / 16)
    }

    /// Counts what it takes to go through so many parts of a value, each of which is no step of its own.
    pub(crate) fn parts(&self, count: usize) -> Result<()> {
        if count < PARTS { Ok(()) } else { self.steps(count / PARTS) }
    }

    /// Does what cannot be counted while it is done: a step for each microsecond. A trial goes by what was counted
    /// before, for other threads may take its time.
    pub(crate) fn timed<T>(&self, work: impl FnOnce() -> T) -> Result<T> {
        if self.is_tried() {
            return Ok(work());
        }
        let (done, passed) = worker::timed(work);
        self.steps(usize::try_from(passed.as_micros()).unwrap_or(usize::MAX))?;
        Ok(done)
    }

    #[cold]
    fn look(&self, steps: u64) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(PgError::canceled());
        }
        if steps > STEPS_OF_TRIAL {
            self.trial.iter().for_each(|trial| trial.is_long.set(true));
            self.cannot_be_tried()?;
        }
        let relations = u64::try_from(self.relations()).unwrap_or(u64::MAX);
        let most = STEPS.saturating_add(relations.saturating_mul(STEPS_OF_ONE));
        if steps > most { Err(exhausted("steps")) } else { Ok(()) }
    }

    /// Waits; a run that is to stop does so at once.
    pub(crate) fn pause(&self, duration: Duration) -> Result<()> {
        if worker::pause(&self.stop, duration) { Ok(()) } else { Err(PgError::canceled()) }
    }

    /// The flag that ends this run.
    pub(crate) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// Counts a row that is held; gives its bytes.
    pub(super) fn hold(&self, row: &Row) -> Result<usize> {
        let cells: usize = row.iter().map(Datum::size).sum();
        let bytes =
            cells.saturating_add(row.len().saturating_mul(size_of::<Datum>())).saturating_add(32);
        self.charge(bytes)?;
        Ok(bytes)
    }

    /// Counts the rows of leaves that are held together; those that were held the last time are the same ones.
    pub(super) fn hold_leaves(&self, rows: &[Row], last: Option<&[Row]>) -> Result<()> {
        self.charge(size_of_val(rows))?;
        for (place, row) in rows.iter().enumerate() {
            let before = last.and_then(|last| last.get(place));
            if !before.is_some_and(|before| Arc::ptr_eq(before, row)) {
                self.hold(row)?;
            }
        }
        Ok(())
    }

    /// Counts a value that is one of many of an array or of rows.
    pub(crate) fn item(&self, value: &Datum) -> Result<()> {
        self.step()?;
        self.charge(value.size().saturating_add(ITEM))
    }

    /// Counts so many values of an array or of rows, which are there already.
    pub(crate) fn items(&self, count: usize) -> Result<()> {
        self.parts(count)?;
        self.charge(count.saturating_mul(ITEM))
    }

    /// What a call or a cast makes of values; what it makes without counting it is counted here.
    pub(super) fn given(
        &self,
        of: &[Datum],
        make: impl FnOnce() -> Result<Datum>,
    ) -> Result<Datum> {
        let before = self.bytes.get();
        let value = make()?;
        let size = value.size();
        if size <= SHORT || of.iter().any(|one| one.is_same(&value)) {
            return Ok(value);
        }
        if let Datum::Text(text) = &value {
            self.check_text(text.len())?;
        }
        self.parts(size / 16)?;
        let counted = self.bytes.get().saturating_sub(before);
        self.charge(size.saturating_sub(counted))?;
        Ok(value)
    }

    /// Holds a value in the place of another one.
    pub(super) fn keep_value(&self, place: &mut Datum, value: Datum) -> Result<()> {
        self.release(place.size());
        self.charge(value.size())?;
        *place = value;
        Ok(())
    }

    /// Counts bytes that are held.
    pub(crate) fn charge(&self, bytes: usize) -> Result<()> {
        let all = self.bytes.get().saturating_add(bytes);
        self.bytes.set(all);
        self.check_bytes(all)
    }

    /// Whether so many bytes may be held in all.
    pub(crate) fn check_bytes(&self, all: usize) -> Result<()> {
        let most = || BYTES.saturating_add(self.relations().saturating_mul(BYTES_OF_ONE));
        if all > BYTES && all > most() { Err(exhausted("memory")) } else { Ok(()) }
    }

    /// How many bytes are held.
    pub(crate) fn held(&self) -> usize {
        self.bytes.get()
    }

    /// How many relations there are beside those of the catalogs.
    fn relations(&self) -> usize {
        self.world.objects.classes.len()
    }

    /// Counts bytes that are held no longer.
    pub(crate) fn release(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
    }

    /// Whether a string may have so many bytes.
    pub(crate) fn check_text(&self, bytes: usize) -> Result<()> {
        check_text(bytes)
    }

    /// Whether a string of so many bytes may be made; counts it.
    pub(crate) fn admit_text(&self, bytes: usize) -> Result<()> {
        self.check_text(bytes)?;
        self.parts(bytes / 16)?;
        if bytes > SHORT { self.charge(bytes) } else { Ok(()) }
    }
}

fn sizes(values: &[Datum]) -> usize {
    values.iter().map(Datum::size).fold(0, usize::saturating_add)
}

/// Whether a string may have so many bytes.
pub(crate) fn check_text(bytes: usize) -> Result<()> {
    if bytes > TEXT { Err(exhausted("string")) } else { Ok(()) }
}

fn exhausted(what: &str) -> PgError {
    let error = PgError::new(
        SqlState::CONFIGURATION_LIMIT_EXCEEDED,
        "query of the catalogs exceeds what it may cost",
    );
    error.detail(format!("Its budget of {what} is used up."))
}

#[cfg(test)]
mod tests {
    use trunkline_core::settings::Settings;
    use trunkline_core::{Client, Identity};

    use super::*;
    use crate::answer::Answer;
    use crate::world::{Objects, World};

    fn bytes(sql: &str) -> usize {
        let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
        let world = World::new(client, Arc::new(Objects::new(Arc::default())));
        let run = Run::new(Arc::new(world), Vec::new(), Arc::default());
        let answer = Answer::prepare(sql, &[]).expect(sql);
        run.rows(answer.query()).expect(sql);
        run.bytes.get()
    }

    #[test]
    fn what_an_aggregate_keeps_is_charged() {
        let seen = bytes("SELECT count(repeat('x', 4000)) FROM pg_am");
        for aggregate in ["max", "min", "any_value"] {
            let sql = format!("SELECT length({aggregate}(repeat('x', 4000))) FROM pg_am");
            assert!(bytes(&sql) >= seen + 4_000, "{aggregate}");
        }
    }

    #[test]
    fn what_a_cast_makes_is_charged() {
        let made = bytes("SELECT length('x'::char(100000) || '') FROM pg_am LIMIT 1");
        assert!(made >= 100_000, "{made} bytes");
    }
}

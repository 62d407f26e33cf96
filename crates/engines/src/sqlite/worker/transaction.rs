//! Transactions: how they begin and end, what they see, when they take the lock to write, and their savepoints.
//!
//! SQLite has one lock to write for the whole file, and a transaction that has read before it asks for
//! it gets it only if nobody has written since. So in READ COMMITTED, where each statement sees what is
//! there when it begins, a transaction that has changed nothing is begun anew for each; one that sees the
//! same all the time does so until it first reads.

use rusqlite::TransactionState;
use trunkline_core::{PgError, Result, SqlState};

use super::super::schema::OnCommit;
use super::super::translate::lock::{Locking, Wait};
use super::super::translate::quoted;
use super::{Deferrals, Worker};

/// Stands around the steps of a statement; it is always the innermost of its name.
const STATEMENT: &str = "trunkline statement";

/// The savepoints of a transaction, the innermost last.
///
/// Before anything is written there is nothing to go back to: SQLite is told of them only then.
#[derive(Debug, Default)]
pub(super) struct Savepoints {
    names: Vec<String>,
    /// How many of them SQLite knows.
    told: usize,
}

impl Savepoints {
    /// How many there are.
    pub(super) fn depth(&self) -> usize {
        self.names.len()
    }

    /// The innermost of a name.
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().rposition(|other| other == name)
    }

    /// Keeps so many of them; whether SQLite knows the one behind those.
    fn keep(&mut self, count: usize, named: usize) -> bool {
        let is_told = named < self.told;
        self.names.truncate(count);
        self.told = self.told.min(count);
        is_told
    }
}

impl<'c> Worker<'c> {
    pub(in super::super) fn begin(&mut self) -> Result<()> {
        self.own("BEGIN DEFERRED")?;
        self.forget_transaction();
        self.in_transaction = true;
        Ok(())
    }

    pub(in super::super) fn commit(&mut self) -> Result<()> {
        self.forget_transaction();
        let is_lost = std::mem::take(&mut self.in_transaction) && self.connection().is_autocommit();
        if is_lost {
            return Err(lost());
        }
        if let Err(error) = self.end_temporary() {
            let _ = self.rollback();
            return Err(error);
        }
        self.own("COMMIT").map_err(|error| {
            let error = self.referring(error);
            let _ = self.rollback();
            error
        })?;
        self.guarded.sequences.end(true);
        Ok(())
    }

    /// Has temporary tables lose what they lose when a transaction is kept.
    pub(super) fn end_temporary(&mut self) -> Result<()> {
        // Most sessions have no such tables.
        if self.temporary()? == 0 {
            return Ok(());
        }
        let (_, schema) = self.schema()?;
        for relation in schema.relations() {
            let table = format!("temp.{}", quoted(&relation.name));
            match relation.on_commit {
                Some(OnCommit::Drop) => self.own(&format!("DROP TABLE {table}"))?,
                Some(OnCommit::DeleteRows) => self.own(&format!("DELETE FROM {table}"))?,
                None => {}
            }
        }
        Ok(())
    }

    pub(in super::super) fn rollback(&mut self) -> Result<()> {
        self.in_transaction = false;
        self.temporary = None;
        self.forget_transaction();
        self.guarded.sequences.end(false);
        self.undone = self.undone.wrapping_add(1);
        // After some errors SQLite has done so by itself.
        if self.connection().is_autocommit() { Ok(()) } else { self.own("ROLLBACK") }
    }

    /// Forgets what is of one transaction only. What runs next may be in none, where SQLite would take a
    /// savepoint for the beginning of one.
    fn forget_transaction(&mut self) {
        self.fresh.clear();
        self.deferrals = Deferrals::default();
        self.savepoints = Savepoints::default();
        self.guarded.given.clear();
    }

    fn state(&self) -> Option<TransactionState> {
        self.connection().transaction_state(None::<&str>).ok()
    }

    /// Whether it has the lock to write; what is temporary, nobody else has.
    pub(in super::super) fn has_lock(&self) -> bool {
        self.connection().transaction_state(Some("main")) == Ok(TransactionState::Write)
    }

    /// Whether the transaction can be begun anew without anybody noticing: it has changed nothing, and
    /// has seen nothing that it has to see again.
    fn is_fresh(&self) -> bool {
        let is_fresh = match self.state() {
            Some(TransactionState::None) => true,
            Some(TransactionState::Read) => self.control.is_read_committed(),
            _ => false,
        };
        // A query that runs would be ended by a new beginning.
        self.in_transaction && self.cursors.is_empty() && is_fresh
    }

    /// Has the next statement see what others have committed, where each does.
    pub(super) fn look_anew(&mut self) -> Result<()> {
        match self.state() {
            Some(TransactionState::Read) if self.is_fresh() => self.restart("BEGIN DEFERRED"),
            _ => Ok(()),
        }
    }

    /// Looks at definitions without a beginning of the transaction's view: what others commit before
    /// its first statement is still seen by it.
    pub(in super::super) fn before_the_snapshot<T>(
        &mut self,
        look: impl FnOnce(&mut Worker<'c>) -> Result<T>,
    ) -> Result<T> {
        self.look_anew()?;
        let is_fresh = self.is_fresh();
        let seen = look(self)?;
        if is_fresh && !self.is_fresh() {
            self.restart("BEGIN DEFERRED")?;
        }
        Ok(seen)
    }

    /// Takes the lock to write before anything is read: what is read first could be of yesterday when
    /// the lock is there.
    pub(super) fn reserve(&mut self) -> Result<()> {
        if !self.has_lock() {
            self.control.let_others_pass();
        }
        if self.is_fresh() {
            let begun = self.restart("BEGIN IMMEDIATE");
            if begun.is_err() {
                self.restart("BEGIN DEFERRED")?;
            }
            begun?;
            self.control.tell_lock(true);
        }
        if self.in_transaction { self.tell_savepoints() } else { Ok(()) }
    }

    /// Begins a transaction once more that has done nothing yet.
    fn restart(&mut self, begin: &str) -> Result<()> {
        if !self.connection().is_autocommit() {
            self.own("ROLLBACK")?;
        }
        self.savepoints.told = 0;
        self.own(begin)
    }

    /// Takes the lock to write for a query that locks rows; whether it is there, which it need not be
    /// for who skips what others have locked.
    ///
    /// # Errors
    ///
    /// 55P03 for who does not wait, or not that long; 40001 for who has to see what others have changed.
    pub(super) fn lock(&mut self, locking: &Locking) -> Result<bool> {
        self.check_kept()?;
        if self.has_lock() {
            return Ok(true);
        }
        let control = self.control;
        let taken = match locking.wait {
            Wait::Patiently => self.take_lock(),
            Wait::Never | Wait::Skipping => control.hurried(|| self.take_lock()),
        };
        match taken {
            Err(error) if error.sqlstate() != SqlState::LOCK_NOT_AVAILABLE => Err(error),
            Err(error) => match locking.wait {
                Wait::Patiently => Err(error),
                Wait::Never => Err(locking.refused()),
                Wait::Skipping => Ok(false),
            },
            Ok(()) => Ok(true),
        }
    }

    fn take_lock(&mut self) -> Result<()> {
        if !self.in_transaction {
            // Nothing stays locked behind the statement: who holds the lock now is waited for.
            self.control.let_others_pass();
            self.own("BEGIN IMMEDIATE")?;
            return self.own("ROLLBACK");
        }
        if self.is_fresh() {
            return self.reserve();
        }
        // Only what would change something has SQLite take the lock within a transaction that reads.
        let (_, schema) = self.schema()?;
        let mut tables = schema.relations().iter().filter(|one| !one.view && !one.temporary);
        match tables.next() {
            Some(table) => self.own(&format!("DELETE FROM main.{} WHERE 0", quoted(&table.name))),
            None => Ok(()),
        }
    }

    /// Does all of something or nothing, within a transaction or without.
    pub(super) fn atomically<T>(
        &mut self,
        job: impl FnOnce(&mut Worker<'c>) -> Result<T>,
    ) -> Result<T> {
        self.enter()?;
        let done = job(self).and_then(|done| self.keep().map(|()| done));
        if done.is_err() {
            self.undo();
        }
        done
    }

    /// From here on all is kept, or undone.
    pub(super) fn enter(&mut self) -> Result<()> {
        self.tell_settings();
        self.reserve()?;
        self.defer()?;
        self.mark(STATEMENT)
    }

    /// Keeps what was done since it was entered.
    pub(super) fn keep(&mut self) -> Result<()> {
        self.own(&format!("RELEASE {}", exact(STATEMENT))).map_err(|error| self.referring(error))
    }

    /// Undoes what was done since it was entered; if even that fails, nothing of the transaction stays.
    pub(super) fn undo(&mut self) {
        self.undone = self.undone.wrapping_add(1);
        let name = exact(STATEMENT);
        let undone = self.own(&format!("ROLLBACK TO {name}; RELEASE {name}"));
        if undone.is_err() {
            let _ = self.own("ROLLBACK");
        }
    }

    /// Sets a savepoint.
    pub(in super::super) fn savepoint(&mut self, name: &str) -> Result<()> {
        self.savepoints.names.push(name.to_owned());
        self.deferrals.savepoint();
        match self.state() {
            Some(TransactionState::Write) => self.tell_savepoints(),
            _ => Ok(()),
        }
    }

    /// Tells SQLite of the savepoints that it does not know.
    fn tell_savepoints(&mut self) -> Result<()> {
        while let Some(name) = self.savepoints.names.get(self.savepoints.told) {
            let name = name.clone();
            self.mark(&name)?;
            self.savepoints.told += 1;
        }
        Ok(())
    }

    pub(super) fn mark(&mut self, name: &str) -> Result<()> {
        self.own(&format!("SAVEPOINT {}", exact(name)))
    }

    pub(in super::super) fn release(&mut self, name: &str) -> Result<()> {
        let place = self.savepoints.place(name).unwrap_or_default();
        let is_told = self.savepoints.keep(place, place);
        self.fresh.release(self.savepoints.depth());
        self.deferrals.release(place);
        match is_told {
            true => self.own(&format!("RELEASE {}", exact(name))),
            false => Ok(()),
        }
    }

    pub(in super::super) fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.check_kept()?;
        let place = self.savepoints.place(name).unwrap_or_default();
        let is_told = self.savepoints.keep(place.saturating_add(1), place);
        self.fresh.undo(self.savepoints.depth());
        self.deferrals.rollback_to(place);
        if !is_told {
            return Ok(());
        }
        self.undone = self.undone.wrapping_add(1);
        self.own(&format!("ROLLBACK TO {}", exact(name)))?;
        self.guarded.sequences.undo();
        Ok(())
    }

    /// 40000 if SQLite has undone all of the transaction.
    pub(super) fn check_kept(&self) -> Result<()> {
        let is_lost = self.in_transaction && self.connection().is_autocommit();
        if is_lost { Err(lost()) } else { Ok(()) }
    }
}

/// The name of a savepoint, quoted: SQLite would take two that differ by their case for one.
pub(super) fn exact(name: &str) -> String {
    let spelled = name.chars().flat_map(|one| {
        let is_marked = one.is_ascii_uppercase() || one == '^';
        is_marked.then_some('^').into_iter().chain([one.to_ascii_lowercase()])
    });
    quoted(&spelled.collect::<String>())
}

/// SQLite has undone all of a transaction, as it does when a change is interrupted or the disk is full.
pub(super) fn lost() -> PgError {
    PgError::new(SqlState::TRANSACTION_ROLLBACK, "the transaction was rolled back")
        .hint("Changes that are interrupted take their whole transaction with them.")
}

//! BEGIN, COMMIT, ROLLBACK and savepoints.

use trunkline_core::{CommandTag, Notice, PgError, Reply, Result, Session, SqlState};
use trunkline_sql::statement::TransactionModes;

use super::transaction::{cannot_run_inside, only_in_blocks};
use crate::connection::watch::{Interrupt, unbroken, watch};
use crate::connection::{Connection, Stop, now};

impl<S: Session> Connection<S> {
    pub(super) async fn begin(&mut self, modes: TransactionModes) -> Result<(), Stop> {
        if self.transaction.is_block() {
            self.client.notify(Notice::warning(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "there is already a transaction in progress",
            ));
            // Its modes hold all the same.
            self.transaction.admit_modes(modes, &self.client.settings())?;
            return Ok(self.set_modes("transaction", modes, true)?);
        }
        self.start_block(modes).await
    }

    /// An implicit transaction that the engine knows of goes on as the block.
    async fn start_block(&mut self, modes: TransactionModes) -> Result<(), Stop> {
        self.transaction.admit_modes(modes, &self.client.settings())?;
        if !self.transaction.is_begun() {
            let begun = watch(&mut self.io, &self.entry, || self.session.begin(modes)).await;
            self.begun(begun).await?;
        }
        self.client.begin();
        self.transaction.open();
        Ok(self.set_modes("transaction", modes, true)?)
    }

    /// What came of a begin: one that was cut short has to be undone, one that was refused has not.
    async fn begun(&mut self, outcome: Result<Result<()>, Interrupt>) -> Result<(), Stop> {
        self.transaction.set_begun(!matches!(outcome, Ok(Err(_))));
        self.settled(outcome).await
    }

    pub(super) async fn commit(&mut self, chain: bool) -> Result<Reply, Stop> {
        let modes = self.client.settings().transaction_modes();
        let tag = if self.transaction.is_failed() {
            self.undo().await?;
            "ROLLBACK"
        } else {
            self.outside("COMMIT", chain)?;
            self.keep().await?;
            "COMMIT"
        };
        self.chain(chain, modes).await?;
        Ok(CommandTag::new(tag).into())
    }

    pub(super) async fn rollback(&mut self, chain: bool) -> Result<(), Stop> {
        let modes = self.client.settings().transaction_modes();
        self.outside("ROLLBACK", chain)?;
        self.undo().await?;
        self.chain(chain, modes).await
    }

    /// Ends the transaction, if there is one, and keeps what it did.
    pub(super) async fn keep(&mut self) -> Result<(), Stop> {
        let ready = self.hold_cursors().await;
        if let Err(stop) = ready.and_then(|()| Ok(self.prepare_notify()?)) {
            self.undo().await?;
            return Err(stop);
        }
        // Before the transaction ends its rows are gone.
        self.portals.end();
        if self.transaction.end() {
            let committed = unbroken(|| self.session.commit()).await;
            if let Err(stop) = self.settled(committed).await {
                self.client.settings().rollback();
                self.rollback_notify();
                self.unlock_to(0);
                return Err(stop);
            }
        }
        self.client.settings().commit();
        self.commit_notify();
        self.unlock_to(0);
        Ok(())
    }

    /// Ends the transaction, if there is one, and undoes what it did.
    async fn undo(&mut self) -> Result<(), Stop> {
        self.portals.end();
        self.client.settings().rollback();
        self.rollback_notify();
        if self.transaction.end() {
            let undone = unbroken(|| self.session.rollback()).await;
            self.settled(undone).await.map_err(|stop| match stop {
                // Nobody knows what statements would run in now.
                Stop::Error(error) => Stop::Error(error.fatal()),
                Stop::Gone => Stop::Gone,
            })?;
        }
        self.unlock_to(0);
        Ok(())
    }

    /// Gives back the advisory locks of the transaction behind so many blocks and savepoints.
    pub(crate) fn unlock_to(&self, depth: usize) {
        if self.client.is_locking() {
            self.entry.locks().undo(self.entry.pid(), depth);
        }
    }

    async fn chain(&mut self, chain: bool, modes: TransactionModes) -> Result<(), Stop> {
        if !chain {
            return Ok(());
        }
        self.io.timers.end_transaction();
        self.tell_time();
        self.start_block(modes).await?;
        self.client.settings().chain();
        Ok(())
    }

    /// A transaction may begin now.
    pub(crate) fn tell_time(&self) {
        self.client.tell_time(now());
    }

    /// COMMIT or ROLLBACK without BEGIN: a warning, unless AND CHAIN asks for more.
    fn outside(&mut self, command: &str, chain: bool) -> Result<()> {
        if self.transaction.is_block() {
            return Ok(());
        }
        if chain {
            return Err(PgError::new(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                format!("{command} AND CHAIN can only be used in transaction blocks"),
            ));
        }
        self.client.notify(Notice::warning(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            "there is no transaction in progress",
        ));
        Ok(())
    }

    pub(super) async fn savepoint(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("SAVEPOINT")?;
        let marked = unbroken(|| self.session.savepoint(name)).await;
        self.settled(marked).await?;
        self.client.settings().savepoint();
        self.transaction.savepoint(name);
        Ok(())
    }

    pub(super) async fn release(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("RELEASE SAVEPOINT")?;
        let place = self.transaction.find(name)?;
        let released = unbroken(|| self.session.release(name)).await;
        self.settled(released).await?;
        self.portals.release(place);
        self.release_notify(place);
        if self.client.is_locking() {
            self.entry.locks().release(self.entry.pid(), place + 1);
        }
        self.client.settings().release(place);
        self.transaction.release(place);
        Ok(())
    }

    pub(super) async fn rollback_to(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("ROLLBACK TO SAVEPOINT")?;
        let place = self.transaction.find(name)?;
        self.portals.rollback_to(place);
        let undone = unbroken(|| self.session.rollback_to(name)).await;
        self.settled(undone).await?;
        self.client.settings().rollback_to(place);
        self.rollback_notify_to(place);
        // The block itself is the first.
        self.unlock_to(place + 2);
        self.transaction.rollback_to(place);
        Ok(())
    }

    /// Two-phase commit is off, as it is in a PostgreSQL that nobody has configured for it.
    pub(super) async fn prepare_transaction(&mut self) -> Result<Reply, Stop> {
        self.outside("PREPARE TRANSACTION", false)?;
        let is_shared = self.transaction.is_shared() && !self.transaction.is_failed();
        self.undo().await?;
        if is_shared {
            let message = "prepared transactions are disabled";
            let error = PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
            return Err(error.hint("Set \"max_prepared_transactions\" to a nonzero value.").into());
        }
        Ok(CommandTag::new("ROLLBACK").into())
    }

    /// Why there is nothing to commit or to roll back: 42704, or 25001 within a transaction.
    pub(super) fn no_prepared_transaction(&self, command: &str, name: &str) -> PgError {
        if self.transaction.is_shared() {
            return cannot_run_inside(command);
        }
        let message = format!("prepared transaction with identifier \"{name}\" does not exist");
        PgError::new(SqlState::UNDEFINED_OBJECT, message)
    }

    /// A string of several statements is one transaction, until it says otherwise.
    pub(crate) fn enter_string(&mut self) {
        self.transaction.enter_string();
        self.client.begin();
    }

    /// The statements up to a Sync are one transaction; one on its own needs none around it, unless its
    /// rows may not reach the client.
    pub(crate) fn enter_pipeline(&mut self, may_fail_late: bool) {
        if self.transaction.is_implicit() || may_fail_late || !self.io.sync_follows() {
            self.transaction.enter_pipeline();
            self.client.begin();
        }
    }

    /// A statement of the engine is about to run: of a transaction that nobody began, the engine
    /// hears before the first one.
    pub(crate) async fn enter_statement(&mut self) -> Result<(), Stop> {
        if self.transaction.is_implicit() && !self.transaction.is_begun() {
            let begun = watch(&mut self.io, &self.entry, || self.session.begin_implicit()).await;
            self.begun(begun).await?;
        }
        self.transaction.set_queried();
        Ok(())
    }

    /// The end of a string or of a pipeline: with it ends a transaction that nobody began, and
    /// every portal that is not in a block.
    pub(crate) async fn end_implicit(&mut self) -> Result<(), Stop> {
        if self.transaction.is_implicit() {
            return self.keep().await;
        }
        self.end_portals();
        Ok(())
    }

    /// Portals that are not in a block do not outlive what they were bound in.
    pub(crate) fn end_portals(&mut self) {
        if !self.transaction.is_block() {
            self.portals.end();
        }
    }

    /// An error: a transaction that nobody began is over, and a block can only be left.
    pub(crate) async fn abort(&mut self) -> Result<(), Stop> {
        if !self.transaction.is_block() {
            return self.undo().await;
        }
        self.transaction.fail();
        self.unlock_to(self.transaction.depth() + 1);
        // Settings go back at once, and the client hears of it.
        let mut settings = self.client.settings();
        match self.transaction.depth().checked_sub(1) {
            Some(newest) => settings.rollback_to(newest),
            None => settings.abort(),
        }
        Ok(())
    }

    fn within_block(&self, command: &str) -> Result<()> {
        if self.transaction.is_block() {
            return Ok(());
        }
        Err(only_in_blocks(command))
    }
}

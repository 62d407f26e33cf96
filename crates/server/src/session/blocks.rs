//! BEGIN, COMMIT, ROLLBACK and savepoints.

use trunkline_core::{CommandTag, Notice, PgError, Reply, Result, Session, SqlState};
use trunkline_sql::statement::TransactionModes;

use crate::connection::watch::{unbroken, watch};
use crate::connection::{Connection, Stop};

impl<S: Session> Connection<S> {
    pub(super) async fn begin(&mut self, modes: TransactionModes) -> Result<(), Stop> {
        if self.transaction.is_block() {
            self.client.notify(Notice::warning(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "there is already a transaction in progress",
            ));
            return Ok(());
        }
        self.start_block(modes).await
    }

    /// An implicit transaction that the engine knows of goes on as the block.
    async fn start_block(&mut self, modes: TransactionModes) -> Result<(), Stop> {
        if !self.transaction.is_begun() {
            let begun = watch(&mut self.io, &self.entry, self.session.begin(modes)).await;
            self.settled(begun).await?;
        }
        self.client.settings().begin();
        self.transaction.open();
        Ok(self.set_transaction(modes)?)
    }

    pub(super) async fn commit(&mut self, chain: bool) -> Result<Reply, Stop> {
        let tag = if self.transaction.is_failed() {
            self.undo().await?;
            "ROLLBACK"
        } else {
            self.outside("COMMIT", chain)?;
            self.keep().await?;
            "COMMIT"
        };
        self.chain(chain).await?;
        Ok(CommandTag::new(tag).into())
    }

    pub(super) async fn rollback(&mut self, chain: bool) -> Result<(), Stop> {
        self.outside("ROLLBACK", chain)?;
        self.undo().await?;
        self.chain(chain).await
    }

    /// Ends the transaction, if there is one, and keeps what it did.
    async fn keep(&mut self) -> Result<(), Stop> {
        // Before the transaction ends its rows are gone.
        self.portals.close_all();
        if self.transaction.end() {
            let committed = unbroken(self.session.commit()).await;
            if let Err(stop) = self.settled(committed).await {
                self.client.settings().rollback();
                return Err(stop);
            }
        }
        self.client.settings().commit();
        Ok(())
    }

    /// Ends the transaction, if there is one, and undoes what it did.
    async fn undo(&mut self) -> Result<(), Stop> {
        self.portals.close_all();
        self.client.settings().rollback();
        if self.transaction.end() {
            let undone = unbroken(self.session.rollback()).await;
            self.settled(undone).await?;
        }
        Ok(())
    }

    async fn chain(&mut self, chain: bool) -> Result<(), Stop> {
        if chain { self.start_block(TransactionModes::default()).await } else { Ok(()) }
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
        let marked = unbroken(self.session.savepoint(name)).await;
        self.settled(marked).await?;
        self.client.settings().savepoint();
        self.transaction.savepoint(name);
        Ok(())
    }

    pub(super) async fn release(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("RELEASE SAVEPOINT")?;
        let place = self.transaction.find(name)?;
        let released = unbroken(self.session.release(name)).await;
        self.settled(released).await?;
        self.portals.release(place);
        self.client.settings().release(place);
        self.transaction.release(place);
        Ok(())
    }

    pub(super) async fn rollback_to(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("ROLLBACK TO SAVEPOINT")?;
        let place = self.transaction.find(name)?;
        self.portals.rollback_to(place);
        let undone = unbroken(self.session.rollback_to(name)).await;
        self.settled(undone).await?;
        self.client.settings().rollback_to(place);
        self.transaction.rollback_to(place);
        Ok(())
    }

    /// A string of several statements is one transaction, until it says otherwise.
    pub(crate) fn enter_string(&mut self) {
        if !self.transaction.is_block() {
            self.transaction.enter_string();
            self.client.settings().begin();
        }
    }

    /// The statements up to a Sync are one transaction; one on its own needs none around it.
    pub(crate) fn enter_pipeline(&mut self) {
        let alone = !self.transaction.is_implicit() && self.io.sync_follows();
        if !alone && !self.transaction.is_block() {
            self.transaction.enter_pipeline();
            self.client.settings().begin();
        }
    }

    /// Tells the engine of a transaction that nobody began, before the first statement in it.
    pub(crate) async fn begin_implicit(&mut self) -> Result<(), Stop> {
        if self.transaction.is_implicit() && !self.transaction.is_begun() {
            let begun = watch(&mut self.io, &self.entry, self.session.begin_implicit()).await;
            self.settled(begun).await?;
            self.transaction.set_begun();
        }
        Ok(())
    }

    /// The end of a string or of a pipeline: with it ends a transaction that nobody began, and
    /// every portal that is not in a block.
    pub(crate) async fn end_implicit(&mut self) -> Result<(), Stop> {
        if self.transaction.is_implicit() {
            return self.keep().await;
        }
        if !self.transaction.is_block() {
            self.portals.close_all();
        }
        Ok(())
    }

    /// An error: a transaction that nobody began is over, and a block can only be left.
    pub(crate) async fn abort(&mut self) -> Result<(), Stop> {
        if !self.transaction.is_block() {
            return self.undo().await;
        }
        self.transaction.fail();
        Ok(())
    }

    fn within_block(&self, command: &str) -> Result<()> {
        if self.transaction.is_block() {
            return Ok(());
        }
        Err(PgError::new(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            format!("{command} can only be used in transaction blocks"),
        ))
    }
}

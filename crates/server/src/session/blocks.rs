//! BEGIN, COMMIT, ROLLBACK and savepoints.

use trunkline_core::{CommandTag, Notice, PgError, Reply, Result, Session, SqlState};
use trunkline_sql::statement::TransactionModes;

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

    async fn start_block(&mut self, modes: TransactionModes) -> Result<(), Stop> {
        self.session.begin(modes).await?;
        self.client.settings().begin();
        self.transaction.open();
        Ok(self.set_transaction(modes)?)
    }

    pub(super) async fn commit(&mut self, chain: bool) -> Result<Reply, Stop> {
        if !self.transaction.is_block() {
            self.outside("COMMIT", chain)?;
            return Ok(CommandTag::new("COMMIT").into());
        }
        if self.transaction.is_failed() {
            self.undo().await?;
            self.chain(chain).await?;
            return Ok(CommandTag::new("ROLLBACK").into());
        }
        // Before the transaction ends its rows are gone.
        self.portals.close_all();
        self.transaction.end();
        if let Err(error) = self.session.commit().await {
            self.client.settings().rollback();
            return Err(error.into());
        }
        self.client.settings().commit();
        self.chain(chain).await?;
        Ok(CommandTag::new("COMMIT").into())
    }

    pub(super) async fn rollback(&mut self, chain: bool) -> Result<(), Stop> {
        if !self.transaction.is_block() {
            return Ok(self.outside("ROLLBACK", chain)?);
        }
        self.undo().await?;
        self.chain(chain).await
    }

    async fn undo(&mut self) -> Result<(), Stop> {
        self.portals.close_all();
        self.transaction.end();
        self.client.settings().rollback();
        Ok(self.session.rollback().await?)
    }

    async fn chain(&mut self, chain: bool) -> Result<(), Stop> {
        if chain { self.start_block(TransactionModes::default()).await } else { Ok(()) }
    }

    /// COMMIT or ROLLBACK without BEGIN: a warning, unless AND CHAIN asks for more.
    fn outside(&mut self, command: &str, chain: bool) -> Result<()> {
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
        self.session.savepoint(name).await?;
        self.transaction.savepoint(name);
        Ok(())
    }

    pub(super) async fn release(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("RELEASE SAVEPOINT")?;
        self.transaction.find(name)?;
        self.session.release(name).await?;
        Ok(self.transaction.release(name)?)
    }

    pub(super) async fn rollback_to(&mut self, name: &str) -> Result<(), Stop> {
        self.within_block("ROLLBACK TO SAVEPOINT")?;
        self.transaction.find(name)?;
        self.portals.close_all();
        self.session.rollback_to(name).await?;
        Ok(self.transaction.rollback_to(name)?)
    }

    /// The end of a string or of a pipeline: with it ends a transaction that nobody began, and
    /// every portal that is not in a block.
    pub(crate) async fn end_implicit(&mut self) -> Result<(), Stop> {
        if self.transaction.is_block() {
            return Ok(());
        }
        self.portals.close_all();
        self.transaction.end();
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

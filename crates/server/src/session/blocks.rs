//! BEGIN, COMMIT, ROLLBACK and savepoints.

use trunkline_core::{CommandTag, Notice, PgError, Reply, Result, Session, SqlState};
use trunkline_sql::statement::TransactionMode;

use crate::connection::{Connection, Stop};

impl<S: Session> Connection<S> {
    pub(super) async fn begin(
        &mut self,
        tag: &'static str,
        modes: &[TransactionMode],
    ) -> Result<Reply, Stop> {
        if self.transaction.is_block() {
            self.client.notify(Notice::warning(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "there is already a transaction in progress",
            ));
        } else {
            self.start_block(modes).await?;
        }
        Ok(CommandTag::new(tag).into())
    }

    async fn start_block(&mut self, modes: &[TransactionMode]) -> Result<(), Stop> {
        self.client.settings().begin();
        self.session.begin(modes).await?;
        self.transaction.open();
        self.transaction_modes(modes)?;
        Ok(())
    }

    /// Sets what SHOW tells of the running transaction.
    pub(super) fn transaction_modes(&mut self, modes: &[TransactionMode]) -> Result<()> {
        let mut settings = self.client.settings();
        for mode in modes {
            let (name, value) = mode.setting();
            settings.set(name, value, true)?;
        }
        Ok(())
    }

    pub(super) async fn commit(&mut self, chain: bool) -> Result<Reply, Stop> {
        if !self.transaction.is_block() {
            return self.outside("COMMIT", chain);
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

    pub(super) async fn rollback(&mut self, chain: bool) -> Result<Reply, Stop> {
        if !self.transaction.is_block() {
            return self.outside("ROLLBACK", chain);
        }
        self.undo().await?;
        self.chain(chain).await?;
        Ok(CommandTag::new("ROLLBACK").into())
    }

    async fn undo(&mut self) -> Result<(), Stop> {
        self.portals.close_all();
        self.transaction.end();
        self.client.settings().rollback();
        Ok(self.session.rollback().await?)
    }

    async fn chain(&mut self, chain: bool) -> Result<(), Stop> {
        if chain { self.start_block(&[]).await } else { Ok(()) }
    }

    /// COMMIT or ROLLBACK without BEGIN: a warning, unless AND CHAIN asks for more.
    fn outside(&mut self, tag: &'static str, chain: bool) -> Result<Reply, Stop> {
        if chain {
            return Err(PgError::new(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                format!("{tag} AND CHAIN can only be used in transaction blocks"),
            )
            .into());
        }
        self.client.notify(Notice::warning(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            "there is no transaction in progress",
        ));
        Ok(CommandTag::new(tag).into())
    }

    pub(super) async fn savepoint(&mut self, name: &str) -> Result<Reply, Stop> {
        self.within_block("SAVEPOINT")?;
        self.session.savepoint(name).await?;
        self.transaction.savepoint(name);
        Ok(CommandTag::new("SAVEPOINT").into())
    }

    pub(super) async fn release(&mut self, name: &str) -> Result<Reply, Stop> {
        self.within_block("RELEASE SAVEPOINT")?;
        self.transaction.find(name)?;
        self.session.release(name).await?;
        self.transaction.release(name)?;
        Ok(CommandTag::new("RELEASE").into())
    }

    pub(super) async fn rollback_to(&mut self, name: &str) -> Result<Reply, Stop> {
        self.within_block("ROLLBACK TO SAVEPOINT")?;
        self.transaction.find(name)?;
        self.portals.close_all();
        self.session.rollback_to(name).await?;
        self.transaction.rollback_to(name)?;
        Ok(CommandTag::new("ROLLBACK").into())
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

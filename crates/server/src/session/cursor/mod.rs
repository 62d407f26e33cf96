//! DECLARE, FETCH, MOVE and CLOSE: portals that are made, run in parts and ended by SQL.

mod kept;
mod plan;
mod rows;
#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex};

use trunkline_core::{
    Access, Column, Columns, CommandTag, CurrentOf, Params, PgError, Reply, Result, RowKey, Rows,
    Run, Session, SqlState,
};
use trunkline_sql::character_position;
use trunkline_sql::statement::{Declare, Fetch, Which, select_into};

pub(crate) use self::kept::cells_of;
pub(crate) use self::rows::{Cursor, Fetching, Room, Shared, Source, lock};
use self::rows::{Key, poll_rest};
use crate::connection::watch::watch;
use crate::connection::{
    Connection, CursorOptions, Plan, Portal, PortalState, Portals, ResultFormats, Stop,
    cannot_be_run, now,
};

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
        if let Some(into) = select_into(declare.query.text(source)) {
            let place = character_position(source, declare.query.start.saturating_add(into));
            let message = "SELECT ... INTO is not allowed here";
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message).position(place).into());
        }
        let types: Vec<_> = run.params.iter().map(|param| param.type_oid).collect();
        self.enter_statement().await?;
        let statement = Arc::new(self.cursor_within(source, declare.query, &types).await?);
        if statement.parameters.len() > run.params.len() {
            return Err(crate::connection::no_parameter(source).into());
        }
        if let Some(locking) = declare.locking(source) {
            admit_locking(declare, locking)?;
        }
        if let Columns::None = statement.columns {
            return Err(PgError::unsupported("a cursor over what returns no rows").into());
        }
        let portal = Portal {
            columns: statement.columns.clone(),
            statement,
            formats: ResultFormats::default(),
            style: run.style,
            size: run.params.size().saturating_add(source.len()),
            created: now(),
            state: PortalState::Ready(run.params),
            options: CursorOptions {
                scroll: declare.scroll,
                is_binary: declare.binary,
                hold: declare.hold,
                is_held: false,
            },
            depth: self.transaction.depth(),
        };
        self.portals.insert(&declare.name, portal, &self.limits)?;
        if let Err(stop) = self.cursor(&declare.name).await {
            self.portals.close(&declare.name);
            return Err(stop.behind(source, declare.query.start));
        }
        // In a pipeline it may still be undone.
        match self.transaction.is_open() {
            true => Ok(()),
            false => self.hold_cursors().await,
        }
    }

    /// The transaction is about to be kept: takes the rows that are fetched later.
    pub(super) async fn hold_cursors(&mut self) -> Result<(), Stop> {
        for name in self.portals.names(|portal| portal.options.hold && !portal.options.is_held) {
            let Ok(Portal { state: PortalState::Cursor(cursor), .. }) = self.portals.get(&name)
            else {
                continue;
            };
            let cursor = cursor.clone();
            if lock(&cursor).has_failed() {
                continue;
            }
            self.hold(&cursor).await?;
            self.portals.get(&name)?.options.is_held = true;
        }
        Ok(())
    }

    /// Takes the rows of a cursor that are still to come.
    async fn hold(&mut self, cursor: &Shared) -> Result<(), Stop> {
        let rest = self.rest_of(cursor).await?;
        Ok(rest.inspect_err(|_| lock(cursor).fail())?)
    }

    /// Takes the rows of a cursor that are still to come, from a query that may fail.
    async fn rest_of(&mut self, cursor: &Shared) -> Result<Result<()>, Stop> {
        let rest = watch(&mut self.io, &self.entry, || poll_fn(|cx| poll_rest(cursor, cx))).await;
        match rest {
            Ok(rest) => Ok(rest),
            Err(interrupt) => {
                // Its rows are dropped before the session is asked to settle: that is what stops them.
                lock(cursor).fail();
                Err(self.interrupted(interrupt).await)
            }
        }
    }

    /// Before a statement that writes, a COPY FROM or a DISCARD: takes the rest of open queries in which that would
    /// show, unless it may not run beside them.
    pub(crate) async fn shield(&mut self, statement: Option<&S::Statement>) -> Result<(), Stop> {
        if !self.portals.are_reading() {
            return Ok(());
        }
        Box::pin(async {
            if statement.is_some() {
                self.admit_beside(statement).await?;
            }
            self.keep_open_rows().await
        })
        .await
    }

    /// Asks the engine whether a statement, or DISCARD of temporary tables, may run beside open queries.
    pub(crate) async fn admit_beside(
        &mut self,
        statement: Option<&S::Statement>,
    ) -> Result<(), Stop> {
        let open = self.portals.open();
        let queries: Vec<_> = open.iter().filter_map(|statement| statement.query()).collect();
        if queries.is_empty() {
            return Ok(());
        }
        let (io, session) = (&mut self.io, &mut self.session);
        let admitted = watch(io, &self.entry, || session.admit_beside(statement, &queries)).await;
        self.settled(admitted).await
    }

    async fn keep_open_rows(&mut self) -> Result<(), Stop> {
        for name in self.portals.names(Portal::has_rows_left) {
            let portal = self.portals.get(&name)?;
            let access = match &portal.statement.plan {
                Plan::Engine(_, terms) => Some(terms.access),
                Plan::Empty | Plan::Session(_) => None,
            };
            // A query sees what was there when it was bound, though it has not begun.
            let is_ready = matches!(portal.state, PortalState::Ready(_));
            if access == Some(Access::Snapshot) || is_ready && access != Some(Access::Live) {
                continue;
            }
            let cursor = self.cursor(&name).await?;
            if let Err(error) = self.rest_of(&cursor).await? {
                // Who comes there hears of it.
                lock(&cursor).end_with(error);
            }
        }
        Ok(())
    }

    /// Answers FETCH.
    pub(super) async fn fetch(&mut self, fetch: &Fetch) -> Result<Reply, Stop> {
        let cursor = self.cursor(&fetch.cursor).await?;
        let plan = lock(&cursor).plan(&fetch.cursor, fetch.direction, true)?;
        let columns = lock(&cursor).columns().clone();
        Ok(Rows::from_source(columns, Fetching::new(cursor, plan)).into())
    }

    /// Answers MOVE.
    pub(super) async fn move_cursor(&mut self, fetch: &Fetch) -> Result<Reply, Stop> {
        let cursor = self.cursor(&fetch.cursor).await?;
        let plan = lock(&cursor).plan(&fetch.cursor, fetch.direction, false)?;
        let mut moving = Fetching::new(cursor, plan);
        let moved = watch(&mut self.io, &self.entry, || poll_fn(|cx| moving.poll_move(cx))).await;
        drop(moving);
        Ok(CommandTag::affected("MOVE", self.settled(moved).await?).into())
    }

    /// Where a portal stands, which is begun if it has not been.
    async fn cursor(&mut self, name: &str) -> Result<Shared, Stop> {
        let portal = self.portals.find_mut(name).ok_or_else(|| unknown(name))?;
        let source = match mem::replace(&mut portal.state, PortalState::Done) {
            PortalState::Ready(_) if matches!(portal.columns, Columns::None) => {
                return Err(PgError::internal("unsupported portal strategy").into());
            }
            PortalState::Ready(params) => {
                let (run, statement) = (portal.run(params), portal.statement.clone());
                match self.run(&statement, run, &mut &[][..]).await? {
                    Reply::Rows(rows) => Source::Rows(rows),
                    _ => return Err(PgError::internal("unsupported portal strategy").into()),
                }
            }
            PortalState::Described(rows) => Source::Rows(rows),
            PortalState::Cursor(cursor) => {
                portal.state = PortalState::Cursor(cursor.clone());
                return Ok(cursor);
            }
            PortalState::RowsDone(tag) => Source::End(tag),
            PortalState::DescribedDone(_) | PortalState::Done => {
                return Err(cannot_be_run(name).into());
            }
        };
        self.begin_cursor(name, source).await
    }

    /// Makes a portal one that is run in parts.
    pub(crate) async fn begin_cursor(
        &mut self,
        name: &str,
        source: Source,
    ) -> Result<Shared, Stop> {
        let room = self.portals.room(&self.limits);
        let portal = self.portals.get(name)?;
        let mut key = None;
        if let Source::Rows(rows) = &source {
            let columns;
            (columns, key) = apart(rows.columns(), portal.statement.key);
            portal.columns = Columns::Known(columns);
        }
        let Columns::Known(columns) = portal.columns.clone() else {
            return Err(PgError::internal("a portal of unknown columns").into());
        };
        let (style, scroll) = (portal.style.clone(), portal.options.scroll);
        let cursor = Cursor::new(columns, key, source, style, scroll, room);
        let cursor = Arc::new(Mutex::new(cursor));
        portal.state = PortalState::Cursor(cursor.clone());
        if let Plan::Session(_) = portal.statement.plan {
            // PostgreSQL has all rows of a FETCH or an EXECUTE before it sends one.
            self.hold(&cursor).await?;
        }
        Ok(cursor)
    }

    /// Answers CLOSE.
    pub(super) fn close_cursor(&mut self, what: &Which) -> Result<()> {
        match what {
            Which::All => self.portals.close_all(),
            Which::Named(name) if self.portals.close(name) => {}
            Which::Named(name) => return Err(unknown(name)),
        }
        Ok(())
    }
}

/// What locks its rows goes forward in its own transaction.
///
/// # Errors
///
/// 0A000, and 42P11 for INSENSITIVE.
fn admit_locking(declare: &Declare, locking: &str) -> Result<()> {
    let (words, kind) = match declare {
        Declare { hold: true, .. } => ("CURSOR WITH HOLD", "Holdable"),
        Declare { scroll: Some(true), .. } => ("SCROLL CURSOR", "Scrollable"),
        Declare { insensitive: Some(true), .. } => ("INSENSITIVE CURSOR", "Insensitive"),
        _ => return Ok(()),
    };
    let (state, is) = match kind {
        "Insensitive" => (SqlState::INVALID_CURSOR_DEFINITION, "valid"),
        _ => (SqlState::FEATURE_NOT_SUPPORTED, "supported"),
    };
    let error = PgError::new(state, format!("DECLARE {words} ... {locking} is not {is}"));
    Err(error.detail(format!("{kind} cursors must be READ ONLY.")))
}

/// The columns that are announced, and what is the key behind them.
fn apart(columns: &Arc<[Column]>, key: Option<RowKey>) -> (Arc<[Column]>, Option<Key>) {
    let parts = key.and_then(|key| {
        let (announced, last) =
            columns.split_at_checked(columns.len().checked_sub(key.columns)?)?;
        let types = last.iter().map(|column| column.type_oid).collect();
        Some((announced.into(), Key { table: key.table, types }))
    });
    match parts {
        Some((announced, key)) => (announced, Some(key)),
        None => (columns.clone(), None),
    }
}

impl<S> Portals<S> {
    /// The key of the row on which a cursor stands.
    ///
    /// # Errors
    ///
    /// 34000 if there is no such cursor, 24000 if it stands on no row of that table.
    pub(crate) fn current_row(&self, of: &CurrentOf) -> Result<Params> {
        let name = &of.cursor;
        let portal = self.find(name).ok_or_else(|| unknown(name))?;
        let wrong = |words: &str| {
            let message = format!("cursor \"{name}\" {words}");
            PgError::new(SqlState::INVALID_CURSOR_STATE, message)
        };
        let (Plan::Engine(..), Columns::Known(_)) = (&portal.statement.plan, &portal.columns)
        else {
            return Err(wrong("is not a SELECT query"));
        };
        if portal.options.is_held {
            return Err(wrong("is held from a previous transaction"));
        }
        let other =
            || wrong(&format!("is not a simply updatable scan of table \"{}\"", of.relation));
        let PortalState::Cursor(cursor) = &portal.state else { return Err(other()) };
        let mut cursor = lock(cursor);
        if cursor.table() != Some(of.table) {
            return Err(other());
        }
        cursor.row_key()?.ok_or_else(|| wrong("is not positioned on a row"))
    }
}

fn unknown(name: &str) -> PgError {
    let message = format!("cursor \"{name}\" does not exist");
    PgError::new(SqlState::INVALID_CURSOR_NAME, message)
}

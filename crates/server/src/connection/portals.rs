//! Prepared statements and portals of one connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use trunkline_core::types::TextStyle;
use trunkline_core::types::text::truncate_name;
use trunkline_core::{
    Columns, CommandTag, Oid, Params, PgError, Result, RowKey, Rows, Run, SqlState, Terms,
};
use trunkline_sql::statement::SessionStatement;

use super::inventory::{Origin, Plans};
use super::values::ResultFormats;
use crate::limits::Limits;
use crate::session::cursor::{Room, Shared};

/// The most that a cursor keeps in memory, in bytes.
const MEMORY: usize = 1024 * 1024;

/// A statement that was parsed.
#[derive(Debug)]
pub(crate) struct Statement<S> {
    pub(crate) plan: Plan<S>,
    pub(crate) parameters: Arc<[Oid]>,
    pub(crate) columns: Columns,
    /// What the last of them are, if it is the query of a cursor.
    pub(crate) key: Option<RowKey>,
    pub(crate) origin: Origin,
    pub(crate) plans: Plans,
}

impl<S> Statement<S> {
    /// What the engine has of it, if it is the engine's.
    pub(crate) fn query(&self) -> Option<&S> {
        match &self.plan {
            Plan::Engine(query, _) => Some(query),
            Plan::Empty | Plan::Session(_) => None,
        }
    }

    /// The bytes that the client has it hold.
    fn size(&self) -> usize {
        self.origin
            .text
            .len()
            .saturating_add(self.parameters.len().saturating_mul(size_of::<Oid>()))
    }
}

/// Who runs it.
#[derive(Debug)]
pub(crate) enum Plan<S> {
    /// Nobody: the text is empty.
    Empty,
    /// The session layer.
    Session(Box<SessionStatement>),
    /// The engine, on these terms.
    Engine(S, Terms),
}

/// A statement with its parameters, ready to run or running: what Bind makes, or DECLARE.
#[derive(Debug)]
pub(crate) struct Portal<S> {
    pub(crate) statement: Arc<Statement<S>>,
    /// The shape of its rows. What a FETCH returns is known now, not when it was parsed.
    pub(crate) columns: Columns,
    pub(crate) formats: ResultFormats,
    pub(crate) style: Arc<TextStyle>,
    pub(crate) state: PortalState,
    pub(crate) options: CursorOptions,
    /// How many savepoints there were when it was made.
    pub(crate) depth: usize,
    /// When it was made, in microseconds since 2000.
    pub(crate) created: i64,
    /// The bytes of its parameters and formats, for the limit.
    pub(crate) size: usize,
}

impl<S> Portal<S> {
    /// Whether there may be rows that it has not given.
    pub(crate) fn has_rows_left(&self) -> bool {
        let is_over = matches!(self.state, PortalState::RowsDone(_) | PortalState::Done);
        !is_over && !matches!(self.columns, Columns::None)
    }

    /// Whether it may still read its tables; at its end it does so, too.
    fn is_open(&self) -> bool {
        !self.options.is_held && !matches!(self.state, PortalState::Done)
    }

    /// The order to run it.
    pub(crate) fn run(&self, params: Params) -> Run {
        Run::new(params, self.style.clone()).formats(self.formats.known.clone())
    }
}

/// What DECLARE says of a portal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CursorOptions {
    /// Whether it may go back; `None` is for as long as its rows fit into memory.
    pub(crate) scroll: Option<bool>,
    /// Whether FETCH of a simple query sends its rows in binary.
    pub(crate) is_binary: bool,
    /// Whether it outlives its transaction, and whether it has.
    pub(crate) hold: bool,
    pub(crate) is_held: bool,
}

impl CursorOptions {
    /// Those of a portal that was bound.
    pub(crate) const BOUND: CursorOptions =
        CursorOptions { scroll: Some(false), is_binary: false, hold: false, is_held: false };
}

/// How far a portal is.
#[derive(Debug)]
pub(crate) enum PortalState {
    /// Not begun.
    Ready(Params),
    /// Begun to learn its columns.
    Described(Rows),
    /// Run to learn its columns, of which there are none.
    DescribedDone(CommandTag),
    /// Declared, or fetched in parts: rows are left, or may be.
    Cursor(Shared),
    /// Done; it had rows. To run it again says this and does nothing.
    RowsDone(CommandTag),
    /// Done; it had none, or failed.
    Done,
}

/// The statements of a connection, by name; the unnamed one apart, since most drivers use only it.
#[derive(Debug)]
pub(crate) struct Statements<S> {
    unnamed: Option<Arc<Statement<S>>>,
    named: BTreeMap<Box<str>, Arc<Statement<S>>>,
    /// What the named ones hold.
    bytes: usize,
}

/// The portals of a connection, by name.
#[derive(Debug)]
pub(crate) struct Portals<S> {
    unnamed: Option<Portal<S>>,
    named: BTreeMap<Box<str>, Box<Portal<S>>>,
    /// What the named ones hold.
    bytes: usize,
    /// What the files of cursors hold, in bytes.
    filed: Option<Arc<AtomicU64>>,
}

impl<S> Default for Statements<S> {
    fn default() -> Self {
        Statements { unnamed: None, named: BTreeMap::new(), bytes: 0 }
    }
}

impl<S> Default for Portals<S> {
    fn default() -> Self {
        Portals { unnamed: None, named: BTreeMap::new(), bytes: 0, filed: None }
    }
}

impl<S> Statements<S> {
    pub(crate) fn insert(
        &mut self,
        name: &str,
        statement: Statement<S>,
        limits: &Limits,
    ) -> Result<()> {
        let short = truncate_name(name);
        if short.is_empty() {
            self.unnamed = Some(Arc::new(statement));
            return Ok(());
        }
        // Errors tell the name as it was said, as PostgreSQL's do.
        if self.named.contains_key(short) {
            return Err(PgError::new(
                SqlState::DUPLICATE_PSTATEMENT,
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        let bytes = self.bytes.saturating_add(statement.size());
        if self.named.len() >= limits.statements || bytes > limits.statement_bytes {
            return Err(PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                "too many prepared statements",
            )
            .detail(format!(
                "A connection may hold {} prepared statements of {} bytes in all.",
                limits.statements, limits.statement_bytes
            )));
        }
        self.bytes = bytes;
        self.named.insert(short.into(), Arc::new(statement));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Arc<Statement<S>>> {
        let short = truncate_name(name);
        let found = if short.is_empty() { self.unnamed.as_ref() } else { self.named.get(short) };
        found.ok_or_else(|| {
            let message = match name {
                "" => "unnamed prepared statement does not exist".to_owned(),
                _ => format!("prepared statement \"{name}\" does not exist"),
            };
            PgError::new(SqlState::INVALID_SQL_STATEMENT_NAME, message)
        })
    }

    /// Forgets a statement; says whether there was one. Its portals live on.
    pub(crate) fn close(&mut self, name: &str) -> bool {
        let name = truncate_name(name);
        if name.is_empty() {
            return self.unnamed.take().is_some();
        }
        let closed = self.named.remove(name);
        self.bytes -= closed.as_ref().map_or(0, |statement| statement.size());
        closed.is_some()
    }

    /// Those that have a name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Statement<S>)> {
        self.named.iter().map(|(name, statement)| (&**name, &**statement))
    }

    /// Forgets those that have a name, as DEALLOCATE ALL does.
    pub(crate) fn close_named(&mut self) {
        self.named = BTreeMap::new();
        self.bytes = 0;
    }
}

impl<S> Portals<S> {
    pub(crate) fn insert(&mut self, name: &str, portal: Portal<S>, limits: &Limits) -> Result<()> {
        let short = truncate_name(name);
        if short.is_empty() {
            self.unnamed = Some(portal);
            return Ok(());
        }
        self.vacant(name)?;
        let bytes = self.bytes.saturating_add(portal.size);
        if self.named.len() >= limits.portals || bytes > limits.portal_bytes {
            return Err(PgError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, "too many portals")
                .detail(format!(
                    "A connection may hold {} portals with {} bytes of parameters in all.",
                    limits.portals, limits.portal_bytes
                )));
        }
        self.bytes = bytes;
        self.named.insert(short.into(), Box::new(portal));
        Ok(())
    }

    /// Whether a portal may have this name: the unnamed one makes room for another.
    pub(crate) fn vacant(&self, name: &str) -> Result<()> {
        match self.named.contains_key(truncate_name(name)) {
            true => {
                let message = format!("cursor \"{name}\" already exists");
                Err(PgError::new(SqlState::DUPLICATE_CURSOR, message))
            }
            false => Ok(()),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Portal<S>> {
        match truncate_name(name) {
            "" => self.unnamed.as_ref(),
            name => self.named.get(name).map(Box::as_ref),
        }
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Portal<S>> {
        match truncate_name(name) {
            "" => self.unnamed.as_mut(),
            name => self.named.get_mut(name).map(Box::as_mut),
        }
    }

    /// A portal that the protocol names.
    ///
    /// # Errors
    ///
    /// 34000 if there is none.
    pub(crate) fn get(&mut self, name: &str) -> Result<&mut Portal<S>> {
        self.find_mut(name).ok_or_else(|| {
            PgError::new(SqlState::INVALID_CURSOR_NAME, format!("portal \"{name}\" does not exist"))
        })
    }

    /// Forgets a portal; whether there was one.
    pub(crate) fn close(&mut self, name: &str) -> bool {
        let name = truncate_name(name);
        if name.is_empty() {
            return self.unnamed.take().is_some();
        }
        let closed = self.named.remove(name);
        self.bytes -= closed.as_ref().map_or(0, |portal| portal.size);
        closed.is_some()
    }

    /// Forgets the unnamed portal, as every simple query does.
    pub(crate) fn close_unnamed(&mut self) {
        self.unnamed = None;
    }

    /// Forgets all of them.
    pub(crate) fn close_all(&mut self) {
        self.retain(|_| false);
    }

    /// The transaction is over, and with it all portals that do not outlive it.
    pub(crate) fn end(&mut self) {
        self.retain(|portal| portal.options.is_held);
    }

    /// The savepoint at a place is released: what was made behind it now belongs before it.
    pub(crate) fn release(&mut self, place: usize) {
        for portal in self.named.values_mut().map(Box::as_mut).chain(&mut self.unnamed) {
            portal.depth = portal.depth.min(place);
        }
    }

    /// The savepoint at a place is gone back to: what was made behind it is gone.
    pub(crate) fn rollback_to(&mut self, place: usize) {
        self.retain(|portal| portal.options.is_held || portal.depth <= place);
    }

    fn retain(&mut self, stays: impl Fn(&Portal<S>) -> bool) {
        self.unnamed.take_if(|portal| !stays(portal));
        if !self.named.is_empty() {
            self.named.retain(|_, portal| stays(portal));
            self.bytes = self.named.values().map(|portal| portal.size).sum();
        }
    }

    /// Whether one of them is of a query, and may still read its tables.
    pub(crate) fn are_reading(&self) -> bool {
        let mut all = self.unnamed.iter().chain(self.named.values().map(Box::as_ref));
        all.any(|portal| portal.is_open() && !matches!(portal.columns, Columns::None))
    }

    /// All of them; the unnamed one's name is empty.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Portal<S>)> {
        let named = self.named.iter().map(|(name, portal)| (&**name, &**portal));
        self.unnamed.iter().map(|portal| ("", portal)).chain(named)
    }

    /// The names of those that are as asked for.
    pub(crate) fn names(&self, is_asked: impl Fn(&Portal<S>) -> bool) -> Vec<Box<str>> {
        let unnamed = self.unnamed.iter().filter(|portal| is_asked(portal)).map(|_| "".into());
        let named = self.named.iter().filter(|(_, portal)| is_asked(portal));
        unnamed.chain(named.map(|(name, _)| name.clone())).collect()
    }

    /// The statements of those that may still read their tables.
    pub(crate) fn open(&self) -> Vec<Arc<Statement<S>>> {
        let all = self.iter().map(|(_, portal)| portal);
        all.filter(|portal| portal.is_open()).map(|portal| portal.statement.clone()).collect()
    }

    /// What one more cursor may hold: the more there are, the less each of them keeps in memory.
    pub(crate) fn room(&mut self, limits: &Limits) -> Room {
        let memory = (limits.portal_bytes / (self.named.len() + 1)).min(MEMORY);
        let filed = self.filed.get_or_insert_default().clone();
        Room { memory, files: limits.cursor_files, filed }
    }
}

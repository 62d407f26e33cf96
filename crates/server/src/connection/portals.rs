//! Prepared statements and portals of one connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use trunkline_core::types::TextStyle;
use trunkline_core::types::text::truncate_name;
use trunkline_core::{
    Column, Columns, CommandTag, Formats, Oid, Params, PgError, Result, Rows, Run, SqlState,
};
use trunkline_sql::statement::SessionStatement;

use crate::limits::Limits;

/// A statement that was parsed.
#[derive(Debug)]
pub(crate) struct Statement<S> {
    pub(crate) plan: Plan<S>,
    pub(crate) parameters: Arc<[Oid]>,
    pub(crate) columns: Columns,
    /// The length of its text, for the limit.
    pub(crate) length: usize,
}

impl<S> Statement<S> {
    /// Whether it is a FETCH.
    pub(crate) fn is_fetch(&self) -> bool {
        match &self.plan {
            Plan::Session(command, _) => matches!(**command, SessionStatement::Fetch(_)),
            Plan::Empty | Plan::Engine(_) => false,
        }
    }

    /// The bytes that the client has it hold.
    fn size(&self) -> usize {
        self.length.saturating_add(self.parameters.len().saturating_mul(size_of::<Oid>()))
    }
}

/// Who runs it.
#[derive(Debug)]
pub(crate) enum Plan<S> {
    /// Nobody: the text is empty.
    Empty,
    /// The session layer; the text is that in which the statement stands.
    Session(Box<SessionStatement>, Box<str>),
    /// The engine.
    Engine(S),
}

/// A statement with its parameters, ready to run or running.
#[derive(Debug)]
pub(crate) struct Portal<S> {
    pub(crate) statement: Arc<Statement<S>>,
    pub(crate) formats: Formats,
    /// A format of the result that does not exist, though the client asked for it.
    pub(crate) unknown_format: Option<i16>,
    pub(crate) style: Arc<TextStyle>,
    pub(crate) state: PortalState,
    /// How many savepoints there were when it was bound.
    pub(crate) depth: usize,
    /// The bytes of its parameters and formats, for the limit.
    pub(crate) size: usize,
}

impl<S> Portal<S> {
    /// The order to run it.
    pub(crate) fn run(&self, params: Params) -> Run {
        Run::new(params, self.style.clone()).formats(self.formats.clone())
    }
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
    /// Rows are left, or may be.
    Suspended(Rows),
    /// The last row went out exactly when the limit was reached: one more Execute says so.
    Exhausted(CommandTag),
    /// Done; it had rows. To run it again says this and does nothing.
    RowsDone(CommandTag),
    /// Done; it had none.
    Done,
}

impl PortalState {
    /// The shape of the rows that it has begun and not ended.
    pub(crate) fn columns(&self) -> Option<&Arc<[Column]>> {
        match self {
            PortalState::Described(rows) | PortalState::Suspended(rows) => Some(rows.columns()),
            _ => None,
        }
    }
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
}

impl<S> Default for Statements<S> {
    fn default() -> Self {
        Statements { unnamed: None, named: BTreeMap::new(), bytes: 0 }
    }
}

impl<S> Default for Portals<S> {
    fn default() -> Self {
        Portals { unnamed: None, named: BTreeMap::new(), bytes: 0 }
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

    /// Takes a portal out, to run it.
    pub(crate) fn get(&mut self, name: &str) -> Result<&mut Portal<S>> {
        let short = truncate_name(name);
        let found = match short {
            "" => self.unnamed.as_mut(),
            name => self.named.get_mut(name).map(Box::as_mut),
        };
        found.ok_or_else(|| {
            PgError::new(SqlState::INVALID_CURSOR_NAME, format!("portal \"{name}\" does not exist"))
        })
    }

    pub(crate) fn close(&mut self, name: &str) {
        let name = truncate_name(name);
        if name.is_empty() {
            self.unnamed = None;
        } else if let Some(closed) = self.named.remove(name) {
            self.bytes -= closed.size;
        }
    }

    /// Forgets the unnamed portal, as every simple query does.
    pub(crate) fn close_unnamed(&mut self) {
        self.unnamed = None;
    }

    /// The savepoint at a place is released: what was bound behind it now belongs before it.
    pub(crate) fn release(&mut self, place: usize) {
        let named = self.named.values_mut().map(Box::as_mut);
        for portal in named.chain(&mut self.unnamed) {
            portal.depth = portal.depth.min(place);
        }
    }

    /// The savepoint at a place is gone back to: what was bound behind it is gone.
    pub(crate) fn rollback_to(&mut self, place: usize) {
        self.unnamed.take_if(|portal| portal.depth > place);
        self.named.retain(|_, portal| portal.depth <= place);
        self.bytes = self.named.values().map(|portal| portal.size).sum();
    }

    /// The transaction is over, and with it all its portals.
    pub(crate) fn close_all(&mut self) {
        self.unnamed = None;
        if !self.named.is_empty() {
            self.named.clear();
            self.bytes = 0;
        }
    }
}

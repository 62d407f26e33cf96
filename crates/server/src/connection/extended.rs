//! The extended query protocol: Parse, Bind, Describe, Execute, Close, Sync.

use std::sync::Arc;

use trunkline_core::types::Types;
use trunkline_core::{
    Column, Columns, Formats, Language, Oid, Params, PgError, Reply, Result, Run, Session, SqlState,
};
use trunkline_proto::backend;
use trunkline_proto::message::{
    Bind, BindComplete, Close, CloseComplete, Describe, Execute, MalformedBind, NoData,
    ParameterDescription, Parse, ParseComplete, PgStr, PortalSuspended, Target,
};

use super::portals::{Plan, Portal, PortalState, Statement};
use super::telling::row_description;
use super::values;
use super::watch::{Shape, Streamed, stream};
use super::{Connection, Stop, peer_error};
use crate::session::transaction::Transaction;

impl<S: Session> Connection<S> {
    pub(super) async fn parse(&mut self, parse: &Parse<&[u8]>) -> Result<(), Stop> {
        let name = text(parse.name())?;
        let sql = text(parse.sql())?;
        let sql = &*self.standard(sql)?;
        // A Parse that fails leaves no unnamed statement.
        if name.is_empty() {
            self.statements.close(name);
        }
        let statement = self.prepare(sql, parse).await?;
        self.statements.insert(name, statement, &self.limits)?;
        self.protocol.send(&ParseComplete, self.io.output())?;
        Ok(())
    }

    async fn prepare(
        &mut self,
        sql: &str,
        parse: &Parse<&[u8]>,
    ) -> Result<Statement<S::Statement>, Stop> {
        let chosen_by_us = |oid| if oid == Oid::UNKNOWN { Oid::UNSPECIFIED } else { oid };
        let hints: Vec<Oid> = parse.parameter_types().map(chosen_by_us).collect();
        let length = sql.len();
        // The one statement in the text, and where it begins.
        let (mut part, mut start) = (sql, 0);
        if self.language == Language::Sql {
            let mut statements = trunkline_sql::split(sql);
            let (first, second) = (statements.next(), statements.next());
            let Some(first) = first else {
                let (columns, parameters) = (Columns::None, hints.into());
                return Ok(Statement { plan: Plan::Empty, parameters, columns, length });
            };
            if second.is_some() {
                return Err(PgError::new(
                    SqlState::SYNTAX_ERROR,
                    "cannot insert multiple commands into a prepared statement",
                )
                .into());
            }
            if let Some(recognised) = first.recognise() {
                let command = recognised.map_err(|error| PgError::syntax(&error, sql))?;
                self.tell_of_long_names(&first);
                self.transaction.admit_command(&command)?;
                let columns = self.command_columns(&command);
                let parameters = self.command_parameters(&command, sql, hints).await?;
                let plan = Plan::Session(Box::new(command), sql.into());
                return Ok(Statement { plan, parameters, columns, length });
            }
            (part, start) = (first.text(), first.span().start);
        }
        self.transaction.admit()?;
        let prepared = self.prepared(part, &hints).await.map_err(|stop| stop.behind(sql, start))?;
        Ok(Statement {
            plan: Plan::Engine(prepared.statement),
            parameters: prepared.parameters,
            columns: prepared.columns,
            length,
        })
    }

    pub(super) fn bind(&mut self, bind: &Bind<&[u8]>) -> Result<(), Stop> {
        let portal = text(bind.portal())?;
        let statement = self.statement_to_bind(bind)?;
        self.admit_bind(bind, portal, &statement)?;
        let style = match statement.parameters.iter().any(|oid| values::may_be_now(*oid)) {
            true => self.client.reading_style(),
            false => self.style(),
        };
        let depth = self.transaction.depth();
        let params = values::bound(bind, statement.parameters.clone(), &style, portal)?;
        let formats = match &statement.plan {
            // What a FETCH returns is known now, not when it was parsed.
            Plan::Session(command, _) => {
                values::result_formats(bind, &self.command_columns(command))
            }
            Plan::Empty | Plan::Engine(_) => values::result_formats(bind, &statement.columns),
        }?;
        let unknown_format = formats.as_ref().err().copied();
        let formats = formats.unwrap_or_default();
        let size = params.size().saturating_add(bind.result_formats().len());
        let state = PortalState::Ready(params);
        let bound = Portal { statement, formats, unknown_format, style, state, depth, size };
        self.portals.insert(portal, bound, &self.limits)?;
        self.protocol.send(&BindComplete, self.io.output())?;
        Ok(())
    }

    /// Refuses a Bind that cannot be read to its end, for what is wrong in front of that if anything is.
    pub(super) fn refuse_bind(&mut self, malformed: &MalformedBind<&[u8]>) -> Result<(), Stop> {
        let bind = &malformed.read;
        let portal = text(bind.portal())?;
        let statement = self.statement_to_bind(bind)?;
        if malformed.is_counted {
            self.admit_bind(bind, portal, &statement)?;
            let types = statement.parameters.iter().copied().take(bind.parameters().count());
            values::bound(bind, types.collect(), &self.client.reading_style(), portal)?;
        }
        Err(peer_error(&malformed.error).into())
    }

    fn statement_to_bind(&self, bind: &Bind<&[u8]>) -> Result<Arc<Statement<S::Statement>>> {
        Ok(self.statements.get(text(bind.statement())?)?.clone())
    }

    /// What PostgreSQL asks of a Bind before it looks at the values.
    fn admit_bind(
        &self,
        bind: &Bind<&[u8]>,
        portal: &str,
        statement: &Statement<S::Statement>,
    ) -> Result<()> {
        values::check_counts(bind, statement.parameters.len())?;
        match &statement.plan {
            // Nothing to run, but in a failed block PostgreSQL does not even bind it.
            Plan::Empty => self.transaction.admit()?,
            _ => self.admit_portal(statement)?,
        }
        self.cursors.vacant(portal)?;
        self.portals.vacant(portal)
    }

    /// Describes what is known, as almost always; whether it was.
    pub(super) fn describe_known(
        &mut self,
        describe: &Describe<PgStr<&[u8]>>,
    ) -> Result<bool, Stop> {
        let name = text(describe.name.as_bytes())?;
        if describe.target == Target::Statement {
            let style = self.style();
            let statement = self.statements.get(name)?;
            admit_description(&self.transaction, statement)?;
            let types = statement.parameters.iter().copied();
            let (protocol, output) = (&mut self.protocol, self.io.output());
            protocol.send(&ParameterDescription { types }, output)?;
            let columns = match &statement.columns {
                Columns::Known(columns) => Some(columns),
                Columns::AfterBind => return Ok(false),
                Columns::None => None,
            };
            describe_columns(protocol, output, columns, &Formats::default(), &style.types)?;
            return Ok(true);
        }
        if let Some((columns, formats)) = self.cursors.shape(name) {
            self.transaction.admit()?;
            let style = self.style();
            let (protocol, output) = (&mut self.protocol, self.io.output());
            describe_columns(protocol, output, Some(&columns), &formats, &style.types)?;
            return Ok(true);
        }
        let portal = self.portals.get(name)?;
        admit_description(&self.transaction, &portal.statement)?;
        let is_ready = matches!(portal.state, PortalState::Ready(_));
        // What a FETCH returns is known now, not when it was parsed.
        let now = match &portal.statement.clone().plan {
            Plan::Session(command, _) => Some(self.command_columns(command)),
            Plan::Empty | Plan::Engine(_) => None,
        };
        let portal = self.portals.get(name)?;
        let announced = now.as_ref().unwrap_or(&portal.statement.columns);
        let columns = match (portal.state.columns(), announced) {
            (Some(columns), _) | (None, Columns::Known(columns)) => Some(columns),
            (None, Columns::AfterBind) if is_ready => return Ok(false),
            (None, Columns::None | Columns::AfterBind) => None,
        };
        let (protocol, output) = (&mut self.protocol, self.io.output());
        describe_columns(protocol, output, columns, &portal.formats, &portal.style.types)?;
        Ok(true)
    }

    /// Runs what cannot be described before it runs.
    pub(super) async fn describe_by_running(
        &mut self,
        describe: &Describe<PgStr<&[u8]>>,
    ) -> Result<(), Stop> {
        let name = text(describe.name.as_bytes())?;
        if describe.target == Target::Statement {
            let statement = self.statements.get(name)?.clone();
            let style = self.style();
            let run = Run::new(Params::unbound(statement.parameters.clone()), style.clone());
            let columns = match self.run(&statement, run, &mut &[][..]).await? {
                Reply::Rows(rows) => Some(rows.columns().clone()),
                _ => None,
            };
            let (protocol, output) = (&mut self.protocol, self.io.output());
            return describe_columns(
                protocol,
                output,
                columns.as_ref(),
                &Formats::default(),
                &style.types,
            );
        }
        let portal = self.portals.get(name)?;
        let PortalState::Ready(params) = &portal.state else {
            return Err(PgError::internal("the portal runs already").into());
        };
        let (run, statement) = (portal.run(params.clone()), portal.statement.clone());
        let (formats, style) = (portal.formats.clone(), portal.style.clone());
        self.enter_pipeline();
        let (state, columns) = match self.run(&statement, run, &mut &[][..]).await? {
            // The Execute that follows takes these rows.
            Reply::Rows(rows) => {
                let columns = rows.columns().clone();
                (PortalState::Described(rows), Some(columns))
            }
            // It is done: the Execute that follows only says so.
            Reply::Done(tag) => (PortalState::DescribedDone(tag), None),
            _ => return Ok(self.protocol.send(&NoData, self.io.output())?),
        };
        self.portals.get(name)?.state = state;
        let (protocol, output) = (&mut self.protocol, self.io.output());
        describe_columns(protocol, output, columns.as_ref(), &formats, &style.types)
    }

    pub(super) async fn execute(
        &mut self,
        execute: &Execute<PgStr<&[u8]>>,
        ahead: &mut &[u8],
    ) -> Result<(), Stop> {
        let name = text(execute.portal.as_bytes())?;
        let portal = self.portals.get(name)?;
        let statement = portal.statement.clone();
        self.admit_portal(&statement)?;
        let limit = match u64::try_from(execute.max_rows) {
            Ok(0) | Err(_) => u64::MAX,
            Ok(limit) => limit,
        };
        let portal = self.portals.get(name)?;
        if let Some(code) = portal.unknown_format {
            return Err(values::unsupported(code).into());
        }
        let mut rows = match std::mem::replace(&mut portal.state, PortalState::Done) {
            PortalState::Ready(params) => {
                if let Plan::Empty = statement.plan {
                    portal.state = PortalState::Ready(params);
                    return self.complete_nothing();
                }
                let run = portal.run(params);
                self.enter_pipeline();
                match self.run(&statement, run, ahead).await? {
                    Reply::Rows(rows) if limit != u64::MAX && statement.is_fetch() => {
                        Box::pin(self.fetch_whole(rows)).await?
                    }
                    Reply::Rows(rows) => rows,
                    Reply::Done(tag) => return self.complete(&tag, 0),
                    _ => {
                        return Err(
                            PgError::unsupported("this kind of reply is not supported").into()
                        );
                    }
                }
            }
            PortalState::Described(rows) | PortalState::Suspended(rows) => rows,
            PortalState::DescribedDone(tag) => return self.complete(&tag, 0),
            PortalState::Exhausted(tag) => {
                portal.state = PortalState::RowsDone(tag.clone().again());
                return self.complete(&tag, 0);
            }
            PortalState::RowsDone(tag) => {
                portal.state = PortalState::RowsDone(tag.clone());
                return self.complete(&tag, 0);
            }
            PortalState::Done => {
                return Err(PgError::new(
                    SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                    format!("portal \"{name}\" cannot be run"),
                )
                .into());
            }
        };
        // A statement that ends the transaction takes its portal with it.
        let Ok(portal) = self.portals.get(name) else {
            return Err(PgError::internal("the portal is gone").into());
        };
        let columns = rows.columns().clone();
        let shape =
            Shape { columns: &columns, formats: &portal.formats, style: &portal.style, copy: None };
        let mark = self.io.mark();
        let streamed = stream(&mut self.io, &self.entry, &mut rows, shape, limit).await;
        let finished = match streamed {
            Ok(Ok(Streamed { sent, tag: Some(tag) })) if sent < limit || limit == u64::MAX => {
                portal.state = PortalState::RowsDone(tag.clone().again());
                return self.complete(&tag, sent);
            }
            Ok(Ok(Streamed { tag: Some(tag), .. })) => PortalState::Exhausted(tag),
            Ok(Ok(Streamed { tag: None, .. })) => PortalState::Suspended(rows),
            failed => {
                drop(rows);
                if let Plan::Session(..) = statement.plan {
                    // PostgreSQL has all rows of a FETCH or an EXECUTE before it sends one.
                    self.io.take_back(&mark);
                }
                self.settled(failed).await?;
                return Ok(());
            }
        };
        portal.state = finished;
        self.fruitless.clear();
        self.protocol.send(&PortalSuspended, self.io.output())?;
        Ok(())
    }

    /// Runs a statement that is not empty, and checks that the rows are what was announced.
    pub(crate) async fn run(
        &mut self,
        statement: &Statement<S::Statement>,
        run: Run,
        ahead: &mut &[u8],
    ) -> Result<Reply, Stop> {
        let engine = match &statement.plan {
            Plan::Empty => return Err(PgError::internal("an empty statement was run").into()),
            Plan::Session(command, source) => {
                return Box::pin(self.command(command, source, run, ahead)).await;
            }
            Plan::Engine(engine) => engine,
        };
        self.enter_statement().await?;
        let reply = self.executed(engine, run).await?;
        if let (Columns::Known(announced), Reply::Rows(rows)) = (&statement.columns, &reply) {
            check_shape(announced, rows.columns())?;
        }
        Ok(reply)
    }

    pub(super) fn close(&mut self, close: &Close<PgStr<&[u8]>>) -> Result<(), Stop> {
        let name = text(close.name.as_bytes())?;
        match close.target {
            Target::Statement => drop(self.statements.close(name)),
            Target::Portal => {
                self.portals.close(name);
                self.cursors.close(name);
            }
        }
        self.protocol.send(&CloseComplete, self.io.output())?;
        Ok(())
    }

    pub(super) async fn sync(&mut self) -> Result<(), Stop> {
        match self.end_implicit().await {
            // Told, but it does not skip: the Sync that would end the skip is this one.
            Err(Stop::Error(error)) => self.refuse(&error)?,
            ended => ended?,
        }
        self.synced()
    }

    /// Everything up to the Sync is done.
    pub(super) fn synced(&mut self) -> Result<(), Stop> {
        self.entry.finish();
        self.ready()
    }

    fn admit_portal(&self, statement: &Statement<S::Statement>) -> Result<()> {
        match &statement.plan {
            Plan::Empty => Ok(()),
            Plan::Session(command, _) => self.transaction.admit_command(command),
            Plan::Engine(_) => self.transaction.admit(),
        }
    }
}

/// In a failed block PostgreSQL describes only what has no rows.
fn admit_description<S>(transaction: &Transaction, statement: &Statement<S>) -> Result<()> {
    match statement.columns {
        Columns::None => Ok(()),
        Columns::Known(_) | Columns::AfterBind => transaction.admit(),
    }
}

/// RowDescription, or NoData if there are no columns.
fn describe_columns(
    protocol: &mut backend::Connection,
    output: &mut Vec<u8>,
    columns: Option<&Arc<[Column]>>,
    formats: &Formats,
    types: &Types,
) -> Result<(), Stop> {
    match columns {
        Some(columns) => row_description(protocol, output, columns, formats, types),
        None => Ok(protocol.send(&NoData, output)?),
    }
}

/// A string of the client as text.
///
/// # Errors
///
/// 22021 for bytes that are not UTF-8.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Result<&str> {
    // As most names are.
    if bytes.is_empty() {
        return Ok("");
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let bad = bytes.get(error.valid_up_to()..).unwrap_or_default();
        let shown: Vec<String> =
            bad.iter().take(announced(bad)).map(|byte| format!("0x{byte:02x}")).collect();
        PgError::new(
            SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            format!("invalid byte sequence for encoding \"UTF8\": {}", shown.join(" ")),
        )
    })
}

/// The bytes of a character, as its first one tells: so many PostgreSQL shows of one that is none.
fn announced(character: &[u8]) -> usize {
    match character.first() {
        Some(0xc0..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf7) => 4,
        _ => 1,
    }
}

/// The rows must be what the client was told they would be: it decodes them blindly.
pub(super) fn check_shape(announced: &Arc<[Column]>, running: &Arc<[Column]>) -> Result<()> {
    let same = Arc::ptr_eq(announced, running)
        || (announced.len() == running.len()
            && announced.iter().zip(running.iter()).all(|(a, b)| a.type_oid == b.type_oid));
    if same {
        return Ok(());
    }
    Err(PgError::unsupported("cached plan must not change result type"))
}

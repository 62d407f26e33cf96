//! The extended query protocol: Parse, Bind, Describe, Execute, Close, Sync.

use std::array::from_fn;
use std::num::NonZeroU32;
use std::sync::Arc;

use trunkline_core::types::Types;
use trunkline_core::{
    ActivityState, Column, Columns, Encoding, Language, Oid, PgError, Reply, Result, Rows, Run,
    Session, SqlState,
};
use trunkline_proto::backend;
use trunkline_proto::message::{
    Bind, BindComplete, Close, CloseComplete, Describe, Execute, MalformedBind, NoData,
    ParameterDescription, Parse, ParseComplete, PgStr, PortalSuspended, Target,
};
use trunkline_sql::Span;
use trunkline_sql::statement::{FetchCount, FetchDirection};

use super::guard::guarded;
use super::inventory::{Origin, Plans, now};
use super::portals::{CursorOptions, Plan, Portal, PortalState, Statement};
use super::telling::{peer_error, row_description};
use super::values::{self, ResultFormats};
use super::watch::{Interrupt, Shape, Streamed, stream};
use super::{Connection, Stop};
use crate::session::cursor::{Fetching, Shared, Source, lock};
use crate::session::transaction::Transaction;

/// How many types of parameters a Parse may declare before there is a list of them.
const FEW_TYPES: usize = 8;

impl<S: Session> Connection<S> {
    pub(super) async fn parse(&mut self, parse: &Parse<&[u8]>) -> Result<(), Stop> {
        let name = self.text(parse.name())?;
        let sql = self.text(parse.sql())?;
        let sql = self.standard(&sql)?;
        self.client.tell_start(ActivityState::Active, &sql, now());
        // A Parse that fails leaves no unnamed statement.
        if name.is_empty() {
            self.statements.close(&name);
        }
        let statement = self.prepare(&sql, parse).await?;
        self.statements.insert(&name, statement, &self.limits)?;
        self.protocol.send(&ParseComplete, self.io.output())?;
        Ok(())
    }

    async fn prepare(
        &mut self,
        sql: &str,
        parse: &Parse<&[u8]>,
    ) -> Result<Statement<S::Statement>, Stop> {
        let chosen_by_us = |oid| if oid == Oid::UNKNOWN { Oid::UNSPECIFIED } else { oid };
        let types = parse.parameter_types().map(chosen_by_us);
        let count = types.len();
        // Few of them need no memory of their own.
        let mut next = types.clone();
        let few: [Oid; FEW_TYPES] = from_fn(|_| next.next().unwrap_or(Oid::UNSPECIFIED));
        let many: Vec<Oid> = if count > FEW_TYPES { types.collect() } else { Vec::new() };
        let hints = few.get(..count).unwrap_or(&many);
        // The one statement in the text.
        let mut span = Span::new(0, sql.len());
        if self.language == Language::Sql {
            let mut statements = trunkline_sql::split(sql);
            let (first, second) = (statements.next(), statements.next());
            let Some(first) = first else {
                let (columns, parameters) = (Columns::None, hints.into());
                return Ok(unplanned(Plan::Empty, sql, parameters, columns));
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
                let plan = Plan::Session(Box::new(command));
                return Ok(unplanned(plan, sql, parameters, columns));
            }
            span = first.span();
        }
        self.admit_engine(span.text(sql)).await.map_err(|stop| stop.behind(sql, span.start))?;
        self.statement_within(sql, span, hints).await
    }

    /// Binds values to a statement whose plan has to be looked at first.
    pub(super) async fn bind_again(&mut self, bind: &Bind<&[u8]>) -> Result<(), Stop> {
        let statement = self.statements.get(&self.text(bind.statement())?)?.clone();
        if let Plan::Engine(statement, _) = &statement.plan {
            self.planned_again(statement).await?;
        }
        self.bind(bind, true).map(drop)
    }

    /// Binds values to a statement, unless the engine has to plan it again before; whether it did.
    pub(super) fn bind(&mut self, bind: &Bind<&[u8]>, is_planned: bool) -> Result<bool, Stop> {
        let described = self.described.take();
        let portal = self.text(bind.portal())?;
        let name = self.text(bind.statement())?;
        let statement = self.statements.get(&name)?.clone();
        self.admit_bind(bind, (&name, &portal), &statement)?;
        let style = match statement.parameters.iter().any(|oid| values::may_be_now(*oid)) {
            true => self.client.reading_style(),
            false => self.style(),
        };
        let speech = (&*style, self.encoding());
        let depth = self.transaction.depth();
        let params = values::bound(bind, statement.parameters.clone(), speech, &portal)?;
        let size = params.size();
        if let Plan::Engine(engine, _) = &statement.plan {
            let holds = guarded(|| self.session.bound(engine, &params, &style));
            let holds = holds.map_err(|_| PgError::internal("the engine has failed"))??;
            if !holds && !is_planned && described.is_none() {
                return Ok(false);
            }
        }
        let (columns, state) = match (&statement.plan, described) {
            (Plan::Session(command), _) => {
                (self.command_columns(command), PortalState::Ready(params))
            }
            (_, Some(reply)) => *reply,
            (_, None) => (statement.columns.clone(), PortalState::Ready(params)),
        };
        let formats = values::result_formats(bind, &columns)?;
        let size = size.saturating_add(bind.result_formats().len());
        let options = CursorOptions::BOUND;
        statement.plans.count(!statement.parameters.is_empty(), self.plan_choice());
        let created = now();
        let bound =
            Portal { statement, columns, formats, style, state, options, depth, created, size };
        self.portals.insert(&portal, bound, &self.limits)?;
        self.protocol.send(&BindComplete, self.io.output())?;
        Ok(true)
    }

    /// Refuses a Bind that cannot be read to its end, for what is wrong in front of that if anything is.
    pub(super) fn refuse_bind(&mut self, malformed: &MalformedBind<&[u8]>) -> Result<(), Stop> {
        let bind = &malformed.read;
        let portal = self.text(bind.portal())?;
        let name = self.text(bind.statement())?;
        let statement = self.statements.get(&name)?.clone();
        if malformed.is_counted {
            self.admit_bind(bind, (&name, &portal), &statement)?;
            let types = statement.parameters.iter().copied().take(bind.parameters().count());
            let style = self.client.reading_style();
            values::bound(bind, types.collect(), (&style, self.encoding()), &portal)?;
        }
        Err(peer_error(&malformed.error).into())
    }

    /// What PostgreSQL asks of a Bind before it looks at the values.
    fn admit_bind(
        &self,
        bind: &Bind<&[u8]>,
        (name, portal): (&str, &str),
        statement: &Statement<S::Statement>,
    ) -> Result<()> {
        values::check_counts(bind, name, statement.parameters.len())?;
        match &statement.plan {
            // Nothing to run, but in a failed block PostgreSQL does not even bind it.
            Plan::Empty => self.transaction.admit()?,
            _ => self.admit_portal(statement)?,
        }
        self.portals.vacant(portal)
    }

    /// Describes what is known, as almost always; whether it was.
    pub(super) fn describe_known(
        &mut self,
        describe: &Describe<PgStr<&[u8]>>,
    ) -> Result<bool, Stop> {
        let name = &*self.text(describe.name.as_bytes())?;
        let encoding = self.encoding();
        if describe.target == Target::Statement {
            let style = self.style();
            let statement = self.statements.get(name)?;
            admit_description(&self.transaction, &statement.columns)?;
            let types = statement.parameters.iter().copied();
            let (protocol, output) = (&mut self.protocol, self.io.output());
            protocol.send(&ParameterDescription { types }, output)?;
            let columns = match &statement.columns {
                Columns::Known(columns) => Some(columns),
                Columns::AfterBind => return Ok(false),
                Columns::None => None,
            };
            describe_columns(
                protocol,
                output,
                columns,
                &ResultFormats::default(),
                (&style.types, encoding),
            )?;
            return Ok(true);
        }
        let portal = self.portals.get(name)?;
        admit_description(&self.transaction, &portal.columns)?;
        let columns = match &portal.columns {
            Columns::Known(columns) => Some(columns),
            Columns::AfterBind if matches!(portal.state, PortalState::Ready(_)) => {
                return Ok(false);
            }
            Columns::None | Columns::AfterBind => None,
        };
        let (protocol, output) = (&mut self.protocol, self.io.output());
        describe_columns(
            protocol,
            output,
            columns,
            &portal.formats,
            (&portal.style.types, encoding),
        )?;
        Ok(true)
    }

    pub(super) async fn execute(
        &mut self,
        execute: &Execute<PgStr<&[u8]>>,
        ahead: &mut &[u8],
    ) -> Result<(), Stop> {
        let name = &*self.text(execute.portal.as_bytes())?;
        let portal = self.portals.get(name)?;
        let statement = portal.statement.clone();
        self.client.tell_start(ActivityState::Active, &statement.origin.text, now());
        self.admit_portal(&statement)?;
        // Less than one is all of them.
        let limit = u32::try_from(execute.max_rows).ok().and_then(NonZeroU32::new);
        let portal = self.portals.get(name)?;
        let mut rows = match std::mem::replace(&mut portal.state, PortalState::Done) {
            PortalState::Ready(params) => {
                if let Plan::Empty = statement.plan {
                    portal.state = PortalState::Ready(params);
                    return self.complete_nothing();
                }
                let run = portal.run(params);
                let is_odd = portal.formats.is_odd();
                let has_rows = !matches!(portal.columns, Columns::None);
                self.enter_pipeline(has_rows && (is_odd || self.encoding().is_foreign()));
                match self.run(&statement, run, ahead).await? {
                    // Whoever was told that there are none cannot read them.
                    Reply::Rows(rows) if !has_rows && !rows.columns().is_empty() => {
                        return Err(PgError::internal(
                            "the statement was announced without rows, but it has some",
                        )
                        .into());
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
            PortalState::Described(rows) => rows,
            PortalState::DescribedDone(tag) => return self.complete(&tag, 0),
            PortalState::Cursor(cursor) => {
                portal.state = PortalState::Cursor(cursor.clone());
                return Box::pin(self.execute_part(name, cursor, limit)).await;
            }
            PortalState::RowsDone(tag) => {
                portal.state = PortalState::RowsDone(tag.clone());
                return self.complete(&tag, 0);
            }
            PortalState::Done => return Err(cannot_be_run(name).into()),
        };
        if limit.is_some() {
            return Box::pin(async {
                let cursor = self.begin_cursor(name, Source::Rows(rows)).await?;
                self.execute_part(name, cursor, limit).await
            })
            .await;
        }
        let encoding = self.encoding();
        self.tell_early()?;
        // A statement that ends the transaction takes its portal with it.
        let Ok(portal) = self.portals.get(name) else {
            return Err(PgError::internal("the portal is gone").into());
        };
        let columns = rows.columns().clone();
        let (formats, style) = (&portal.formats.known, &portal.style);
        let unknown_format = portal.formats.unknown(columns.len());
        let shape =
            Shape { columns: &columns, formats, unknown_format, style, encoding, copy: None };
        let mark = self.io.mark();
        let streamed = stream(&mut self.io, &self.entry, &mut rows, shape, u64::MAX).await;
        if let Ok(Ok(Streamed { sent, tag: Some(tag) })) = streamed {
            portal.state = PortalState::RowsDone(tag.clone().in_parts());
            if let Columns::AfterBind = portal.columns {
                portal.columns = Columns::Known(columns);
            }
            return self.complete(&tag, sent);
        }
        drop(rows);
        if let Plan::Session(_) = statement.plan
            && !matches!(streamed, Err(Interrupt::Untold(_)))
        {
            // PostgreSQL has all rows of a FETCH or an EXECUTE before it sends one.
            self.io.take_back(&mark);
        }
        self.settled(streamed).await.map(drop)
    }

    /// Runs a part of a portal: as many rows as are asked for, or all that are left.
    async fn execute_part(
        &mut self,
        name: &str,
        cursor: Shared,
        limit: Option<NonZeroU32>,
    ) -> Result<(), Stop> {
        let (formats, style) = (self.portals.get(name)?.formats.clone(), self.style());
        let count = limit.map_or(FetchCount::All, |limit| FetchCount::Rows(limit.get().into()));
        let plan = lock(&cursor).plan(name, FetchDirection::Forward(count), true)?;
        let columns = lock(&cursor).columns().clone();
        let mut rows = Rows::from_source(columns.clone(), Fetching::new(cursor.clone(), plan));
        let encoding = self.encoding();
        let unknown_format = formats.unknown(columns.len());
        let (formats, style) = (&formats.known, &style);
        let shape =
            Shape { columns: &columns, formats, unknown_format, style, encoding, copy: None };
        let streamed = stream(&mut self.io, &self.entry, &mut rows, shape, u64::MAX).await;
        drop(rows);
        let Streamed { sent, .. } = self.settled(streamed).await?;
        let completion = lock(&cursor).completion();
        match completion {
            Some(tag) => self.complete(&tag, sent),
            None => {
                self.fruitless.clear();
                Ok(self.protocol.send(&PortalSuspended, self.io.output())?)
            }
        }
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
            Plan::Session(command) => {
                let source = &statement.origin.text;
                return Box::pin(self.command(command, source, run, ahead)).await;
            }
            Plan::Engine(engine, terms) => (engine, terms),
        };
        if self.language == Language::Sql {
            self.transaction.admit_by_rule(&statement.origin.text)?;
        }
        self.enter_statement().await?;
        let reply = self.executed(engine, run).await?;
        if let (Columns::Known(announced), Reply::Rows(rows)) = (&statement.columns, &reply) {
            check_shape(announced, rows.columns())?;
        }
        Ok(reply)
    }

    pub(super) fn close(&mut self, close: &Close<PgStr<&[u8]>>) -> Result<(), Stop> {
        let name = &*self.text(close.name.as_bytes())?;
        match close.target {
            Target::Statement => self.statements.close(name),
            Target::Portal => self.portals.close(name),
        };
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
            Plan::Session(command) => self.transaction.admit_command(command),
            Plan::Engine(..) => self.transaction.admit(),
        }
    }
}

/// A statement that is not the engine's.
fn unplanned<S>(
    plan: Plan<S>,
    text: &str,
    parameters: Arc<[Oid]>,
    columns: Columns,
) -> Statement<S> {
    let (origin, plans) = (Origin::of(text), Plans::default());
    Statement { plan, parameters, columns, key: None, origin, plans }
}

/// In a failed block PostgreSQL describes only what has no rows.
fn admit_description(transaction: &Transaction, columns: &Columns) -> Result<()> {
    match columns {
        Columns::None => Ok(()),
        Columns::Known(_) | Columns::AfterBind => transaction.admit(),
    }
}

/// RowDescription, or NoData if there are no columns.
pub(super) fn describe_columns(
    protocol: &mut backend::Connection,
    output: &mut Vec<u8>,
    columns: Option<&Arc<[Column]>>,
    formats: &ResultFormats,
    speech: (&Types, Encoding),
) -> Result<(), Stop> {
    match columns {
        Some(columns) => {
            row_description(protocol, output, columns, |column| formats.code(column), speech)
        }
        None => Ok(protocol.send(&NoData, output)?),
    }
}

/// The error for a portal that is done, or has failed.
pub(crate) fn cannot_be_run(name: &str) -> PgError {
    let message = format!("portal \"{name}\" cannot be run");
    PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
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

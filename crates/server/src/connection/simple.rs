//! The simple query protocol: a string of statements, one reply each, one ReadyForQuery.

use trunkline_core::{Columns, Formats, Language, Params, PgError, Reply, Run, Session, SqlState};
use trunkline_proto::message::{EmptyQueryResponse, Query};

use super::watch::{Shape, Streamed, stream, watch};
use super::{Connection, Next, Stop, after};

impl<S: Session> Connection<S> {
    /// Answers a Query message.
    pub(super) async fn query(&mut self, query: &Query) -> Next {
        self.statements.close("");
        self.portals.close_unnamed();
        match self.statements_of(query).await {
            Ok(()) => {}
            Err(Stop::Gone) => return Next::Close,
            Err(Stop::Error(error)) => {
                if self.refuse(&error).is_err() {
                    return Next::Close;
                }
            }
        }
        let ended = self.end_implicit().await;
        if let Err(Stop::Error(error)) = ended
            && self.refuse(&error).is_err()
        {
            return Next::Close;
        }
        // The command is over before ReadyForQuery says so: a cancel that comes after it is late.
        self.entry.finish();
        after(&self.ready())
    }

    async fn statements_of(&mut self, query: &Query) -> Result<(), Stop> {
        let text = super::extended::text(query.sql.as_bytes())?;
        if self.language == Language::Other {
            return self.statement(text).await;
        }
        let mut statements = trunkline_sql::split(text).peekable();
        if statements.peek().is_none() {
            self.protocol.send(&EmptyQueryResponse, self.io.output())?;
            return Ok(());
        }
        while let Some(statement) = statements.next() {
            match statement.recognise() {
                Some(command) => {
                    let command = command.map_err(|error| PgError::syntax(&error, text))?;
                    self.transaction.admit_command(&command)?;
                    let reply = self.command(&command).await?;
                    self.reply(reply, &Run::new(Params::default(), self.client.style())).await?;
                }
                None => {
                    let start = statement.span().start;
                    let sent = self.statement(statement.text()).await;
                    sent.map_err(|stop| stop.behind(text, start))?;
                }
            }
            if statements.peek().is_some() {
                self.transaction.begin_implicit();
            }
        }
        Ok(())
    }

    /// Runs one statement of the engine and sends all of its reply.
    async fn statement(&mut self, sql: &str) -> Result<(), Stop> {
        self.transaction.admit()?;
        let prepared = watch(&mut self.io, &self.entry, self.session.prepare(sql, &[])).await;
        let prepared = self.settled(prepared).await?;
        if !prepared.parameters.is_empty() {
            return Err(no_parameter(sql).into());
        }
        let run = Run::new(Params::default(), self.client.style());
        let call = self.session.execute(&prepared.statement, run.clone());
        let reply = watch(&mut self.io, &self.entry, call).await;
        let reply = self.settled(reply).await?;
        if let (Columns::Known(announced), Reply::Rows(rows)) = (&prepared.columns, &reply) {
            super::extended::check_shape(announced, rows.columns())?;
        }
        self.reply(reply, &run).await
    }

    async fn reply(&mut self, reply: Reply, run: &Run) -> Result<(), Stop> {
        let mut rows = match reply {
            Reply::Done(tag) => return self.complete(&tag, 0),
            Reply::Rows(rows) => rows,
            _ => return Err(PgError::unsupported("this kind of reply is not supported").into()),
        };
        let columns = rows.columns().clone();
        self.row_description(&columns, &Formats::default())?;
        let shape = Shape { columns: &columns, run };
        let streamed = stream(&mut self.io, &self.entry, &mut rows, &shape, u64::MAX).await;
        // Rows are dropped before the session is asked to settle: that is what stops them.
        drop(rows);
        let Streamed { sent, tag } = self.settled(streamed).await?;
        match tag {
            Some(tag) => self.complete(&tag, sent),
            None => Err(PgError::internal("a result without limit was suspended").into()),
        }
    }
}

/// A simple query has no values for parameters; the first one in the text is pointed at.
fn no_parameter(sql: &str) -> PgError {
    let Some(parameter) = trunkline_sql::parameters(sql).next() else {
        return PgError::new(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1");
    };
    let message = format!("there is no parameter ${}", parameter.number);
    PgError::new(SqlState::UNDEFINED_PARAMETER, message)
        .position(trunkline_sql::character_position(sql, parameter.span.start))
}

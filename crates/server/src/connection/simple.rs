//! The simple query protocol: a string of statements, one reply each, one ReadyForQuery.

use trunkline_core::types::TextStyle;
use trunkline_core::{
    ActivityState, Columns, CommandTag, Formats, Language, Params, PgError, Reply, Rows, Run,
    Session, SqlState,
};
use trunkline_sql::Statement;
use trunkline_sql::statement::{BlockRule, SessionStatement};

use super::inventory::now;
use super::telling::row_description;
use super::watch::{Interrupt, Shape, Streamed, stream, watch};
use super::{Connection, Next, Stop, after};

impl<S: Session> Connection<S> {
    /// Answers a Query message; the data of a COPY may come behind it, `ahead` and later.
    pub(super) async fn query(&mut self, sql: &[u8], ahead: &mut &[u8]) -> Next {
        self.statements.close("");
        let answered = match self.statements_of(sql, ahead).await {
            Err(Stop::Error(error)) => self.fail(&error).await,
            answered => answered,
        };
        // The command is over before ReadyForQuery says so: a cancel that comes after it is late.
        self.entry.finish();
        // A client that said something else than data within a COPY hears no more of it.
        let is_over = answered.is_ok() && !self.protocol.owes_ready();
        after(&if is_over { answered } else { answered.and_then(|()| self.ready()) })
    }

    async fn statements_of(&mut self, sql: &[u8], ahead: &mut &[u8]) -> Result<(), Stop> {
        let text = &*self.text(sql)?;
        let text = &*self.standard(text)?;
        self.client.tell_start(ActivityState::Active, text, now());
        if self.transaction.is_implicit() {
            // PostgreSQL 18 takes it for one more statement of the pipeline.
            self.transaction.enter_pipeline();
        }
        let content = content(text, self.language)?;
        if let Content::Nothing = content {
            return self.complete_nothing();
        }
        self.portals.close_unnamed();
        let (tag, sent) = match content {
            Content::Nothing => return Ok(()),
            Content::Statement { sql, start } => {
                self.statement(sql).await.map_err(|stop| stop.behind(text, start))?
            }
            // Boxed, as what is rare: a connection has room for what is common only.
            Content::Command(command, statement) => {
                self.tell_of_long_names(&statement);
                Box::pin(self.answer_command(&command, text, ahead)).await?
            }
            Content::Statements => return Box::pin(self.answer_all(text, ahead)).await,
        };
        // The end of a string of one statement; within a pipeline its transaction goes on, and so do portals.
        if !self.transaction.is_implicit() {
            self.end_portals();
        }
        self.complete(&tag, sent)
    }

    /// Answers a string of several statements, which are one transaction.
    async fn answer_all(&mut self, text: &str, ahead: &mut &[u8]) -> Result<(), Stop> {
        for statement in trunkline_sql::split(text) {
            self.check(&statement).await?;
            self.pause().await?;
        }
        let mut statements = trunkline_sql::split(text).peekable();
        while let Some(statement) = statements.next() {
            self.enter_string();
            let (tag, sent) = self.answer_one(&statement, ahead).await?;
            if statements.peek().is_none() {
                // What cannot be kept must not be called complete.
                self.end_implicit().await?;
            }
            self.complete(&tag, sent)?;
            if statements.peek().is_some() {
                // Behind the last one everything is kept: no cancel may take it for undone.
                self.pause().await?;
            }
        }
        Ok(())
    }

    /// Finds the syntax errors of a statement before any statement of its string runs.
    async fn check(&mut self, statement: &Statement<'_>) -> Result<(), Stop> {
        match statement.recognise() {
            Some(Ok(_)) => {
                self.tell_of_long_names(statement);
                Ok(())
            }
            // What is wrong with the options of a cursor is none of the grammar.
            Some(Err(error)) if error.sqlstate() == "42P11" => Ok(()),
            Some(Err(error)) => Err(PgError::syntax(&error, statement.source()).into()),
            // An engine need not know what cannot run here anyway.
            None if matches!(BlockRule::of(statement.text()), Some(BlockRule::Outside(_))) => {
                Ok(())
            }
            None => {
                let (io, session) = (&mut self.io, &mut self.session);
                let checked =
                    watch(io, &self.entry, || session.check_syntax(statement.text())).await;
                self.settled(checked)
                    .await
                    .map_err(|stop| stop.behind(statement.source(), statement.span().start))
            }
        }
    }

    /// Lets an engine's statement in, unless the block has failed: what is none has its own error even then.
    pub(super) async fn admit_engine(&mut self, sql: &str) -> Result<(), Stop> {
        let Err(failed) = self.transaction.admit() else { return Ok(()) };
        let (io, session) = (&mut self.io, &mut self.session);
        let checked = watch(io, &self.entry, || session.check_syntax(sql)).await;
        self.settled(checked).await?;
        Err(failed.into())
    }

    /// Runs one statement of a string, whoever is to answer it.
    async fn answer_one(
        &mut self,
        statement: &Statement<'_>,
        ahead: &mut &[u8],
    ) -> Result<(CommandTag, u64), Stop> {
        match statement.recognise() {
            Some(command) => {
                let command =
                    command.map_err(|error| PgError::syntax(&error, statement.source()))?;
                Box::pin(self.answer_command(&command, statement.source(), ahead)).await
            }
            None => {
                let done = self.statement(statement.text()).await;
                done.map_err(|stop| stop.behind(statement.source(), statement.span().start))
            }
        }
    }

    async fn answer_command(
        &mut self,
        command: &SessionStatement,
        source: &str,
        ahead: &mut &[u8],
    ) -> Result<(CommandTag, u64), Stop> {
        self.transaction.admit_command(command)?;
        let formats = self.command_formats(command);
        let run = Run::new(Params::default(), self.client.reading_style());
        match self.command(command, source, run, ahead).await? {
            Reply::Rows(rows) => {
                // PostgreSQL has all rows of a FETCH or an EXECUTE before it sends one.
                self.send(rows, &formats, &self.style(), true).await
            }
            reply => done(reply),
        }
    }

    /// Runs one statement of the engine and sends its rows.
    async fn statement(&mut self, sql: &str) -> Result<(CommandTag, u64), Stop> {
        self.admit_engine(sql).await?;
        if self.language == Language::Sql {
            self.transaction.admit_by_rule(sql)?;
        }
        self.enter_statement().await?;
        let prepared = self.prepared(sql, &[]).await.map_err(|stop| match stop {
            // Here there are no parameters at all, with or without a type.
            Stop::Error(error)
                if error.sqlstate() == SqlState::INDETERMINATE_DATATYPE
                    && trunkline_sql::parameters(sql).next().is_some() =>
            {
                Stop::Error(no_parameter(sql))
            }
            stop => stop,
        })?;
        if !prepared.parameters.is_empty() {
            return Err(no_parameter(sql).into());
        }
        // What the client cannot be told in its encoding has not happened.
        let may_fail_late = self.encoding().is_foreign()
            && !matches!(prepared.columns, Columns::None)
            && !self.transaction.is_open();
        if may_fail_late {
            self.enter_string();
            self.enter_statement().await?;
        }
        let style = self.style();
        let run = Run::new(Params::default(), style.clone());
        // Nothing that is awaited here has a name: what has one is held to the end.
        let rows = match self.executed((&prepared.statement, &prepared.terms), run).await? {
            Reply::Rows(rows) => rows,
            reply => return done(reply),
        };
        if let Columns::Known(announced) = &prepared.columns {
            super::extended::check_shape(announced, rows.columns())?;
        }
        let sent = self.send(rows, &Formats::default(), &style, false).await?;
        if may_fail_late {
            self.end_implicit().await?;
        }
        Ok(sent)
    }

    /// Sends rows; says what completes them. `all_or_none` takes them back if the query fails.
    async fn send(
        &mut self,
        mut rows: Rows,
        formats: &Formats,
        style: &TextStyle,
        all_or_none: bool,
    ) -> Result<(CommandTag, u64), Stop> {
        let mark = self.io.mark();
        let columns = rows.columns().clone();
        let encoding = self.encoding();
        let (protocol, output) = (&mut self.protocol, self.io.output());
        let code = |column| formats.get(column).code();
        row_description(protocol, output, &columns, code, (&style.types, encoding))?;
        self.tell_early()?;
        let shape =
            Shape { columns: &columns, formats, unknown_format: None, style, encoding, copy: None };
        let streamed = stream(&mut self.io, &self.entry, &mut rows, shape, u64::MAX).await;
        // Rows are dropped before the session is asked to settle: that is what stops them.
        drop(rows);
        if all_or_none && !matches!(streamed, Ok(Ok(_)) | Err(Interrupt::Untold(_))) {
            self.io.take_back(&mark);
        }
        match self.settled(streamed).await? {
            Streamed { sent, tag: Some(tag) } => Ok((tag, sent)),
            _ => Err(PgError::internal("a result without limit was suspended").into()),
        }
    }
}

/// What completes a reply that is not rows.
fn done(reply: Reply) -> Result<(CommandTag, u64), Stop> {
    match reply {
        Reply::Done(tag) => Ok((tag, 0)),
        _ => Err(PgError::unsupported("this kind of reply is not supported").into()),
    }
}

/// What is in a string.
enum Content<'a> {
    Nothing,
    /// One statement of the engine, and where it begins.
    Statement {
        sql: &'a str,
        start: usize,
    },
    /// One statement of the session.
    Command(Box<SessionStatement>, Statement<'a>),
    /// More than one.
    Statements,
}

fn content(text: &str, language: Language) -> Result<Content<'_>, PgError> {
    if language == Language::Other {
        return Ok(match text.trim().is_empty() {
            true => Content::Nothing,
            false => Content::Statement { sql: text, start: 0 },
        });
    }
    let mut statements = trunkline_sql::split(text);
    let Some(first) = statements.next() else { return Ok(Content::Nothing) };
    if statements.next().is_some() {
        return Ok(Content::Statements);
    }
    match first.recognise() {
        Some(Ok(command)) => Ok(Content::Command(Box::new(command), first)),
        Some(Err(error)) => Err(PgError::syntax(&error, text)),
        None => Ok(Content::Statement { sql: first.text(), start: first.span().start }),
    }
}

/// A simple query has no values for parameters; the first one in the text is pointed at.
pub(crate) fn no_parameter(sql: &str) -> PgError {
    let Some(parameter) = trunkline_sql::parameters(sql).next() else {
        return PgError::new(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1");
    };
    let message = format!("there is no parameter ${}", parameter.number);
    PgError::new(SqlState::UNDEFINED_PARAMETER, message)
        .position(trunkline_sql::character_position(sql, parameter.span.start))
}

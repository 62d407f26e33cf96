//! What the client is told beside its rows: errors, notices, settings, the end of a command.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_core::types::{TextStyle, Types};
use trunkline_core::{Column, Encoding, Notice, PgError, Session, SqlState};
use trunkline_proto::message::{
    EmptyQueryResponse, ErrorResponse, FieldDescription, NoticeResponse, ParameterStatus,
    RowDescription,
};
use trunkline_proto::{PeerError, backend};
use trunkline_sql::Nonstandard;

use super::foreign::encoded_fields;
use super::inventory::{PLAN_CACHE_MODE, PlanChoice};
use super::{Connection, Stop, timeouts};

impl<S: Session> Connection<S> {
    /// Tells the client of an error; a fatal one is the last word.
    pub(super) fn refuse(&mut self, error: &PgError) -> Result<(), Stop> {
        if let Some(source) = std::error::Error::source(error) {
            // As strings, whose line breaks and escapes a log shows as such.
            let (error_text, source) = (error.to_string(), source.to_string());
            let sqlstate = error.sqlstate();
            tracing::error!(%sqlstate, error = error_text, source, "statement failed");
        }
        self.tell(error)?;
        if error.is_fatal() { Err(Stop::Gone) } else { Ok(()) }
    }

    pub(super) fn tell(&mut self, error: &PgError) -> Result<(), Stop> {
        if self.has_news() {
            self.tell_notices()?;
            // Of a statement that failed nobody hears.
            self.client.take_published();
        }
        self.flush = true;
        let fields = encoded_fields(error.to_fields(), self.encoding()).unwrap_or_else(|cannot| {
            let told = if error.is_fatal() { cannot.fatal() } else { cannot };
            told.to_fields()
        });
        let response = ErrorResponse { fields };
        self.protocol.fail(&response, self.io.output())?;
        Ok(())
    }

    /// The last word to a client that broke the protocol; none where PostgreSQL has none.
    pub(crate) fn part(&mut self, error: &PeerError) {
        tracing::debug!(%error, "client broke the protocol");
        if error.is_silent() {
            return;
        }
        self.flush = true;
        if error.encode(self.io.output()).is_err() {
            tracing::debug!("its error could not be told");
        }
    }

    /// ReadyForQuery, with what changed before it.
    pub(crate) fn ready(&mut self) -> Result<(), Stop> {
        if self.has_news() {
            self.tell_news()?;
        }
        self.tell_notifications()?;
        if !self.transaction.is_block() {
            self.unlock_to(0);
        }
        self.flush = true;
        let status = self.transaction.status();
        self.protocol.ready(status, self.io.output())?;
        self.rest();
        Ok(())
    }

    /// Whether there may be a notice, or a setting with another value than was last seen.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.client.changes() != self.seen
    }

    /// Notices, then the reported settings that changed, once each; what the settings say is looked at again.
    #[cold]
    fn tell_news(&mut self) -> Result<(), Stop> {
        let (reports, set) = {
            let mut settings = self.client.settings();
            // Under the lock, and before the notices are taken: what comes later is news again.
            self.seen = self.client.changes();
            (self.style, self.encoding) = (settings.style(), settings.encoding());
            self.backslashes = settings.backslashes();
            self.plan_choice = PlanChoice::of(settings.get(PLAN_CACHE_MODE).as_deref());
            (settings.take_reports(), settings.timeouts())
        };
        self.timed = !timeouts::heeded(set, &self.limits).is_none();
        self.tell_notices()?;
        for (name, value) in reports {
            let (name, value) = (name.as_bytes(), &*self.encoding.encoded_with_marks(&value));
            self.protocol.send(&ParameterStatus { name, value }, self.io.output())?;
        }
        Ok(())
    }

    /// The notices of a statement that come before its rows.
    pub(super) fn tell_early(&mut self) -> Result<(), Stop> {
        if self.has_news() { self.tell_notices() } else { Ok(()) }
    }

    fn tell_notices(&mut self) -> Result<(), Stop> {
        for notice in self.client.take_notices() {
            // PostgreSQL ends the statement with what is only told here.
            let fields =
                encoded_fields(notice.to_fields(), self.encoding()).unwrap_or_else(|error| {
                    Notice::warning(error.sqlstate(), error.message().to_owned()).to_fields()
                });
            let response = NoticeResponse { fields };
            self.protocol.send(&response, self.io.output())?;
        }
        Ok(())
    }

    /// How values look as text now.
    pub(crate) fn style(&self) -> Arc<TextStyle> {
        if self.has_news() { self.client.style() } else { self.style.clone() }
    }

    /// A text that the client sent, with strings as the standard has them; PostgreSQL warns of others
    /// while it reads.
    pub(super) fn standard<'a>(&mut self, sql: &'a str) -> Result<Cow<'a, str>, Stop> {
        let rules = if self.has_news() { self.client.backslashes() } else { self.backslashes };
        if rules.are_standard() {
            return Ok(Cow::Borrowed(sql));
        }
        let client = &self.client;
        // Counted on from the one before, for there may be as many of them as there are strings.
        let (mut offset, mut place) = (0, 1);
        let read = rules.standardized(sql, &mut |said: Nonstandard| {
            place += sql.get(offset..said.offset).unwrap_or_default().chars().count();
            offset = said.offset;
            let state = SqlState::NONSTANDARD_USE_OF_ESCAPE_CHARACTER;
            let notice = Notice::warning(state, said.message).field(b'H', said.hint);
            client.notify(notice.field(b'P', place.to_string()));
        });
        self.tell_notices()?;
        Ok(read.map_err(|error| PgError::syntax(&error, sql))?)
    }

    /// The answer to no statement at all.
    pub(super) fn complete_nothing(&mut self) -> Result<(), Stop> {
        self.fruitless.clear();
        Ok(self.protocol.send(&EmptyQueryResponse, self.io.output())?)
    }

    /// CommandComplete, after the notices that belong to the command.
    pub(super) fn complete(
        &mut self,
        tag: &trunkline_core::CommandTag,
        sent: u64,
    ) -> Result<(), Stop> {
        self.fruitless.clear();
        if self.has_news() {
            self.notify_published()?;
            self.tell_notices()?;
        }
        self.protocol.send(&tag.message(sent), self.io.output())?;
        self.end_timing();
        Ok(())
    }
}

/// RowDescription of a result, by the types that were known when it was begun; `format` is the code of
/// a column's format.
pub(super) fn row_description(
    protocol: &mut backend::Connection,
    output: &mut Vec<u8>,
    columns: &[Column],
    format: impl Fn(usize) -> i16 + Clone,
    (types, encoding): (&Types, Encoding),
) -> Result<(), Stop> {
    if i16::try_from(columns.len()).is_err() {
        return Err(PgError::too_many_columns(columns.len()).into());
    }
    let mut names = Vec::new();
    if encoding.is_foreign() {
        for column in columns {
            names.push(encoding.encoded(&column.name).map_err(PgError::from)?);
        }
    }
    let fields = columns.iter().enumerate().map(|(index, column)| {
        let (type_oid, typlen, typmod) = column.announced(types);
        FieldDescription {
            name: names.get(index).map_or(column.name.as_bytes(), |name| name),
            table: column.table_oid,
            column: column.attnum,
            type_oid,
            typlen,
            typmod,
            format: format(index),
        }
    });
    protocol.send(&RowDescription { fields }, output)?;
    Ok(())
}

/// What the client is told of a message that cannot be read.
pub(crate) fn peer_error(error: &PeerError) -> PgError {
    let told = PgError::new(error.sqlstate(), error.message().to_owned());
    match error.context() {
        Some(place) => told.context(place.to_owned()),
        None => told,
    }
}

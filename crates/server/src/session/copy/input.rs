//! COPY FROM: from the client to an engine.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::consume_budget;
use trunkline_core::types::{Scalar, TextStyle};
use trunkline_core::{
    Column, CommandTag, CopyFlaw, CopyIn, CopyRow, CopyTarget, Encoding, Format, Notice, PgError,
    Reply, Result, Session, Severity, SqlState,
};
use trunkline_proto::backend::Event;
use trunkline_proto::copy::{CopyFormat, Decoder, LogVerbosity, OnError, Options, Row, Target};
use trunkline_proto::message::CopyInResponse;
use trunkline_proto::types::ValueError;
use trunkline_proto::wire::Body;
use trunkline_sql::statement::{Copy, CopySource};

use super::options;
use super::recoder::Recoder;
use crate::connection::watch::{unbroken, watch};
use crate::connection::{Connection, Stop, peer_error};

/// How many rows an engine takes before others have their turn.
const TURN: usize = 1_000;

impl<S: Session> Connection<S> {
    pub(super) async fn copy_from(
        &mut self,
        copy: &Copy,
        source: &str,
        ahead: &mut &[u8],
    ) -> Result<Reply, Stop> {
        let CopySource::Table { name, columns } = &copy.source else {
            return Err(PgError::internal("a query cannot be copied into").into());
        };
        let relation = name.name.as_str();
        let mut target = CopyTarget::new(name);
        target.columns = columns.as_deref();
        target.condition = copy.condition.map(|condition| condition.text(source));
        let options = options(copy, source);
        let all = match &options {
            Ok(options) => self.columns_to_name(copy, options).await?,
            Err(_) => Arc::default(),
        };
        target.freeze = options.as_ref().is_ok_and(|options| options.freeze);
        self.enter_statement().await?;
        self.shield(None).await?;
        let begun = watch(&mut self.io, &self.entry, || self.session.copy_in(target)).await;
        let into = self.settled(begun).await.map_err(|stop| match copy.condition {
            Some(condition) => stop.behind(source, condition.start),
            None => stop.unplaced(),
        })?;
        let taken = match self.admit_rows(relation, into, options, &all) {
            Ok(intake) => self.take_rows(intake, ahead).await,
            Err(error) => Err(error.into()),
        };
        if taken.is_err() {
            // What took the rows is dropped: the engine undoes them now.
            let settled = unbroken(|| self.session.settle()).await;
            self.settled(settled.map(Ok)).await?;
        }
        Ok(CommandTag::affected("COPY", taken?).into())
    }

    fn admit_rows(
        &self,
        relation: &str,
        into: CopyIn,
        options: Result<Options>,
        all: &[Column],
    ) -> Result<Intake> {
        let is_read_only = || self.client.setting("transaction_read_only").as_deref() == Some("on");
        if !into.is_temporary() && is_read_only() {
            return Err(PgError::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                "cannot execute COPY FROM in a read-only transaction",
            ));
        }
        let speech = (self.client.reading_style(), self.encoding());
        let options = options?;
        let copied: Vec<&str> = into.columns().iter().map(|column| &*column.name).collect();
        let exists = |name: &str| all.iter().any(|column| *column.name == *name);
        options.check_columns(Some(relation), &copied, exists)?;
        Ok(Intake::new(into, relation, options, speech, self.limits.message))
    }

    /// Has the client send rows and the engine store them; how many they were.
    async fn take_rows(&mut self, mut intake: Intake, ahead: &mut &[u8]) -> Result<u64, Stop> {
        let format = intake.format;
        let codes = intake.into.columns().iter().map(|_| format.code());
        self.protocol.send(&CopyInResponse { format, columns: codes }, self.io.output())?;
        self.flush().await?;
        // What the engine has against all rows it says before the first.
        self.store(&mut intake).await?;
        while self.take_data(&mut intake, ahead).await? {
            self.store(&mut intake).await?;
            consume_budget().await;
        }
        intake.decoder.finish();
        self.store(&mut intake).await?;
        let sink = intake.into.sink();
        let stored = watch(&mut self.io, &self.entry, || poll_fn(|cx| sink.poll_finish(cx))).await;
        let stored = self.settled(stored).await?;
        if let Some(notice) = intake.skipped.sum() {
            self.client.notify(notice);
        }
        Ok(stored)
    }

    /// Gives the engine the rows that are complete.
    async fn store(&mut self, intake: &mut Intake) -> Result<(), Stop> {
        let stored = watch(&mut self.io, &self.entry, || poll_fn(|cx| intake.poll_store(cx))).await;
        for notice in intake.skipped.notices.drain(..) {
            self.client.notify(notice);
        }
        self.settled(stored).await
    }

    /// Takes the client's next data; `false` when that was all.
    ///
    /// # Errors
    ///
    /// Whatever else the client says, with its place in the data.
    async fn take_data(&mut self, intake: &mut Intake, ahead: &mut &[u8]) -> Result<bool, Stop> {
        loop {
            // What was sent ahead comes first, and then what is read here.
            let received = if ahead.is_empty() {
                let received = self.protocol.receive(&mut self.io.input);
                received.map(|event| event.map(|event| intake.push(&event)))
            } else {
                let received = self.protocol.receive(ahead);
                self.io.follows(ahead);
                received.map(|event| event.map(|event| intake.push(&event)))
            };
            let place = |stop| match stop {
                Stop::Error(error) => Stop::Error(placed(error, || intake.decoder.place())),
                Stop::Gone => Stop::Gone,
            };
            match received {
                Ok(Some(pushed)) => return pushed.map_err(|error| place(error.into())),
                Ok(None) => {
                    let was_ahead = !ahead.is_empty();
                    self.io.put_ahead(std::mem::take(ahead));
                    // What has come meanwhile may be the rest of it, and the client's last word for now.
                    if !was_ahead {
                        self.fill_for_copy().await.map_err(place)?;
                    }
                }
                Err(error) if error.is_fatal() => {
                    self.part(&error);
                    return Err(Stop::Gone);
                }
                Err(error) => return Err(place(peer_error(&error).into())),
            }
        }
    }

    /// Waits for more of the client, which may cancel, or be too slow.
    async fn fill_for_copy(&mut self) -> Result<(), Stop> {
        let filled = poll_fn(|cx| {
            self.poll_unless_terminated(cx, |own, cx| {
                own.entry.register(cx.waker());
                if let Some(error) = own.entry.canceled() {
                    return Poll::Ready(Err(error.into()));
                }
                if let Poll::Ready(due) = own.io.timers.poll_statement(cx) {
                    return Poll::Ready(Err(due.into_error().into()));
                }
                Poll::Ready(match ready!(own.io.poll_fill(cx)) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(peer_error(&own.protocol.end_of_data()).into()),
                    Err(_) => Err(Stop::Gone),
                })
            })
        });
        filled.await
    }
}

/// The rows of a COPY FROM, on their way from bytes to the engine.
struct Intake {
    into: CopyIn,
    decoder: Decoder,
    format: Format,
    style: Arc<TextStyle>,
    /// The client's, whatever that of its lines is.
    encoding: Encoding,
    /// Of binary rows whose texts are not UTF-8. Boxed, as what is rare.
    recoder: Option<Box<Recoder>>,
    /// Room for what is read of a row.
    scalars: Vec<Option<Scalar>>,
    skipped: Skipped,
}

impl Intake {
    fn new(
        into: CopyIn,
        relation: &str,
        mut options: Options,
        (style, encoding): (Arc<TextStyle>, Encoding),
        longest: usize,
    ) -> Intake {
        let mut target = Target::new(relation);
        for (index, column) in into.columns().iter().enumerate() {
            target = target.column(&column.name, into.has_default(index));
        }
        let format = match options.format {
            CopyFormat::Binary => Format::Binary,
            CopyFormat::Text | CopyFormat::Csv => Format::Text,
        };
        let skipped = Skipped::new(&options);
        options.encoding.get_or_insert(encoding);
        let recoder = (format == Format::Binary && encoding.is_foreign())
            .then(|| Box::new(Recoder::new(encoding, &options, &target)));
        let decoder = Decoder::new(options, target).limit(longest);
        let scalars = Vec::new();
        Intake { into, decoder, format, style, encoding, recoder, scalars, skipped }
    }

    /// Takes data; `false` when the client says that there is no more.
    fn push<B: Body>(&mut self, event: &Event<B>) -> Result<bool> {
        match event {
            Event::CopyData(data) => {
                self.decoder.push(data.data.as_ref());
                Ok(true)
            }
            Event::CopyDone => Ok(false),
            Event::CopyFail(fail) => {
                let message = self.encoding.decode(fail.message.as_bytes())?;
                let message = format!("COPY from stdin failed: {message}");
                Err(PgError::new(SqlState::QUERY_CANCELED, message))
            }
            _ => Err(PgError::internal("unexpected message").fatal()),
        }
    }

    /// Gives the engine the rows that are complete, as fast as it takes them.
    fn poll_store(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let columns = self.into.columns().clone();
        for _ in 0..TURN {
            ready!(self.into.sink().poll_ready(cx))?;
            let Some(row) = self.decoder.next_row()? else { return Poll::Ready(Ok(())) };
            let row = match &mut self.recoder {
                Some(recoder) => recoder.recode(&row, &columns, &self.style.types)?,
                None => row,
            };
            match CopyRow::read(&row, &columns, self.format, &self.style, &mut self.scalars) {
                Ok(read) => {
                    self.into.sink().push(&read).map_err(|error| placed(error, || row.place()))?;
                }
                Err(CopyFlaw::Row(error)) => return Poll::Ready(Err(error.into())),
                Err(CopyFlaw::Value(column, error)) => self.skipped.skip(&row, column, error)?,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// What becomes of rows whose values their types refuse.
struct Skipped {
    on_error: OnError,
    limit: Option<i64>,
    verbosity: LogVerbosity,
    rows: i64,
    /// What is to be told of them.
    notices: Vec<Notice>,
}

impl Skipped {
    fn new(options: &Options) -> Skipped {
        Skipped {
            on_error: options.on_error,
            limit: options.reject_limit,
            verbosity: options.log_verbosity,
            rows: 0,
            notices: Vec::new(),
        }
    }

    /// Leaves a row out, if that is what is to be done with it.
    ///
    /// # Errors
    ///
    /// That of the value; or that there are too many such rows.
    fn skip(&mut self, row: &Row<'_>, column: usize, error: ValueError) -> Result<()> {
        let error = row.refused(column, error);
        if self.on_error == OnError::Stop {
            return Err(error.into());
        }
        self.rows = self.rows.saturating_add(1);
        if self.verbosity == LogVerbosity::Verbose {
            let context = format!("COPY {}", row.relation());
            let notice = skipping(row.skipping(column)).field(b'W', context);
            self.notices.push(notice);
        }
        match self.limit.filter(|limit| self.rows > *limit) {
            None => Ok(()),
            Some(limit) => Err(placed(
                PgError::new(
                    SqlState::INVALID_TEXT_REPRESENTATION,
                    format!(
                        "skipped more than REJECT_LIMIT ({limit}) rows due to data type incompatibility"
                    ),
                ),
                || error.context().unwrap_or_default().to_owned(),
            )),
        }
    }

    /// What is told at the end.
    fn sum(&self) -> Option<Notice> {
        let told = match (self.rows, self.verbosity) {
            (0, _) | (_, LogVerbosity::Silent) => return None,
            (1, _) => "1 row was skipped due to data type incompatibility".to_owned(),
            (rows, _) => format!("{rows} rows were skipped due to data type incompatibility"),
        };
        Some(skipping(told))
    }
}

fn skipping(message: String) -> Notice {
    Notice::new(Severity::Notice, SqlState::SUCCESSFUL_COMPLETION, message)
}

/// An error with its place, unless it has one.
fn placed(error: PgError, place: impl FnOnce() -> String) -> PgError {
    match error.get(b'W') {
        Some(_) => error,
        None => error.context(place()),
    }
}

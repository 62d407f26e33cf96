//! Running statements as the server does.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use trunkline_proto::types::TextStyle;
use trunkline_proto::{Format, Oid};

use super::BrokenPromise;
use super::table::Table;
use crate::column::{Column, Columns};
use crate::engine::Session;
use crate::error::PgError;
use crate::prepared::{Formats, Params, Prepared, Run};
use crate::reply::Reply;
use crate::rowbuf::RowBuf;
use crate::rows::{Progress, Rows};

/// A session that is asked one statement, to check one promise.
pub(super) struct Asking<'a, S> {
    pub(super) session: &'a mut S,
    pub(super) style: &'a Arc<TextStyle>,
    pub(super) promise: &'static str,
    pub(super) sql: &'a str,
}

/// Why there is no answer.
pub(super) enum Failed {
    /// The engine refuses the statement.
    Refused(PgError),
    /// The engine does what it must not do.
    Broken(BrokenPromise),
}

impl From<BrokenPromise> for Failed {
    fn from(broken: BrokenPromise) -> Failed {
        Failed::Broken(broken)
    }
}

/// A result that is being read.
pub(super) struct Reading {
    pub(super) table: Table,
    rows: Rows,
    run: Run,
    ended: bool,
}

impl<S: Session> Asking<'_, S> {
    pub(super) fn broken(&self, why: impl Into<String>) -> BrokenPromise {
        let (promise, statement) = (self.promise, self.sql.into());
        BrokenPromise { promise, statement, why: why.into() }
    }

    /// What ought not to be refused.
    pub(super) fn must<T>(&self, outcome: Result<T, Failed>) -> Result<T, BrokenPromise> {
        outcome.map_err(|failed| match failed {
            Failed::Broken(broken) => broken,
            Failed::Refused(error) => self.broken(format!("it is refused: {error}")),
        })
    }

    pub(super) async fn prepare(
        &mut self,
        hints: &[Oid],
    ) -> Result<Prepared<S::Statement>, Failed> {
        let prepared = self.session.prepare(self.sql, hints).await.map_err(Failed::Refused)?;
        if prepared.parameters.contains(&Oid::UNSPECIFIED) {
            return Err(self.broken("the type of a parameter is left unspecified").into());
        }
        Ok(prepared)
    }

    /// Runs a statement and checks that its columns are those it announced.
    pub(super) async fn start(
        &mut self,
        prepared: &Prepared<S::Statement>,
        params: Params,
        format: Format,
    ) -> Result<Reading, Failed> {
        let run = Run::new(params, self.style.clone()).formats(Formats::All(format));
        let reply = self.session.execute(&prepared.statement, run.clone()).await;
        let rows = match reply.map_err(Failed::Refused)? {
            Reply::Rows(rows) => rows,
            Reply::Done(_) => return Err(self.broken("it returns no rows").into()),
        };
        match &prepared.columns {
            Columns::None => Err(self.broken("it returns rows, but announced none"))?,
            Columns::Known(announced) => self.same_shape(announced, rows.columns())?,
            Columns::AfterBind => {}
        }
        Ok(Reading { table: Table::new(rows.columns().clone()), rows, run, ended: false })
    }

    pub(super) fn same_shape(
        &self,
        announced: &[Column],
        running: &[Column],
    ) -> Result<(), BrokenPromise> {
        let shape = |columns: &[Column]| -> Vec<(Box<str>, Oid)> {
            columns.iter().map(|column| (column.name.clone(), column.type_oid)).collect()
        };
        let (announced, running) = (shape(announced), shape(running));
        if announced == running {
            return Ok(());
        }
        Err(self.broken(format!("it announces {announced:?} and returns {running:?}")))
    }

    /// Reads at most `limit` more rows; whether there may be more.
    pub(super) async fn read(&self, reading: &mut Reading, limit: u64) -> Result<bool, Failed> {
        // A buffer this small is full after one row: sources must take up where they left off.
        self.read_by(reading, limit, 1).await
    }

    pub(super) async fn read_by(
        &self,
        reading: &mut Reading,
        limit: u64,
        full_at: usize,
    ) -> Result<bool, Failed> {
        let Reading { table, rows, run, ended } = reading;
        let (mut left, mut out) = (limit, Vec::new());
        while left > 0 && !*ended {
            out.clear();
            let (filled, written) = poll_fn(|cx| {
                let buffer = RowBuf::new(&mut out, &table.columns, &run.formats, &run.style);
                let mut buffer = buffer.full_at(full_at).limit(left);
                let filled = rows.poll_fill(cx, &mut buffer);
                let written = buffer.rows();
                match filled {
                    // What was written before it waits is sent, and the rest is asked for anew.
                    Poll::Pending if written == 0 => Poll::Pending,
                    Poll::Pending => Poll::Ready((Ok(Progress::More), written)),
                    // It asks to be called again at once; other tasks come first.
                    Poll::Ready(Ok(Progress::More)) if written == 0 => {
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    }
                    Poll::Ready(filled) => Poll::Ready((filled, written)),
                }
            })
            .await;
            table.extend(&out).map_err(|why| self.broken(why))?;
            // The buffer takes no row beyond its limit: one more is the source's error.
            left = left.saturating_sub(written);
            *ended = matches!(filled.map_err(Failed::Refused)?, Progress::End(_));
        }
        Ok(!*ended)
    }

    /// Runs a statement to its end.
    pub(super) async fn table(
        &mut self,
        prepared: &Prepared<S::Statement>,
        params: Params,
        format: Format,
    ) -> Result<Table, Failed> {
        let mut reading = self.start(prepared, params, format).await?;
        self.read_by(&mut reading, u64::MAX, usize::MAX).await?;
        Ok(reading.table)
    }

    /// Polls a run once and drops it, wherever it is: a client has cancelled it.
    pub(super) async fn drop_early(&mut self, prepared: &Prepared<S::Statement>) {
        let run = Run::new(Params::default(), self.style.clone());
        {
            let mut call = pin!(self.session.execute(&prepared.statement, run));
            poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        }
        self.session.settle().await;
    }
}

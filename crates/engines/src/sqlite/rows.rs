//! The rows of a query, a batch at a time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use trunkline_core::{Column, CommandTag, PgError, Progress, Result, RowBuf, RowSource};

use super::cells::Cells;
use super::cursor::Batch;
use super::output;
use super::plan::Statement;
use super::thread::{Call, Thread};

/// Rows that a thread has, or will have.
pub(super) struct QueryRows {
    thread: Arc<Thread>,
    /// By which the thread knows it.
    number: u64,
    /// What is to be started when somebody asks for rows.
    order: Option<Order>,
    /// The columns, with the scales that are not announced.
    shape: Arc<[Column]>,
    /// The batch that the thread was asked for,
    call: Option<Call<Result<Batch>>>,
    /// and the one behind it, so that the thread need not wait when it is done with that.
    next: Option<Call<Result<Batch>>>,
    batch: Batch,
    tag: CommandTag,
    /// Whether the thread holds a cursor.
    is_open: bool,
}

/// A query with its parameters.
pub(super) struct Order {
    pub(super) statement: Arc<Statement>,
    pub(super) values: Cells,
}

/// Who wants so many rows wants all of them.
const ALL: u64 = u64::MAX / 2;

impl QueryRows {
    /// Rows of a query that starts when they are asked for.
    pub(super) fn new(
        thread: Arc<Thread>,
        number: u64,
        order: Order,
        tag: CommandTag,
    ) -> QueryRows {
        let shape = order.statement.shape();
        let order = Some(order);
        let (call, next, batch) = (None, None, Batch::default());
        QueryRows { thread, number, order, shape, call, next, batch, tag, is_open: false }
    }

    /// Rows of a query that has begun, of which these are the first.
    pub(super) fn begun(
        thread: Arc<Thread>,
        number: u64,
        shape: Arc<[Column]>,
        batch: Batch,
        tag: CommandTag,
    ) -> QueryRows {
        let (order, call, next, is_open) = (None, None, None, !batch.is_last);
        QueryRows { thread, number, order, shape, call, next, batch, tag, is_open }
    }

    /// Rows that are at hand.
    pub(super) fn ready(
        thread: Arc<Thread>,
        shape: Arc<[Column]>,
        batch: Batch,
        tag: CommandTag,
    ) -> QueryRows {
        QueryRows::begun(thread, 0, shape, batch, tag)
    }

    fn ask(&mut self, limit: u64) -> Call<Result<Batch>> {
        self.is_open = true;
        let number = self.number;
        match self.order.take() {
            Some(Order { statement, values }) => {
                self.thread.call(move |worker| worker.open(number, &statement, &values, limit))
            }
            None => self.thread.call(move |worker| worker.fetch(number, limit)),
        }
    }

    fn write(&mut self, rows: &mut RowBuf<'_>) -> Result<()> {
        let columns = &self.shape;
        while !rows.is_full() && !self.batch.cells.is_read() {
            let cells = &mut self.batch.cells;
            if columns.is_empty() {
                // SQLite has one column where PostgreSQL has none.
                cells.next();
            }
            rows.row(|row| {
                columns.iter().try_for_each(|column| match cells.next() {
                    Some(cell) => output::write(cell, column, row),
                    None => Ok(()),
                })
            })?;
        }
        Ok(())
    }
}

impl RowSource for QueryRows {
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        loop {
            self.write(rows)?;
            if !self.batch.cells.is_read() {
                return Poll::Ready(Ok(Progress::More));
            }
            if self.batch.is_last {
                return Poll::Ready(Ok(Progress::End(self.tag.clone())));
            }
            if rows.is_full() {
                return Poll::Ready(Ok(Progress::More));
            }
            let mut call = self.call.take().unwrap_or_else(|| self.ask(rows.rows_left()));
            let Poll::Ready(batch) = Pin::new(&mut call).poll(cx) else {
                self.call = Some(call);
                return Poll::Pending;
            };
            self.call = self.next.take();
            self.batch = batch.and_then(|batch| batch)?;
            if self.batch.is_last {
                (self.call, self.is_open) = (None, false);
            } else if rows.rows_left() > ALL {
                // The thread goes on while these are sent.
                if self.call.is_none() {
                    self.call = Some(self.ask(u64::MAX));
                }
                self.next = Some(self.ask(u64::MAX));
            }
        }
    }
}

impl Drop for QueryRows {
    fn drop(&mut self) {
        // What runs is stopped by this.
        (self.call, self.next) = (None, None);
        if self.is_open {
            let number = self.number;
            self.thread.tell(move |worker| worker.close(number));
        }
    }
}

/// Rows of a query that fails where it would run.
pub(super) struct RefusedRows(Option<PgError>);

impl RefusedRows {
    pub(super) fn new(error: PgError) -> RefusedRows {
        RefusedRows(Some(error))
    }
}

impl RowSource for RefusedRows {
    fn poll_fill(&mut self, _: &mut Context<'_>, _: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        Poll::Ready(Err(self.0.take().unwrap_or_else(|| PgError::internal("rows of nothing"))))
    }
}

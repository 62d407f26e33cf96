//! Batches of a running query.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use trunkline_core::{PgError, Result};

use crate::error::{answer, panicked};

/// The batches of a query that runs on the threads of queries; dropping it stops the query.
pub(crate) struct Batches {
    receiver: mpsc::Receiver<Result<RecordBatch, DataFusionError>>,
    schema: SchemaRef,
    task: AbortHandle,
    outcome: Option<JoinHandle<()>>,
    stopping: Stopping,
}

/// The queries of a session that were told to stop, and may still be on their way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Stopping {
    fn push(&self, task: JoinHandle<()>) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    /// Waits until all have stopped.
    pub(crate) async fn settle(&self) {
        let tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // How it ended does not matter any more.
            let _ = task.await;
        }
    }
}

impl Batches {
    /// Starts a stream on the threads of `handle` and runs it; one batch is made ahead while the last one is sent.
    pub(crate) fn new(
        handle: &Handle,
        start: impl FnOnce() -> Result<SendableRecordBatchStream, DataFusionError> + Send + 'static,
        schema: SchemaRef,
        stopping: Stopping,
    ) -> Batches {
        let (sender, receiver) = mpsc::channel(1);
        let task = handle.spawn(async move {
            let mut stream = match start() {
                Ok(stream) => stream,
                Err(error) => return drop(sender.send(Err(error)).await),
            };
            while let Some(batch) = stream.next().await {
                if sender.send(batch).await.is_err() {
                    return;
                }
            }
        });
        Batches { receiver, schema, task: task.abort_handle(), outcome: Some(task), stopping }
    }

    /// The result of a task of the query; one that panicked is an error of that query.
    pub(crate) async fn join<T>(task: JoinHandle<T>) -> Result<T, PgError> {
        let guard = AbortOnDrop(task.abort_handle());
        let joined = task.await;
        drop(guard);
        joined.map_err(panicked)
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(task) = self.outcome.take() {
            self.stopping.push(task);
        }
    }
}

impl Stream for Batches {
    type Item = Result<RecordBatch, PgError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.receiver.poll_recv(cx)) {
            Some(batch) => Poll::Ready(Some(
                batch.map_err(answer).and_then(|batch| announced(&batch, &self.schema)),
            )),
            None => {
                // The end, or a panic: only the task knows.
                let Some(task) = &mut self.outcome else { return Poll::Ready(None) };
                let outcome = ready!(Pin::new(task).poll(cx));
                self.outcome = None;
                Poll::Ready(outcome.err().map(|error| Err(panicked(error))))
            }
        }
    }
}

/// The batch in the types that were announced: binding parameters can change them.
fn announced(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let same = |(column, field): (&ArrayRef, &Arc<datafusion::arrow::datatypes::Field>)| {
        column.data_type() == field.data_type()
    };
    let options =
        datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    if batch.columns().iter().zip(schema.fields()).all(same) {
        // The fields that were announced may be marked.
        return RecordBatch::try_new_with_options(
            schema.clone(),
            batch.columns().to_vec(),
            &options,
        )
        .map_err(|error| answer(error.into()));
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns
        .map(|(column, field)| cast_with_options(column, field.data_type(), &strict))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| answer(error.into()))?;
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| answer(error.into()))
}

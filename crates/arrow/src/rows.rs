//! Batches as rows.

use std::fmt;
use std::iter::Fuse;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow_array::{Array, RecordBatch};
use futures_core::Stream;
use trunkline_core::{Column, CommandTag, PgError, Progress, Result, RowBuf, RowSource, Rows};
use trunkline_proto::Format;

use crate::encode::{Cells, Wanted, cells_of_field, line};

/// Rows of batches that are at hand, or made one by one.
///
/// The batches must have the columns that were announced, by number and type; their names do not
/// matter. Another shape is XX000 when its batch comes.
pub fn rows(
    columns: Arc<[Column]>,
    batches: impl IntoIterator<Item = RecordBatch, IntoIter: Send + 'static>,
) -> Rows {
    let batches = Batches(batches.into_iter().fuse());
    Rows::from_source(columns, ArrowRows::new(batches))
}

/// Rows of batches that come when they are ready.
///
/// As with [`rows`], the batches must have the columns that were announced.
pub fn rows_of_stream<S, E>(columns: Arc<[Column]>, batches: S) -> Rows
where
    S: Stream<Item = Result<RecordBatch, E>> + Send + 'static,
    E: Into<PgError>,
{
    Rows::from_source(columns, ArrowRows::new(batches))
}

/// A source of rows over a stream of batches; asks for the next one when a batch is sent.
pub struct ArrowRows<S> {
    // Dropped in this order: what makes batches may want to be the last to have one.
    current: Option<Current>,
    batches: Pin<Box<S>>,
}

/// The batch that is being sent.
struct Current {
    batch: RecordBatch,
    /// An encoder for each column, made for `formats`.
    cells: Vec<Cells>,
    formats: Vec<Format>,
    /// Which columns stand in a line of COPY as they are.
    plain: Vec<bool>,
    /// The next row.
    row: usize,
}

impl<S> ArrowRows<S> {
    /// Makes rows of batches.
    pub fn new(batches: S) -> ArrowRows<S> {
        ArrowRows { batches: Box::pin(batches), current: None }
    }
}

impl<S, E> RowSource for ArrowRows<S>
where
    S: Stream<Item = Result<RecordBatch, E>> + Send + 'static,
    E: Into<PgError>,
{
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        loop {
            if let Some(current) = &mut self.current {
                if !current.write(rows)? {
                    return Poll::Ready(Ok(Progress::More));
                }
                self.current = None;
            }
            match self.batches.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(batch))) => self.current = Some(Current::new(batch, rows)?),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error.into())),
                Poll::Ready(None) => return Poll::Ready(Ok(Progress::End(CommandTag::select()))),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<S> fmt::Debug for ArrowRows<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows_left = self.current.as_ref().map(|current| current.batch.num_rows() - current.row);
        f.debug_struct("ArrowRows").field("rows_left_of_batch", &rows_left).finish_non_exhaustive()
    }
}

impl Current {
    fn new(batch: RecordBatch, rows: &RowBuf<'_>) -> Result<Current> {
        let formats = (0..batch.num_columns()).map(|column| rows.format(column)).collect();
        let plain = rows.lines().map(|lines| line::plain(rows.columns(), lines, rows.style()));
        let plain = plain.unwrap_or_default();
        let mut current = Current { batch, cells: Vec::new(), formats, plain, row: 0 };
        current.plan(rows)?;
        Ok(current)
    }

    fn plan(&mut self, rows: &RowBuf<'_>) -> Result<()> {
        let (columns, types) = (rows.columns(), &rows.style().types);
        let arrays = self.batch.columns();
        if arrays.len() != columns.len() {
            let (found, wanted) = (arrays.len(), columns.len());
            return Err(PgError::internal(format!(
                "a batch has {found} columns, but the result has {wanted}"
            )));
        }
        self.cells.clear();
        let schema = self.batch.schema_ref();
        let fields = arrays.iter().zip(schema.fields());
        for (((array, field), column), format) in fields.zip(columns).zip(&self.formats) {
            let wanted = Wanted { oid: column.type_oid, format: *format, types };
            let cells = cells_of_field(array, field, wanted)?;
            self.cells.push(cells.ok_or_else(|| mismatch(column, array))?);
        }
        Ok(())
    }

    /// Writes rows while there is room; whether the batch is done.
    fn write(&mut self, rows: &mut RowBuf<'_>) -> Result<bool> {
        // A cursor may be read in another format than before.
        if self.formats.iter().enumerate().any(|(column, format)| rows.format(column) != *format) {
            self.formats = (0..self.cells.len()).map(|column| rows.format(column)).collect();
            self.plan(rows)?;
        }
        if rows.lines().is_some() {
            return self.write_lines(rows);
        }
        let style = rows.style();
        while self.row < self.batch.num_rows() {
            if rows.is_full() {
                return Ok(false);
            }
            let row = self.row;
            rows.encoded_row(|out| {
                self.cells.iter().try_for_each(|cells| cells.cell(row, style, out))
            })?;
            self.row += 1;
        }
        Ok(true)
    }

    /// As `write`, for a COPY in text or csv.
    #[inline(never)]
    fn write_lines(&mut self, rows: &mut RowBuf<'_>) -> Result<bool> {
        let style = rows.style();
        while self.row < self.batch.num_rows() {
            if rows.is_full() {
                return Ok(false);
            }
            let row = self.row;
            rows.line(|lines, out| line::write(&self.cells, &self.plain, row, style, lines, out))?;
            self.row += 1;
        }
        Ok(true)
    }
}

#[cold]
fn mismatch(column: &Column, array: &dyn Array) -> PgError {
    PgError::internal(format!(
        "column \"{}\" was announced with type {}, but its values are Arrow's {}",
        column.name,
        column.type_oid,
        array.data_type()
    ))
}

/// An iterator as a stream that is always ready.
struct Batches<I>(Fuse<I>);

impl<I: Iterator<Item = RecordBatch>> Stream for Batches<I> {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

// Nothing in it is pinned.
impl<I> Unpin for Batches<I> {}

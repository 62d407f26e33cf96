//! The rows of a file, one row group after the other.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::datasource::physical_plan::parquet::RowGroupAccess;
use datafusion::error::Result;
use datafusion::object_store::path::Path as Location;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use datafusion::physical_plan::metrics::Count;

use super::pages::{Pages, Trouble};
use super::prune::Pruning;

/// A batch is made of about so many bytes, or fewer.
const BATCH: i64 = 8 << 20;

/// A file, and what is wanted of it.
pub(super) struct Wanted {
    pub(super) file: Arc<fs::File>,
    pub(super) location: Location,
    pub(super) size: u64,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) mask: ProjectionMask,
    pub(super) batch_size: usize,
    pub(super) scanned: Count,
    pub(super) trouble: Trouble,
}

/// Its batches; what the predicate rules out is left out by row groups and pages, not by rows.
pub(super) struct Rows {
    wanted: Wanted,
    pruning: Pruning,
    plan: VecDeque<(usize, RowGroupAccess)>,
    /// Which state of the predicate the plan is of.
    generation: u64,
    current: Option<ParquetRecordBatchReader>,
    left: Option<usize>,
}

impl Rows {
    pub(super) fn new(wanted: Wanted, pruning: Pruning, limit: Option<usize>) -> Rows {
        let generation = pruning.generation();
        let plan = pruning.plan(&wanted.metadata, Pages::unchecked(&wanted)).into();
        Rows { wanted, pruning, plan, generation, current: None, left: limit }
    }

    /// The next row group that is still needed.
    fn open(&mut self) -> Option<Result<ParquetRecordBatchReader>> {
        if self.left == Some(0) {
            return None;
        }
        let generation = self.pruning.generation();
        if generation != self.generation {
            self.generation = generation;
            let planned = self.plan.len();
            self.plan.retain(|(group, _)| !self.pruning.rules_out(&self.wanted.metadata, *group));
            let left_out = planned.saturating_sub(self.plan.len());
            self.pruning.metrics.row_groups_pruned_dynamic_filter.add(left_out);
        }
        let (group, access) = self.plan.pop_front()?;
        Some(self.reader(group, access))
    }

    /// As many rows as are usual, but fewer where they are long.
    fn rows_at_once(&self, group: usize) -> usize {
        let wanted = &self.wanted;
        let Some(group) = wanted.metadata.metadata().row_groups().get(group) else { return 1 };
        let columns = group.columns().iter().enumerate();
        let columns = columns.filter(|(index, _)| wanted.mask.leaf_included(*index));
        let bytes = columns
            .fold(0_i64, |sum, (_, column)| sum.saturating_add(column.uncompressed_size().max(0)));
        let row = bytes.checked_div(group.num_rows()).unwrap_or(0).max(1);
        let rows = usize::try_from(BATCH / row).unwrap_or(usize::MAX);
        wanted.batch_size.min(rows.max(1))
    }

    fn reader(&self, group: usize, access: RowGroupAccess) -> Result<ParquetRecordBatchReader> {
        let wanted = &self.wanted;
        let pages = Pages::of(wanted, group)?;
        let metadata = wanted.metadata.clone();
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(pages, metadata)
            .with_row_groups(vec![group])
            .with_projection(wanted.mask.clone())
            .with_batch_size(self.rows_at_once(group));
        if let RowGroupAccess::Selection(rows) = access {
            builder = builder.with_row_selection(rows);
        }
        if let Some(left) = self.left {
            builder = builder.with_limit(left);
        }
        Ok(builder.build()?)
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Result<RecordBatch>> {
        loop {
            let reader = match &mut self.current {
                Some(reader) => reader,
                None => match self.open()? {
                    Ok(reader) => self.current.insert(reader),
                    Err(error) => {
                        self.plan.clear();
                        return Some(Err(error));
                    }
                },
            };
            match reader.next() {
                Some(Ok(batch)) => {
                    self.left = self.left.map(|left| left.saturating_sub(batch.num_rows()));
                    return Some(Ok(batch));
                }
                Some(Err(error)) => {
                    (self.current, self.left) = (None, Some(0));
                    let trouble = self.wanted.trouble.take().map(Into::into);
                    return Some(Err(trouble.unwrap_or_else(|| error.into())));
                }
                None => self.current = None,
            }
        }
    }
}

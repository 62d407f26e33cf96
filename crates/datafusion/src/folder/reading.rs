//! How the files of a scan are read, whatever their format.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    FileOpenFuture, FileOpener, FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::projection::{ProjectionOpener, SplitProjection};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::object_store::ObjectStore;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::filter_pushdown::FilterPushdownPropagation;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::{DisplayFormatType, ExecutionPlan, SortOrderPushdownResult};
use futures::FutureExt;
use futures::stream::StreamExt;

use super::error::{FolderError, InFile};
use super::parquet::ParquetOpener;
use super::store::ScanStore;

/// A format's own source, but that Parquet is read page by page and errors tell their files.
#[derive(Clone)]
pub(super) struct Reading {
    inner: Arc<dyn FileSource>,
    scan: Arc<Scan>,
    batch_size: usize,
    order: Option<PhysicalSortExpr>,
}

/// What all files of a scan have in common.
pub(super) struct Scan {
    /// The table as one writes it in SQL.
    pub(super) table: String,
    pub(super) store: Arc<ScanStore>,
    pub(super) metadata: Arc<FileMetadataCache>,
}

impl Reading {
    /// Puts itself in the place of the source of a planned scan.
    pub(super) fn of(plan: Arc<dyn ExecutionPlan>, scan: Scan) -> Arc<dyn ExecutionPlan> {
        let source = plan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
        let config = source.and_then(|source| {
            (source.as_ref() as &dyn Any).downcast_ref::<FileScanConfig>().cloned()
        });
        let Some(config) = config else { return plan };
        let (inner, scan) = (config.file_source().clone(), Arc::new(scan));
        let reading = Reading { inner, scan, batch_size: 0, order: None };
        DataSourceExec::from_data_source(
            FileScanConfigBuilder::from(config).with_source(Arc::new(reading)).build(),
        )
    }

    fn with(&self, inner: Arc<dyn FileSource>) -> Arc<dyn FileSource> {
        Arc::new(Reading { inner, ..self.clone() })
    }

    fn parquet(&self, config: &FileScanConfig, partition: usize) -> Result<Arc<dyn FileOpener>> {
        let table = self.inner.table_schema();
        let columns = table.file_schema();
        let split = match self.inner.projection() {
            Some(projection) => SplitProjection::new(columns, projection),
            None => SplitProjection::unprojected(table),
        };
        let partitions = table.table_partition_cols().iter();
        let opener = ParquetOpener {
            store: self.scan.store.clone(),
            metadata: self.scan.metadata.clone(),
            columns: columns.clone(),
            partitions: partitions.map(|field| field.name().clone()).collect(),
            wanted: split.file_indices.clone(),
            predicate: self.inner.filter(),
            order: self.order.clone(),
            limit: config.limit,
            batch_size: self.batch_size,
            partition,
            metrics: self.inner.metrics().clone(),
        };
        ProjectionOpener::try_new(split, Arc::new(opener), columns)
    }
}

impl FileSource for Reading {
    fn create_file_opener(
        &self,
        store: Arc<dyn ObjectStore>,
        config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let opener = match self.inner.is::<ParquetSource>() {
            true => self.parquet(config, partition)?,
            false => self.inner.create_file_opener(store, config, partition)?,
        };
        Ok(Arc::new(Named { opener, scan: self.scan.clone() }))
    }

    fn table_schema(&self) -> &TableSchema {
        self.inner.table_schema()
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        let inner = self.inner.with_batch_size(batch_size);
        Arc::new(Reading { inner, batch_size, ..self.clone() })
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.inner.filter()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        self.inner.projection()
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        self.inner.metrics()
    }

    fn file_type(&self) -> &str {
        self.inner.file_type()
    }

    fn fmt_extra(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt_extra(t, f)
    }

    fn supports_repartitioning(&self) -> bool {
        self.inner.supports_repartitioning()
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let mut pushed = self.inner.try_pushdown_filters(filters, config)?;
        pushed.updated_node = pushed.updated_node.map(|inner| self.with(inner));
        Ok(pushed)
    }

    fn try_pushdown_sort(
        &self,
        order: &[PhysicalSortExpr],
        properties: &EquivalenceProperties,
    ) -> Result<SortOrderPushdownResult<Arc<dyn FileSource>>> {
        let ordered = |inner| -> Arc<dyn FileSource> {
            Arc::new(Reading { inner, order: order.first().cloned(), ..self.clone() })
        };
        Ok(match self.inner.try_pushdown_sort(order, properties)? {
            SortOrderPushdownResult::Exact { inner } => {
                SortOrderPushdownResult::Exact { inner: self.with(inner) }
            }
            SortOrderPushdownResult::Inexact { inner } => {
                SortOrderPushdownResult::Inexact { inner: ordered(inner) }
            }
            SortOrderPushdownResult::Unsupported => SortOrderPushdownResult::Unsupported,
        })
    }

    fn reorder_files(&self, files: Vec<PartitionedFile>) -> Vec<PartitionedFile> {
        self.inner.reorder_files(files)
    }

    fn try_pushdown_projection(
        &self,
        projection: &ProjectionExprs,
    ) -> Result<Option<Arc<dyn FileSource>>> {
        let pushed = self.inner.try_pushdown_projection(projection)?;
        Ok(pushed.map(|inner| self.with(inner)))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.inner.apply_expressions(f)
    }
}

/// Opens files, and says in errors which of them it was.
struct Named {
    opener: Arc<dyn FileOpener>,
    scan: Arc<Scan>,
}

impl FileOpener for Named {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let (scan, location) = (self.scan.clone(), file.object_meta.location.clone());
        let is_whole = file.range.as_ref().is_none_or(|range| range.start == 0);
        let (store, read) = (self.scan.store.clone(), location.clone());
        let gave_up = {
            let location = location.clone();
            move || FolderError::corrupt(format!("{location}: damaged: its reader gave up")).into()
        };
        let name = move |error| match error {
            // It tells by itself which file it is about, or is about none.
            error @ DataFusionError::ResourcesExhausted(_) => error,
            error => InFile::wrap(&scan.table, location.as_ref(), is_whole, error),
        };
        let opening = self.opener.open(file).map_err(&name)?;
        Ok(Box::pin(async move {
            // Readers are known to panic over damaged bytes.
            let opened = AssertUnwindSafe(opening).catch_unwind().await;
            let batches = opened.unwrap_or_else(|_| Err(gave_up())).map_err(&name)?;
            let batches = AssertUnwindSafe(batches).catch_unwind();
            let batches = batches.map(move |batch| {
                store.unread().came(&read);
                batch.unwrap_or_else(|_| Err(gave_up())).map_err(&name)
            });
            Ok(batches.boxed())
        }))
    }
}

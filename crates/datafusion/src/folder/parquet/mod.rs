//! Parquet files, read page by page.
//!
//! DataFusion's own reader holds all pages of a row group at a time, compressed as they are: that is
//! as much memory as whoever wrote the file liked. This one holds a page of each column.

mod floats;
mod pages;
mod prune;
mod rows;

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Fields, Schema, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::datasource::listing::{FileRange, PartitionedFile};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{
    ParquetFileMetrics, apply_file_schema_type_coercions,
};
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener};
use datafusion::error::Result;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use datafusion::parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::simplifier::PhysicalExprSimplifier;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_expr_adapter::{
    BatchAdapterFactory, DefaultPhysicalExprAdapterFactory, PhysicalExprAdapterFactory,
    replace_columns_with_literals,
};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::stream::{self, BoxStream, StreamExt};

use self::pages::Trouble;
use self::prune::Pruning;
use self::rows::{Rows, Wanted};
use super::store::ScanStore;

/// Opens Parquet files; their rows come in the columns of the table that are wanted.
#[derive(Clone)]
pub(super) struct ParquetOpener {
    pub(super) store: Arc<ScanStore>,
    pub(super) metadata: Arc<FileMetadataCache>,
    /// The columns that the files have as the table shows them.
    pub(super) columns: SchemaRef,
    pub(super) partitions: Vec<String>,
    /// Which of the columns are wanted.
    pub(super) wanted: Vec<usize>,
    /// What rows must fulfil: others may be left out, but need not be.
    pub(super) predicate: Option<Arc<dyn PhysicalExpr>>,
    /// Row groups are read in an order that comes near to this.
    pub(super) order: Option<PhysicalSortExpr>,
    pub(super) limit: Option<usize>,
    pub(super) batch_size: usize,
    pub(super) partition: usize,
    pub(super) metrics: ExecutionPlanMetricsSet,
}

impl FileOpener for ParquetOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let opener = self.clone();
        Ok(Box::pin(async move {
            // The index of the pages tells which of them a predicate rules out.
            let index = match opener.predicate {
                Some(_) => PageIndexPolicy::Optional,
                None => PageIndexPolicy::Skip,
            };
            let metadata = DFParquetMetadata::new(&*opener.store, &file.object_meta)
                .with_file_metadata_cache(Some(opener.metadata.clone()))
                .with_page_index_policy(Some(index))
                .fetch_metadata()
                .await?;
            opener.rows(&file, metadata)
        }))
    }
}

impl ParquetOpener {
    fn rows(
        &self,
        file: &PartitionedFile,
        metadata: Arc<ParquetMetaData>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let metadata = self.as_table(metadata)?;
        let location = &file.object_meta.location;
        let metrics = ParquetFileMetrics::new(self.partition, location.as_ref(), &self.metrics);
        let roots = self.roots(metadata.schema());
        let source = Arc::new(metadata.schema().project(&roots)?);
        let scanned = metrics.bytes_scanned.clone();
        let pruning = self.pruning(file, metadata.schema(), metrics)?;
        let wanted = Wanted {
            file: self.store.file(location)?,
            location: location.clone(),
            size: file.object_meta.size,
            mask: ProjectionMask::roots(metadata.parquet_schema(), roots),
            metadata,
            batch_size: self.batch_size,
            scanned,
            trouble: Trouble::default(),
        };
        let target = Arc::new(self.columns.project(&self.wanted)?);
        let adapter = match source == target {
            true => None,
            false => Some(BatchAdapterFactory::new(target).make_adapter(&source)?),
        };
        let rows = Rows::new(wanted, pruning, self.limit);
        // As DataFusion does with local files, it reads on the threads of queries.
        let batches = stream::iter(rows).map(move |batch| match &adapter {
            Some(adapter) => adapter.adapt_batch(&batch?),
            None => batch,
        });
        Ok(batches.boxed())
    }

    /// The metadata with the types that the table wants where the reader can make them at once.
    fn as_table(&self, metadata: Arc<ParquetMetaData>) -> Result<ArrowReaderMetadata> {
        let read = ArrowReaderMetadata::try_new(metadata.clone(), ArrowReaderOptions::new())?;
        match apply_file_schema_type_coercions(&self.columns, read.schema()) {
            Some(wanted) if wanted != **read.schema() => {
                let options = ArrowReaderOptions::new().with_schema(Arc::new(wanted));
                Ok(ArrowReaderMetadata::try_new(metadata, options)?)
            }
            _ => Ok(read),
        }
    }

    /// The columns of a file that are wanted, as they come in it.
    fn roots(&self, schema: &Schema) -> Vec<usize> {
        let wanted = self
            .wanted
            .iter()
            .filter_map(|column| schema.index_of(self.columns.fields().get(*column)?.name()).ok());
        let mut roots: Vec<usize> = wanted.collect();
        roots.sort_unstable();
        roots
    }

    fn pruning(
        &self,
        file: &PartitionedFile,
        schema: &SchemaRef,
        metrics: ParquetFileMetrics,
    ) -> Result<Pruning> {
        let values: HashMap<&str, &ScalarValue> =
            self.partitions.iter().map(String::as_str).zip(&file.partition_values).collect();
        // A column that the file has in the table's type is not to be converted.
        let fields = self.columns.fields().iter().map(|field| {
            let of_file = schema.field_with_name(field.name()).ok();
            let of_file = of_file.filter(|of_file| of_file.data_type() == field.data_type());
            of_file.map_or_else(|| field.clone(), |of_file| Arc::new(of_file.clone()))
        });
        let columns = Arc::new(Schema::new(fields.collect::<Fields>()));
        let adapter = DefaultPhysicalExprAdapterFactory.create(columns, schema.clone())?;
        let simplifier = PhysicalExprSimplifier::new(schema);
        let predicate = self.predicate.clone().map(|predicate| {
            let predicate = replace_columns_with_literals(predicate, &values)?;
            simplifier.simplify(adapter.rewrite(predicate)?)
        });
        let range: Option<FileRange> = file.range.clone();
        Ok(Pruning {
            predicate: predicate.transpose()?,
            range,
            order: self.order_in(schema),
            metrics,
        })
    }

    /// The column whose statistics tell the order, and whether the largest values come first.
    fn order_in(&self, schema: &Schema) -> Option<(String, bool)> {
        let order = self.order.as_ref()?;
        let column = order.expr.downcast_ref::<Column>()?;
        schema.field_with_name(column.name()).ok()?;
        Some((column.name().to_owned(), order.options.descending))
    }
}

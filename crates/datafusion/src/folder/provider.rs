//! A table as DataFusion plans it.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, ScalarValue, Statistics, project_schema};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::listing::helpers::expr_applicable_for_cols;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchemaBuilder;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning};
use trunkline_core::SqlState;

use super::error::FolderError;
use super::files;
use super::reading::{Reading, Scan};
use super::store::ScanStore;
use super::table::{Contents, Part};
use super::unread::Unread;
use super::{Database, TRIES};

/// A table of files.
///
/// Its columns are those of the version that was planned; its files those of the version that is
/// there when the plan is made physical. From then on the plan keeps them.
pub(super) struct FilesTable {
    pub(super) database: Database,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: SchemaRef,
    pub(super) partitions: Vec<String>,
}

impl FilesTable {
    pub(super) fn new(
        database: &Database,
        schema: &str,
        name: &str,
        contents: &Contents,
    ) -> FilesTable {
        FilesTable {
            database: database.clone(),
            schema: schema.to_owned(),
            name: name.to_owned(),
            columns: contents.schema.clone(),
            partitions: contents.partitions.iter().map(|field| field.name().clone()).collect(),
        }
    }

    /// What is there now, if it has the columns that were planned.
    async fn current(&self) -> Result<Arc<Contents>> {
        let Some(table) = self.database.table(&self.schema, &self.name).await else {
            let name = super::scan::qualified(&self.schema, &self.name);
            return Err(FolderError::new(
                SqlState::UNDEFINED_TABLE,
                format!("relation {name} does not exist any more: its files were removed"),
            )
            .into());
        };
        let contents = table.contents.clone()?;
        if contents.schema != self.columns {
            return Err(FolderError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cached plan must not change result type",
            )
            .into());
        }
        Ok(contents)
    }

    /// What is there now, with those of its files open that filters on partitions leave.
    ///
    /// Files may change between being found and being opened: then it looks for them again.
    async fn opened(
        &self,
        filters: &[Expr],
        state: &dyn Session,
    ) -> Result<(Arc<Contents>, Vec<usize>, Arc<ScanStore>)> {
        let mut tries = 0;
        loop {
            let asked = Instant::now();
            let contents = self.current().await?;
            let kept = matching(&contents, filters, state)?;
            let parts = kept.iter().filter_map(|part| contents.parts.get(*part));
            let locations = parts.map(|part| &part.location);
            let unread = Unread::of(&state.runtime_env().memory_pool);
            match ScanStore::new(&contents.files, locations, self.database.stores(), unread) {
                Err(_) if tries < TRIES => tries += 1,
                opened => return Ok((contents, kept, opened?)),
            }
            self.database.look_again(asked).await;
        }
    }

    fn is_about_partitions(&self, filter: &Expr) -> bool {
        let names: Vec<&str> = self.partitions.iter().map(String::as_str).collect();
        !names.is_empty() && expr_applicable_for_cols(&names, filter)
    }
}

impl fmt::Debug for FilesTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilesTable").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        self.columns.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let filters = filters.iter().map(|filter| match self.is_about_partitions(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Inexact,
        });
        Ok(filters.collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (about_partitions, others): (Vec<Expr>, Vec<Expr>) =
            filters.iter().cloned().partition(|filter| self.is_about_partitions(filter));
        let (contents, kept, store) = self.opened(&about_partitions, state).await?;
        // A limit of rows that a filter has yet to find is none of the scan's.
        let limit = limit.filter(|_| others.is_empty());
        if kept.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.columns, projection)?)));
        }
        let parts: Vec<&Part> = kept.iter().filter_map(|part| contents.parts.get(*part)).collect();
        let files = parts.iter().map(|part| {
            let meta = files::meta(part.location.clone(), &part.stamp);
            let mut file = PartitionedFile::new_from_meta(meta).with_extension(store.clone());
            file.partition_values.clone_from(&part.values);
            file.statistics = Some(part.statistics.clone());
            file
        });
        let all = Statistics::try_merge_iter(
            parts.iter().map(|part| part.statistics.as_ref()),
            &contents.schema,
        )?;
        let groups =
            FileGroup::new(files.collect()).split_files(state.config().target_partitions());
        let groups = groups.into_iter().map(|group| {
            let statistics = group.iter().filter_map(|file| file.statistics.as_deref());
            let statistics = Statistics::try_merge_iter(statistics, &contents.schema)?;
            Ok(group.with_statistics(Arc::new(statistics)))
        });
        let schema = TableSchemaBuilder::from(&contents.file_schema)
            .with_table_partition_cols(contents.partitions.to_vec())
            .build();
        let source = contents.format.file_source(schema);
        let groups = groups.collect::<Result<Vec<_>>>()?;
        // What is said of its pieces, DataFusion leaves as it is: it does not cut the files.
        let whole = Partitioning::UnknownPartitioning(groups.len());
        let whole = (!contents.may_be_cut()).then_some(whole);
        let config = FileScanConfigBuilder::new(store.url(), source)
            .with_file_groups(groups)
            .with_statistics(all)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .with_output_partitioning(whole)
            .build();
        let plan = contents.format.create_physical_plan(state, config).await?;
        let metadata = state.runtime_env().cache_manager.get_file_metadata_cache();
        let table = super::scan::qualified(&self.schema, &self.name);
        Ok(Reading::of(plan, Scan { table, store, metadata }))
    }
}

/// Which files have partition values that let the filters pass.
fn matching(contents: &Contents, filters: &[Expr], state: &dyn Session) -> Result<Vec<usize>> {
    let all = 0..contents.parts.len();
    let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(all.collect()) };
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let schema = Arc::new(Schema::new(contents.partitions.clone()));
    let columns = (0..contents.partitions.len()).map(|column| {
        let values = contents.parts.iter().filter_map(|part| part.values.get(column).cloned());
        ScalarValue::iter_to_array(values)
    });
    let columns = columns.collect::<Result<Vec<ArrayRef>>>()?;
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let filter = state.create_physical_expr(filter, &DFSchema::try_from(schema)?)?;
    let passed = filter.evaluate(&batch)?.into_array(batch.num_rows())?;
    let passed = passed
        .as_boolean_opt()
        .ok_or_else(|| DataFusionError::Internal("a filter is not boolean".to_owned()))?;
    Ok(all.filter(|part| passed.is_valid(*part) && passed.value(*part)).collect())
}

//! A table as DataFusion plans it.

use std::fmt;
use std::sync::Arc;

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
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use trunkline_core::SqlState;

use super::Database;
use super::error::FolderError;
use super::files;
use super::store::ScanStore;
use super::table::{Contents, Part, Table};

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

    /// The version that is there now, if it has the columns that were planned.
    async fn current(&self) -> Result<Arc<Table>> {
        let Some(table) = self.database.table(&self.schema, &self.name).await else {
            let name = super::scan::qualified(&self.schema, &self.name);
            return Err(FolderError::new(
                SqlState::UNDEFINED_TABLE,
                format!("relation {name} does not exist any more: its files were removed"),
            )
            .into());
        };
        if let Ok(contents) = &table.contents
            && contents.schema != self.columns
        {
            return Err(FolderError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cached plan must not change result type",
            )
            .into());
        }
        Ok(table)
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
        let table = self.current().await?;
        let contents = table.contents.as_ref().map_err(FolderError::clone)?;
        let (about_partitions, others): (Vec<Expr>, Vec<Expr>) =
            filters.iter().cloned().partition(|filter| self.is_about_partitions(filter));
        let parts = matching(contents, about_partitions, state)?;
        // A limit of rows that a filter has yet to find is none of the scan's.
        let limit = limit.filter(|_| others.is_empty());
        if parts.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.columns, projection)?)));
        }
        let locations = parts.iter().map(|part| &part.location);
        let store = ScanStore::new(&contents.files, locations, self.database.stores())?;
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
        let format = contents.format();
        let source = format.file_source(schema);
        let config = FileScanConfigBuilder::new(store.url(), source)
            .with_file_groups(groups.collect::<Result<_>>()?)
            .with_statistics(all)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        format.create_physical_plan(state, config).await
    }
}

/// The files whose partition values let the filters pass.
fn matching<'a>(
    contents: &'a Contents,
    filters: Vec<Expr>,
    state: &dyn Session,
) -> Result<Vec<&'a Part>> {
    let Some(filter) = conjunction(filters) else { return Ok(contents.parts.iter().collect()) };
    if contents.parts.is_empty() {
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
    let parts = contents.parts.iter().enumerate();
    let parts = parts.filter(|(row, _)| passed.is_valid(*row) && passed.value(*row));
    Ok(parts.map(|(_, part)| part).collect())
}

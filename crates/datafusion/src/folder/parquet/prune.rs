//! Which row groups need to be read, and in which order.

use std::sync::Arc;

use datafusion::arrow::compute::{SortOptions, sort_to_indices};
use datafusion::datasource::listing::FileRange;
use datafusion::datasource::physical_plan::parquet::{
    BloomFilterStatistics, PagePruningAccessPlanFilter, ParquetAccessPlan, ParquetFileMetrics,
    RowGroupAccess, RowGroupAccessPlanFilter,
};
use datafusion::parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::arrow::parquet_column;
use datafusion::parquet::file::reader::ChunkReader;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::physical_expr::{
    snapshot_generation, snapshot_physical_expr,
};
use datafusion::physical_optimizer::pruning::{PruningPredicate, PruningPredicateBuilder};

use super::floats;

/// What leaves row groups out.
pub(super) struct Pruning {
    /// In terms of the file's columns.
    pub(super) predicate: Option<Arc<dyn PhysicalExpr>>,
    /// The part of the file that is read: row groups belong to where they begin.
    pub(super) range: Option<FileRange>,
    /// A column, and whether its largest values are wanted first.
    pub(super) order: Option<(String, bool)>,
    pub(super) metrics: ParquetFileMetrics,
}

impl Pruning {
    /// What is to be read of each row group that is needed, in the order to read them.
    pub(super) fn plan<R: ChunkReader + 'static>(
        &self,
        metadata: &ArrowReaderMetadata,
        input: R,
    ) -> Vec<(usize, RowGroupAccess)> {
        let groups = metadata.metadata().row_groups();
        let mut filter = RowGroupAccessPlanFilter::new(ParquetAccessPlan::new_all(groups.len()));
        if let Some(range) = &self.range {
            filter.prune_by_range(groups, range);
        }
        let told = self.told(metadata);
        if let Some(predicate) = built(&told, metadata) {
            self.by_statistics(metadata, &predicate, &mut filter);
            self.by_bloom_filters(metadata, &predicate, &mut filter, input);
        }
        let mut plan = filter.build();
        if let Some(predicate) = &told {
            let pages = PagePruningAccessPlanFilter::new(predicate, metadata.schema().clone());
            plan = pages.prune_plan_with_page_index(
                plan,
                metadata.schema(),
                metadata.parquet_schema(),
                metadata.metadata(),
                &self.metrics,
            );
        }
        let wanted = plan.row_group_indexes();
        let mut access: Vec<_> = plan.into_inner().into_iter().map(Some).collect();
        let ordered = self.ordered(metadata, wanted).into_iter();
        ordered.filter_map(|group| Some((group, access.get_mut(group)?.take()?))).collect()
    }

    /// How often the predicate has changed: it may hold what a sort has found so far.
    pub(super) fn generation(&self) -> u64 {
        self.predicate.as_ref().map_or(0, snapshot_generation)
    }

    /// Whether the predicate as it is now rules a row group out.
    pub(super) fn rules_out(&self, metadata: &ArrowReaderMetadata, group: usize) -> bool {
        let Some(predicate) = built(&self.told(metadata), metadata) else { return false };
        let mut plan = ParquetAccessPlan::new_none(metadata.metadata().num_row_groups());
        plan.scan(group);
        let mut filter = RowGroupAccessPlanFilter::new(plan);
        self.by_statistics(metadata, &predicate, &mut filter);
        filter.remaining_row_group_count() == 0
    }

    /// The part of the predicate, as it is now, of which statistics tell.
    fn told(&self, metadata: &ArrowReaderMetadata) -> Option<Arc<dyn PhysicalExpr>> {
        let predicate = snapshot_physical_expr(self.predicate.clone()?).ok()?;
        floats::without_unordered(&predicate, metadata.schema())
    }

    fn by_statistics(
        &self,
        metadata: &ArrowReaderMetadata,
        predicate: &PruningPredicate,
        filter: &mut RowGroupAccessPlanFilter,
    ) {
        filter.prune_by_statistics(
            metadata.schema(),
            metadata.parquet_schema(),
            metadata.metadata().row_groups(),
            predicate,
            &self.metrics,
        );
    }

    fn by_bloom_filters<R: ChunkReader + 'static>(
        &self,
        metadata: &ArrowReaderMetadata,
        predicate: &PruningPredicate,
        filter: &mut RowGroupAccessPlanFilter,
        input: R,
    ) {
        let schema = metadata.parquet_schema();
        let columns: Vec<(String, usize)> = predicate
            .literal_columns()
            .into_iter()
            .filter_map(|name| {
                let (column, _) = parquet_column(schema, metadata.schema(), &name)?;
                Some((name, column))
            })
            .collect();
        if columns.is_empty() {
            return;
        }
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata.clone());
        let mut filters = vec![BloomFilterStatistics::new(); metadata.metadata().num_row_groups()];
        for group in filter.row_group_indexes() {
            for (name, column) in &columns {
                // One that cannot be read rules nothing out.
                let found = reader.get_row_group_column_bloom_filter(group, *column);
                if let (Ok(Some(found)), Some(of_group)) = (found, filters.get_mut(group)) {
                    let of = schema.column(*column);
                    of_group.insert(name, found, of.physical_type(), of.type_length());
                }
            }
        }
        filter.prune_by_bloom_filters(predicate, &self.metrics, &filters);
    }

    /// The row groups that are likely to have the first rows come first.
    fn ordered(&self, metadata: &ArrowReaderMetadata, groups: Vec<usize>) -> Vec<usize> {
        let Some((column, descending)) = &self.order else { return groups };
        let all = metadata.metadata().row_groups();
        let of_groups = groups.iter().filter_map(|group| all.get(*group));
        let bounds =
            StatisticsConverter::try_new(column, metadata.schema(), metadata.parquet_schema())
                .and_then(|statistics| match descending {
                    true => statistics.row_group_maxes(of_groups),
                    false => statistics.row_group_mins(of_groups),
                });
        let options = SortOptions { descending: *descending, nulls_first: false };
        let Ok(order) = bounds
            .map_err(Into::into)
            .and_then(|bounds| sort_to_indices(&bounds, Some(options), None))
        else {
            return groups;
        };
        let places = order.values().iter().filter_map(|place| usize::try_from(*place).ok());
        let ordered: Vec<usize> = places.filter_map(|place| groups.get(place).copied()).collect();
        if ordered.len() == groups.len() { ordered } else { groups }
    }
}

fn built(
    predicate: &Option<Arc<dyn PhysicalExpr>>,
    metadata: &ArrowReaderMetadata,
) -> Option<Arc<PruningPredicate>> {
    let builder = PruningPredicateBuilder::new().with_file_schema(metadata.schema().clone());
    builder.build(predicate.clone()?)
}

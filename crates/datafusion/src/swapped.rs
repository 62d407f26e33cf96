//! Filters come before what is computed of the rows that they leave.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::projection::{ProjectionExec, update_expr};

/// Moves projections that compute back above the filters that they were moved below.
///
/// DataFusion moves a projection below a filter where that leaves fewer columns. Then
/// `SELECT y, x / y FROM t WHERE y <> 0` divides by zero.
#[derive(Debug)]
pub(crate) struct FiltersFirst;

impl PhysicalOptimizerRule for FiltersFirst {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(swap).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "filters_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn swap(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(filter) = plan.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(plan)) };
    let Some(projection) = filter.input().downcast_ref::<ProjectionExec>() else {
        return Ok(Transformed::no(plan));
    };
    let exprs = projection.expr();
    let is_column = |index: usize| exprs.get(index).is_some_and(|expr| expr.expr.is::<Column>());
    let plain = |column: &Column| is_column(column.index());
    // A filter of what is computed has to come after it.
    if (0..exprs.len()).all(is_column) || !collect_columns(filter.predicate()).iter().all(plain) {
        return Ok(Transformed::no(plan));
    }
    let Some(predicate) = update_expr(filter.predicate(), exprs, true)? else {
        return Ok(Transformed::no(plan));
    };
    let below = FilterExecBuilder::from(filter)
        .apply_projection(None)?
        .with_input(projection.input().clone())
        .with_predicate(predicate)
        .build()?;
    let below = swap(Arc::new(below))?.data;
    let kept = match filter.projection() {
        Some(places) => places.iter().filter_map(|place| exprs.get(*place).cloned()).collect(),
        None => exprs.to_vec(),
    };
    let above = ProjectionExec::try_new(kept, below)?;
    Ok(Transformed::yes(Arc::new(above)))
}

//! Rows that a limit has chosen, and the order of a subquery that a function counts on.
//!
//! DataFusion takes a limit without an order for one of any rows: it moves the sort of an outer
//! query below it, where it then counts OFFSET twice. PostgreSQL sorts what the limit has left.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::expr::{AggregateFunctionParams, WindowFunction};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_expr::{Distribution, LexOrdering, OrderingRequirements};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PhysicalExpr,
    PlanProperties,
};

/// Keeps what the other rules would move apart; it comes before all of them.
#[derive(Debug)]
pub(crate) struct ClosedRule;

impl PhysicalOptimizerRule for ClosedRule {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        close(plan, Above::Nothing)
    }

    fn name(&self) -> &str {
        "closed"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What is above a node.
#[derive(Clone, Copy, PartialEq)]
enum Above {
    /// Nothing that could be moved below it.
    Nothing,
    Anything,
    /// What needs the rows in the order in which they come.
    Ordered,
}

fn close(plan: Arc<dyn ExecutionPlan>, above: Above) -> Result<Arc<dyn ExecutionPlan>> {
    let passes = is_limit(&plan) || plan.is::<ProjectionExec>() || plan.is::<FilterExec>();
    let below = match above {
        _ if takes_as_come(&plan) => Above::Ordered,
        above if passes => above,
        _ => Above::Anything,
    };
    let children = plan.children().into_iter().cloned();
    let children: Vec<_> = children.map(|child| close(child, below)).collect::<Result<_>>()?;
    let changed =
        plan.children().into_iter().zip(&children).any(|(old, new)| !Arc::ptr_eq(old, new));
    let plan = match changed {
        true => plan.replace_children(
            children,
            ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute),
        )?,
        false => plan,
    };
    if above == Above::Ordered
        && let Some(sort) = plan.downcast_ref::<SortExec>()
    {
        let order = Some(sort.expr().clone());
        return Ok(Arc::new(Closed { input: plan, order }));
    }
    if above != Above::Nothing && is_limit(&plan) {
        return Ok(Arc::new(Closed { input: plan, order: None }));
    }
    Ok(plan)
}

fn is_limit(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.is::<GlobalLimitExec>() || plan.is::<LocalLimitExec>()
}

/// Whether a node computes of the order of its rows, and asks for none.
fn takes_as_come(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let windows = match plan.downcast_ref::<BoundedWindowAggExec>() {
        Some(window) => Some(window.window_expr()),
        None => plan.downcast_ref::<WindowAggExec>().map(WindowAggExec::window_expr),
    };
    if let Some(windows) = windows {
        let of_all = |window: &Arc<dyn datafusion::physical_plan::WindowExpr>| {
            window.partition_by().is_empty() && window.order_by().is_empty()
        };
        return windows.iter().all(of_all);
    }
    plan.downcast_ref::<AggregateExec>().is_some_and(|aggregate| {
        let mut calls = aggregate.aggr_expr().iter();
        calls.any(|call| call.order_bys().is_empty() && is_ordered(call.fun().name()))
    })
}

/// Whether an aggregate depends on the order of its rows.
fn is_ordered(aggregate: &str) -> bool {
    matches!(aggregate, "array_agg" | "string_agg" | "first_value" | "last_value" | "nth_value")
}

/// Whether a statement computes of the order that a subquery has: its rows are read by one.
pub(crate) fn needs_order(plan: &LogicalPlan) -> bool {
    let mut needs = false;
    let looked = plan.apply_with_subqueries(|node| {
        let takes = match node {
            LogicalPlan::Aggregate(aggregate) => aggregate.aggr_expr.iter().any(aggregates_as_come),
            LogicalPlan::Window(window) => window.window_expr.iter().all(counts_as_come),
            _ => false,
        };
        needs |= takes && node.inputs().into_iter().any(is_sorted);
        Ok(if needs { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    needs || looked.is_err()
}

fn is_sorted(mut plan: &LogicalPlan) -> bool {
    loop {
        plan = match plan {
            LogicalPlan::Sort(_) => return true,
            LogicalPlan::Projection(projection) => &projection.input,
            LogicalPlan::SubqueryAlias(alias) => &alias.input,
            LogicalPlan::Filter(filter) => &filter.input,
            LogicalPlan::Limit(limit) => &limit.input,
            LogicalPlan::Window(window) if window.window_expr.iter().all(counts_as_come) => {
                &window.input
            }
            _ => return false,
        };
    }
}

fn aggregates_as_come(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(alias) => aggregates_as_come(&alias.expr),
        Expr::AggregateFunction(call) => {
            let AggregateFunctionParams { order_by, .. } = &call.params;
            order_by.is_empty() && is_ordered(call.func.name())
        }
        _ => false,
    }
}

fn counts_as_come(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(alias) => counts_as_come(&alias.expr),
        Expr::WindowFunction(call) => {
            let WindowFunction { params, .. } = &**call;
            params.partition_by.is_empty() && params.order_by.is_empty()
        }
        _ => false,
    }
}

/// A node that no rule sees through; it may need an order, of all rows.
#[derive(Debug)]
struct Closed {
    input: Arc<dyn ExecutionPlan>,
    order: Option<LexOrdering>,
}

impl DisplayAs for Closed {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed")
    }
}

impl ExecutionPlan for Closed {
    fn name(&self) -> &str {
        "Closed"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![match self.order {
            Some(_) => Distribution::SinglePartition,
            None => Distribution::UnspecifiedDistribution,
        }])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![self.order.clone().map(OrderingRequirements::from)]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let of_input = inputs.first().cloned();
        Ok(of_input.unwrap_or_else(|| Arc::new(Statistics::new_unknown(&self.schema()))))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match <[_; 1]>::try_from(children) {
            Ok([input]) => Ok(Arc::new(Closed { input, order: self.order.clone() })),
            Err(_) => Err(DataFusionError::Internal("Closed has one child".to_owned())),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }
}

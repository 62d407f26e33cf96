//! Subqueries that are values: EXISTS in a list, `ARRAY(…)`, and those that give no row.

use std::sync::Arc;

use datafusion::arrow::array::new_empty_array;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Column, DataFusionError};
use datafusion::functions::expr_fn::coalesce;
use datafusion::functions_aggregate::count::count_all;
use datafusion::functions_aggregate::expr_fn::array_agg;
use datafusion::logical_expr::expr::{Exists, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, ExprSchemable, JoinType, LogicalPlan, LogicalPlanBuilder, Projection,
    SortExpr, Subquery, lit,
};
use trunkline_core::PgError;

use crate::functions::numeric::{ARRAY_OF, NULLABLE, ONLY};

/// Gives the subqueries of a plan PostgreSQL's meaning, before their types are made one.
///
/// # Errors
///
/// 0A000 for an EXISTS of outer columns that DataFusion cannot count.
pub(crate) fn rewrite(plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    plan.transform_up_with_subqueries(rewrite_node).map(|plan| plan.data)
}

fn rewrite_node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>, DataFusionError> {
    // DataFusion knows EXISTS as a condition.
    let is_condition = matches!(plan, LogicalPlan::Filter(_) | LogicalPlan::Join(_));
    let joins = matches!(plan, LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_));
    let names = NamePreserver::new(&plan);
    let rewritten = plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let value = expr.transform_down(|expr| match expr {
            Expr::Exists(exists) if !is_condition => counted(exists, joins).map(made),
            Expr::ScalarSubquery(subquery) if is_lookup(&subquery) => single(subquery).map(made),
            Expr::ScalarSubquery(subquery) if !always_a_row(&subquery.subquery) => {
                Ok(made(nullable(subquery)))
            }
            Expr::ScalarFunction(call) if call.name() == ARRAY_OF => array(call).map(made),
            other => Ok(Transformed::no(other)),
        })?;
        Ok(value.update_data(|expr| name.restore(expr)))
    })?;
    // Below, columns may have become nullable.
    rewritten.map_data(LogicalPlan::recompute_schema)
}

/// What is made of a subquery is left as it is.
fn made(expr: Expr) -> Transformed<Expr> {
    Transformed::new(expr, true, TreeNodeRecursion::Jump)
}

/// `(SELECT count(*) > 0 FROM (subquery LIMIT 1))`; a correlated one must be where DataFusion joins.
pub(crate) fn counted(exists: Exists, joins: bool) -> Result<Expr, DataFusionError> {
    let Exists { subquery: Subquery { subquery, outer_ref_columns, spans }, negated } = exists;
    let mut inner = Arc::unwrap_or_clone(subquery);
    if outer_ref_columns.is_empty() {
        inner = LogicalPlanBuilder::from(inner).limit(0, Some(1))?.build()?;
    } else {
        // What one row tells, all of them tell; a limit is not for each outer row.
        inner = rows_of(inner);
        if !joins || !is_countable(&inner) {
            let message = "EXISTS as a value is not supported for such a correlated subquery";
            let error = PgError::unsupported(message)
                .hint("Join the tables, or write EXISTS as a condition in WHERE.");
            return Err(DataFusionError::External(Box::new(error)));
        }
    }
    let count = count_all();
    let column = Expr::Column(Column::from_name(count.schema_name().to_string()));
    let condition = if negated { column.eq(lit(0_i64)) } else { column.gt(lit(0_i64)) };
    let plan = LogicalPlanBuilder::from(inner)
        .aggregate(Vec::<Expr>::new(), vec![count])?
        .project(vec![condition.alias("exists")])?
        .build()?;
    Ok(Expr::ScalarSubquery(Subquery { subquery: Arc::new(plan), outer_ref_columns, spans }))
}

/// The plan without what changes no more than the order or the columns of its rows, or how often
/// they come.
fn rows_of(plan: LogicalPlan) -> LogicalPlan {
    match plan {
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => {
            rows_of(Arc::unwrap_or_clone(sort.input))
        }
        LogicalPlan::Distinct(distinct) => rows_of(distinct.input().as_ref().clone()),
        LogicalPlan::Projection(projection) => rows_of(Arc::unwrap_or_clone(projection.input)),
        plan => plan,
    }
}

/// Whether DataFusion makes a join of it: of plain tables, under conditions.
fn is_countable(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::TableScan(_) | LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) | LogicalPlan::Projection(_) => {
            plan.inputs().into_iter().all(is_countable)
        }
        LogicalPlan::Join(join) => {
            join.join_type == JoinType::Inner && plan.inputs().into_iter().all(is_countable)
        }
        // What is no matter of the outer row is counted whatever it is.
        plan => !plan.exists(|node| Ok(node.contains_outer_reference())).unwrap_or(true),
    }
}

fn always_a_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => always_a_row(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => always_a_row(&alias.input),
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::EmptyRelation(empty) => empty.produce_one_row,
        _ => false,
    }
}

/// Whether a subquery that depends on the outer row may have many rows.
fn is_lookup(subquery: &Subquery) -> bool {
    fn may_be_many(plan: &LogicalPlan) -> bool {
        match plan {
            LogicalPlan::Projection(projection) => may_be_many(&projection.input),
            LogicalPlan::SubqueryAlias(alias) => may_be_many(&alias.input),
            LogicalPlan::Sort(sort) => sort.fetch.is_none() && may_be_many(&sort.input),
            LogicalPlan::Filter(filter) => may_be_many(&filter.input),
            LogicalPlan::TableScan(_) | LogicalPlan::Values(_) | LogicalPlan::Join(_) => true,
            _ => false,
        }
    }
    !subquery.outer_ref_columns.is_empty() && may_be_many(&subquery.subquery)
}

/// `only((SELECT array_agg(column) FROM (subquery)))`: DataFusion joins what is aggregated.
fn single(subquery: Subquery) -> Result<Expr, DataFusionError> {
    let Subquery { subquery, outer_ref_columns, spans } = subquery;
    let (plan, value, _) = ordered(Arc::unwrap_or_clone(subquery))?;
    let aggregate = array_agg(value);
    let column = Column::from_name(aggregate.schema_name().to_string());
    let plan = LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), vec![aggregate])?
        .project(vec![Expr::Column(column).alias("rows")])?
        .build()?;
    let rows =
        Expr::ScalarSubquery(Subquery { subquery: Arc::new(plan), outer_ref_columns, spans });
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(ONLY.clone(), vec![rows])))
}

fn nullable(subquery: Subquery) -> Expr {
    let is_nullable = subquery.subquery.schema().fields().first().is_none_or(|f| f.is_nullable());
    let value = Expr::ScalarSubquery(subquery);
    match is_nullable {
        true => value,
        false => Expr::ScalarFunction(ScalarFunction::new_udf(NULLABLE.clone(), vec![value])),
    }
}

/// `coalesce((SELECT array_agg(column) FROM (subquery)), '{}')`, in the order of the subquery.
fn array(call: ScalarFunction) -> Result<Expr, DataFusionError> {
    let mut args = call.args;
    let subquery = match (args.pop(), args.is_empty()) {
        (Some(Expr::ScalarSubquery(subquery)), true) => subquery,
        _ => return Err(DataFusionError::Plan("ARRAY of no subquery".to_owned())),
    };
    let Subquery { subquery, outer_ref_columns, spans } = subquery;
    let (plan, value, order) = ordered(Arc::unwrap_or_clone(subquery))?;
    let element = value.get_type(plan.schema())?;
    let aggregate = match order.is_empty() {
        true => array_agg(value),
        false => array_agg(value).order_by(order).build()?,
    };
    let column = Column::from_name(aggregate.schema_name().to_string());
    let plan = LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), vec![aggregate])?
        .project(vec![Expr::Column(column).alias("array")])?
        .build()?;
    let plan = Subquery { subquery: Arc::new(plan), outer_ref_columns, spans };
    let empty = SingleRowListArrayBuilder::new(new_empty_array(&element)).build_list_scalar();
    let empty = Expr::Literal(empty, None);
    Ok(coalesce(vec![Expr::ScalarSubquery(plan), empty]))
}

/// Rows, the value of each, and their order, which no aggregate keeps by itself.
fn ordered(mut plan: LogicalPlan) -> Result<(LogicalPlan, Expr, Vec<SortExpr>), DataFusionError> {
    let mut value = Expr::Column(Column::from(plan.schema().qualified_field(0)));
    let mut order: Vec<SortExpr> = Vec::new();
    loop {
        plan = match plan {
            LogicalPlan::Projection(projection)
                if !projection.expr.iter().any(Expr::is_volatile) =>
            {
                value = below(value, &projection)?;
                let by = |by: SortExpr| Ok(SortExpr { expr: below(by.expr, &projection)?, ..by });
                order = order.into_iter().map(by).collect::<Result<_, DataFusionError>>()?;
                Arc::unwrap_or_clone(projection.input)
            }
            LogicalPlan::Sort(sort) if sort.fetch.is_none() && order.is_empty() => {
                order = sort.expr;
                Arc::unwrap_or_clone(sort.input)
            }
            plan => {
                // The sort of a limit chooses rows: it stays.
                if let (LogicalPlan::Limit(limit), true) = (&plan, order.is_empty())
                    && let LogicalPlan::Sort(sort) = &*limit.input
                {
                    order.clone_from(&sort.expr);
                }
                return Ok((plan, value, order));
            }
        };
    }
}

/// An expression over a projection, as one over its input.
fn below(expr: Expr, projection: &Projection) -> Result<Expr, DataFusionError> {
    let expr = expr.transform(|expr| {
        let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
        let place = projection.schema.maybe_index_of_column(column);
        Ok(match place.and_then(|place| projection.expr.get(place)) {
            Some(found) => Transformed::yes(found.clone().unalias()),
            None => Transformed::no(expr),
        })
    });
    expr.map(|expr| expr.data)
}

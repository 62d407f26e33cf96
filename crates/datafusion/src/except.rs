//! `EXCEPT` and `INTERSECT`: their columns have the types of both sides, and with `ALL` rows count.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DataFusionError, NullEquality};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::type_coercion::binary::type_union_coercion;
use datafusion::logical_expr::{
    Distinct, Expr, ExprFunctionExt, Join, JoinType, LogicalPlan, LogicalPlanBuilder, Projection,
    Union, cast,
};

use crate::{meet, sets};

type Result<T> = std::result::Result<T, DataFusionError>;

/// Gives such a set operation PostgreSQL's meaning; DataFusion makes a join of it, which has the types
/// of its left side, and takes a row that is there once for all of its kind.
///
/// # Errors
///
/// 42804 for columns of types that have nothing in common.
pub(crate) fn rewrite(join: Join) -> Result<Transformed<LogicalPlan>> {
    let is_difference = join.join_type == JoinType::LeftAnti;
    let is_set = is_difference || join.join_type == JoinType::LeftSemi;
    // Nothing that can be written is such a join.
    if !is_set || join.null_equality != NullEquality::NullEqualsNull {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    }
    let (left, all) = match &*join.left {
        LogicalPlan::Distinct(Distinct::All(input)) => (Arc::clone(input), false),
        _ => (Arc::clone(&join.left), true),
    };
    let ([left, right], changed) = of_one_type(left, Arc::clone(&join.right))?;
    if !changed && !all {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    }
    let operation = match is_difference {
        true => LogicalPlanBuilder::except,
        false => LogicalPlanBuilder::intersect,
    };
    if !all {
        return operation(left, right, false).map(Transformed::yes);
    }
    let columns = left.schema().columns();
    let rows =
        operation(numbered(left, "row\u{1f}left")?, numbered(right, "row\u{1f}right")?, true)?;
    let columns = columns.into_iter().map(Expr::Column);
    LogicalPlanBuilder::from(rows).project(columns)?.build().map(Transformed::yes)
}

/// Tells rows that are the same apart: they are numbered.
fn numbered(plan: LogicalPlan, name: &str) -> Result<LogicalPlan> {
    let columns = plan.schema().columns().into_iter().map(Expr::Column).collect();
    let number = row_number().partition_by(columns).build()?.alias(name);
    let named = Expr::Column(Column::from_name(number.schema_name().to_string()));
    let plan = LogicalPlanBuilder::from(plan);
    let columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    let plan = plan.window(vec![number])?;
    plan.project(columns.into_iter().chain([named]))?.build()
}

fn of_one_type(
    left: Arc<LogicalPlan>,
    right: Arc<LogicalPlan>,
) -> Result<([LogicalPlan; 2], bool)> {
    let schema = Arc::clone(left.schema());
    let sides = sets::literals(Union { inputs: vec![left, right], schema })?;
    let sides = <[_; 2]>::try_from(sides.into_iter().map(Arc::unwrap_or_clone).collect::<Vec<_>>());
    let Ok([left, right]) = sides else {
        return Err(DataFusionError::Internal("a set operation has two sides".to_owned()));
    };
    let types: Vec<_> = left
        .schema()
        .fields()
        .iter()
        .zip(right.schema().fields())
        .map(|(left, right)| {
            let (left, right) = (left.data_type(), right.data_type());
            let differs = left != right;
            differs
                .then(|| meet::common([left, right]).or_else(|| type_union_coercion(left, right)))
        })
        .map(Option::flatten)
        .collect();
    if types.iter().all(Option::is_none) {
        return Ok(([left, right], false));
    }
    let conform = |plan: LogicalPlan| {
        let columns = plan.schema().iter().zip(&types).map(|((qualifier, field), wanted)| {
            let column = Expr::Column(Column::from((qualifier, field)));
            match wanted {
                Some(wanted) if wanted != field.data_type() => {
                    let name = field.name().as_str();
                    cast(column, wanted.clone()).alias_qualified(qualifier.cloned(), name)
                }
                _ => column,
            }
        });
        let columns = columns.collect();
        Ok::<_, DataFusionError>(LogicalPlan::Projection(Projection::try_new(
            columns,
            Arc::new(plan),
        )?))
    };
    Ok(([conform(left)?, conform(right)?], true))
}

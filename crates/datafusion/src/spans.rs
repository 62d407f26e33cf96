//! Intervals: how they are compared and sorted, and added to moments; and the signs of integers.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::execution::SessionState;
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::logical_expr::expr::{AggregateFunction, BinaryExpr, ScalarFunction};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, ScalarUDF, SortExpr};

use crate::functions::spans::INTERVAL_LENGTH;
use crate::operators::SUBTRACT;

/// Compares intervals by their length, in which a month has 30 days; adds days to a `timestamptz`
/// in the session's time zone; and fails for an integer without an opposite.
pub(crate) fn rewrite(
    mut expr: Expr,
    schema: &DFSchema,
    state: &SessionState,
) -> Result<Transformed<Expr>, DataFusionError> {
    let is_span = |expr: &Expr| is_span(expr, schema);
    let changed = match &mut expr {
        Expr::BinaryExpr(binary) if is_comparison(binary.op) => {
            let compared = is_span(&binary.left) || is_span(&binary.right);
            compared && lengths([&mut *binary.left, &mut *binary.right])
        }
        Expr::BinaryExpr(binary) => match moved(binary, schema, state) {
            Some(moved) => {
                expr = moved;
                true
            }
            None => false,
        },
        Expr::Between(between) => {
            let parts = [&mut *between.expr, &mut *between.low, &mut *between.high];
            parts.iter().any(|part| is_span(part)) && lengths(parts)
        }
        Expr::InList(list) => {
            is_span(&list.expr) && lengths(std::iter::once(&mut *list.expr).chain(&mut list.list))
        }
        Expr::Negative(number) => match number.get_type(schema) {
            Ok(found) if found.is_integer() => {
                let zero = Expr::Literal(ScalarValue::new_zero(&found)?, None);
                expr = call(&SUBTRACT, vec![zero, std::mem::take(number)]);
                true
            }
            _ => false,
        },
        Expr::WindowFunction(window) => by_length(&mut window.params.order_by, schema),
        Expr::AggregateFunction(aggregate)
            if matches!(aggregate.func.name(), "min" | "max")
                && aggregate.params.args.iter().any(is_span) =>
        {
            extreme(aggregate)
        }
        Expr::AggregateFunction(aggregate) => by_length(&mut aggregate.params.order_by, schema),
        _ => false,
    };
    Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
}

/// Sorts by the length of intervals.
pub(crate) fn sorted(mut plan: LogicalPlan, schema: &DFSchema) -> LogicalPlan {
    if let LogicalPlan::Sort(sort) = &mut plan {
        by_length(&mut sort.expr, schema);
    }
    plan
}

fn by_length(order: &mut [SortExpr], schema: &DFSchema) -> bool {
    let spans = order.iter_mut().map(|sort| &mut sort.expr).filter(|expr| is_span(expr, schema));
    lengths(spans)
}

/// Makes the least or greatest interval the first by length.
fn extreme(aggregate: &mut AggregateFunction) -> bool {
    let Some(span) = aggregate.params.args.first() else { return false };
    let length = call(&INTERVAL_LENGTH, vec![span.clone()]);
    let ascending = aggregate.func.name() == "min";
    aggregate.params.order_by = vec![SortExpr::new(length, ascending, false)];
    aggregate.params.distinct = false;
    aggregate.func = first_value_udaf();
    true
}

/// A moment some days later or earlier.
fn moved(binary: &mut BinaryExpr, schema: &DFSchema, state: &SessionState) -> Option<Expr> {
    let (left, right) = (binary.left.get_type(schema).ok()?, binary.right.get_type(schema).ok()?);
    let is_zoned = |found: &DataType| matches!(found, DataType::Timestamp(_, Some(_)));
    let is_span = |found: &DataType| matches!(found, DataType::Interval(_));
    let (left, right) = match binary.op {
        Operator::Plus | Operator::Minus if is_zoned(&left) && is_span(&right) => {
            (&mut binary.left, &mut binary.right)
        }
        Operator::Plus if is_zoned(&right) && is_span(&left) => {
            (&mut binary.right, &mut binary.left)
        }
        _ => return None,
    };
    let name = if binary.op == Operator::Plus { "timestamptz_plus" } else { "timestamptz_minus" };
    let function = state.scalar_functions().get(name)?;
    Some(call(function, vec![std::mem::take(&mut **left), std::mem::take(&mut **right)]))
}

/// Whether an operator of DataFusion compares.
pub(crate) fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

fn is_span(expr: &Expr, schema: &DFSchema) -> bool {
    matches!(expr.get_type(schema), Ok(DataType::Interval(_)))
}

fn lengths<'a>(spans: impl IntoIterator<Item = &'a mut Expr>) -> bool {
    let mut changed = false;
    for span in spans {
        *span = call(&INTERVAL_LENGTH, vec![std::mem::take(span)]);
        changed = true;
    }
    changed
}

fn call(function: &Arc<ScalarUDF>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), args))
}

//! Quotients that pass through functions: they show no more digits than before.

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator};
use trunkline_arrow::Decimals;

use crate::functions::numeric::AS_QUOTIENT;

/// Marks what is chosen among quotients, or computed of them.
pub(crate) fn of_choice(
    expr: Expr,
    schema: &DFSchema,
) -> Result<Transformed<Expr>, DataFusionError> {
    let chosen: Vec<&Expr> = match &expr {
        Expr::ScalarFunction(call)
            if matches!(call.name(), "coalesce" | "nullif" | "greatest" | "least" | "abs") =>
        {
            call.args.iter().collect()
        }
        Expr::BinaryExpr(binary)
            if matches!(binary.op, Operator::Plus | Operator::Minus | Operator::Multiply) =>
        {
            vec![&*binary.left, &*binary.right]
        }
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| &**then);
            results.chain(case.else_expr.as_deref()).collect()
        }
        _ => return Ok(Transformed::no(expr)),
    };
    let is_quotient = chosen.into_iter().any(|expr| is_quotient(expr, schema));
    if !is_quotient || !is_unmarked(&expr, schema) {
        return Ok(Transformed::no(expr));
    }
    Ok(Transformed::yes(marked(expr)))
}

/// Marks, above an aggregate or a window, the columns that it chooses among quotients, or sums.
pub(crate) fn of_aggregates(
    plan: LogicalPlan,
) -> Result<Transformed<LogicalPlan>, DataFusionError> {
    let (exprs, input) = match &plan {
        LogicalPlan::Aggregate(aggregate) => (&aggregate.aggr_expr, &aggregate.input),
        LogicalPlan::Window(window) => (&window.window_expr, &window.input),
        _ => return Ok(Transformed::no(plan)),
    };
    let of_quotient =
        |expr: &Expr| chosen(expr).is_some_and(|arg| is_quotient(arg, input.schema()));
    let before = plan.schema().fields().len().saturating_sub(exprs.len());
    let quotients: Vec<bool> =
        std::iter::repeat_n(false, before).chain(exprs.iter().map(of_quotient)).collect();
    let columns = plan.schema().iter().zip(quotients).map(|((qualifier, field), is_quotient)| {
        let column = Expr::Column(Column::from((qualifier, field)));
        if is_quotient && is_unmarked(&column, plan.schema()) {
            let name = field.name().as_str();
            return (true, marked(column).alias_qualified(qualifier.cloned(), name));
        }
        (false, column)
    });
    let (marked, columns): (Vec<bool>, Vec<Expr>) = columns.unzip();
    if !marked.contains(&true) {
        return Ok(Transformed::no(plan));
    }
    let plan = LogicalPlanBuilder::from(plan).project(columns)?.build()?;
    Ok(Transformed::yes(plan))
}

/// The argument of which the result of an aggregate is one, or the sum.
fn chosen(expr: &Expr) -> Option<&Expr> {
    let (name, args) = match expr {
        Expr::Alias(alias) => return chosen(&alias.expr),
        Expr::AggregateFunction(call) => (call.func.name(), &call.params.args),
        Expr::WindowFunction(call) => (call.fun.name(), &call.params.args),
        _ => return None,
    };
    let chooses = matches!(
        name,
        "min" | "max" | "sum" | "first_value" | "last_value" | "nth_value" | "lag" | "lead"
    );
    args.first().filter(|_| chooses)
}

fn is_quotient(expr: &Expr, schema: &DFSchema) -> bool {
    let field = expr.to_field(schema);
    field.is_ok_and(|(_, field)| matches!(Decimals::of_field(&field), Some(Decimals::Quotient(_))))
}

fn is_unmarked(expr: &Expr, schema: &DFSchema) -> bool {
    let field = expr.to_field(schema);
    field.is_ok_and(|(_, field)| {
        field.data_type().is_decimal() && Decimals::of_field(&field).is_none()
    })
}

fn marked(expr: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(AS_QUOTIENT.clone(), vec![expr]))
}

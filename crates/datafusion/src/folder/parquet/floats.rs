//! Statistics of columns of floats, which leave NaN out.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{
    BinaryExpr, Column, IsNotNullExpr, IsNullExpr, Literal,
};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{PhysicalExpr, conjunction_opt, split_conjunction};

/// The conjuncts that statistics can rule out although they tell nothing of NaN.
///
/// NaN is larger than all numbers, and writers leave it out of the bounds of a column: what wants
/// small values is ruled out by the bounds, and what wants large ones only beside a bound above,
/// as of `BETWEEN`.
pub(super) fn without_unordered(
    predicate: &Arc<dyn PhysicalExpr>,
    schema: &Schema,
) -> Option<Arc<dyn PhysicalExpr>> {
    let conjuncts = split_conjunction(predicate);
    let below: HashSet<usize> = conjuncts
        .iter()
        .filter_map(|conjunct| bound(conjunct))
        .filter(|(_, operator)| matches!(operator, Operator::Eq | Operator::Lt | Operator::LtEq))
        .map(|(column, _)| column)
        .collect();
    let is_told = |conjunct: &Arc<dyn PhysicalExpr>| {
        let mut columns = collect_columns(conjunct).into_iter();
        let floats = columns.any(|column| {
            schema.fields().get(column.index()).is_none_or(|field| holds_floats(field.data_type()))
        });
        !floats
            || is_of_nulls(conjunct)
            || bound(conjunct).is_some_and(|(column, _)| below.contains(&column))
    };
    conjunction_opt(conjuncts.into_iter().filter(|conjunct| is_told(conjunct)).cloned())
}

fn holds_floats(data_type: &DataType) -> bool {
    data_type.is_floating() || data_type.is_nested()
}

fn is_of_nulls(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let of = expr.downcast_ref::<IsNullExpr>().map(IsNullExpr::arg);
    let of = of.or_else(|| expr.downcast_ref::<IsNotNullExpr>().map(IsNotNullExpr::arg));
    of.is_some_and(|of| of.is::<Column>())
}

/// A column that is compared with a number; the operator as it is with the column on its left.
fn bound(expr: &Arc<dyn PhysicalExpr>) -> Option<(usize, Operator)> {
    let comparison = expr.downcast_ref::<BinaryExpr>()?;
    let (left, right) = (comparison.left(), comparison.right());
    let (column, number, operator) = match left.downcast_ref::<Column>() {
        Some(column) => (column, right, *comparison.op()),
        None => (right.downcast_ref::<Column>()?, left, comparison.op().swap()?),
    };
    let is_number = match number.downcast_ref::<Literal>()?.value() {
        ScalarValue::Float64(Some(number)) => !number.is_nan(),
        ScalarValue::Float32(Some(number)) => !number.is_nan(),
        ScalarValue::Float16(Some(number)) => !number.is_nan(),
        _ => false,
    };
    let is_order = matches!(
        operator,
        Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
    );
    (is_number && is_order).then_some((column.index(), operator))
}

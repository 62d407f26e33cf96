//! The types of a UNION's columns, where PostgreSQL is stricter than DataFusion.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Projection, Union, cast};
use trunkline_arrow::PgType;
use trunkline_core::{PgError, SqlState, types};

use crate::except;

/// Refuses a comparison of values that have nothing in common, as of a text with a number: DataFusion
/// reads the one as the other.
///
/// # Errors
///
/// 42883.
pub(crate) fn like_each_other<'a>(
    exprs: impl IntoIterator<Item = &'a Expr>,
    op: &str,
    schema: &DFSchema,
) -> Result<(), DataFusionError> {
    let mut exprs = exprs.into_iter();
    let of = |expr: &Expr| {
        let (_, field) = expr.to_field(schema).ok()?;
        // What has no type yet is read as the others.
        let is_unknown = matches!(expr, Expr::Placeholder(_) | Expr::Literal(..))
            && field.data_type().is_string();
        let is_known = !is_unknown && !field.data_type().is_null();
        is_known.then_some(field)
    };
    let Some(first) = exprs.next().and_then(of) else { return Ok(()) };
    for found in exprs.filter_map(of) {
        let (left, right) = (group(first.data_type()), group(found.data_type()));
        let differ = left != right
            && [left, right].iter().all(|group| !matches!(group, Group::Span | Group::Other));
        if differ {
            let name = |field| types::name_of(PgType::of_field(field).oid).unwrap_or("unknown");
            let (left, right) = (name(&first), name(&found));
            let message = format!("operator does not exist: {left} {op} {right}");
            let error = PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
                "No operator matches the given name and argument types. \
                 You might need to add explicit type casts.",
            );
            return Err(DataFusionError::External(Box::new(error)));
        }
    }
    Ok(())
}

/// Reads literals without a type as the type of the columns that they are united with.
///
/// # Errors
///
/// 42804 for columns of types that have nothing in common.
pub(crate) fn unite(plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    // Above a column of another type, schemas are of old.
    let mut changed = false;
    let united = plan.transform_up_with_subqueries(|plan| match plan {
        LogicalPlan::Union(union) => {
            let inputs = literals(union)?;
            let united = Union::try_new_with_loose_types(inputs)?;
            Ok(Transformed::yes(LogicalPlan::Union(united)))
        }
        LogicalPlan::Join(join) => {
            let rewritten = except::rewrite(join)?;
            changed |= rewritten.transformed;
            Ok(rewritten)
        }
        plan if changed => plan.recompute_schema().map(Transformed::yes),
        plan => Ok(Transformed::no(plan)),
    })?;
    Ok(united.data)
}

pub(crate) fn literals(union: Union) -> Result<Vec<Arc<LogicalPlan>>, DataFusionError> {
    let Union { inputs, schema } = union;
    let mut plans: Vec<LogicalPlan> = inputs.into_iter().map(Arc::unwrap_or_clone).collect();
    for column in 0..schema.fields().len() {
        let mut known: Option<Field> = None;
        for plan in plans.iter().filter(|plan| !is_unknown(plan, column)) {
            let found = Field::clone(plan.schema().field(column));
            if found.data_type().is_null() {
                continue;
            }
            match &known {
                Some(first) if !meet(first.data_type(), found.data_type()) => {
                    return Err(mismatch(first, &found));
                }
                Some(_) => {}
                None => known = Some(found),
            }
        }
        let Some(known) = known.filter(|known| group(known.data_type()) != Group::Text) else {
            continue;
        };
        for plan in plans.iter_mut().filter(|plan| is_unknown(plan, column)) {
            read_as(plan, column, known.data_type())?;
        }
    }
    Ok(plans.into_iter().map(Arc::new).collect())
}

/// Whether a column is a string literal, which may become anything.
fn is_unknown(plan: &LogicalPlan, column: usize) -> bool {
    let LogicalPlan::Projection(projection) = plan else { return false };
    projection.expr.get(column).is_some_and(|expr| literal(expr).is_some())
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Alias(alias) => literal(&alias.expr),
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        _ => None,
    }
}

fn read_as(
    plan: &mut LogicalPlan,
    column: usize,
    wanted: &DataType,
) -> Result<(), DataFusionError> {
    let LogicalPlan::Projection(projection) = plan else { return Ok(()) };
    let mut exprs = projection.expr.clone();
    if let Some(expr) = exprs.get_mut(column) {
        let name = plan_name(expr);
        *expr = cast(expr.clone().unalias(), wanted.clone()).alias(name);
    }
    *plan = LogicalPlan::Projection(Projection::try_new(exprs, projection.input.clone())?);
    Ok(())
}

fn plan_name(expr: &Expr) -> String {
    expr.schema_name().to_string()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Number,
    Text,
    Boolean,
    Moment,
    Span,
    Other,
}

fn group(data_type: &DataType) -> Group {
    match data_type {
        data_type if data_type.is_numeric() => Group::Number,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Group::Text,
        DataType::Boolean => Group::Boolean,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Group::Moment,
        DataType::Interval(_) | DataType::Duration(_) => Group::Span,
        _ => Group::Other,
    }
}

fn meet(left: &DataType, right: &DataType) -> bool {
    let groups = (group(left), group(right));
    groups.0 == groups.1 || groups.0 == Group::Other || groups.1 == Group::Other
}

fn mismatch(left: &Field, right: &Field) -> DataFusionError {
    let name = |field| types::name_of(PgType::of_field(field).oid).unwrap_or("unknown");
    let message = format!("UNION types {} and {} cannot be matched", name(left), name(right));
    DataFusionError::External(Box::new(PgError::new(SqlState::DATATYPE_MISMATCH, message)))
}

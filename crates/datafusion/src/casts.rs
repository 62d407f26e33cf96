//! Casts that PostgreSQL makes otherwise than Arrow.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::{BinaryExpr, Cast, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, ScalarUDF, cast};
use trunkline_core::PgError;
use trunkline_core::types::TextStyle;

use crate::functions::builtin::{MICROSECONDS, failed, moment as timestamptz};
use crate::functions::narrowing::{narrow, narrows};
use crate::functions::reading::{read, reads, values_of};
use crate::functions::zoned::in_zone;
use crate::marks;
use crate::operators::ROUND_EVEN;
use crate::template::to_chrono;
use crate::text::AsText;

/// Gives the casts of a plan PostgreSQL's meaning: literals are read as its types read them, numbers
/// are rounded to integers, not cut, and moments become text in the session's style.
pub(crate) fn rewrite(
    plan: LogicalPlan,
    style: &Arc<TextStyle>,
) -> Result<LogicalPlan, DataFusionError> {
    let casts = Casts { style, as_text: Arc::new(AsText::new(style.clone()).into()) };
    plan.transform_up_with_subqueries(|plan| casts.rewrite_node(plan)).map(|plan| plan.data)
}

struct Casts<'a> {
    style: &'a TextStyle,
    as_text: Arc<ScalarUDF>,
}

impl Casts<'_> {
    fn rewrite_node(&self, plan: LogicalPlan) -> Result<Transformed<LogicalPlan>, DataFusionError> {
        let mut schema = merge_schema(&plan.inputs());
        if let LogicalPlan::TableScan(scan) = &plan {
            let source = scan.source.schema();
            schema.merge(&DFSchema::try_from_qualified_schema(scan.table_name.clone(), &source)?);
        }
        let names = NamePreserver::new(&plan);
        let is_projection = matches!(plan, LogicalPlan::Projection(_));
        let rewritten = plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let mut expr = expr.transform_up(|expr| {
                let rewritten = self.rewrite_expr(expr, &schema)?;
                rewritten.transform_data(|expr| marks::of_choice(expr, &schema))
            })?;
            if is_projection && is_computed_unsigned(&expr.data, &schema) {
                let signed = signed(&expr.data);
                expr = Transformed::yes(cast(expr.data, signed));
            }
            Ok(expr.update_data(|expr| name.restore(expr)))
        })?;
        // Below, types may have changed.
        rewritten.map_data(LogicalPlan::recompute_schema)?.transform_data(marks::of_aggregates)
    }

    fn rewrite_expr(
        &self,
        expr: Expr,
        schema: &DFSchema,
    ) -> Result<Transformed<Expr>, DataFusionError> {
        match expr {
            Expr::Cast(cast) => self.rewrite_cast(cast, schema),
            Expr::ScalarFunction(call) if matches!(call.name(), "to_date" | "to_timestamp") => {
                let local = call.name() == "to_timestamp" && call.args.len() == 2;
                let moment = template(call)?;
                Ok(if local { moment.update_data(|moment| self.in_zone(moment)) } else { moment })
            }
            other => Ok(Transformed::no(other)),
        }
    }

    /// A moment that was read as one of UTC, in the session's zone.
    fn in_zone(&self, moment: Expr) -> Expr {
        let local = cast(moment.clone(), MICROSECONDS);
        let zone = &self.style.time_zone;
        in_zone(&local, &MICROSECONDS, &timestamptz(), zone).unwrap_or(moment)
    }

    fn rewrite_cast(
        &self,
        to: Cast,
        schema: &DFSchema,
    ) -> Result<Transformed<Expr>, DataFusionError> {
        let wanted = to.field.data_type();
        if let Expr::Literal(value, _) = &*to.expr
            && let Some(Some(text)) = value.try_as_str()
            && !is_text(wanted)
        {
            return Ok(Transformed::yes(Expr::Literal(literal(text, wanted, self.style)?, None)));
        }
        let found = to.expr.get_type(schema)?;
        if let Some(moment) = in_zone(&to.expr, &found, wanted, &self.style.time_zone) {
            let given = moment.get_type(schema)?;
            return Ok(Transformed::yes(match wanted {
                wanted if *wanted == given => moment,
                wanted if narrows(&given, wanted) => narrow(moment, wanted.clone()),
                wanted => cast(moment, wanted.clone()),
            }));
        }
        match (&found, wanted) {
            (found, wanted) if reads(found, wanted) => {
                Ok(Transformed::yes(read(*to.expr, wanted.clone(), self.style)))
            }
            (found, wanted) if narrows(found, wanted) => {
                Ok(Transformed::yes(narrow(*to.expr, wanted.clone())))
            }
            (DataType::Float32 | DataType::Float64, wanted) if is_integer(wanted) => {
                let rounded = call(&ROUND_EVEN, vec![*to.expr]);
                Ok(Transformed::yes(cast(rounded, wanted.clone())))
            }
            (
                DataType::Decimal128(..)
                | DataType::Timestamp(..)
                | DataType::Interval(_)
                | DataType::Duration(_)
                | DataType::Float32
                | DataType::Float64
                | DataType::Binary
                | DataType::BinaryView
                | DataType::List(_)
                | DataType::LargeList(_)
                | DataType::FixedSizeList(..)
                | DataType::Struct(_)
                | DataType::Map(..),
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View,
            ) => {
                let text = call(&self.as_text, vec![*to.expr]);
                Ok(Transformed::yes(match wanted {
                    DataType::Utf8 => text,
                    wanted => cast(text, wanted.clone()),
                }))
            }
            _ => Ok(Transformed::no(Expr::Cast(to))),
        }
    }
}

/// A literal as the type's input function reads it.
pub(crate) fn literal(
    text: &str,
    wanted: &DataType,
    style: &TextStyle,
) -> Result<ScalarValue, DataFusionError> {
    let values = values_of(std::iter::once(Some(text)), wanted, style).map_err(failed)?;
    let Some(array) = values.first() else { return ScalarValue::try_from(wanted) };
    ScalarValue::try_from_array(array, 0)
}

/// Translates the template of a function that formats.
fn template(mut call: ScalarFunction) -> Result<Transformed<Expr>, DataFusionError> {
    let with_time = call.name() == "to_timestamp";
    let Some(argument) = call.args.get_mut(1) else {
        return Ok(Transformed::no(Expr::ScalarFunction(call)));
    };
    let external = |error: PgError| DataFusionError::External(Box::new(error));
    let Expr::Literal(value, _) = &*argument else {
        return Err(external(PgError::unsupported(format!(
            "{} with a computed template is not supported",
            call.name()
        ))));
    };
    let Some(Some(text)) = value.try_as_str() else {
        return Ok(Transformed::no(Expr::ScalarFunction(call)));
    };
    let mut format = to_chrono(text).map_err(external)?;
    let missing = completed(&mut format, with_time);
    *argument = Expr::Literal(ScalarValue::Utf8(Some(format)), None);
    if let (false, Some(text)) = (missing.is_empty(), call.args.first_mut()) {
        let behind = Box::new(Expr::Literal(ScalarValue::Utf8(Some(missing)), None));
        let before = Box::new(std::mem::take(text));
        *text = Expr::BinaryExpr(BinaryExpr::new(before, Operator::StringConcat, behind));
    }
    Ok(Transformed::yes(Expr::ScalarFunction(call)))
}

/// Adds to a format what DataFusion wants of a moment, and returns what to add to the text.
fn completed(format: &mut String, with_time: bool) -> String {
    let has = |words: &[&str]| words.iter().any(|word| format.contains(word));
    let mut missing = Vec::new();
    if has(&["%Y"]) && !has(&["%j"]) {
        missing.extend((!has(&["%m", "%-m", "%b", "%B"])).then_some(("%m", "01")));
        missing.extend((!has(&["%d", "%-d"])).then_some(("%d", "01")));
    }
    if with_time && has(&["%H", "%-H"]) && !has(&["%M"]) {
        missing.push(("%M", "00"));
    }
    let mut text = String::new();
    for (word, value) in missing {
        format.extend([" ", word]);
        text.extend([" ", value]);
    }
    text
}

/// Whether an integer without a sign was computed: a count or rank, which are signed in PostgreSQL.
/// Only columns of tables know larger numbers.
fn is_computed_unsigned(expr: &Expr, schema: &DFSchema) -> bool {
    let inner = match expr {
        Expr::Alias(alias) => &alias.expr,
        expr => expr,
    };
    !matches!(inner, Expr::Column(column) if column.relation.is_some())
        && matches!(inner.get_type(schema), Ok(DataType::UInt64))
}

/// What a number without a sign is in PostgreSQL: lengths and places are `int4`, counts `int8`.
fn signed(expr: &Expr) -> DataType {
    let inner = match expr {
        Expr::Alias(alias) => &alias.expr,
        expr => expr,
    };
    match inner {
        Expr::ScalarFunction(_) => DataType::Int32,
        Expr::WindowFunction(call) if call.fun.name() == "ntile" => DataType::Int32,
        _ => DataType::Int64,
    }
}

fn call(function: &Arc<ScalarUDF>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), args))
}

fn is_integer(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int16 | DataType::Int32 | DataType::Int64)
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Null
            | DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Dictionary(..)
    )
}

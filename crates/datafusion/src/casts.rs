//! Casts that PostgreSQL makes otherwise than Arrow.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::{Case, Cast, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, ScalarUDF, cast};
use trunkline_arrow::param_array;
use trunkline_core::types::TextStyle;
use trunkline_core::{Format, Oid, Params, PgError};

use crate::functions::narrowing::{narrow, narrows};
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
            Expr::ScalarFunction(call) if call.name() == "round" => round(call, schema),
            Expr::ScalarFunction(call) if matches!(call.name(), "to_date" | "to_timestamp") => {
                template(call)
            }
            Expr::ScalarFunction(call) if matches!(call.name(), "ceil" | "floor" | "trunc") => {
                whole(call, schema)
            }
            Expr::ScalarFunction(call)
                if matches!(call.name(), "concat" | "concat_ws" | "format") =>
            {
                Ok(short_booleans(call, schema))
            }
            other => Ok(Transformed::no(other)),
        }
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
        match (&found, wanted) {
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
    let external = |error: PgError| DataFusionError::External(Box::new(error));
    let value = std::iter::once((Format::Text, Some(text.as_bytes())));
    let params = Params::bind(Arc::from([Oid::TEXT]), value).map_err(external)?;
    let Some(param) = params.get(0) else { return ScalarValue::try_from(wanted) };
    let array = param_array(&param, wanted, style).map_err(external)?;
    ScalarValue::try_from_array(&array, 0)
}

fn transformed(expr: Expr, changed: bool) -> Transformed<Expr> {
    if changed { Transformed::yes(expr) } else { Transformed::no(expr) }
}

/// Translates the template of a function that formats.
fn template(mut call: ScalarFunction) -> Result<Transformed<Expr>, DataFusionError> {
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
    let format = to_chrono(text).map_err(external)?;
    *argument = Expr::Literal(ScalarValue::Utf8(Some(format)), None);
    Ok(Transformed::yes(Expr::ScalarFunction(call)))
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

/// `round(numeric, n)` has n decimals.
fn round(
    mut call: ScalarFunction,
    schema: &DFSchema,
) -> Result<Transformed<Expr>, DataFusionError> {
    let places = match call.args.get(1) {
        None => Some(0),
        Some(arg) => literal_places(arg),
    };
    if let ([number], DataType::Float64) = (
        call.args.as_slice(),
        call.args.first().map_or(Ok(DataType::Null), |number| number.get_type(schema))?,
    ) {
        return Ok(Transformed::yes(self::call(&ROUND_EVEN, vec![number.clone()])));
    }
    let found = call.args.first().map(|number| number.get_type(schema)).transpose()?;
    if call.args.len() == 1 && found.is_some_and(|found| found.is_integer()) {
        // PostgreSQL has no rounding of integers but as floats.
        return Ok(Transformed::yes(cast(call.args.remove(0), DataType::Float64)));
    }
    with_places(Expr::ScalarFunction(call), places, schema)
}

/// A decimal with so many digits after the point.
fn with_places(
    expr: Expr,
    places: Option<i8>,
    schema: &DFSchema,
) -> Result<Transformed<Expr>, DataFusionError> {
    let (DataType::Decimal128(precision, scale), Some(places)) = (expr.get_type(schema)?, places)
    else {
        return Ok(Transformed::no(expr));
    };
    let places = places.max(0);
    if places == scale {
        return Ok(Transformed::no(expr));
    }
    let wider = u8::try_from(places.saturating_sub(scale)).unwrap_or(0);
    let precision = precision.saturating_add(wider).min(38);
    Ok(Transformed::yes(cast(expr, DataType::Decimal128(precision, places))))
}

/// `ceil`, `floor` and `trunc` of a decimal leave as many digits as they are told, or none.
fn whole(call: ScalarFunction, schema: &DFSchema) -> Result<Transformed<Expr>, DataFusionError> {
    let places = match call.args.get(1) {
        None => Some(0),
        Some(arg) => literal_places(arg),
    };
    with_places(Expr::ScalarFunction(call), places, schema)
}

fn literal_places(arg: &Expr) -> Option<i8> {
    match arg {
        Expr::Cast(cast) => literal_places(&cast.expr),
        Expr::Literal(ScalarValue::Int64(Some(places)), _) => i8::try_from(*places).ok(),
        Expr::Literal(ScalarValue::Int32(Some(places)), _) => i8::try_from(*places).ok(),
        _ => None,
    }
}

/// What is put together of values has them as they are printed, not as they are cast.
fn short_booleans(mut call: ScalarFunction, schema: &DFSchema) -> Transformed<Expr> {
    let mut changed = false;
    for arg in &mut call.args {
        let Expr::Cast(cast) = &*arg else { continue };
        if !matches!(cast.expr.get_type(schema), Ok(DataType::Boolean)) {
            continue;
        }
        let text = cast.field.data_type().clone();
        let word = |word: &str| {
            Box::new(datafusion::logical_expr::cast(
                Expr::Literal(ScalarValue::Utf8(Some(word.to_owned())), None),
                text.clone(),
            ))
        };
        let value = Expr::clone(&cast.expr);
        let cases = vec![
            (Box::new(value.clone()), word("t")),
            (Box::new(Expr::Not(Box::new(value))), word("f")),
        ];
        *arg = Expr::Case(Case::new(None, cases, None));
        changed = true;
    }
    transformed(Expr::ScalarFunction(call), changed)
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

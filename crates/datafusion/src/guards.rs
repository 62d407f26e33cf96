//! Conditions that keep others from failing.
//!
//! PostgreSQL evaluates `y <> 0 AND x / y > 1` from the left, and only as far as it needs to.
//! DataFusion evaluates both sides for all rows of a batch; its CASE does not.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::{BinaryExpr, Case, Cast, InList, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{
    conjunction, disjunction, merge_schema, split_binary_owned, split_conjunction,
};
use datafusion::logical_expr::{
    Expr, ExprSchemable, Filter, LogicalPlan, Operator, Volatility, lit,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

type Result<T> = std::result::Result<T, DataFusionError>;

/// Evaluates what may fail only for the rows that the conditions next to it let pass; of a plan that
/// is optimized, for that would undo it.
///
/// # Errors
///
/// Those of the types of expressions.
pub(crate) fn rewrite(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(guard).map(|plan| plan.data)
}

/// Evaluates the arguments of an aggregate that may fail only for the rows of its FILTER.
///
/// # Errors
///
/// Those of the types of expressions.
pub(crate) fn filtered(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|plan| {
        if !matches!(plan, LogicalPlan::Aggregate(_) | LogicalPlan::Window(_)) {
            return Ok(Transformed::no(plan));
        }
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        let rewritten = plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let expr = expr.transform_up(|expr| Ok(of_filter(expr, &schema)))?;
            Ok(expr.update_data(|expr| name.restore(expr)))
        })?;
        if rewritten.transformed {
            rewritten.map_data(LogicalPlan::recompute_schema)
        } else {
            Ok(rewritten)
        }
    })
    .map(|plan| plan.data)
}

fn of_filter(mut expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let (args, filter) = match &mut expr {
        Expr::AggregateFunction(call) => (&mut call.params.args, &call.params.filter),
        Expr::WindowFunction(call) => (&mut call.params.args, &call.params.filter),
        _ => return Transformed::no(expr),
    };
    let Some(filter) = filter else { return Transformed::no(expr) };
    let mut changed = false;
    for arg in args.iter_mut().filter(|arg| may_fail(arg, schema)) {
        let passed = (filter.clone(), Box::new(std::mem::take(arg)));
        *arg = Expr::Case(Case::new(None, vec![passed], None));
        changed = true;
    }
    if changed { Transformed::yes(expr) } else { Transformed::no(expr) }
}

/// Puts the conditions that cannot fail first, before common parts of the others are computed for
/// all rows.
#[derive(Debug)]
pub(crate) struct GuardsFirst;

impl OptimizerRule for GuardsFirst {
    fn name(&self) -> &str {
        "guards_first"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = plan else { return Ok(Transformed::no(plan)) };
        let schema = filter.input.schema();
        let fails: Vec<bool> = split_conjunction(&filter.predicate)
            .iter()
            .map(|part| may_fail(part, schema))
            .collect();
        if fails.is_sorted() {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        }
        let parts = split_binary_owned(filter.predicate, Operator::And);
        let (fallible, safe): (Vec<_>, Vec<_>) =
            parts.into_iter().zip(fails).partition(|(_, fails)| *fails);
        let ordered = safe.into_iter().chain(fallible).map(|(part, _)| part);
        let predicate = conjunction(ordered).unwrap_or_else(|| lit(true));
        Ok(Transformed::yes(LogicalPlan::Filter(Filter::try_new(predicate, filter.input)?)))
    }
}

fn guard(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let mut schema = merge_schema(&plan.inputs());
    match plan {
        // What a scan is told helps it to leave files out; the filter stays above it.
        LogicalPlan::TableScan(_) => return Ok(Transformed::no(plan)),
        LogicalPlan::Filter(filter) => {
            if !may_fail(&filter.predicate, &schema) {
                return Ok(Transformed::no(LogicalPlan::Filter(filter)));
            }
            let predicate = Guards { schema: &schema }.of_rows(filter.predicate)?;
            let filter = Filter::try_new(predicate, filter.input)?;
            return Ok(Transformed::yes(LogicalPlan::Filter(filter)));
        }
        LogicalPlan::Join(mut join) => {
            schema = join.left.schema().join(join.right.schema())?;
            let Some(filter) = join.filter.take() else {
                return Ok(Transformed::no(LogicalPlan::Join(join)));
            };
            let filter = Guards { schema: &schema }.guarded(filter, true)?;
            join.filter = Some(filter.data);
            return Ok(Transformed::new_transformed(LogicalPlan::Join(join), filter.transformed));
        }
        _ => {}
    }
    let guards = Guards { schema: &schema };
    let names = NamePreserver::new(&plan);
    let rewritten = plan.map_expressions(|expr| {
        if !may_fail(&expr, &schema) {
            return Ok(Transformed::no(expr));
        }
        let name = names.save(&expr);
        Ok(guards.guarded(expr, false)?.update_data(|expr| name.restore(expr)))
    })?;
    if rewritten.transformed {
        rewritten.map_data(LogicalPlan::recompute_schema)
    } else {
        Ok(rewritten)
    }
}

struct Guards<'a> {
    schema: &'a DFSchema,
}

impl Guards<'_> {
    /// A condition of WHERE; what tells which rows a file has stays by itself.
    fn of_rows(&self, predicate: Expr) -> Result<Expr> {
        let parts = split_binary_owned(predicate, Operator::And);
        let tells = |part: &&Expr| is_telling(part) && !may_fail(part, self.schema);
        let telling: Vec<Expr> = parts.iter().filter(tells).cloned().collect();
        let whole = self.connected(Operator::And, parts, true)?.data;
        Ok(conjunction(telling.into_iter().chain([whole])).unwrap_or_else(|| lit(true)))
    }

    /// `is_condition` says that NULL is as good as false.
    fn guarded(&self, expr: Expr, is_condition: bool) -> Result<Transformed<Expr>> {
        if !may_fail(&expr, self.schema) {
            return Ok(Transformed::no(expr));
        }
        match expr {
            Expr::BinaryExpr(BinaryExpr { op: op @ (Operator::And | Operator::Or), .. }) => {
                self.connected(op, split_binary_owned(expr, op), is_condition)
            }
            Expr::Case(Case { expr: None, when_then_expr, else_expr }) => {
                let mut changed = false;
                let mut rewrite = |expr: Expr, is_condition: bool| -> Result<Box<Expr>> {
                    let rewritten = self.guarded(expr, is_condition)?;
                    changed |= rewritten.transformed;
                    Ok(Box::new(rewritten.data))
                };
                let mut cases = Vec::with_capacity(when_then_expr.len());
                for (when, then) in when_then_expr {
                    cases.push((rewrite(*when, true)?, rewrite(*then, is_condition)?));
                }
                let otherwise = match else_expr {
                    Some(otherwise) => Some(rewrite(*otherwise, is_condition)?),
                    None => None,
                };
                let case = Expr::Case(Case::new(None, cases, otherwise));
                Ok(Transformed::new_transformed(case, changed))
            }
            expr => expr.map_children(|child| self.guarded(child, false)),
        }
    }

    fn connected(
        &self,
        op: Operator,
        parts: Vec<Expr>,
        is_condition: bool,
    ) -> Result<Transformed<Expr>> {
        let (mut safe, mut fallible, mut changed) = (Vec::new(), Vec::new(), false);
        for part in parts {
            if may_fail(&part, self.schema) {
                let part = self.guarded(part, is_condition)?;
                changed |= part.transformed;
                fallible.push(part.data);
            } else {
                safe.push(part);
            }
        }
        let first = match op {
            Operator::And => conjunction(safe),
            _ => disjunction(safe),
        };
        let Some(mut result) = fallible.pop() else {
            return Ok(Transformed::no(first.unwrap_or_else(|| lit(op == Operator::And))));
        };
        while let Some(before) = fallible.pop() {
            result = match is_condition {
                true => condition(op, before, result),
                false => connect(op, before, result),
            };
            changed |= is_condition;
        }
        Ok(match first {
            None => Transformed::new_transformed(result, changed),
            Some(first) if is_condition => Transformed::yes(condition(op, first, result)),
            Some(first) if first.is_volatile() => {
                Transformed::new_transformed(connect(op, first, result), changed)
            }
            Some(first) => Transformed::yes(value(op, first, result)),
        })
    }
}

fn connect(op: Operator, left: Expr, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

fn case(when: Expr, then: Expr, otherwise: Expr) -> Expr {
    let cases = vec![(Box::new(when), Box::new(then))];
    Expr::Case(Case::new(None, cases, Some(Box::new(otherwise))))
}

/// `first AND then`, or OR, where NULL is as good as false.
fn condition(op: Operator, first: Expr, then: Expr) -> Expr {
    match op {
        Operator::And => case(first, then, lit(false)),
        _ => case(first, lit(true), then),
    }
}

/// `first AND then`, or OR, as it is: `first` is evaluated again where it does not decide.
fn value(op: Operator, first: Expr, then: Expr) -> Expr {
    let both = connect(op, first.clone(), then);
    match op {
        Operator::And => case(Expr::Not(Box::new(first)), lit(false), both),
        _ => case(first, lit(true), both),
    }
}

/// Whether statistics of files may decide a condition: it compares columns with literals.
fn is_telling(expr: &Expr) -> bool {
    let is_column = |expr: &Expr| match expr {
        Expr::Column(_) => true,
        Expr::Cast(Cast { expr, .. }) => matches!(**expr, Expr::Column(_)),
        _ => false,
    };
    let is_literal = |expr: &Expr| matches!(expr, Expr::Literal(..));
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => {
            is_telling(left) && is_telling(right)
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if op.supports_propagation() => {
            is_column(left) && is_literal(right) || is_literal(left) && is_column(right)
        }
        Expr::InList(InList { expr, list, .. }) => is_column(expr) && list.iter().all(is_literal),
        Expr::Like(like) => is_column(&like.expr) && is_literal(&like.pattern),
        Expr::IsNull(expr) | Expr::IsNotNull(expr) | Expr::Not(expr) => is_column(expr),
        expr => matches!(expr, Expr::Column(_)),
    }
}

/// Whether an expression may be an error for some rows.
fn may_fail(expr: &Expr, schema: &DFSchema) -> bool {
    expr.exists(|expr| Ok(fails_itself(expr, schema))).unwrap_or(true)
}

fn fails_itself(expr: &Expr, schema: &DFSchema) -> bool {
    let is_decimal = |expr: &Expr| expr.get_type(schema).is_ok_and(|found| found.is_decimal());
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::Divide | Operator::Modulo => !is_divisor(right),
            Operator::Plus | Operator::Minus | Operator::Multiply => {
                is_decimal(left) || is_decimal(right)
            }
            Operator::RegexMatch
            | Operator::RegexIMatch
            | Operator::RegexNotMatch
            | Operator::RegexNotIMatch => !matches!(**right, Expr::Literal(..)),
            _ => false,
        },
        Expr::Cast(cast) => {
            let found = cast.expr.get_type(schema);
            found.map_or(true, |found| cast_fails(&found, cast.field.data_type()))
        }
        Expr::ScalarFunction(call) => call_fails(call),
        Expr::HigherOrderFunction(_) => true,
        _ => false,
    }
}

/// A literal by which everything can be divided.
fn is_divisor(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => ScalarValue::new_zero(&value.data_type())
            .is_ok_and(|zero| !value.is_null() && *value != zero),
        Expr::Cast(Cast { expr, .. }) => is_divisor(expr),
        _ => false,
    }
}

fn cast_fails(found: &DataType, wanted: &DataType) -> bool {
    let width = |of: &DataType| of.primitive_width().unwrap_or(usize::MAX);
    match (found, wanted) {
        (found, wanted) if found == wanted => false,
        (DataType::Null, _) => false,
        (found, wanted) if wanted.is_string() => found.is_nested(),
        (found, wanted) if found.is_integer() && wanted.is_integer() => {
            found.is_unsigned_integer() != wanted.is_unsigned_integer()
                || width(found) > width(wanted)
        }
        (found, wanted) if wanted.is_floating() => !found.is_numeric(),
        (found, DataType::Decimal128(precision, scale)) if found.is_integer() => {
            let digits = i16::from(*precision) - i16::from(*scale);
            digits < if width(found) > 4 { 19 } else { 10 }
        }
        (DataType::Decimal128(of, from), DataType::Decimal128(precision, scale)) => {
            scale < from
                || i16::from(*precision) - i16::from(*scale) < i16::from(*of) - i16::from(*from)
        }
        (
            DataType::Date32 | DataType::Timestamp(..),
            DataType::Timestamp(..) | DataType::Date32,
        ) => false,
        _ => true,
    }
}

/// All functions but those that are known to have a value for every argument.
fn call_fails(call: &ScalarFunction) -> bool {
    let is_literal = |place: usize| matches!(call.args.get(place), Some(Expr::Literal(..)));
    match call.name() {
        "int_add" | "int_subtract" => !is_literal(0) && !is_literal(1),
        "numeric_divide" | "float_divide" => !call.args.get(1).is_some_and(is_divisor),
        "date_trunc" | "date_part" | "extract" | "to_char" => !is_literal(0) && !is_literal(1),
        name => {
            !INFALLIBLE.contains(&name) || call.func.signature().volatility == Volatility::Volatile
        }
    }
}

const INFALLIBLE: &[&str] = &[
    "lower",
    "upper",
    "initcap",
    "length",
    "char_length",
    "character_length",
    "octet_length",
    "bit_length",
    "btrim",
    "trim",
    "ltrim",
    "rtrim",
    "reverse",
    "strpos",
    "starts_with",
    "ends_with",
    "left",
    "right",
    "concat",
    "concat_ws",
    "md5",
    "text",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "ceil",
    "floor",
    "round",
    "trunc",
    "round_even",
    "abs",
    "sign",
    "isnan",
    "isfinite",
    "as_date",
    "as_timestamp",
    "as_timestamptz",
    "as_time",
    "as_quotient",
    "as_numeric",
    "as_varchar",
    "as_bpchar",
    "nullable",
    "elapsed",
    "interval_length",
    "now",
    "age",
];

//! Where values of two types meet, they do so in the type that PostgreSQL chooses.
//!
//! Source: <https://www.postgresql.org/docs/18/typeconv.html>.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr::{Case, InSubquery, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::expr_schema::cast_subquery;
use datafusion::logical_expr::type_coercion::binary::type_union_coercion;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    Expr, ExprSchemable, Join, JoinConstraint, LogicalPlan, LogicalPlanBuilder, Projection, Union,
    Values, WindowFunctionDefinition, cast, lit,
};

use crate::functions::numeric::NULLABLE;
use crate::functions::{rounding, sum};
use crate::spans::is_comparison;
use crate::{sets, spans, zeros};

/// Casts what meets a float to `float8`, and what meets a date or moment to microseconds.
///
/// DataFusion makes a float that meets a `numeric` a decimal, in which most floats have no place,
/// and counts moments in nanoseconds, which reach three centuries.
///
/// # Errors
///
/// Those of the types of expressions.
pub(crate) fn rewrite(
    plan: LogicalPlan,
    state: &SessionState,
) -> Result<LogicalPlan, DataFusionError> {
    plan.transform_up_with_subqueries(|plan| node(plan, state)).map(|plan| plan.data)
}

fn node(
    plan: LogicalPlan,
    state: &SessionState,
) -> Result<Transformed<LogicalPlan>, DataFusionError> {
    let plan = match plan {
        LogicalPlan::Values(values) => return of_values(values).map(Transformed::yes),
        LogicalPlan::Union(union) => return of_union(union).map(Transformed::yes),
        LogicalPlan::Join(join) => LogicalPlan::Join(of_join(join)?),
        plan => plan,
    };
    let mut schema = merge_schema(&plan.inputs());
    if let LogicalPlan::TableScan(scan) = &plan {
        let source = scan.source.schema();
        schema.merge(&DFSchema::try_from_qualified_schema(scan.table_name.clone(), &source)?);
    }
    let names = NamePreserver::new(&plan);
    let is_computed = matches!(plan, LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_));
    let rewritten = plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let expr = expr.transform_up(|expr| {
            let expr = spans::rewrite(expr, &schema, state)?;
            expr.transform_data(|expr| rewrite_expr(expr, &schema))
        })?;
        let expr = match is_computed {
            true => expr.update_data(|expr| nullable(expr, &schema)),
            false => expr,
        };
        Ok(expr.update_data(|expr| name.restore(expr)))
    })?;
    let rewritten = rewritten.update_data(|plan| spans::sorted(plan, &schema));
    // Below, types may have changed.
    rewritten.map_data(LogicalPlan::recompute_schema)
}

fn rewrite_expr(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>, DataFusionError> {
    let mut expr = expr;
    let changed = match &mut expr {
        Expr::BinaryExpr(binary) if is_comparison(binary.op) => {
            let op = binary.op.to_string();
            sets::like_each_other([&*binary.left, &*binary.right], &op, schema)?;
            read_and_meet([&mut *binary.left, &mut *binary.right], schema)
        }
        Expr::BinaryExpr(binary) => meet([&mut *binary.left, &mut *binary.right], schema),
        Expr::Between(between) => {
            sets::like_each_other([&*between.expr, &*between.low, &*between.high], ">=", schema)?;
            read_and_meet([&mut *between.expr, &mut *between.low, &mut *between.high], schema)
        }
        Expr::InList(list) if zeros::of_list(list).is_some() => {
            let Some(any) = zeros::of_list(list) else { return Ok(Transformed::no(expr)) };
            return any
                .transform_up(|expr| rewrite_expr(expr, schema))
                .map(|any| Transformed::yes(any.data));
        }
        Expr::InList(list) => {
            sets::like_each_other(std::iter::once(&*list.expr).chain(&list.list), "=", schema)?;
            let changed = zeros::positive(&mut list.expr, schema);
            changed | read_and_meet(std::iter::once(&mut *list.expr).chain(&mut list.list), schema)
        }
        Expr::Case(case) => zeros::of_case(case, schema) | of_case(case, schema),
        Expr::ScalarFunction(call) if rounding::fixed(call).is_some() => {
            return Ok(rounding::fixed(call).map_or(Transformed::no(expr), Transformed::yes));
        }
        Expr::ScalarFunction(call) if matches!(call.name(), "concat" | "concat_ws" | "format") => {
            short_booleans(&mut call.args, schema)
        }
        Expr::AggregateFunction(call) => match call.params.args.first_mut() {
            Some(summand) => {
                let found = summand.get_type(schema)?;
                sum::widen(&mut call.func, summand, &found)
            }
            None => false,
        },
        Expr::WindowFunction(call) if matches!(call.fun.name(), "lag" | "lead") => {
            one_type(&mut call.params.args, schema)
        }
        Expr::WindowFunction(call) => match (&mut call.fun, call.params.args.first_mut()) {
            (WindowFunctionDefinition::AggregateUDF(function), Some(summand)) => {
                let found = summand.get_type(schema)?;
                sum::widen(function, summand, &found)
            }
            _ => false,
        },
        Expr::InSubquery(member) => of_member(member, schema)?,
        Expr::ScalarFunction(call)
            if matches!(
                call.name(),
                "coalesce" | "nullif" | "greatest" | "least" | "make_array"
            ) =>
        {
            let compared = call.args.first_mut().filter(|_| call.func.name() == "nullif");
            let changed = compared.is_some_and(|compared| zeros::positive(compared, schema));
            changed | read_and_meet(&mut call.args, schema)
        }
        Expr::Cast(to) if *to.field.data_type() == DataType::Float64 => {
            let Some(float) = float_of(&to.expr) else { return Ok(Transformed::no(expr)) };
            return Ok(Transformed::yes(float));
        }
        _ => false,
    };
    Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
}

/// The default of `lag` and `lead` is as exact as it is written.
fn one_type(args: &mut [Expr], schema: &DFSchema) -> bool {
    let [value, _, default] = args else { return false };
    let (Ok(found), Ok(of_default)) = (value.get_type(schema), default.get_type(schema)) else {
        return false;
    };
    let is_exact = of_default.is_decimal() || of_default.is_floating();
    if found == of_default || !found.is_numeric() || !is_exact {
        return false;
    }
    let united = common([&found, &of_default]);
    let Some(united) = united.or_else(|| type_union_coercion(&found, &of_default)) else {
        return false;
    };
    for expr in [value, default] {
        *expr = cast(std::mem::take(expr), united.clone());
    }
    true
}

/// What is put together of values has them as they are printed, not as they are cast.
fn short_booleans(args: &mut [Expr], schema: &DFSchema) -> bool {
    let mut changed = false;
    for arg in args {
        if !matches!(arg.get_type(schema), Ok(DataType::Boolean)) {
            continue;
        }
        let value = std::mem::take(arg);
        let cases = vec![
            (Box::new(value.clone()), Box::new(lit("t"))),
            (Box::new(Expr::Not(Box::new(value))), Box::new(lit("f"))),
        ];
        *arg = Expr::Case(Case::new(None, cases, None));
        changed = true;
    }
    changed
}

/// Makes what is computed nullable: DataFusion's plans disagree about what of it is.
fn nullable(expr: Expr, schema: &DFSchema) -> Expr {
    match expr {
        Expr::Alias(mut alias) => {
            alias.expr = Box::new(nullable(*alias.expr, schema));
            Expr::Alias(alias)
        }
        Expr::Case(_)
        | Expr::BinaryExpr(_)
        | Expr::Not(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
            if matches!(expr.nullable(schema), Ok(false)) =>
        {
            Expr::ScalarFunction(ScalarFunction::new_udf(NULLABLE.clone(), vec![expr]))
        }
        expr => expr,
    }
}

fn of_case(case: &mut Case, schema: &DFSchema) -> bool {
    let mut changed = false;
    if let Some(compared) = &mut case.expr {
        let whens = case.when_then_expr.iter_mut().map(|(when, _)| &mut **when);
        changed |= read_and_meet(std::iter::once(&mut **compared).chain(whens), schema);
    }
    let results = case.when_then_expr.iter_mut().map(|(_, result)| &mut **result);
    changed | read_and_meet(results.chain(case.else_expr.as_deref_mut()), schema)
}

fn of_member(member: &mut InSubquery, schema: &DFSchema) -> Result<bool, DataFusionError> {
    let subquery = &member.subquery.subquery;
    let [column] = &**subquery.schema().fields() else { return Ok(false) };
    let Ok(found) = member.expr.get_type(schema) else { return Ok(false) };
    let Some(common) = common([&found, column.data_type()]) else { return Ok(false) };
    convert(&mut member.expr, &found, &common);
    if let Some(target) = target(column.data_type(), &common) {
        member.subquery = cast_subquery(member.subquery.clone(), &target)?;
    }
    Ok(true)
}

fn of_join(mut join: Join) -> Result<Join, DataFusionError> {
    // The columns of USING stay columns.
    if join.join_constraint == JoinConstraint::On {
        let (of_left, of_right) = (join.left.schema().clone(), join.right.schema().clone());
        for (left, right) in &mut join.on {
            let found = (left.get_type(&of_left)?, right.get_type(&of_right)?);
            if let Some(common) = common([&found.0, &found.1]) {
                convert(left, &found.0, &common);
                convert(right, &found.1, &common);
            }
        }
    }
    Ok(join)
}

fn of_union(union: Union) -> Result<LogicalPlan, DataFusionError> {
    let Union { inputs, schema } = union;
    let wanted: Vec<Option<DataType>> = (0..schema.fields().len())
        .map(|column| {
            let fields = inputs.iter().filter_map(|input| input.schema().fields().get(column));
            common(fields.map(|field| field.data_type()))
        })
        .collect();
    let conform = |input: Arc<LogicalPlan>| match wanted.iter().any(Option::is_some) {
        true => conform(Arc::unwrap_or_clone(input), &wanted).map(Arc::new),
        false => Ok(input),
    };
    let inputs = inputs.into_iter().map(conform).collect::<Result<_, _>>()?;
    Ok(LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?))
}

/// Casts the columns of a plan.
fn conform(plan: LogicalPlan, wanted: &[Option<DataType>]) -> Result<LogicalPlan, DataFusionError> {
    let column = |(index, wanted): (usize, &Option<DataType>)| {
        let column = Expr::from(plan.schema().qualified_field(index));
        let found = plan.schema().field(index).data_type();
        let target = wanted.as_ref().and_then(|wanted| target(found, wanted));
        target.map_or(column.clone(), |target| {
            cast(column, target).alias(plan.schema().field(index).name())
        })
    };
    let exprs = wanted.iter().enumerate().map(column).collect();
    Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?))
}

/// The planner has made the rows of one type already: what it cast is cast otherwise.
fn of_values(values: Values) -> Result<LogicalPlan, DataFusionError> {
    let Values { schema, values: mut rows } = values;
    let mut changed = false;
    for (column, field) in schema.fields().iter().enumerate() {
        if !field.data_type().is_decimal() && !matches!(field.data_type(), DataType::Timestamp(..))
        {
            continue;
        }
        let written = |expr: &Expr| match expr {
            Expr::Cast(cast) if cast.field.data_type() == field.data_type() => (*cast.expr).clone(),
            expr => expr.clone(),
        };
        let exprs = rows.iter().filter_map(|row| row.get(column));
        let found = exprs.map(|expr| written(expr).get_type(&schema));
        let Some(common) = common(&found.collect::<Result<Vec<_>, _>>()?) else { continue };
        for expr in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            let mut plain = written(expr);
            let found = plain.get_type(&schema)?;
            convert(&mut plain, &found, &common);
            *expr = plain;
        }
        changed = true;
    }
    match changed {
        true => LogicalPlanBuilder::values(rows)?.build(),
        false => Ok(LogicalPlan::Values(Values { schema, values: rows })),
    }
}

/// As [`meet`], and literals without a type are read as that of the others.
fn read_and_meet<'a>(exprs: impl IntoIterator<Item = &'a mut Expr>, schema: &DFSchema) -> bool {
    let mut exprs: Vec<&mut Expr> = exprs.into_iter().collect();
    let unknown =
        |expr: &Expr| matches!(expr, Expr::Literal(value, _) if value.try_as_str().is_some());
    let mut known = exprs.iter().filter(|expr| !unknown(expr));
    let wanted = known.find_map(|expr| expr.get_type(schema).ok().filter(is_read));
    let mut changed = false;
    if let Some(wanted) = wanted {
        for expr in exprs.iter_mut().filter(|expr| unknown(expr)) {
            **expr = cast(std::mem::take(*expr), wanted.clone());
            changed = true;
        }
    }
    changed | meet(exprs, schema)
}

/// Whether literals are read as values of this type where they meet them.
fn is_read(data_type: &DataType) -> bool {
    // Not decimals: a literal keeps digits that the others have not.
    matches!(
        data_type,
        DataType::Boolean
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Float32
            | DataType::Float64
            | DataType::Date32
            | DataType::Time64(_)
            | DataType::Timestamp(..)
            | DataType::Binary
            | DataType::BinaryView
    )
}

/// Casts expressions to the type in which they meet; whether there is one.
fn meet<'a>(exprs: impl IntoIterator<Item = &'a mut Expr>, schema: &DFSchema) -> bool {
    // The type of a parameter may not be known yet.
    let typed = |expr: &'a mut Expr| {
        let found = expr.get_type(schema).unwrap_or(DataType::Null);
        (expr, found)
    };
    let exprs: Vec<(&mut Expr, DataType)> = exprs.into_iter().map(typed).collect();
    let Some(common) = common(exprs.iter().map(|(_, found)| found)) else { return false };
    for (expr, found) in exprs {
        convert(expr, &found, &common);
    }
    true
}

/// The type in which types meet; `None` where DataFusion's choice is PostgreSQL's.
pub(crate) fn common<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    let types: Vec<&DataType> = types.into_iter().collect();
    let any = |is: fn(&DataType) -> bool| types.iter().any(|found| is(found));
    let single = any(|found| *found == DataType::Float32);
    if single && any(|found| found.is_integer() || *found == DataType::Float64)
        || any(DataType::is_floating) && any(DataType::is_decimal)
    {
        return Some(DataType::Float64);
    }
    let dates = any(|found| *found == DataType::Date32);
    let coarse = any(|found| matches!(found, DataType::Timestamp(TimeUnit::Microsecond, _)));
    let other = any(
        |found| matches!(found, DataType::Timestamp(unit, _) if *unit != TimeUnit::Microsecond),
    );
    let zone = types.iter().find_map(|found| match found {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    });
    (dates && (coarse || other) || coarse && other)
        .then_some(DataType::Timestamp(TimeUnit::Microsecond, zone))
}

/// What a value of a type is cast to, where it meets others in another; `None` for what stays.
fn target(found: &DataType, common: &DataType) -> Option<DataType> {
    match (found, common) {
        (DataType::Float64, DataType::Float64) => None,
        (found, DataType::Float64) if found.is_numeric() => Some(DataType::Float64),
        (DataType::Date32, DataType::Timestamp(..)) => Some(common.clone()),
        (DataType::Timestamp(unit, zone), DataType::Timestamp(..))
            if *unit != TimeUnit::Microsecond =>
        {
            Some(DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))
        }
        _ => None,
    }
}

fn convert(expr: &mut Expr, found: &DataType, common: &DataType) {
    if let Some(target) = target(found, common) {
        let float = (target == DataType::Float64).then(|| float_of(expr)).flatten();
        *expr = float.unwrap_or_else(|| cast(std::mem::take(expr), target));
    }
}

/// The float next to a number that is written; Arrow's cast rounds twice.
fn float_of(expr: &Expr) -> Option<Expr> {
    let Expr::Literal(ScalarValue::Decimal128(Some(value), _, scale), _) = expr else {
        return None;
    };
    let float = format!("{value}e{}", -i16::from(*scale)).parse().ok()?;
    Some(Expr::Literal(ScalarValue::Float64(Some(float)), None))
}

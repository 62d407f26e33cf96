//! The types of parameters, fixed before anything runs, and their values.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, LimitClause, Query, Statement, Value, ValueWithSpan, Visit, Visitor,
};
use trunkline_arrow::{PgType, data_type_of, decimal_type, param_array};
use trunkline_core::{Oid, PgError, Result, Run, SqlState, types};

use crate::calls::type_of;
use crate::error::answer;
use crate::planner::Planner;
use crate::types::oid_of;

/// A parameter whose type is settled.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// The type that the client is told.
    pub(crate) oid: Oid,
    /// The type that the plan has.
    data_type: DataType,
}

/// Digits after the point of a `numeric` parameter of which nothing else is known.
const SCALE: i8 = 15;

impl Parameter {
    /// A parameter of a PostgreSQL type; `None` for a type that Arrow has not.
    fn of_oid(oid: Oid) -> Option<Parameter> {
        let data_type = match oid {
            Oid::NUMERIC => DataType::Decimal128(38, SCALE),
            oid => data_type_of(oid)?,
        };
        Some(Parameter { oid, data_type })
    }

    /// A parameter of the type that a plan wants.
    fn of_field(field: &Field) -> Option<Parameter> {
        let data_type = match field.data_type() {
            DataType::Null => return None,
            DataType::Dictionary(_, values) => values.as_ref().clone(),
            DataType::RunEndEncoded(_, values) => values.data_type().clone(),
            // Wide enough for values with more decimals than the column has: they are compared as
            // they are, not rounded to the column's type first.
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
                if (0..=SCALE).contains(scale)
                    && whole_digits(*precision, *scale) <= 38 - SCALE =>
            {
                return Parameter::of_oid(Oid::NUMERIC);
            }
            other => other.clone(),
        };
        Some(Parameter { oid: PgType::of_field(field).oid, data_type })
    }

    /// How the planner sees it.
    pub(crate) fn field(&self) -> FieldRef {
        Arc::new(Field::new("", self.data_type.clone(), true))
    }
}

fn whole_digits(precision: u8, scale: i8) -> i8 {
    i8::try_from(precision).map_or(i8::MAX, |precision| precision.saturating_sub(scale))
}

/// The types that the client declared: one place for each parameter, declared or used.
pub(crate) fn declared(statement: &Statement, hints: &[Oid]) -> Result<Vec<Option<Parameter>>> {
    let mut numbers = Numbers(0);
    if let ControlFlow::Break(number) = statement.visit(&mut numbers) {
        let message = format!("there is no parameter {number}");
        return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
    }
    let declared = |oid: &Oid| match *oid {
        Oid(0) | Oid::UNKNOWN => Ok(None),
        oid => Parameter::of_oid(oid).map(Some).ok_or_else(|| {
            let name = types::name_of(oid).map_or_else(|| oid.to_string(), str::to_owned);
            PgError::unsupported(format!("parameters of type {name} are not supported"))
        }),
    };
    let mut known = hints.iter().map(declared).collect::<Result<Vec<_>>>()?;
    known.resize(known.len().max(numbers.0), None);
    Ok(known)
}

/// Finds the highest number; breaks at a parameter that has none.
struct Numbers(usize);

impl Visitor for Numbers {
    type Break = String;

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<String> {
        if let Value::Placeholder(name) = &value.value {
            match number(name) {
                Some(index) => self.0 = self.0.max(index.saturating_add(1)),
                None => return ControlFlow::Break(name.clone()),
            }
        }
        ControlFlow::Continue(())
    }
}

/// The index of `$1` is 0; as many as a Bind message can carry.
fn number(name: &str) -> Option<usize> {
    let number = name.strip_prefix('$')?.parse::<u16>().ok()?;
    usize::from(number).checked_sub(1)
}

/// Settles what the text around a parameter tells, where DataFusion's plan is silent: a cast, a
/// limit, a moment to which an interval is added.
pub(crate) fn by_context(
    statement: &Statement,
    planner: &Planner<'_>,
    known: &mut [Option<Parameter>],
) {
    let mut found = Context { found: BTreeMap::new(), planner };
    let _: ControlFlow<()> = statement.visit(&mut found);
    for (index, oid) in found.found {
        if let Some(place @ None) = known.get_mut(index) {
            *place = Parameter::of_oid(oid);
        }
    }
}

struct Context<'a> {
    found: BTreeMap<usize, Oid>,
    planner: &'a Planner<'a>,
}

impl Context<'_> {
    fn settle(&mut self, expr: &Expr, oid: Oid) {
        match expr {
            Expr::Nested(inner) => self.settle(inner, oid),
            Expr::Value(ValueWithSpan { value: Value::Placeholder(name), .. }) => {
                if let Some(index) = number(name) {
                    self.found.entry(index).or_insert(oid);
                }
            }
            _ => {}
        }
    }
}

impl Visitor for Context<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                let offset = offset.as_ref().map(|offset| &offset.value);
                limit.iter().chain(offset).for_each(|expr| self.settle(expr, Oid::INT8));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                [offset, limit].into_iter().for_each(|expr| self.settle(expr, Oid::INT8));
            }
            None => {}
        }
        if let Some(quantity) = query.fetch.as_ref().and_then(|fetch| fetch.quantity.as_ref()) {
            self.settle(quantity, Oid::INT8);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Cast { expr, data_type, .. } => {
                if let Some(oid) = oid_of(data_type) {
                    self.settle(expr, oid);
                }
            }
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                if let Some(array) = type_of(left, self.planner).and_then(types::array_of) {
                    self.settle(right, array);
                }
            }
            Expr::BinaryOp {
                left,
                op: op @ (BinaryOperator::Plus | BinaryOperator::Minus),
                right,
            } => {
                if is_interval(right) {
                    self.settle(left, Oid::TIMESTAMP);
                }
                // What is added to a moment is an interval; what is taken from it, another moment.
                if matches!(op, BinaryOperator::Plus) {
                    for (moment, other) in [(left, right), (right, left)] {
                        let found = type_of(moment, self.planner);
                        if matches!(found, Some(Oid::TIMESTAMP | Oid::TIMESTAMPTZ)) {
                            self.settle(other, Oid::INTERVAL);
                        }
                    }
                }
                if is_interval(left) {
                    self.settle(right, Oid::TIMESTAMP);
                }
            }
            Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
                self.settle(left, Oid::TEXT);
                self.settle(right, Oid::TEXT);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_interval(expr: &Expr) -> bool {
    match expr {
        Expr::Interval(_) => true,
        Expr::Cast { data_type, .. } => oid_of(data_type) == Some(Oid::INTERVAL),
        _ => false,
    }
}

/// Settles what the plan wants.
pub(crate) fn by_plan(
    plan: &LogicalPlan,
    known: &mut [Option<Parameter>],
) -> Result<(), DataFusionError> {
    for (name, field) in plan.get_parameter_fields()? {
        if let Some(place @ None) = number(&name).and_then(|index| known.get_mut(index)) {
            *place = field.and_then(|field| Parameter::of_field(&field));
        }
    }
    Ok(())
}

/// What a parameter may be of which nothing is known, the best guess first.
pub(crate) fn guesses() -> impl Iterator<Item = Parameter> {
    [Oid::TEXT, Oid::FLOAT8, Oid::INT8, Oid::TIMESTAMP, Oid::BOOL]
        .into_iter()
        .filter_map(Parameter::of_oid)
}

/// The values of a statement's parameters, in the types of its plan.
pub(crate) fn values(run: &Run, parameters: &[Parameter]) -> Result<Vec<ScalarValue>> {
    let value = |(index, parameter): (usize, &Parameter)| {
        let param = run.params.get(index).ok_or_else(|| {
            PgError::internal(format!("parameter ${} has no value", index.saturating_add(1)))
        })?;
        if let (DataType::Decimal128(_, scale), Some(_)) = (&parameter.data_type, param.bytes)
            && let Some(DataType::Decimal128(_, found) | DataType::Decimal256(_, found)) =
                decimal_type(&param, &run.style)?
            && found > *scale
        {
            // PostgreSQL would compare all digits; fewer would find other rows.
            return Err(PgError::new(
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                format!("parameter ${} has more than {scale} decimals", index.saturating_add(1)),
            ));
        }
        let array = param_array(&param, &parameter.data_type, &run.style)?;
        ScalarValue::try_from_array(&array, 0).map_err(answer)
    };
    parameters.iter().enumerate().map(value).collect()
}

//! Operators that compute otherwise in PostgreSQL: integers that overflow are an error, and dates
//! count in days.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Datum, Float64Array};
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{
    DataType, Float64Type, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit,
    TimeUnit,
};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::{BinaryExpr, ScalarFunction};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility, cast,
};
use datafusion::physical_expr_common::datum::apply;
use datafusion::sql::sqlparser::ast::BinaryOperator;
use trunkline_arrow::{Decimals, PgType};
use trunkline_core::{PgError, SqlState, types};

use crate::functions::builtin::{INTERVAL, moment as timestamptz};
use crate::functions::numeric::{AS_QUOTIENT, DIVIDE};
use crate::functions::times::{DATE_AND_TIME, INTERVAL_DIVIDE, INTERVAL_MULTIPLY};

/// Plans the operators on integers and dates.
#[derive(Debug)]
pub(crate) struct Operators;

impl ExprPlanner for Operators {
    fn plan_binary_op(
        &self,
        raw: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>, DataFusionError> {
        let raw = typed(raw, schema);
        // The type of a parameter may not be known yet.
        let (Ok(left), Ok(right)) = (raw.left.get_type(schema), raw.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(raw));
        };
        if is_comparison(&raw.op) {
            return match unlike(&raw, &left, &right) {
                Some(error) => Err(error),
                None => Ok(PlannerResult::Original(raw)),
            };
        }
        if raw.op == BinaryOperator::Divide {
            return Ok(divide(raw, &left, &right));
        }
        if let Some(planned) = dates_and_spans(&raw, &left, &right) {
            return Ok(PlannerResult::Planned(planned));
        }
        if let Some(planned) = of_quotient(&raw, schema)? {
            return Ok(PlannerResult::Planned(planned));
        }
        let function = match raw.op {
            BinaryOperator::Plus => &ADD,
            BinaryOperator::Minus => &SUBTRACT,
            BinaryOperator::Multiply => &MULTIPLY,
            _ => return Ok(PlannerResult::Original(raw)),
        };
        let call = |left, right| {
            Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), vec![left, right]))
        };
        let days = |date| cast(date, DataType::Int32);
        let date = |days| cast(days, DataType::Date32);
        let planned = match (&left, &right) {
            _ if integers(&left, &right).is_some() => call(raw.left, raw.right),
            (DataType::Timestamp(..) | DataType::Date32, DataType::Timestamp(..))
            | (DataType::Timestamp(..), DataType::Date32)
                if raw.op == BinaryOperator::Minus =>
            {
                let is_zoned = |found: &DataType| matches!(found, DataType::Timestamp(_, Some(_)));
                let zoned = is_zoned(&left) || is_zoned(&right);
                let unit = if zoned { timestamptz() } else { MICROSECONDS };
                let micros = |moment| cast(cast(moment, unit.clone()), DataType::Int64);
                let args = vec![micros(raw.left), micros(raw.right)];
                let elapsed = ScalarFunction::new_udf(Arc::clone(&ELAPSED), args);
                Expr::ScalarFunction(elapsed)
            }
            (DataType::Date32, DataType::Date32) if raw.op == BinaryOperator::Minus => {
                call(days(raw.left), days(raw.right))
            }
            (DataType::Date32, number)
                if is_day_count(number) && raw.op != BinaryOperator::Multiply =>
            {
                date(call(days(raw.left), days(raw.right)))
            }
            (number, DataType::Date32)
                if is_day_count(number) && raw.op == BinaryOperator::Plus =>
            {
                date(call(days(raw.left), days(raw.right)))
            }
            _ => return Ok(PlannerResult::Original(raw)),
        };
        Ok(PlannerResult::Planned(planned))
    }
}

/// Gives a literal without a type that of the other operand, as `'5' + 1` has it.
fn typed(raw: RawBinaryExpr, schema: &DFSchema) -> RawBinaryExpr {
    let arithmetic = matches!(
        raw.op,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
    );
    let RawBinaryExpr { op, left, right } = raw;
    if op == BinaryOperator::Plus || is_comparison(&op) {
        // A moment takes an interval, and an interval another.
        let takes_span = |expr: &Expr| match expr.get_type(schema) {
            Ok(DataType::Timestamp(..)) => op == BinaryOperator::Plus,
            Ok(found) => is_span(&found),
            Err(_) => false,
        };
        if is_unknown(&left) && takes_span(&right) {
            return RawBinaryExpr { op, left: cast(left, INTERVAL), right };
        }
        if is_unknown(&right) && takes_span(&left) {
            return RawBinaryExpr { op, right: cast(right, INTERVAL), left };
        }
    }
    if op == BinaryOperator::StringConcat {
        return RawBinaryExpr { op, left, right };
    }
    if !arithmetic {
        let is_bool = |expr: &Expr| expr.get_type(schema).is_ok_and(|of| of == DataType::Boolean);
        let (left, right) = match (is_unknown(&left), is_unknown(&right)) {
            (true, false) if is_bool(&right) => (cast(left, DataType::Boolean), right),
            (false, true) if is_bool(&left) => (left, cast(right, DataType::Boolean)),
            _ => (left, right),
        };
        return RawBinaryExpr { op, left, right };
    }
    let number = |expr: &Expr| expr.get_type(schema).ok().filter(DataType::is_numeric);
    let (left, right) = match (is_unknown(&left), is_unknown(&right)) {
        (true, false) => match number(&right) {
            Some(wanted) => (cast(left, wanted), right),
            None => (left, right),
        },
        (false, true) => match number(&left) {
            Some(wanted) => (left, cast(right, wanted)),
            None => (left, right),
        },
        _ => (left, right),
    };
    RawBinaryExpr { op, left, right }
}

/// Whether an operator, as it was written, compares.
pub(crate) fn is_comparison(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

/// A text is not compared with a number: DataFusion would read each text as one.
fn unlike(raw: &RawBinaryExpr, left: &DataType, right: &DataType) -> Option<DataFusionError> {
    let is_text = |expr: &Expr, data_type: &DataType| {
        let constant = matches!(expr, Expr::Literal(..) | Expr::Placeholder(_));
        data_type.is_string() && !constant
    };
    let is_number = |expr: &Expr, data_type: &DataType| {
        data_type.is_numeric() && !matches!(expr, Expr::Placeholder(_))
    };
    let unlike = is_text(&raw.left, left) && is_number(&raw.right, right)
        || is_number(&raw.left, left) && is_text(&raw.right, right);
    let name = |expr: &Expr, data_type: &DataType| match expr {
        Expr::Literal(ScalarValue::Int64(Some(number)), _) if i32::try_from(*number).is_ok() => {
            "integer"
        }
        _ => types::name_of(PgType::of(data_type).oid).unwrap_or("unknown"),
    };
    unlike.then(|| {
        let (left, right) = (name(&raw.left, left), name(&raw.right, right));
        let message = format!("operator does not exist: {left} {} {right}", raw.op);
        let error = PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
            "No operator matches the given name and argument types. \
             You might need to add explicit type casts.",
        );
        DataFusionError::External(Box::new(error))
    })
}

fn is_unknown(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.try_as_str().is_some())
}

/// Division by zero is an error for floats, too; a quotient of `numeric` has digits of its own.
fn divide(raw: RawBinaryExpr, left: &DataType, right: &DataType) -> PlannerResult<RawBinaryExpr> {
    let is_float = |data_type: &DataType| data_type.is_floating();
    if is_float(left) && right.is_numeric() || left.is_numeric() && is_float(right) {
        let (left, right) = (cast(raw.left, DataType::Float64), cast(raw.right, DataType::Float64));
        return PlannerResult::Planned(call(&FLOAT_DIVIDE, vec![left, right]));
    }
    if is_span(left) && (right.is_numeric() || is_unknown(&raw.right)) {
        return PlannerResult::Planned(call(&INTERVAL_DIVIDE, vec![raw.left, raw.right]));
    }
    let is_exact = |data_type: &DataType| data_type.is_decimal() || data_type.is_integer();
    let numeric = left.is_decimal() || right.is_decimal();
    if numeric && is_exact(left) && is_exact(right) {
        return PlannerResult::Planned(call(&DIVIDE, vec![raw.left, raw.right]));
    }
    PlannerResult::Original(raw)
}

/// A date and a span of time are a timestamp, and a span times a number is a span.
fn dates_and_spans(raw: &RawBinaryExpr, left: &DataType, right: &DataType) -> Option<Expr> {
    let binary = |left: Expr, op, right: Expr| {
        Some(Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right))))
    };
    let timestamp = |date: &Expr| cast(date.clone(), MICROSECONDS);
    let date_and_time =
        |date: &Expr, time: &Expr| Some(call(&DATE_AND_TIME, vec![date.clone(), time.clone()]));
    let scaled = |span: &Expr, factor: &Expr| {
        Some(call(&INTERVAL_MULTIPLY, vec![span.clone(), factor.clone()]))
    };
    let is_number = |data_type: &DataType| data_type.is_numeric();
    match (&raw.op, left, right) {
        (BinaryOperator::Plus, DataType::Date32, right) if is_span(right) => {
            binary(timestamp(&raw.left), Operator::Plus, raw.right.clone())
        }
        (BinaryOperator::Minus, DataType::Date32, right) if is_span(right) => {
            binary(timestamp(&raw.left), Operator::Minus, raw.right.clone())
        }
        (BinaryOperator::Plus, left, DataType::Date32) if is_span(left) => {
            binary(timestamp(&raw.right), Operator::Plus, raw.left.clone())
        }
        (BinaryOperator::Plus, DataType::Date32, DataType::Time64(_)) => {
            date_and_time(&raw.left, &raw.right)
        }
        (BinaryOperator::Plus, DataType::Time64(_), DataType::Date32) => {
            date_and_time(&raw.right, &raw.left)
        }
        (BinaryOperator::Multiply, left, right) if is_span(left) && is_number(right) => {
            scaled(&raw.left, &raw.right)
        }
        (BinaryOperator::Multiply, left, right) if is_number(left) && is_span(right) => {
            scaled(&raw.right, &raw.left)
        }
        _ => None,
    }
}

fn is_span(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Interval(_))
}

/// What is computed of a quotient shows no more digits than it.
fn of_quotient(raw: &RawBinaryExpr, schema: &DFSchema) -> Result<Option<Expr>, DataFusionError> {
    let op = match raw.op {
        BinaryOperator::Plus => Operator::Plus,
        BinaryOperator::Minus => Operator::Minus,
        BinaryOperator::Multiply => Operator::Multiply,
        _ => return Ok(None),
    };
    let mark = |expr: &Expr| {
        let (_, field) = expr.to_field(schema)?;
        Ok::<_, DataFusionError>(Decimals::of_field(&field))
    };
    let marks = (mark(&raw.left)?, mark(&raw.right)?);
    let is_exact = |expr: &Expr| {
        let found = expr.get_type(schema);
        found.is_ok_and(|found| found.is_decimal() || found.is_integer())
    };
    if marks == (None, None) || !is_exact(&raw.left) || !is_exact(&raw.right) {
        return Ok(None);
    }
    let (left, right) = (Box::new(raw.left.clone()), Box::new(raw.right.clone()));
    let result = Expr::BinaryExpr(BinaryExpr::new(left, op, right));
    Ok(Some(call(&AS_QUOTIENT, vec![result])))
}

fn call(function: &Arc<ScalarUDF>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), args))
}

fn is_day_count(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int16 | DataType::Int32)
}

/// The type in which two integers are added; `None` for other types.
fn integers(left: &DataType, right: &DataType) -> Option<DataType> {
    Some(match width(left)?.max(width(right)?) {
        2 => DataType::Int16,
        4 => DataType::Int32,
        _ => DataType::Int64,
    })
}

/// The bytes of the PostgreSQL type that an Arrow integer is announced as.
fn width(data_type: &DataType) -> Option<u8> {
    match data_type {
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => Some(2),
        DataType::Int32 | DataType::UInt16 => Some(4),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => Some(8),
        _ => None,
    }
}

/// The nearest whole number; of two as near, the even one.
pub(crate) static ROUND_EVEN: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| checked(Operation::RoundEven));

static FLOAT_DIVIDE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| checked(Operation::Divide));
static ELAPSED: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| checked(Operation::Elapsed));
static ADD: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| checked(Operation::Add));
pub(crate) static SUBTRACT: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| checked(Operation::Subtract));
static MULTIPLY: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| checked(Operation::Multiply));

fn checked(operation: Operation) -> Arc<ScalarUDF> {
    let signature = Signature::user_defined(Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(Checked { operation, signature }))
}

/// An operation that fails where DataFusion's own wraps around.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    operation: Operation,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    /// Of floats.
    Divide,
    RoundEven,
    /// Between two moments, in microseconds.
    Elapsed,
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        match self.operation {
            Operation::Add => "int_add",
            Operation::Subtract => "int_subtract",
            Operation::Multiply => "int_multiply",
            Operation::Divide => "float_divide",
            Operation::RoundEven => "round_even",
            Operation::Elapsed => "elapsed",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        let wanted = match self.operation {
            Operation::Elapsed => DataType::Int64,
            _ => self.return_type(types)?,
        };
        Ok(vec![wanted; types.len()])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        match self.operation {
            Operation::Divide | Operation::RoundEven => return Ok(DataType::Float64),
            Operation::Elapsed => return Ok(DataType::Interval(IntervalUnit::MonthDayNano)),
            _ => {}
        }
        let [left, right] = types else {
            return Err(DataFusionError::Plan(format!("{} takes two integers", self.name())));
        };
        integers(left, right)
            .ok_or_else(|| DataFusionError::Plan(format!("{} takes two integers", self.name())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        if self.operation == Operation::RoundEven {
            return round_even(&args.args);
        }
        let [left, right] = args.args.as_slice() else {
            return Err(DataFusionError::Plan(format!("{} takes two integers", self.name())));
        };
        let kernel = match self.operation {
            Operation::Add => numeric::add,
            Operation::Subtract => numeric::sub,
            Operation::Multiply => numeric::mul,
            Operation::Divide | Operation::RoundEven => float_divide,
            Operation::Elapsed => elapsed,
        };
        apply(left, right, kernel).map_err(|error| match error.find_root() {
            DataFusionError::ArrowError(root, _)
                if matches!(**root, ArrowError::ArithmeticOverflow(_)) =>
            {
                out_of_range(args.return_field.data_type())
            }
            _ => error,
        })
    }
}

/// The time between two moments, in days and what is left of a day.
fn elapsed(left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    let micros = numeric::sub(left, right)?;
    let interval = |micros: i64| {
        let days = i32::try_from(micros / DAY).map_err(|_| {
            ArrowError::ArithmeticOverflow("the time between two moments".to_owned())
        })?;
        Ok::<_, ArrowError>(IntervalMonthDayNano::new(0, days, (micros % DAY) * 1_000))
    };
    let micros = micros.as_primitive::<Int64Type>();
    Ok(Arc::new(micros.try_unary::<_, IntervalMonthDayNanoType, _>(interval)?))
}

/// Microseconds.
const DAY: i64 = 86_400_000_000;

const MICROSECONDS: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

fn float_divide(left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    let divisors = right.get().0.as_primitive::<Float64Type>();
    if divisors.iter().any(|divisor| divisor == Some(0.0)) {
        // NULL divided by zero is NULL, and NaN is NaN.
        let ((dividends, one), (_, by_one)) = (left.get(), right.get());
        let dividends = dividends.as_primitive::<Float64Type>();
        let length = if one { divisors.len() } else { dividends.len() };
        let at = |array: &Float64Array, row: usize, one: bool| {
            let row = if one { 0 } else { row };
            array.is_valid(row).then(|| array.value(row))
        };
        let fails = |row: usize| {
            at(dividends, row, one).is_some_and(|dividend| !dividend.is_nan())
                && at(divisors, row, by_one) == Some(0.0)
        };
        if (0..length).any(fails) {
            return Err(ArrowError::DivideByZero);
        }
    }
    numeric::div(left, right)
}

fn round_even(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let round = |array: ArrayRef| -> ArrayRef {
        let floats = array.as_primitive::<Float64Type>();
        Arc::new(floats.unary::<_, Float64Type>(f64::round_ties_even))
    };
    match args {
        [ColumnarValue::Array(array)] => Ok(ColumnarValue::Array(round(array.clone()))),
        [ColumnarValue::Scalar(value)] => {
            let rounded = round(value.to_array()?);
            Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&rounded, 0)?))
        }
        _ => Err(DataFusionError::Plan("round_even takes one number".to_owned())),
    }
}

pub(crate) fn out_of_range(data_type: &DataType) -> DataFusionError {
    let message = match data_type {
        DataType::Int16 => "smallint out of range",
        DataType::Int32 => "integer out of range",
        _ => "bigint out of range",
    };
    DataFusionError::External(Box::new(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)))
}

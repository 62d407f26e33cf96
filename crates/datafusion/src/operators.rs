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
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, cast,
};
use datafusion::physical_expr_common::datum::apply;
use datafusion::sql::sqlparser::ast::BinaryOperator;
use trunkline_core::{PgError, SqlState};

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
        if raw.op == BinaryOperator::Divide {
            return Ok(divide(raw, &left, &right));
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
            (DataType::Timestamp(..), DataType::Timestamp(..))
                if raw.op == BinaryOperator::Minus =>
            {
                let micros = |moment| cast(cast(moment, MICROSECONDS), DataType::Int64);
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

fn is_unknown(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.try_as_str().is_some())
}

/// Division by zero is an error for floats, too; decimals are divided to more than a few digits.
fn divide(raw: RawBinaryExpr, left: &DataType, right: &DataType) -> PlannerResult<RawBinaryExpr> {
    let is_float = |data_type: &DataType| data_type.is_floating();
    if is_float(left) && right.is_numeric() || left.is_numeric() && is_float(right) {
        let (left, right) = (cast(raw.left, DataType::Float64), cast(raw.right, DataType::Float64));
        let function = Arc::clone(&FLOAT_DIVIDE);
        let call = ScalarFunction::new_udf(function, vec![left, right]);
        return PlannerResult::Planned(Expr::ScalarFunction(call));
    }
    let (digits, scale) = match left {
        DataType::Decimal128(precision, scale) => (*precision, *scale),
        DataType::Int16 | DataType::Int32 => (10, 0),
        DataType::Int64 => (19, 0),
        _ => return PlannerResult::Original(raw),
    };
    let divisor = match right {
        DataType::Decimal128(_, scale) => *scale,
        DataType::Int16 | DataType::Int32 | DataType::Int64 if left.is_decimal() => 0,
        _ => return PlannerResult::Original(raw),
    };
    // Arrow adds four digits and those of the divisor; all must fit in 38.
    let whole = i8::try_from(digits).map_or(i8::MAX, |digits| digits.saturating_sub(scale));
    let room = 34_i8.saturating_sub(whole).saturating_sub(divisor).min(16);
    let RawBinaryExpr { op, left, right } = raw;
    let left = match room > scale {
        true => cast(left, DataType::Decimal128(38, room)),
        false => left,
    };
    PlannerResult::Original(RawBinaryExpr { op, left, right })
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
static SUBTRACT: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| checked(Operation::Subtract));
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

fn out_of_range(data_type: &DataType) -> DataFusionError {
    let message = match data_type {
        DataType::Int16 => "smallint out of range",
        DataType::Int32 => "integer out of range",
        _ => "bigint out of range",
    };
    DataFusionError::External(Box::new(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)))
}

//! Operators that compute otherwise in PostgreSQL: integers that overflow are an error, and dates
//! count in days.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DFSchema, DataFusionError};
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
        // The type of a parameter may not be known yet.
        let (Ok(left), Ok(right)) = (raw.left.get_type(schema), raw.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(raw));
        };
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
        DataType::Int64 | DataType::UInt32 => Some(8),
        _ => None,
    }
}

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
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        match self.operation {
            Operation::Add => "int_add",
            Operation::Subtract => "int_subtract",
            Operation::Multiply => "int_multiply",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        let common = self.return_type(types)?;
        Ok(vec![common; 2])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        let [left, right] = types else {
            return Err(DataFusionError::Plan(format!("{} takes two integers", self.name())));
        };
        integers(left, right)
            .ok_or_else(|| DataFusionError::Plan(format!("{} takes two integers", self.name())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let [left, right] = args.args.as_slice() else {
            return Err(DataFusionError::Plan(format!("{} takes two integers", self.name())));
        };
        let kernel = match self.operation {
            Operation::Add => numeric::add,
            Operation::Subtract => numeric::sub,
            Operation::Multiply => numeric::mul,
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

fn out_of_range(data_type: &DataType) -> DataFusionError {
    let message = match data_type {
        DataType::Int16 => "smallint out of range",
        DataType::Int32 => "integer out of range",
        _ => "bigint out of range",
    };
    DataFusionError::External(Box::new(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)))
}

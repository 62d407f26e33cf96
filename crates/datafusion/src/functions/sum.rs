//! `sum` of `int8`, which is a `numeric`: it may be larger than any `int8`.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DataFusionError;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility, cast,
};

/// The aggregate that statements are planned with, so that its type is known from the start.
pub(super) fn function() -> AggregateUDF {
    AggregateUDF::new_from_impl(Sum { signature: Signature::user_defined(Volatility::Immutable) })
}

/// Makes a sum DataFusion's own, of values that were widened; `found` is the type of the values.
///
/// Only then it means the same when its types are found again.
pub(crate) fn widen(
    function: &mut std::sync::Arc<AggregateUDF>,
    summand: &mut Expr,
    found: &DataType,
) -> bool {
    if !function.inner().is::<Sum>() {
        return false;
    }
    *function = sum_udaf();
    if *found == DataType::Int64 {
        *summand = cast(std::mem::take(summand), WIDE);
    }
    true
}

/// What an `int8` is summed as.
const WIDE: DataType = DataType::Decimal128(19, 0);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sum {
    signature: Signature,
}

impl AggregateUDFImpl for Sum {
    fn name(&self) -> &str {
        "sum"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        let summed = match types {
            [DataType::Int64] => WIDE,
            [DataType::Null | DataType::Int8 | DataType::Int16 | DataType::Int32] => {
                DataType::Int64
            }
            [found] if found.is_unsigned_integer() => DataType::UInt64,
            [found] if found.is_floating() => DataType::Float64,
            [found @ (DataType::Interval(_) | DataType::Duration(_))] => found.clone(),
            [found] if found.is_decimal() => found.clone(),
            _ => {
                let message = "No function matches the given name and argument types";
                return Err(DataFusionError::Plan(format!("{message} 'sum'")));
            }
        };
        Ok(vec![summed])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        sum_udaf().return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>, DataFusionError> {
        sum_udaf().accumulator(args)
    }
}

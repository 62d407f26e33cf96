//! Casts that lose something: moments to dates and times, and decimals that are rounded.
//!
//! DataFusion takes such a cast for a change of type alone: it compares what is cast with what a
//! literal is cast back to, and prunes by the casts of the bounds.

use std::sync::Arc;

use datafusion::arrow::compute::CastOptions;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::operators::out_of_range;

/// Whether a cast is one that loses something.
pub(crate) fn narrows(found: &DataType, wanted: &DataType) -> bool {
    match (found, wanted) {
        (DataType::Decimal128(_, scale), DataType::Decimal128(_, fewer)) => fewer < scale,
        (DataType::Decimal128(_, scale), wanted) => {
            *scale > 0 && matches!(wanted, DataType::Int16 | DataType::Int32 | DataType::Int64)
        }
        (DataType::Timestamp(..), wanted) => {
            matches!(wanted, DataType::Date32 | DataType::Time64(_))
        }
        _ => false,
    }
}

/// Such a cast, as a call.
pub(crate) fn narrow(expr: Expr, wanted: DataType) -> Expr {
    let signature = Signature::user_defined(Volatility::Immutable);
    let function = ScalarUDF::new_from_impl(Narrow { wanted, signature });
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![expr]))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Narrow {
    wanted: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Narrow {
    fn name(&self) -> &str {
        match self.wanted {
            DataType::Date32 => "as_date",
            DataType::Time64(_) => "as_time",
            DataType::Decimal128(..) => "rounded",
            _ => "as_integer",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(self.wanted.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let [value] = args.args.as_slice() else {
            return Err(DataFusionError::Plan(format!("{} takes one value", self.name())));
        };
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        match (value.data_type(), &self.wanted) {
            // Arrow rounds a decimal to another decimal, but cuts it to an integer.
            (DataType::Decimal128(precision, _), wanted) if wanted.is_integer() => {
                // A digit more: 9.9 is 10.
                let whole = DataType::Decimal128(precision.saturating_add(1).min(38), 0);
                let whole = value.cast_to(&whole, Some(&strict))?;
                whole.cast_to(wanted, Some(&strict)).map_err(|_| out_of_range(wanted))
            }
            (_, wanted) => value.cast_to(wanted, Some(&strict)),
        }
    }

    /// A date is a range of moments, by which row groups are left out.
    fn preimage(
        &self,
        args: &[Expr],
        literal: &Expr,
        info: &SimplifyContext,
    ) -> Result<PreimageResult, DataFusionError> {
        let ([moment], Expr::Literal(ScalarValue::Date32(Some(day)), _)) = (args, literal) else {
            return Ok(PreimageResult::None);
        };
        let DataType::Timestamp(TimeUnit::Microsecond, zone) = info.get_data_type(moment)? else {
            return Ok(PreimageResult::None);
        };
        let start = |day: i64| {
            let micros = day.checked_mul(DAY)?;
            Some(ScalarValue::TimestampMicrosecond(Some(micros), zone.clone()))
        };
        let day = i64::from(*day);
        let (Some(first), Some(next)) = (start(day), start(day + 1)) else {
            return Ok(PreimageResult::None);
        };
        let interval = Box::new(Interval::try_new(first, next)?);
        Ok(PreimageResult::Range { expr: moment.clone(), interval })
    }
}

/// Microseconds.
const DAY: i64 = 86_400_000_000;

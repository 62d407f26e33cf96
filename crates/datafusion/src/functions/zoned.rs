//! Casts between moments with and without a time zone, in that of the session.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};
use trunkline_core::types::TimeZone;

use super::builtin::{MICROSECONDS, moment as timestamptz};
use super::moment;

/// Such a cast to `timestamp` or `timestamptz`; `None` for any other, or where the zone is UTC.
pub(crate) fn in_zone(
    expr: &Expr,
    found: &DataType,
    wanted: &DataType,
    zone: &TimeZone,
) -> Option<Expr> {
    let name = zone.to_string();
    if matches!(&*name, "UTC" | "Etc/UTC" | "GMT") {
        return None;
    }
    let (taken, given) = match (found, wanted) {
        (
            DataType::Timestamp(_, Some(_)),
            DataType::Timestamp(_, None) | DataType::Date32 | DataType::Time64(_),
        ) => (timestamptz(), MICROSECONDS),
        (DataType::Timestamp(_, None) | DataType::Date32, DataType::Timestamp(_, Some(_))) => {
            (MICROSECONDS, timestamptz())
        }
        _ => return None,
    };
    let arg = if *found == taken { expr.clone() } else { cast(expr.clone(), taken) };
    let signature = Signature::user_defined(Volatility::Immutable);
    let function = Zoned { zone: zone.clone(), name, given, signature };
    let function = Arc::new(ScalarUDF::new_from_impl(function));
    Some(Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![arg])))
}

#[derive(Debug)]
struct Zoned {
    zone: TimeZone,
    name: String,
    given: DataType,
    signature: Signature,
}

impl PartialEq for Zoned {
    fn eq(&self, other: &Zoned) -> bool {
        (&self.name, &self.given) == (&other.name, &other.given)
    }
}

impl Eq for Zoned {}

impl Hash for Zoned {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.name, &self.given).hash(state);
    }
}

impl ScalarUDFImpl for Zoned {
    fn name(&self) -> &str {
        if self.given == MICROSECONDS { "as_timestamp" } else { "as_timestamptz" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(self.given.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let Some(moments) = args.args.first() else {
            return Err(DataFusionError::Internal("no moment".to_owned()));
        };
        let array = moments.to_array(args.number_rows)?;
        let array = array.as_primitive::<TimestampMicrosecondType>();
        let is_local = self.given != MICROSECONDS;
        let shifted: TimestampMicrosecondArray = array.unary(|micros| match is_local {
            true => moment::global(micros, &self.zone),
            false => moment::local(micros, &self.zone),
        });
        let shifted: ArrayRef = match is_local {
            true => Arc::new(shifted.with_timezone("UTC")),
            false => Arc::new(shifted.with_timezone_opt(None::<Arc<str>>)),
        };
        Ok(match moments {
            ColumnarValue::Scalar(_) if !shifted.is_empty() => {
                ColumnarValue::Scalar(ScalarValue::try_from_array(&shifted, 0)?)
            }
            _ => ColumnarValue::Array(shifted),
        })
    }
}

//! Moments with some digits of a second.

use datafusion::sql::sqlparser::ast::{DataType, Expr, Value};

use super::function;

/// PostgreSQL's timestamps count microseconds; DataFusion's nanoseconds reach three centuries.
/// Returns the digits of a second that were asked for.
pub(super) fn microseconds(data_type: &mut DataType) -> u64 {
    match data_type {
        DataType::Timestamp(precision, _) => precision.replace(6).unwrap_or(6),
        _ => 6,
    }
}

/// Whether a moment has fewer digits of a second than six.
pub(super) fn is_rounded(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(Some(0..6), _))
}

/// A moment with fewer digits of a second; DataFusion would cut the others.
pub(super) fn round_moment(moment: Expr, places: u64) -> Expr {
    let places = Expr::Value(Value::Number(places.to_string(), false).into());
    function("round_moment", vec![moment, places])
}

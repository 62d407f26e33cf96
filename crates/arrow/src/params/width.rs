//! How wide a decimal must be for a parameter.

use arrow_schema::DataType;
use trunkline_core::{Param, Result};
use trunkline_proto::Oid;
use trunkline_proto::types::{Numeric, TextStyle};

use crate::read::digits_of;

/// The precision of Arrow's decimals of 128 and of 256 bits.
const PRECISION_128: usize = 38;
const PRECISION_256: usize = 76;

/// The smallest Arrow decimal that holds a `numeric` parameter to its last digit.
///
/// For engines that would compare `price < 1.999` after a cast to the type of `price`. `None` for
/// a parameter of another type, for NULL, NaN and the infinities, and for more than 76 digits.
///
/// # Errors
///
/// 22P02, 22P03 and 08P01 for bytes that are no `numeric`.
pub fn decimal_type(param: &Param<'_>, style: &TextStyle) -> Result<Option<DataType>> {
    if param.type_oid != Oid::NUMERIC {
        return Ok(None);
    }
    let Some(number) = param.decode::<Option<Numeric>>(style)? else { return Ok(None) };
    if !number.is_finite() {
        return Ok(None);
    }
    let scale = usize::from(number.scale());
    let (_, digits) = digits_of(&number);
    let digits = digits.trim_start_matches('0').len().max(scale).max(1);
    let (Ok(precision), Ok(places)) = (u8::try_from(digits), i8::try_from(scale)) else {
        return Ok(None);
    };
    Ok(if digits <= PRECISION_128 {
        Some(DataType::Decimal128(precision, places))
    } else if digits <= PRECISION_256 {
        Some(DataType::Decimal256(precision, places))
    } else {
        None
    })
}

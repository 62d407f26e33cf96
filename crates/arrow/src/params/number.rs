//! Numbers.

use arrow_array::ArrayRef;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_buffer::i256;
use arrow_schema::DataType;
use trunkline_core::{Param, PgError, Result};
use trunkline_proto::types::{Numeric, TextStyle, Value};
use trunkline_proto::{Oid, SqlState};

use super::{cannot_cast, primitive};

/// The precision of Arrow's decimals of 128 and of 256 bits.
const PRECISION_128: usize = 38;
const PRECISION_256: usize = 76;

pub(super) fn build(values: &[Value], data_type: &DataType) -> Result<ArrayRef> {
    match data_type {
        DataType::Int8 => integers::<Int8Type>(values, data_type, "smallint"),
        DataType::Int16 => integers::<Int16Type>(values, data_type, "smallint"),
        DataType::Int32 => integers::<Int32Type>(values, data_type, "integer"),
        DataType::Int64 => integers::<Int64Type>(values, data_type, "bigint"),
        DataType::UInt8 => integers::<UInt8Type>(values, data_type, "smallint"),
        DataType::UInt16 => integers::<UInt16Type>(values, data_type, "integer"),
        DataType::UInt32 => integers::<UInt32Type>(values, data_type, "bigint"),
        DataType::UInt64 => integers::<UInt64Type>(values, data_type, "numeric"),
        DataType::Float16 => primitive::<Float16Type>(values, data_type, |value| {
            let value = float4(value).ok_or_else(|| cannot_cast(value, data_type))?;
            Ok(<Float16Type as ArrowPrimitiveType>::Native::from_f32(value))
        }),
        DataType::Float32 => primitive::<Float32Type>(values, data_type, |value| {
            float4(value).ok_or_else(|| cannot_cast(value, data_type))
        }),
        DataType::Float64 => primitive::<Float64Type>(values, data_type, |value| {
            float8(value).ok_or_else(|| cannot_cast(value, data_type))
        }),
        DataType::Decimal32(precision, scale) => {
            decimals::<Decimal32Type>(values, data_type, *precision, *scale)
        }
        DataType::Decimal64(precision, scale) => {
            decimals::<Decimal64Type>(values, data_type, *precision, *scale)
        }
        DataType::Decimal128(precision, scale) => {
            decimals::<Decimal128Type>(values, data_type, *precision, *scale)
        }
        DataType::Decimal256(precision, scale) => {
            primitive::<Decimal256Type>(values, data_type, |value| {
                let number = numeric(value).ok_or_else(|| cannot_cast(value, data_type))?;
                unscaled(&number, *precision, *scale)
            })
        }
        _ => Err(PgError::unsupported(format!("parameters of Arrow's type {data_type}"))),
    }
}

/// The smallest Arrow decimal that holds a `numeric` parameter to its last digit.
///
/// For engines that would compare `price < 1.999` after a cast to the type of `price`. `None` for
/// a parameter of another type, for NULL, NaN and the infinities, and for more than 76 digits.
///
/// # Errors
///
/// 22P02, 22P03 and 08P01 for bytes that are no `numeric`.
pub fn decimal_type(param: &Param<'_>, style: &TextStyle) -> Result<Option<DataType>> {
    let (Oid::NUMERIC, Some(bytes)) = (param.type_oid, param.bytes) else { return Ok(None) };
    let value = Value::decode(param.type_oid, param.format, bytes, style)?;
    let Value::Numeric(number) = value else { return Ok(None) };
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

fn integers<T>(values: &[Value], data_type: &DataType, type_name: &str) -> Result<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i128>,
{
    primitive::<T>(values, data_type, |value| {
        let number = match value {
            Value::Int2(value) => Some((*value).into()),
            Value::Int4(value) => Some((*value).into()),
            Value::Int8(value) => Some((*value).into()),
            Value::Oid(value) => Some((*value).into()),
            value => {
                let number = numeric(value).ok_or_else(|| cannot_cast(value, data_type))?;
                number.to_i128(0)
            }
        };
        number.and_then(|number| T::Native::try_from(number).ok()).ok_or_else(|| {
            PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{type_name} out of range"))
        })
    })
}

fn decimals<T>(values: &[Value], data_type: &DataType, precision: u8, scale: i8) -> Result<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i128>,
{
    primitive::<T>(values, data_type, |value| {
        let number = numeric(value).ok_or_else(|| cannot_cast(value, data_type))?;
        let value = unscaled(&number, precision, scale)?;
        let value = value.to_i128().and_then(|value| T::Native::try_from(value).ok());
        value.ok_or_else(|| overflow(precision, scale))
    })
}

fn numeric(value: &Value) -> Option<Numeric> {
    Some(match value {
        Value::Int2(value) => Numeric::from_i128((*value).into(), 0),
        Value::Int4(value) => Numeric::from_i128((*value).into(), 0),
        Value::Int8(value) => Numeric::from_i128((*value).into(), 0),
        Value::Oid(value) => Numeric::from_i128((*value).into(), 0),
        Value::Float4(value) => Numeric::from_f32(*value),
        Value::Float8(value) => Numeric::from_f64(*value),
        Value::Numeric(value) => value.clone(),
        _ => return None,
    })
}

fn float4(value: &Value) -> Option<f32> {
    match value {
        Value::Float4(value) => Some(*value),
        // The nearest float of the text, not of another float.
        value => text_of_number(value)?.parse().ok(),
    }
}

fn float8(value: &Value) -> Option<f64> {
    match value {
        Value::Float4(value) => Some((*value).into()),
        Value::Float8(value) => Some(*value),
        value => text_of_number(value)?.parse().ok(),
    }
}

fn text_of_number(value: &Value) -> Option<String> {
    let mut text = Vec::new();
    match value {
        Value::Float8(value) => return Some(value.to_string()),
        value => numeric(value)?.text(&mut text),
    }
    String::from_utf8(text).ok()
}

/// The number times 10^`scale`, rounded half away from zero.
fn unscaled(number: &Numeric, precision: u8, scale: i8) -> Result<i256> {
    let value = match number.to_i128(scale.into()) {
        Some(value) => Some(i256::from_i128(value)),
        None => wide(number, scale),
    };
    let limit = i256::from_i128(10).checked_pow(precision.into());
    value
        .filter(|value| limit.is_none_or(|limit| value.wrapping_abs() < limit))
        .ok_or_else(|| overflow(precision, scale))
}

/// As [`unscaled`], for numbers beyond 128 bits, from the digits.
fn wide(number: &Numeric, scale: i8) -> Option<i256> {
    if !number.is_finite() {
        return None;
    }
    let (negative, digits) = digits_of(number);
    let shown = usize::from(number.scale());
    let scale = usize::try_from(scale).ok()?;
    let value = match shown.checked_sub(scale) {
        Some(surplus) => {
            let (kept, lost) = digits.split_at_checked(digits.len().checked_sub(surplus)?)?;
            let value = i256::from_string(kept)?;
            let up = lost.as_bytes().first().is_some_and(|digit| *digit >= b'5');
            value.checked_add(if up { i256::ONE } else { i256::ZERO })?
        }
        None => i256::from_string(&format!("{digits}{}", "0".repeat(scale.checked_sub(shown)?)))?,
    };
    if negative { value.checked_neg() } else { Some(value) }
}

/// Whether the number is negative, and its digits without the point.
fn digits_of(number: &Numeric) -> (bool, String) {
    let mut text = Vec::new();
    number.text(&mut text);
    let negative = text.first() == Some(&b'-');
    (negative, text.into_iter().filter(u8::is_ascii_digit).map(char::from).collect())
}

#[cold]
fn overflow(precision: u8, scale: i8) -> PgError {
    let whole = i16::from(precision).saturating_sub(scale.into());
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow").detail(format!(
        "A field with precision {precision}, scale {scale} must round to an absolute value less than 10^{whole}."
    ))
}

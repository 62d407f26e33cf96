//! Booleans, integers, floats and decimals.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{boolean, float, int, numeric};
use trunkline_proto::{Format, Oid, SqlState};

use super::cell::{Encoder, fixed, writing};

/// Plans `boolean`; `None` if the array holds none.
pub(super) fn boolean(array: &dyn Array, format: Format) -> Option<Encoder> {
    let values = match array.data_type() {
        // The extension type `arrow.bool8`.
        DataType::Int8 => {
            let values = array.as_primitive::<Int8Type>().values();
            BooleanBuffer::collect_bool(values.len(), |row| {
                values.get(row).is_some_and(|value| *value != 0)
            })
        }
        _ => array.as_boolean_opt()?.values().clone(),
    };
    Some(match format {
        Format::Text => writing(move |row, _, out| {
            boolean::text(values.value(row), out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok([u8::from(values.value(row))])),
    })
}

/// Plans an integer type; `None` if the array holds no integers.
///
/// Any integer array can be any integer type: what does not fit is an error when it is met.
pub(super) fn integer(array: &dyn Array, oid: Oid, format: Format) -> Option<Encoder> {
    match array.data_type() {
        DataType::Int8 => integer_of::<Int8Type>(array, oid, format),
        DataType::Int16 => integer_of::<Int16Type>(array, oid, format),
        DataType::Int32 => integer_of::<Int32Type>(array, oid, format),
        DataType::Int64 => integer_of::<Int64Type>(array, oid, format),
        DataType::UInt8 => integer_of::<UInt8Type>(array, oid, format),
        DataType::UInt16 => integer_of::<UInt16Type>(array, oid, format),
        DataType::UInt32 => integer_of::<UInt32Type>(array, oid, format),
        DataType::UInt64 => integer_of::<UInt64Type>(array, oid, format),
        _ => None,
    }
}

fn integer_of<T>(array: &dyn Array, oid: Oid, format: Format) -> Option<Encoder>
where
    T: ArrowPrimitiveType,
    T::Native: TryInto<i16> + TryInto<i32> + TryInto<i64> + TryInto<u32>,
{
    let values = array.as_primitive::<T>().clone();
    Some(match oid {
        Oid::INT2 => integer_as::<T, i16, 2>(values, format, "smallint", i16::to_be_bytes),
        Oid::INT4 => integer_as::<T, i32, 4>(values, format, "integer", i32::to_be_bytes),
        Oid::INT8 => integer_as::<T, i64, 8>(values, format, "bigint", i64::to_be_bytes),
        Oid::OID | Oid::XID | Oid::CID => {
            integer_as::<T, u32, 4>(values, format, "OID", u32::to_be_bytes)
        }
        _ => return None,
    })
}

fn integer_as<T, I, const N: usize>(
    values: PrimitiveArray<T>,
    format: Format,
    type_name: &'static str,
    bytes: impl Fn(I) -> [u8; N] + Send + 'static,
) -> Encoder
where
    T: ArrowPrimitiveType,
    T::Native: TryInto<I>,
    I: Into<i64> + 'static,
{
    let read = move |row| -> Result<I> {
        values.value(row).try_into().map_err(|_| out_of_range(type_name))
    };
    match format {
        Format::Text => writing(move |row, _, out| {
            int::text_i64(read(row)?.into(), out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| read(row).map(&bytes)),
    }
}

/// Plans `xid8`; `None` if the array holds no integers of 64 bits without a sign.
pub(super) fn xid8(array: &dyn Array, format: Format) -> Option<Encoder> {
    let values = array.as_primitive_opt::<UInt64Type>()?.clone();
    Some(match format {
        Format::Text => writing(move |row, _, out| {
            int::text_u64(values.value(row), out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(values.value(row).to_be_bytes())),
    })
}

#[cold]
fn out_of_range(type_name: &str) -> PgError {
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{type_name} out of range"))
}

/// Plans `real`; `None` if the array holds no floats that fit.
pub(super) fn float4(array: &dyn Array, format: Format) -> Option<Encoder> {
    match array.data_type() {
        DataType::Float16 => {
            let values = array.as_primitive::<Float16Type>().clone();
            Some(float4_of(move |row| values.value(row).to_f32(), format))
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>().clone();
            Some(float4_of(move |row| values.value(row), format))
        }
        _ => None,
    }
}

fn float4_of(read: impl Fn(usize) -> f32 + Send + 'static, format: Format) -> Encoder {
    match format {
        Format::Text => writing(move |row, style, out| {
            float::text_f32(read(row), style.extra_float_digits, out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(read(row).to_be_bytes())),
    }
}

/// Plans `double precision`; `None` if the array holds no floats.
pub(super) fn float8(array: &dyn Array, format: Format) -> Option<Encoder> {
    match array.data_type() {
        DataType::Float16 => {
            let values = array.as_primitive::<Float16Type>().clone();
            Some(float8_of(move |row| values.value(row).to_f64(), format))
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>().clone();
            Some(float8_of(move |row| values.value(row).into(), format))
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().clone();
            Some(float8_of(move |row| values.value(row), format))
        }
        _ => None,
    }
}

fn float8_of(read: impl Fn(usize) -> f64 + Send + 'static, format: Format) -> Encoder {
    match format {
        Format::Text => writing(move |row, style, out| {
            float::text_f64(read(row), style.extra_float_digits, out);
            Ok(())
        }),
        Format::Binary => fixed(move |row| Ok(read(row).to_be_bytes())),
    }
}

/// Plans `numeric`; `None` if the array holds no decimals and no integers.
pub(super) fn decimal(array: &dyn Array, format: Format) -> Option<Encoder> {
    Some(match array.data_type() {
        DataType::Decimal32(_, scale) => {
            let values = array.as_primitive::<Decimal32Type>().clone();
            decimal_of(move |row| values.value(row).into(), *scale, format)
        }
        DataType::Decimal64(_, scale) => {
            let values = array.as_primitive::<Decimal64Type>().clone();
            decimal_of(move |row| values.value(row).into(), *scale, format)
        }
        DataType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>().clone();
            decimal_of(move |row| values.value(row), *scale, format)
        }
        DataType::Decimal256(_, scale) => {
            let values = array.as_primitive::<Decimal256Type>().clone();
            let scale = *scale;
            match format {
                Format::Text => writing(move |row, _, out| {
                    numeric::text_i256(&values.value(row).to_le_bytes(), scale.into(), out);
                    Ok(())
                }),
                Format::Binary => writing(move |row, _, out| {
                    numeric::binary_i256(&values.value(row).to_le_bytes(), scale.into(), out);
                    Ok(())
                }),
            }
        }
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>().clone();
            match format {
                Format::Text => writing(move |row, _, out| {
                    int::text_u64(values.value(row), out);
                    Ok(())
                }),
                Format::Binary => decimal_of(move |row| values.value(row).into(), 0, format),
            }
        }
        DataType::Int8 => whole::<Int8Type>(array, format),
        DataType::Int16 => whole::<Int16Type>(array, format),
        DataType::Int32 => whole::<Int32Type>(array, format),
        DataType::Int64 => whole::<Int64Type>(array, format),
        DataType::UInt8 => whole::<UInt8Type>(array, format),
        DataType::UInt16 => whole::<UInt16Type>(array, format),
        DataType::UInt32 => whole::<UInt32Type>(array, format),
        _ => return None,
    })
}

/// Integers that are announced as `numeric`.
fn whole<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, format: Format) -> Encoder {
    let values = array.as_primitive::<T>().clone();
    decimal_of(move |row| i128::from(values.value(row).into()), 0, format)
}

fn decimal_of(read: impl Fn(usize) -> i128 + Send + 'static, scale: i8, format: Format) -> Encoder {
    match format {
        Format::Text => writing(move |row, _, out| {
            numeric::text_i128(read(row), scale.into(), out);
            Ok(())
        }),
        Format::Binary => writing(move |row, _, out| {
            numeric::binary_i128(read(row), scale.into(), out);
            Ok(())
        }),
    }
}

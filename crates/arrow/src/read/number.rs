//! Integers and floats, cast as PostgreSQL casts.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::DataType;
use trunkline_proto::types::{Numeric, ValueError, float, int};
use trunkline_proto::{Oid, SqlState};

use super::scalar::primitive;
use super::{Appender, Datum};
use crate::pg_type::PgType;

pub(super) fn appender(data_type: &DataType, rows: usize) -> Appender {
    match data_type {
        DataType::Int8 => integers::<Int8Type>(data_type, rows),
        DataType::Int16 => integers::<Int16Type>(data_type, rows),
        DataType::Int32 => integers::<Int32Type>(data_type, rows),
        DataType::Int64 => integers::<Int64Type>(data_type, rows),
        DataType::UInt8 => integers::<UInt8Type>(data_type, rows),
        DataType::UInt16 => integers::<UInt16Type>(data_type, rows),
        DataType::UInt32 => integers::<UInt32Type>(data_type, rows),
        DataType::UInt64 => integers::<UInt64Type>(data_type, rows),
        DataType::Float16 => primitive::<Float16Type, _>(data_type, rows, |datum, _| {
            let value = real(datum)?;
            let half = <Float16Type as ArrowPrimitiveType>::Native::from_f32(value);
            check_narrowed(value.into(), half.to_f64()).map(|()| half)
        }),
        DataType::Float32 => primitive::<Float32Type, _>(data_type, rows, |datum, _| real(datum)),
        _ => primitive::<Float64Type, _>(data_type, rows, |datum, _| double(datum)),
    }
}

fn integers<T>(data_type: &DataType, rows: usize) -> Appender
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i64> + TryFrom<i128>,
{
    let wanted = PgType::of(data_type).oid;
    let own = data_type.clone();
    primitive::<T, _>(data_type, rows, move |datum, _| {
        let datum = datum.as_literal(wanted);
        if let Some(value) = small(datum)? {
            return T::Native::try_from(value).map_err(|_| out_of_range(wanted));
        }
        let value = large(datum, wanted, &own)?;
        T::Native::try_from(value).map_err(|_| out_of_range(wanted))
    })
}

/// The value of an integer type; nothing for another one.
#[inline]
fn small(datum: Datum<'_>) -> Result<Option<i64>, ValueError> {
    let oid = |name| {
        datum.read(|text| int::parse_u32(text, name), int::receive_u32).map(i64::from).map(Some)
    };
    match datum.oid {
        Oid::INT2 => datum.read(int::parse_i16, int::receive_i16).map(|value| Some(value.into())),
        Oid::INT4 => datum.read(int::parse_i32, int::receive_i32).map(|value| Some(value.into())),
        Oid::INT8 => datum.read(int::parse_i64, int::receive_i64).map(Some),
        Oid::OID => oid("oid"),
        Oid::XID => oid("xid"),
        Oid::CID => oid("cid"),
        _ => Ok(None),
    }
}

/// The value of any other number, rounded: half away from zero, but of floats half to even.
fn large(datum: Datum<'_>, wanted: Oid, data_type: &DataType) -> Result<i128, ValueError> {
    let rounded = |value: f64| {
        // What no type of integers holds: 2^64.
        let in_range =
            (-18_446_744_073_709_551_616.0..18_446_744_073_709_551_616.0).contains(&value);
        let value = in_range.then(|| Numeric::parse(&format!("{:.0}", value.round_ties_even())));
        let value = value.transpose()?.and_then(|value| value.to_i128(0));
        value.ok_or_else(|| out_of_range(wanted))
    };
    match datum.oid {
        Oid::XID8 => {
            datum.read(|text| int::parse_u64(text, "xid8"), int::receive_u64).map(i128::from)
        }
        Oid::FLOAT4 => rounded(datum.read(float::parse_f32, float::receive_f32)?.into()),
        Oid::FLOAT8 => rounded(datum.read(float::parse_f64, float::receive_f64)?),
        Oid::NUMERIC => {
            let value = datum.read(Numeric::parse, Numeric::receive)?;
            if !value.is_finite() {
                return Err(not_finite(&value, wanted));
            }
            value.to_i128(0).ok_or_else(|| out_of_range(wanted))
        }
        _ => Err(datum.cannot_cast(data_type)),
    }
}

fn double(datum: Datum<'_>) -> Result<f64, ValueError> {
    let datum = datum.as_literal(Oid::FLOAT8);
    match datum.oid {
        Oid::FLOAT8 => datum.read(float::parse_f64, float::receive_f64),
        Oid::FLOAT4 => datum.read(float::parse_f32, float::receive_f32).map(f64::from),
        Oid::NUMERIC => float::parse_f64(&digits(datum)?),
        #[expect(clippy::as_conversions, reason = "the nearest float, as in PostgreSQL")]
        _ => match small(datum)? {
            Some(value) => Ok(value as f64),
            None => Err(datum.cannot_cast(&DataType::Float64)),
        },
    }
}

fn real(datum: Datum<'_>) -> Result<f32, ValueError> {
    let datum = datum.as_literal(Oid::FLOAT4);
    match datum.oid {
        Oid::FLOAT4 => datum.read(float::parse_f32, float::receive_f32),
        Oid::FLOAT8 => {
            let value = datum.read(float::parse_f64, float::receive_f64)?;
            #[expect(clippy::as_conversions, reason = "the nearest float; what has none is told")]
            let narrow = value as f32;
            check_narrowed(value, narrow.into()).map(|()| narrow)
        }
        Oid::NUMERIC => float::parse_f32(&digits(datum)?),
        #[expect(clippy::as_conversions, reason = "the nearest float, as in PostgreSQL")]
        _ => match small(datum)? {
            Some(value) => Ok(value as f32),
            None => Err(datum.cannot_cast(&DataType::Float32)),
        },
    }
}

fn digits(datum: Datum<'_>) -> Result<String, ValueError> {
    let mut text = Vec::new();
    datum.read(Numeric::parse, Numeric::receive)?.text(&mut text);
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// Whether a float became a narrower one, neither infinite nor zero on the way.
fn check_narrowed(value: f64, narrow: f64) -> Result<(), ValueError> {
    let what = if narrow.is_infinite() && value.is_finite() {
        "overflow"
    } else if narrow == 0.0 && value != 0.0 {
        "underflow"
    } else {
        return Ok(());
    };
    let message = format!("value out of range: {what}");
    Err(ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message))
}

fn name(wanted: Oid) -> &'static str {
    trunkline_proto::types::name_of(wanted).unwrap_or("integer")
}

#[cold]
fn out_of_range(wanted: Oid) -> ValueError {
    let message = format!("{} out of range", name(wanted));
    ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
}

#[cold]
fn not_finite(value: &Numeric, wanted: Oid) -> ValueError {
    let what = if value.is_nan() { "NaN" } else { "infinity" };
    let message = format!("cannot convert {what} to {}", name(wanted));
    ValueError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
}

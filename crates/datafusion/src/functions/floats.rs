//! Functions of floats that are errors where DataFusion answers infinity or NaN.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-math.html>.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int32Array};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Int64Type};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ReturnFieldArgs;
use trunkline_core::{PgError, SqlState};

use super::builtin::{Builtin, Call, failed, nullable};

pub(super) fn functions() -> [Builtin; 6] {
    [
        Builtin { name: "ln", takes: floats, gives: gives_float, run: |call| float(call, ln) },
        Builtin {
            name: "log10",
            takes: floats,
            gives: gives_float,
            run: |call| float(call, log10),
        },
        Builtin { name: "sqrt", takes: floats, gives: gives_float, run: |call| float(call, sqrt) },
        Builtin { name: "exp", takes: floats, gives: gives_float, run: |call| float(call, exp) },
        Builtin { name: "power", takes: two_floats, gives: gives_float, run: power },
        Builtin { name: "width_bucket", takes: bucket, gives: gives_int, run: width_bucket },
    ]
}

fn floats(types: &[DataType]) -> Option<Vec<DataType>> {
    types_of_floats(types, 1)
}

fn two_floats(types: &[DataType]) -> Option<Vec<DataType>> {
    types_of_floats(types, 2)
}

fn types_of_floats(types: &[DataType], count: usize) -> Option<Vec<DataType>> {
    let number = |data_type: &DataType| data_type.is_numeric() || is_unknown(data_type);
    let fits = types.len() == count && types.iter().all(number);
    fits.then(|| vec![DataType::Float64; count])
}

/// What a literal or parameter without a type may have.
fn is_unknown(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Null | DataType::Utf8)
}

fn gives_float(_: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    Ok(nullable(DataType::Float64))
}

fn float(
    call: &Call<'_>,
    of: fn(f64) -> Result<f64, PgError>,
) -> Result<ArrayRef, DataFusionError> {
    let floats = call.array(0)?.as_primitive::<Float64Type>();
    let results = floats.iter().map(|float| float.map(of).transpose().map_err(failed));
    Ok(Arc::new(results.collect::<Result<Float64Array, _>>()?))
}

fn logarithm(of: f64) -> Result<f64, PgError> {
    let error = |what: &str| {
        let message = format!("cannot take logarithm of {what}");
        Err(PgError::new(SqlState::INVALID_ARGUMENT_FOR_LOG, message))
    };
    match of {
        0.0 => error("zero"),
        of if of < 0.0 => error("a negative number"),
        of => Ok(of),
    }
}

fn ln(of: f64) -> Result<f64, PgError> {
    logarithm(of).map(f64::ln)
}

fn log10(of: f64) -> Result<f64, PgError> {
    logarithm(of).map(f64::log10)
}

fn sqrt(of: f64) -> Result<f64, PgError> {
    if of < 0.0 {
        let state = SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION;
        return Err(PgError::new(state, "cannot take square root of a negative number"));
    }
    Ok(of.sqrt())
}

fn exp(of: f64) -> Result<f64, PgError> {
    in_range(of.exp(), of.is_finite())
}

fn in_range(value: f64, was_finite: bool) -> Result<f64, PgError> {
    if value.is_infinite() && was_finite {
        let state = SqlState::NUMERIC_VALUE_OUT_OF_RANGE;
        return Err(PgError::new(state, "value out of range: overflow"));
    }
    Ok(value)
}

fn power(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let bases = call.array(0)?.as_primitive::<Float64Type>().iter();
    let exponents = call.array(1)?.as_primitive::<Float64Type>().iter();
    let of = |base: f64, exponent: f64| {
        let error = |message: &'static str| {
            Err(PgError::new(SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION, message))
        };
        if base == 0.0 && exponent < 0.0 {
            return error("zero raised to a negative power is undefined");
        }
        if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
            return error(
                "a negative number raised to a non-integer power yields a complex result",
            );
        }
        in_range(base.powf(exponent), base.is_finite() && exponent.is_finite())
    };
    let results = bases.zip(exponents).map(|pair| match pair {
        (Some(base), Some(exponent)) => of(base, exponent).map(Some).map_err(failed),
        _ => Ok(None),
    });
    Ok(Arc::new(results.collect::<Result<Float64Array, _>>()?))
}

fn bucket(types: &[DataType]) -> Option<Vec<DataType>> {
    let [value, low, high, count] = types else { return None };
    let number = |data_type: &DataType| data_type.is_numeric();
    let fits = [value, low, high].into_iter().all(number) && count.is_integer();
    let float = DataType::Float64;
    fits.then(|| vec![float.clone(), float.clone(), float, DataType::Int64])
}

fn width_bucket(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let floats = |index: usize| {
        Ok::<_, DataFusionError>(call.array(index)?.as_primitive::<Float64Type>().iter())
    };
    let counts = call.array(3)?.as_primitive::<Int64Type>().iter();
    let rows = floats(0)?.zip(floats(1)?).zip(floats(2)?).zip(counts);
    let buckets = rows.map(|(((value, low), high), count)| match (value, low, high, count) {
        (Some(value), Some(low), Some(high), Some(count)) => {
            bucket_of(value, low, high, count).map(Some).map_err(failed)
        }
        _ => Ok(None),
    });
    Ok(Arc::new(buckets.collect::<Result<Int32Array, _>>()?))
}

/// The bucket of a value, from 1; 0 for what lies below all of them.
fn bucket_of(value: f64, low: f64, high: f64, count: i64) -> Result<i32, PgError> {
    let error = |message: &'static str| {
        Err(PgError::new(SqlState::INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION, message))
    };
    let Some(count) = i32::try_from(count).ok().filter(|count| *count > 0) else {
        return error("count must be greater than zero");
    };
    if low == high {
        return error("lower bound cannot equal upper bound");
    }
    let share = (value - low) / (high - low);
    #[allow(clippy::as_conversions, reason = "below the count")]
    let place = (share * f64::from(count)).floor() as i32;
    Ok(match () {
        () if share < 0.0 => 0,
        () if share >= 1.0 => count.saturating_add(1),
        () => place.saturating_add(1).min(count),
    })
}

fn gives_int(_: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    Ok(nullable(DataType::Int32))
}

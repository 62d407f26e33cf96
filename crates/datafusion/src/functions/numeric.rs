//! `numeric`: how numbers become one, and quotients.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int32Array, UInt32Builder,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options, take};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, Float64Type, Int64Type, i256};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{ReturnFieldArgs, ScalarUDF};
use trunkline_arrow::{Decimals, places_of_quotient};
use trunkline_core::types::Numeric;
use trunkline_core::{PgError, SqlState};

use super::builtin::{Builtin, Call, INTERVAL, failed, nullable};
use super::times;

/// The decimals of a quotient: those that PostgreSQL shows of one below 1.
const QUOTIENT: i8 = 20;
/// The decimals of what was a float, of which 15 digits count.
const OF_FLOAT: i8 = 15;

pub(super) fn functions() -> [Builtin; 5] {
    [
        Builtin { name: "as_numeric", takes: any, gives: unmarked, run: as_it_is },
        Builtin { name: "to_number", takes: two_texts, gives: to_number_of, run: to_number },
        Builtin { name: "scale", takes: decimal, gives: gives_int, run: scale },
        Builtin { name: ARRAY_OF, takes: any, gives: array_field, run: no_array },
        Builtin { name: "numeric", takes: any, gives: numeric_of, run: numeric },
    ]
}

/// Divides decimals and integers as PostgreSQL divides `numeric`.
pub(crate) static DIVIDE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    let takes = |types: &[DataType]| types.iter().map(exact).collect();
    Arc::new(Builtin { name: "numeric_divide", takes, gives: quotient_of, run: divide }.udf())
});

/// Marks what was computed of a quotient as one: it has no more digits.
pub(crate) static AS_QUOTIENT: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    let gives = |args: &ReturnFieldArgs<'_>| {
        let found = type_of(args.arg_fields, 0)?.clone();
        Ok(nullable(found).with_metadata(Decimals::Quotient(0).metadata()))
    };
    Arc::new(Builtin { name: "as_quotient", takes: any, gives, run: as_it_is }.udf())
});

/// A number of as many digits as its type says, whatever it was made of.
fn unmarked(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    Ok(nullable(type_of(args.arg_fields, 0)?.clone()))
}

fn as_it_is(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    call.array(0).cloned()
}

/// Passes a value on that may be NULL, though its type says otherwise.
pub(crate) static NULLABLE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    let gives = |args: &ReturnFieldArgs<'_>| match args.arg_fields {
        [field] => Ok(Field::clone(field).with_nullable(true)),
        _ => Err(failed(PgError::internal("no argument"))),
    };
    Arc::new(Builtin { name: "nullable", takes: any, gives, run: as_it_is }.udf())
});

/// The one element of a list, or NULL.
pub(crate) static ONLY: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
    let gives = |args: &ReturnFieldArgs<'_>| match type_of(args.arg_fields, 0)? {
        DataType::List(element) => Ok(Field::clone(element).with_name("").with_nullable(true)),
        other => Err(failed(PgError::internal(format!("{other} is no list")))),
    };
    Arc::new(Builtin { name: "only", takes: any, gives, run: only }.udf())
});

fn only(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let lists = call.array(0)?.as_list::<i32>();
    let mut places = UInt32Builder::with_capacity(lists.len());
    for (row, bounds) in lists.offsets().windows(2).enumerate() {
        match bounds {
            [start, end] if lists.is_valid(row) && end > start => {
                if end - start > 1 {
                    let message = "more than one row returned by a subquery used as an expression";
                    return Err(failed(PgError::new(SqlState::CARDINALITY_VIOLATION, message)));
                }
                places.append_option(u32::try_from(*start).ok());
            }
            _ => places.append_null(),
        }
    }
    Ok(take(lists.values(), &places.finish(), None)?)
}

/// What `ARRAY(SELECT …)` is called until it is planned; no statement can say it.
pub(crate) const ARRAY_OF: &str = "array\u{1f}of";

fn array_field(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    let element = type_of(args.arg_fields, 0)?.clone();
    Ok(nullable(DataType::new_list(element, true)))
}

fn no_array(_: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    Err(failed(PgError::unsupported("ARRAY of a subquery is not supported here")))
}

fn any(types: &[DataType]) -> Option<Vec<DataType>> {
    (types.len() == 1).then(|| types.to_vec())
}

/// The decimal that holds all values of a type of exact numbers.
pub(super) fn exact(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Decimal128(..) => data_type.clone(),
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => DataType::Decimal128(5, 0),
        DataType::Int32 | DataType::UInt16 => DataType::Decimal128(10, 0),
        DataType::Int64 | DataType::UInt32 => DataType::Decimal128(19, 0),
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Null => DataType::Decimal128(1, 0),
        _ => return None,
    })
}

fn type_of(fields: &[Arc<Field>], index: usize) -> Result<&DataType, DataFusionError> {
    let field = fields.get(index);
    field.map(|field| field.data_type()).ok_or_else(|| failed(PgError::internal("no argument")))
}

fn scale_of(data_type: &DataType) -> i8 {
    match exact(data_type) {
        Some(DataType::Decimal128(_, scale)) => scale.max(0),
        _ => 0,
    }
}

fn numeric_of(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    let found = type_of(args.arg_fields, 0)?;
    if let Some(exact) = exact(found) {
        let mark = args.arg_fields.first().and_then(|field| Decimals::of_field(field));
        return Ok(nullable(exact).with_metadata(mark.map(Decimals::metadata).unwrap_or_default()));
    }
    match found {
        DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View => Ok(nullable(DataType::Decimal128(38, OF_FLOAT))
            .with_metadata(Decimals::Significant.metadata())),
        found => {
            let name = trunkline_core::types::name_of(trunkline_arrow::PgType::of(found).oid);
            Err(failed(PgError::new(
                SqlState::CANNOT_COERCE,
                format!("cannot cast type {} to numeric", name.unwrap_or("unknown")),
            )))
        }
    }
}

fn numeric(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let array = call.array(0)?;
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let DataType::Decimal128(precision, scale) = *call.result else {
        return Ok(array.clone());
    };
    let read = |number: Option<Numeric>| -> Result<Option<i128>, DataFusionError> {
        let Some(number) = number else { return Ok(None) };
        let value = number.to_i128(scale.into()).ok_or_else(too_large)?;
        if value.unsigned_abs() >= 10_u128.pow(38) { Err(too_large()) } else { Ok(Some(value)) }
    };
    let values: Decimal128Array = match array.data_type() {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let single = matches!(array.data_type(), DataType::Float32);
            let floats = cast_with_options(array, &DataType::Float64, &strict)?;
            let floats = floats.as_primitive::<Float64Type>();
            let number = |float: f64| {
                if !single {
                    return Numeric::from_f64(float);
                }
                #[allow(clippy::as_conversions, reason = "it was a float of this size")]
                Numeric::from_f32(float as f32)
            };
            floats.iter().map(|float| read(float.map(number))).collect::<Result<_, _>>()?
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let texts = cast_with_options(array, &DataType::Utf8, &strict)?;
            let parse = |text: Option<&str>| {
                let number = text.map(|text| Numeric::parse(text.trim())).transpose();
                read(number.map_err(|error| failed(error.into()))?)
            };
            texts.as_string::<i32>().iter().map(parse).collect::<Result<_, _>>()?
        }
        _ => return Ok(cast_with_options(array, call.result, &strict)?),
    };
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

pub(super) fn too_large() -> DataFusionError {
    failed(
        PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
            .field(b'D', "A number has 38 digits at most."),
    )
}

/// What a sum divided by a count is, of their fields; what was float stays so.
pub(super) fn mean_of(fields: &[Arc<Field>]) -> Result<Field, DataFusionError> {
    match type_of(fields, 0)? {
        DataType::Float64 => Ok(nullable(DataType::Float64)),
        DataType::Interval(_) => Ok(nullable(INTERVAL)),
        _ => quotient_of_fields(fields),
    }
}

/// Sums divided by counts.
pub(super) fn mean(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    match call.result {
        DataType::Float64 => {}
        DataType::Interval(_) => return times::quotients(call),
        _ => return divide(call),
    }
    let sums = call.array(0)?.as_primitive::<Float64Type>().iter();
    let counts = call.array(1)?.as_primitive::<Int64Type>().iter();
    #[allow(clippy::as_conversions, reason = "a number of rows")]
    let mean = |(sum, count): (Option<f64>, Option<i64>)| {
        Some(sum? / count.filter(|count| *count > 0)? as f64)
    };
    Ok(Arc::new(sums.zip(counts).map(mean).collect::<Float64Array>()))
}

fn quotient_of(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    quotient_of_fields(args.arg_fields)
}

/// Of a quotient as many decimals are shown as its operands have, or more.
fn quotient_of_fields(fields: &[Arc<Field>]) -> Result<Field, DataFusionError> {
    let scales = fields.iter().map(|field| scale_of(field.data_type()));
    let scale = scales.fold(QUOTIENT, i8::max);
    // What is a quotient itself shows fewer than it has.
    let shown = |field: &Arc<Field>| match Decimals::of_field(field) {
        Some(Decimals::Quotient(least)) => least,
        Some(_) => 0,
        None => u8::try_from(scale_of(field.data_type())).unwrap_or(0),
    };
    let least = fields.iter().map(shown).max().unwrap_or(0);
    Ok(nullable(DataType::Decimal128(38, scale))
        .with_metadata(Decimals::Quotient(least).metadata()))
}

/// Divides exactly, and rounds the last decimal half away from zero.
fn divide(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let operand = |index: usize| -> Result<(ArrayRef, i8), DataFusionError> {
        let array = call.array(index)?;
        let wanted = exact(array.data_type()).ok_or_else(too_large)?;
        let scale = scale_of(&wanted);
        Ok((cast_with_options(array, &wanted, &strict)?, scale))
    };
    let ((dividends, of_dividend), (divisors, of_divisor)) = (operand(0)?, operand(1)?);
    let scale = scale_of(call.result);
    let shift = i16::from(scale) + i16::from(of_divisor) - i16::from(of_dividend);
    let quotient = |dividend: Option<i128>, divisor: Option<i128>| {
        let (Some(dividend), Some(divisor)) = (dividend, divisor) else { return Ok(None) };
        if divisor == 0 {
            let message = "division by zero";
            return Err(failed(PgError::new(SqlState::DIVISION_BY_ZERO, message)));
        }
        let value = quotient_at(dividend, divisor, shift);
        // PostgreSQL rounds where it stops to show digits.
        let least = shown(dividend, of_dividend).max(shown(divisor, of_divisor));
        let value = value.and_then(|value| {
            let dropped = i16::from(scale) - places_of_quotient(value, scale.into()).max(least);
            if dropped <= 0 {
                return Some(value);
            }
            let unit = 10_i128.checked_pow(u32::try_from(dropped).ok()?)?;
            let fewer = match shift < dropped {
                true => nearest(value, unit),
                false => quotient_at(dividend, divisor, shift - dropped)?,
            };
            fewer.checked_mul(unit)
        });
        let value = value.filter(|value| value.unsigned_abs() < 10_u128.pow(38));
        value.map(Some).ok_or_else(too_large)
    };
    let dividends = dividends.as_primitive::<Decimal128Type>().iter();
    let divisors = divisors.as_primitive::<Decimal128Type>().iter();
    // The mean of no value is NULL.
    let is_mean = matches!(call.array(1)?.data_type(), DataType::Int64);
    let none = |divisor: Option<i128>| if is_mean { divisor.filter(|n| *n != 0) } else { divisor };
    let values: Decimal128Array = dividends
        .zip(divisors)
        .map(|(dividend, divisor)| match dividend {
            None => Ok(None),
            dividend => quotient(dividend, none(divisor)),
        })
        .collect::<Result<_, _>>()?;
    Ok(Arc::new(values.with_precision_and_scale(38, scale)?))
}

/// The decimals that a value has in PostgreSQL: those of its column, but for quotients.
fn shown(value: i128, scale: i8) -> i16 {
    if scale < QUOTIENT {
        return scale.into();
    }
    let places = places_of_quotient(value, scale.into());
    let (mut rest, mut significant) = (value, i16::from(scale));
    while significant > 0 && rest % 10 == 0 {
        rest /= 10;
        significant -= 1;
    }
    places.max(significant).min(scale.into())
}

/// The quotient times 10^`shift`.
fn quotient_at(dividend: i128, divisor: i128, shift: i16) -> Option<i128> {
    let power = u32::try_from(shift).ok()?;
    let narrow = 10_i128.checked_pow(power).and_then(|factor| dividend.checked_mul(factor));
    if let Some(dividend) = narrow {
        return Some(nearest(dividend, divisor));
    }
    let factor = i256::from_i128(10).checked_pow(power)?;
    nearest_wide(i256::from_i128(dividend), factor, i256::from_i128(divisor))
}

pub(super) fn nearest(dividend: i128, divisor: i128) -> i128 {
    let (whole, rest) = (dividend.wrapping_div(divisor), dividend.wrapping_rem(divisor));
    let rest = rest.unsigned_abs();
    if rest >= divisor.unsigned_abs() - rest {
        whole.saturating_add(if (dividend < 0) == (divisor < 0) { 1 } else { -1 })
    } else {
        whole
    }
}

fn nearest_wide(dividend: i256, factor: i256, divisor: i256) -> Option<i128> {
    let dividend = dividend.checked_mul(factor)?;
    let (whole, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
    let (rest, size) = (rest.wrapping_abs(), divisor.wrapping_abs());
    let whole = whole.to_i128()?;
    if rest < size.wrapping_sub(rest) {
        return Some(whole);
    }
    let same_sign = (dividend < i256::ZERO) == (divisor < i256::ZERO);
    whole.checked_add(if same_sign { 1 } else { -1 })
}

fn two_texts(types: &[DataType]) -> Option<Vec<DataType>> {
    (types.len() == 2).then(|| vec![DataType::Utf8; 2])
}

/// As many decimals as the template has.
fn to_number_of(args: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    let template = args.scalar_arguments.get(1).and_then(|template| *template);
    let template =
        template.and_then(|template| template.try_as_str()).flatten().unwrap_or_default();
    let decimals = template.split_once(['.', 'D']).map_or("", |(_, decimals)| decimals);
    let places = decimals.chars().filter(|c| matches!(c, '9' | '0')).count();
    Ok(nullable(DataType::Decimal128(38, i8::try_from(places).unwrap_or(0).min(20))))
}

/// Reads the digits, the sign and the point; what else is in the text is for people.
fn to_number(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let DataType::Decimal128(precision, scale) = *call.result else { return Err(too_large()) };
    let read = |row: usize| -> Result<Option<i128>, DataFusionError> {
        let (Some(text), Some(_)) = (call.text(0, row)?, call.text(1, row)?) else {
            return Ok(None);
        };
        let digits: String =
            text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
        let number = Numeric::parse(&digits).map_err(|_| {
            let message = format!("invalid input syntax for type numeric: \"{text}\"");
            failed(PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, message))
        })?;
        number.to_i128(scale.into()).map(Some).ok_or_else(too_large)
    };
    let values = (0..call.rows()).map(read).collect::<Result<Decimal128Array, _>>()?;
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

fn decimal(types: &[DataType]) -> Option<Vec<DataType>> {
    let [number] = types else { return None };
    Some(vec![exact(number)?])
}

fn scale(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let array = call.array(0)?;
    let of_type = scale_of(array.data_type());
    let values = array.as_primitive::<Decimal128Type>().iter();
    let places = values.map(|value| value.map(|value| shown(value, of_type).into()));
    Ok(Arc::new(places.collect::<Int32Array>()))
}

fn gives_int(_: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    Ok(nullable(DataType::Int32))
}

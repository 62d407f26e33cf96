//! From a statement's parameters to arrays of one value.

mod nested;
mod number;
mod plain;
mod temporal;

use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, NullArray, PrimitiveArray, new_null_array};
use arrow_schema::DataType;
use trunkline_core::{Param, PgError, Result};
use trunkline_proto::types::{self, TextStyle, Value, uuid};
use trunkline_proto::{Format, Oid, SqlState};

use crate::pg_type::PgType;

pub use number::decimal_type;

/// A parameter as an array of length 1 and of the type that an engine wants.
///
/// The value is cast as PostgreSQL would in an assignment: numbers to any number type, rounded
/// half away from zero where digits are lost; a `date` to a timestamp at midnight; a timestamp to
/// and from one with a time zone by the session's zone; any scalar to text; and text, in which
/// clients send what they did not give a type, to any type as a literal in SQL.
///
/// # Errors
///
/// What the parameter's type says of its bytes; 22003 and 22008 for a value that the wanted type
/// cannot hold, infinite dates among them; 42846 for a type that it cannot be cast to; 0A000 for
/// structs, maps, unions and run-ends.
pub fn param_array(param: &Param<'_>, data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    let Some(bytes) = param.bytes else { return Ok(new_null_array(data_type, 1)) };
    let value = decode(param, bytes, data_type, style)?;
    build(&[value], data_type, style)
}

/// Decodes by the parameter's own type, or text by the wanted one.
fn decode(
    param: &Param<'_>,
    bytes: &[u8],
    data_type: &DataType,
    style: &TextStyle,
) -> Result<Value> {
    let value = Value::decode(param.type_oid, param.format, bytes, style)?;
    let wanted = PgType::of(data_type).oid;
    Ok(match value {
        Value::Text(text) if !is_text(wanted) => match data_type {
            // The array's type alone does not tell a uuid, but 16 bytes have no other text as long.
            DataType::FixedSizeBinary(16) if uuid::parse(&text).is_ok() => {
                Value::Uuid(uuid::parse(&text)?)
            }
            _ => Value::from_literal(wanted, &text, style)?,
        },
        value => value,
    })
}

fn is_text(oid: Oid) -> bool {
    matches!(oid, Oid::TEXT | Oid::JSON | Oid::JSONB)
}

/// Makes an array of values of one type, NULL among them.
fn build(values: &[Value], data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    match data_type {
        DataType::Null => Ok(Arc::new(NullArray::new(values.len()))),
        DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => plain::build(values, data_type, style),
        DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(_, _)
        | DataType::Duration(_)
        | DataType::Interval(_) => temporal::build(values, data_type, style),
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(_, _)
        | DataType::Dictionary(_, _) => nested::build(values, data_type, style),
        DataType::Struct(_)
        | DataType::Map(_, _)
        | DataType::Union(_, _)
        | DataType::RunEndEncoded(_, _) => {
            Err(PgError::unsupported(format!("parameters of Arrow's type {data_type}")))
        }
        _ => number::build(values, data_type),
    }
}

/// Collects primitive values that `convert` makes of those that are not NULL.
fn primitive<T: ArrowPrimitiveType>(
    values: &[Value],
    data_type: &DataType,
    convert: impl Fn(&Value) -> Result<T::Native>,
) -> Result<ArrayRef> {
    let array: PrimitiveArray<T> = some_of(values, convert)?.into_iter().collect();
    // Gives it the time zone, or the precision and scale.
    Ok(Arc::new(array.with_data_type(data_type.clone())))
}

fn some_of<'v, T>(
    values: &'v [Value],
    convert: impl Fn(&'v Value) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let convert = |value: &'v Value| match value {
        Value::Null => Ok(None),
        value => convert(value).map(Some),
    };
    values.iter().map(convert).collect()
}

fn cannot_cast(value: &Value, data_type: &DataType) -> PgError {
    cannot_cast_type(types::ToPg::natural_oid(value), data_type)
}

#[cold]
fn cannot_cast_type(found: Oid, data_type: &DataType) -> PgError {
    let wanted = PgType::of(data_type).oid;
    let name = |oid| types::name_of(oid).unwrap_or("unknown");
    PgError::new(
        SqlState::CANNOT_COERCE,
        format!("cannot cast type {} to {}", name(found), name(wanted)),
    )
    .detail(format!("The parameter is used as Arrow's type {data_type}."))
}

/// The text of a scalar, as a cast to `text` makes it.
fn text_of(value: &Value, style: &TextStyle) -> Result<String> {
    let mut text = Vec::new();
    // A value that is not NULL; NULL would be no bytes.
    let _ = types::ToPg::encode(value, Oid::TEXT, Format::Text, style, &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

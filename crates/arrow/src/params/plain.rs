//! Booleans, strings and byte strings.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, LargeBinaryArray,
    LargeStringArray, StringArray, StringViewArray,
};
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::SqlState;
use trunkline_proto::types::{TextStyle, Value};

use super::{cannot_cast, some_of, text_of};

pub(super) fn build(values: &[Value], data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    let texts = || some_of(values, |value| text(value, data_type, style));
    let bytes = || some_of(values, |value| bytes(value, data_type));
    Ok(match data_type {
        DataType::Boolean => Arc::new(BooleanArray::from(some_of(values, |value| match value {
            Value::Bool(value) => Ok(*value),
            value => Err(cannot_cast(value, data_type)),
        })?)),
        DataType::Utf8 => Arc::new(StringArray::from_iter(texts()?)),
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter(texts()?)),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter(texts()?)),
        DataType::Binary => Arc::new(BinaryArray::from_iter(bytes()?)),
        DataType::LargeBinary => Arc::new(LargeBinaryArray::from_iter(bytes()?)),
        DataType::BinaryView => Arc::new(BinaryViewArray::from_iter(bytes()?)),
        DataType::FixedSizeBinary(size) => {
            let bytes = bytes()?;
            let wrong = |bytes: &&[u8]| i32::try_from(bytes.len()) != Ok(*size);
            if let Some(bytes) = bytes.iter().flatten().copied().find(wrong) {
                return Err(wrong_length(bytes.len(), *size));
            }
            let array =
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes.into_iter(), *size);
            Arc::new(array.map_err(|error| PgError::internal("a byte string").source(error))?)
        }
        _ => return Err(PgError::unsupported(format!("parameters of Arrow's type {data_type}"))),
    })
}

fn text(value: &Value, data_type: &DataType, style: &TextStyle) -> Result<String> {
    match value {
        Value::Text(text) | Value::Json(text) => Ok(text.clone()),
        Value::Opaque(_) | Value::Record(_) => Err(cannot_cast(value, data_type)),
        value => text_of(value, style),
    }
}

fn bytes<'v>(value: &'v Value, data_type: &DataType) -> Result<&'v [u8]> {
    match value {
        Value::Bytea(bytes) => Ok(bytes),
        Value::Uuid(bytes) => Ok(bytes),
        value => Err(cannot_cast(value, data_type)),
    }
}

#[cold]
fn wrong_length(found: usize, wanted: i32) -> PgError {
    PgError::new(
        SqlState::STRING_DATA_LENGTH_MISMATCH,
        format!("a byte string of length {found} does not match the length {wanted}"),
    )
}

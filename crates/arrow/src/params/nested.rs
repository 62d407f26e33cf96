//! Arrays as lists, and values behind a dictionary.

use std::sync::Arc;

use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, GenericListArray, GenericListViewArray,
    OffsetSizeTrait, PrimitiveArray,
};
use arrow_buffer::{ArrowNativeType, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef};
use trunkline_core::{PgError, Result};
use trunkline_proto::SqlState;
use trunkline_proto::types::{self, TextStyle, Value};

use super::{build as build_values, cannot_cast};

pub(super) fn build(values: &[Value], data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    Ok(match data_type {
        DataType::List(field) => Arc::new(list::<i32>(values, field, data_type, style)?),
        DataType::LargeList(field) => Arc::new(list::<i64>(values, field, data_type, style)?),
        DataType::ListView(field) => {
            let list = list::<i32>(values, field, data_type, style)?;
            Arc::new(GenericListViewArray::from(list))
        }
        DataType::LargeListView(field) => {
            let list = list::<i64>(values, field, data_type, style)?;
            Arc::new(GenericListViewArray::from(list))
        }
        DataType::FixedSizeList(field, size) => {
            Arc::new(fixed_size_list(values, field, *size, data_type, style)?)
        }
        DataType::Dictionary(key, value) => {
            let values = build_values(values, value, style)?;
            dictionary(key, values)?
        }
        _ => return Err(PgError::unsupported(format!("parameters of Arrow's type {data_type}"))),
    })
}

fn list<O: OffsetSizeTrait>(
    values: &[Value],
    field: &FieldRef,
    data_type: &DataType,
    style: &TextStyle,
) -> Result<GenericListArray<O>> {
    let lists = elements(values, data_type)?;
    let offsets = OffsetBuffer::from_lengths(lists.iter().map(Vec::len));
    let items = build_values(&lists.concat(), field.data_type(), style)?;
    GenericListArray::try_new(field.clone(), offsets, items, nulls(values)).map_err(wrong_list)
}

fn fixed_size_list(
    values: &[Value],
    field: &FieldRef,
    size: i32,
    data_type: &DataType,
    style: &TextStyle,
) -> Result<FixedSizeListArray> {
    let mut lists = elements(values, data_type)?;
    let length = usize::try_from(size).unwrap_or(0);
    for (list, value) in lists.iter_mut().zip(values) {
        if *value == Value::Null {
            list.resize(length, Value::Null);
        } else if list.len() != length {
            return Err(PgError::new(
                SqlState::ARRAY_SUBSCRIPT_ERROR,
                format!("an array of {} elements where {length} are wanted", list.len()),
            ));
        }
    }
    let items = build_values(&lists.concat(), field.data_type(), style)?;
    FixedSizeListArray::try_new_with_length(field.clone(), size, items, nulls(values), values.len())
        .map_err(wrong_list)
}

/// What each array consists of: its elements, or its sub-arrays if it has more than one dimension.
fn elements(values: &[Value], data_type: &DataType) -> Result<Vec<Vec<Value>>> {
    let elements = |value: &Value| match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(array) => Ok(match array.dimensions.as_slice() {
            [_, inner @ ..] if !inner.is_empty() => {
                let lengths = inner.iter().map(|inner| usize::try_from(inner.length).unwrap_or(0));
                let size = lengths.fold(1, usize::saturating_mul).max(1);
                let sub_array = |elements: &[Value]| {
                    Value::Array(types::Array {
                        element: array.element,
                        dimensions: inner.to_vec(),
                        elements: elements.to_vec(),
                    })
                };
                array.elements.chunks(size).map(sub_array).collect()
            }
            _ => array.elements.clone(),
        }),
        value => Err(cannot_cast(value, data_type)),
    };
    values.iter().map(elements).collect()
}

fn nulls(values: &[Value]) -> Option<NullBuffer> {
    values
        .contains(&Value::Null)
        .then(|| values.iter().map(|value| *value != Value::Null).collect())
}

/// Puts a dictionary before values that are not worth one.
fn dictionary(key: &DataType, values: ArrayRef) -> Result<ArrayRef> {
    match key {
        DataType::Int8 => dictionary_of::<Int8Type>(values),
        DataType::Int16 => dictionary_of::<Int16Type>(values),
        DataType::Int32 => dictionary_of::<Int32Type>(values),
        DataType::Int64 => dictionary_of::<Int64Type>(values),
        DataType::UInt8 => dictionary_of::<UInt8Type>(values),
        DataType::UInt16 => dictionary_of::<UInt16Type>(values),
        DataType::UInt32 => dictionary_of::<UInt32Type>(values),
        _ => dictionary_of::<UInt64Type>(values),
    }
}

fn dictionary_of<K: ArrowDictionaryKeyType>(values: ArrayRef) -> Result<ArrayRef> {
    let key = |key| {
        K::Native::from_usize(key).ok_or_else(|| {
            PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many values for a dictionary")
        })
    };
    let keys = (0..values.len()).map(key).collect::<Result<Vec<_>>>()?;
    let keys = PrimitiveArray::<K>::from_iter_values(keys);
    DictionaryArray::try_new(keys, values)
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(wrong_list)
}

#[cold]
fn wrong_list(error: ArrowError) -> PgError {
    PgError::new(SqlState::DATA_EXCEPTION, "an array does not fit its Arrow type").source(error)
}

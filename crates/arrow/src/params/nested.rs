//! Arrays as lists, and values behind a dictionary.

use std::sync::Arc;

use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, GenericListArray, GenericListViewArray,
    OffsetSizeTrait, PrimitiveArray, new_empty_array, new_null_array,
};
use arrow_buffer::{ArrowNativeType, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef};
use arrow_select::concat::concat;
use trunkline_core::{PgError, Result};
use trunkline_proto::SqlState;
use trunkline_proto::types::{self, TextStyle, Value};

use super::{build as build_values, cannot_cast, cannot_cast_type};

pub(super) fn build(values: &[Value], data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    if let DataType::Dictionary(key, value) = data_type {
        return dictionary(key, build_values(values, value, style)?);
    }
    let lists = values.iter().map(|value| match value {
        Value::Null => Ok(new_null_array(data_type, 1)),
        Value::Array(array) => {
            let dimensions = array.dimensions().iter();
            let lengths =
                dimensions.map(|dimension| usize::try_from(dimension.length).unwrap_or(0));
            let lengths: Vec<usize> = lengths.collect();
            lists(array, &lengths, 1, data_type, style)
        }
        value => Err(cannot_cast(value, data_type)),
    });
    match lists.collect::<Result<Vec<_>>>()?.as_slice() {
        [] => Ok(new_empty_array(data_type)),
        lists => joined(lists),
    }
}

/// So many lists of the first length, each of lists of the next ones down to the elements.
fn lists(
    array: &types::Array,
    lengths: &[usize],
    count: usize,
    data_type: &DataType,
    style: &TextStyle,
) -> Result<ArrayRef> {
    if let DataType::Dictionary(key, value) = data_type {
        return dictionary(key, lists(array, lengths, count, value, style)?);
    }
    let (DataType::List(field)
    | DataType::LargeList(field)
    | DataType::ListView(field)
    | DataType::LargeListView(field)
    | DataType::FixedSizeList(field, _)) = data_type
    else {
        return Err(cannot_cast_type(types::ToPg::natural_oid(array), data_type));
    };
    let (length, inner) =
        lengths.split_first().map_or((0, &[][..]), |(first, rest)| (*first, rest));
    let items = match inner {
        [] => elements(array, field.data_type(), style)?,
        inner => lists(array, inner, count.saturating_mul(length), field.data_type(), style)?,
    };
    Ok(match data_type {
        DataType::LargeList(_) => Arc::new(list::<i64>(field, items, length, count)?),
        DataType::LargeListView(_) => {
            Arc::new(GenericListViewArray::from(list::<i64>(field, items, length, count)?))
        }
        DataType::ListView(_) => {
            Arc::new(GenericListViewArray::from(list::<i32>(field, items, length, count)?))
        }
        DataType::FixedSizeList(_, size) if usize::try_from(*size) != Ok(length) => {
            return Err(PgError::new(
                SqlState::ARRAY_SUBSCRIPT_ERROR,
                format!("an array of {length} elements where {size} are wanted"),
            ));
        }
        DataType::FixedSizeList(_, size) => Arc::new(
            FixedSizeListArray::try_new_with_length(field.clone(), *size, items, None, count)
                .map_err(wrong_list)?,
        ),
        _ => Arc::new(list::<i32>(field, items, length, count)?),
    })
}

fn list<O: OffsetSizeTrait>(
    field: &FieldRef,
    items: ArrayRef,
    length: usize,
    count: usize,
) -> Result<GenericListArray<O>> {
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(length, count));
    GenericListArray::try_new(field.clone(), offsets, items, None).map_err(wrong_list)
}

/// All elements of an array, some at a time: as values they are many times larger.
fn elements(array: &types::Array, data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    const AT_A_TIME: usize = 1024;
    if let DataType::Dictionary(key, value) = data_type {
        // Once, before all of them: dictionaries of parts cannot always be joined.
        return dictionary(key, elements(array, value, style)?);
    }
    let (mut elements, mut parts) = (array.elements(), Vec::new());
    loop {
        let values = elements.by_ref().take(AT_A_TIME);
        let values = values.collect::<std::result::Result<Vec<_>, _>>()?;
        // None at all are an array, too.
        if values.is_empty() && !parts.is_empty() {
            return joined(&parts);
        }
        parts.push(build_values(&values, data_type, style)?);
    }
}

fn joined(parts: &[ArrayRef]) -> Result<ArrayRef> {
    match parts {
        [part] => Ok(part.clone()),
        parts => {
            let parts: Vec<&dyn Array> = parts.iter().map(|part| &**part).collect();
            concat(&parts).map_err(wrong_list)
        }
    }
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

//! The extension type `arrow.fixed_shape_tensor`: lists of a fixed size that have a shape.
//!
//! Source: <https://arrow.apache.org/docs/format/CanonicalExtensions.html#fixed-shape-tensor>.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, FixedSizeListArray};
use arrow_schema::{DataType, Field};
use trunkline_proto::types::array::MAX_DIMENSIONS;

/// The tensors as lists of lists, one level a dimension; `None` for any other field, and for
/// tensors whose elements lie in another order than that of the dimensions.
pub(super) fn unfold(array: &ArrayRef, field: &Field) -> Option<ArrayRef> {
    if field.extension_type_name() != Some("arrow.fixed_shape_tensor") {
        return None;
    }
    let DataType::FixedSizeList(item, size) = array.data_type() else { return None };
    let metadata = field.extension_type_metadata()?;
    let shape = numbers(metadata, "\"shape\"")?;
    let in_order = match numbers(metadata, "\"permutation\"") {
        Some(permutation) => permutation.is_sorted(),
        None => true,
    };
    let product = shape.iter().try_fold(1_i32, |product, length| product.checked_mul(*length))?;
    if !in_order || product != *size || product == 0 || shape.len() > MAX_DIMENSIONS {
        return None;
    }
    let list = array.as_fixed_size_list();
    let (mut items, mut item) = (list.values().clone(), item.clone());
    for (depth, length) in shape.iter().enumerate().rev() {
        let nulls = if depth == 0 { list.nulls().cloned() } else { None };
        items = Arc::new(FixedSizeListArray::try_new(item, *length, items, nulls).ok()?);
        item = Arc::new(Field::new_list_field(items.data_type().clone(), true));
    }
    Some(items)
}

/// The array of numbers behind a key of a JSON object.
fn numbers(json: &str, key: &str) -> Option<Vec<i32>> {
    let (_, behind) = json.split_once(key)?;
    let (_, behind) = behind.split_once('[')?;
    let (numbers, _) = behind.split_once(']')?;
    numbers.split(',').map(|number| number.trim().parse().ok()).collect()
}

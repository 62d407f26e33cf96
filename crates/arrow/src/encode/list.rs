//! Lists as arrays.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, GenericListViewArray, OffsetSizeTrait};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::types::TextStyle;
use trunkline_proto::types::array::{self, Dimension, MAX_DIMENSIONS};
use trunkline_proto::{Format, Oid, SqlState};

use super::cell::{Cells, Encode, Encoder};
use super::{Wanted, cells};
use crate::mark::array_type_of;
use crate::pg_type::PgType;

/// Where the elements of each list lie in the array of all elements.
pub(super) enum Spans {
    Offsets(OffsetBuffer<i32>),
    LargeOffsets(OffsetBuffer<i64>),
    Views(ScalarBuffer<i32>, ScalarBuffer<i32>),
    LargeViews(ScalarBuffer<i64>, ScalarBuffer<i64>),
    Fixed(usize),
}

impl Spans {
    /// Takes a list apart; `None` for any other array.
    pub(super) fn new(array: &dyn Array) -> Option<(Spans, ArrayRef)> {
        Some(match array.data_type() {
            DataType::List(_) => {
                let list: &GenericListArray<i32> = array.as_list();
                (Spans::Offsets(list.offsets().clone()), list.values().clone())
            }
            DataType::LargeList(_) => {
                let list: &GenericListArray<i64> = array.as_list();
                (Spans::LargeOffsets(list.offsets().clone()), list.values().clone())
            }
            DataType::ListView(_) => {
                let list: &GenericListViewArray<i32> = array.as_list_view();
                let spans = Spans::Views(list.offsets().clone(), list.sizes().clone());
                (spans, list.values().clone())
            }
            DataType::LargeListView(_) => {
                let list: &GenericListViewArray<i64> = array.as_list_view();
                let spans = Spans::LargeViews(list.offsets().clone(), list.sizes().clone());
                (spans, list.values().clone())
            }
            DataType::FixedSizeList(_, size) => {
                let list = array.as_fixed_size_list();
                (Spans::Fixed(usize::try_from(*size).unwrap_or(0)), list.values().clone())
            }
            DataType::Map(_, _) => {
                let map = array.as_map();
                let entries: ArrayRef = std::sync::Arc::new(map.entries().clone());
                (Spans::Offsets(map.offsets().clone()), entries)
            }
            _ => return None,
        })
    }

    pub(super) fn get(&self, row: usize) -> Range<usize> {
        match self {
            Spans::Offsets(offsets) => between(offsets, row),
            Spans::LargeOffsets(offsets) => between(offsets, row),
            Spans::Views(offsets, sizes) => view(offsets, sizes, row),
            Spans::LargeViews(offsets, sizes) => view(offsets, sizes, row),
            Spans::Fixed(size) => {
                let start = row.saturating_mul(*size);
                start..start.saturating_add(*size)
            }
        }
    }
}

fn between<O: OffsetSizeTrait>(offsets: &[O], row: usize) -> Range<usize> {
    match offsets.get(row..) {
        Some([start, end, ..]) => start.as_usize()..end.as_usize(),
        _ => 0..0,
    }
}

fn view<O: OffsetSizeTrait>(offsets: &[O], sizes: &[O], row: usize) -> Range<usize> {
    match (offsets.get(row), sizes.get(row)) {
        (Some(start), Some(size)) => {
            let start = start.as_usize();
            start..start.saturating_add(size.as_usize())
        }
        _ => 0..0,
    }
}

/// Plans an array of the type `oid`; `None` if its elements cannot be those of the list.
///
/// Lists of fixed size within a list are further dimensions.
pub(super) fn array(list: &dyn Array, wanted: Wanted<'_>) -> Result<Option<Encoder>> {
    let oid = wanted.oid;
    let Some((spans, mut values)) = Spans::new(list) else { return Ok(None) };
    let mut inner = Vec::new();
    while let DataType::FixedSizeList(_, size) = values.data_type() {
        inner.push(Inner {
            size: usize::try_from(*size).unwrap_or(0),
            length: *size,
            nulls: values.nulls().cloned(),
        });
        let deeper = values.as_fixed_size_list().values().clone();
        values = deeper;
    }
    if inner.len() >= MAX_DIMENSIONS {
        return Ok(None);
    }
    let Some(element) =
        wanted.types.element_of(oid).or_else(|| user_element(list.data_type(), oid))
    else {
        return Ok(None);
    };
    let Some(elements) = cells(&values, wanted.of(element))? else { return Ok(None) };
    let delimiter = array::delimiter(wanted.types.base_of(element));
    let list = List { spans, inner, element, delimiter, elements };
    Ok(Some(match wanted.format {
        Format::Text => Box::new(Text(list)),
        Format::Binary => Box::new(Binary(list)),
    }))
}

/// The type of the elements, where that of the arrays is one of the server's own.
fn user_element(list: &DataType, oid: Oid) -> Option<Oid> {
    let mut data_type = list;
    while let DataType::List(item)
    | DataType::LargeList(item)
    | DataType::ListView(item)
    | DataType::LargeListView(item)
    | DataType::FixedSizeList(item, _) = data_type
    {
        if array_type_of(item) == Some(oid) {
            return Some(PgType::of_field(item).oid);
        }
        data_type = item.data_type();
    }
    None
}

struct List {
    spans: Spans,
    /// The dimensions within the first.
    inner: Vec<Inner>,
    element: Oid,
    delimiter: u8,
    elements: Cells,
}

struct Inner {
    size: usize,
    length: i32,
    nulls: Option<NullBuffer>,
}

impl List {
    /// The elements of a row, if it has any, and that every sub-array is there.
    fn span(&self, row: usize) -> Result<Range<usize>> {
        let mut span = self.spans.get(row);
        for Inner { size, nulls, .. } in &self.inner {
            if let Some(nulls) = nulls
                && span.clone().any(|place| nulls.is_null(place))
            {
                return Err(missing_sub_array());
            }
            span = span.start.saturating_mul(*size)..span.end.saturating_mul(*size);
        }
        Ok(span)
    }
}

struct Text(List);

impl Encode for Text {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let Text(list) = self;
        let span = list.span(row)?;
        if span.is_empty() {
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        list.write_text(&list.inner, list.spans.get(row), style, out)
    }
}

impl List {
    /// Writes one brace level: the places of `span` are sub-arrays as long as `inner` is not empty.
    fn write_text(
        &self,
        inner: &[Inner],
        span: Range<usize>,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let first = span.start;
        out.push(b'{');
        for place in span {
            if place != first {
                out.push(self.delimiter);
            }
            if let [dimension, deeper @ ..] = inner {
                let start = place.saturating_mul(dimension.size);
                let end = start.saturating_add(dimension.size);
                self.write_text(deeper, start..end, style, out)?;
            } else if self.elements.is_null(place) {
                out.extend_from_slice(b"NULL");
            } else {
                let start = out.len();
                self.elements.encoder.value(place, style, out)?;
                array::quote(start, self.delimiter, out);
            }
        }
        out.push(b'}');
        Ok(())
    }
}

struct Binary(List);

impl Encode for Binary {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let Binary(list) = self;
        let span = list.span(row)?;
        if span.is_empty() {
            array::binary_header(list.element, &[], false, out);
            return Ok(());
        }
        let mut dimensions = [Dimension { length: 0, lower: 1 }; MAX_DIMENSIONS];
        let outer = i32::try_from(list.spans.get(row).len()).map_err(|_| too_long())?;
        let lengths = std::iter::once(outer).chain(list.inner.iter().map(|inner| inner.length));
        for (dimension, length) in dimensions.iter_mut().zip(lengths) {
            dimension.length = length;
        }
        let dimensions = dimensions.get(..=list.inner.len()).unwrap_or_default();
        let has_null = span.clone().any(|place| list.elements.is_null(place));
        array::binary_header(list.element, dimensions, has_null, out);
        span.into_iter().try_for_each(|place| list.elements.cell(place, style, out))
    }
}

#[cold]
fn missing_sub_array() -> PgError {
    PgError::new(
        SqlState::NULL_VALUE_NOT_ALLOWED,
        "a multidimensional array cannot have NULL in place of a sub-array",
    )
}

#[cold]
fn too_long() -> PgError {
    PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed")
}

//! Arrays as lists, of several dimensions as lists of lists.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, FixedSizeListArray, GenericListArray, GenericListViewArray, OffsetSizeTrait,
};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, FieldRef};
use trunkline_core::Result;
use trunkline_proto::types::array::Dimension;
use trunkline_proto::types::{TextStyle, ValueError};
use trunkline_proto::{Oid, SqlState};

use super::{Append, Appender, Datum, contradiction};

pub(super) fn appender(data_type: &DataType, item: &FieldRef, rows: usize) -> Result<Appender> {
    let mut levels = vec![Level::new(data_type, item)];
    let mut item = item;
    while let Some(inner) = item_of(item.data_type()) {
        levels.push(Level::new(item.data_type(), inner));
        item = inner;
    }
    let element = super::type_of(item).oid;
    let leaf = super::appender(item, rows)?;
    Ok(Box::new(Lists { levels, leaf, element, nulls: NullBufferBuilder::new(rows) }))
}

fn item_of(data_type: &DataType) -> Option<&FieldRef> {
    match data_type {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => Some(item),
        _ => None,
    }
}

/// The lists of one array type within another, and what lies in the innermost.
struct Lists {
    /// The outermost first.
    levels: Vec<Level>,
    leaf: Appender,
    /// The type of elements that do not tell theirs.
    element: Oid,
    /// Of the outermost; a sub-array is NULL only behind one that is.
    nulls: NullBufferBuilder,
}

/// The lists of one dimension.
struct Level {
    data_type: DataType,
    item: FieldRef,
    /// The length of each, if they have a fixed one.
    fixed: Option<usize>,
    /// Where each ends among the items, if they have not.
    ends: Vec<usize>,
    /// How many there are.
    count: usize,
}

impl Append for Lists {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        let leaf = &mut self.leaf;
        let item = self.levels.last().map(|level| &level.item);
        let dimensions = datum.elements(self.element, style, &mut |element| match element {
            Some(element) => leaf.append(element, style),
            None => match item.filter(|item| !item.is_nullable()) {
                Some(item) => Err(super::no_null(item)),
                None => {
                    leaf.append_null();
                    Ok(())
                }
            },
        });
        let Some(dimensions) = dimensions.transpose()? else {
            return Err(datum.cannot_cast(&self.data_type()));
        };
        let mut lengths: Vec<usize> = dimensions.iter().map(length).collect();
        if lengths.is_empty() || lengths == [0] {
            lengths = vec![0; self.levels.len()];
        }
        if lengths.len() != self.levels.len() {
            return Err(datum.cannot_cast(&self.data_type()));
        }
        // All of them or none.
        self.check(&lengths)?;
        let mut count = 1_usize;
        for (level, length) in self.levels.iter_mut().zip(lengths) {
            level.push(count, length);
            count = count.saturating_mul(length);
        }
        self.nulls.append_non_null();
        Ok(())
    }

    fn append_null(&mut self) {
        // Lists of a fixed length have items behind a NULL, too.
        let mut count = 1_usize;
        for level in &mut self.levels {
            let length = level.fixed.unwrap_or(0);
            level.push(count, length);
            count = count.saturating_mul(length);
        }
        (0..count).for_each(|_| self.leaf.append_null());
        self.nulls.append_null();
    }

    fn held(&self) -> usize {
        let ends = self.levels.iter().map(|level| level.ends.len());
        let ends = ends.fold(0, usize::saturating_add).saturating_mul(size_of::<usize>());
        ends.saturating_add(self.leaf.held())
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        let mut items = self.leaf.finish()?;
        // Lists of a fixed length have items behind a NULL, which are NULL, too: a field that is not
        // nullable lets them pass there alone.
        let mut nulls = vec![self.nulls.finish()];
        for level in &self.levels {
            let outer = nulls.last().and_then(Option::as_ref);
            nulls.push(level.fixed.and_then(|size| outer.map(|outer| outer.expand(size))));
        }
        for (level, nulls) in self.levels.iter_mut().zip(nulls).rev() {
            items = level.finish(items, nulls)?;
        }
        Ok(items)
    }
}

fn length(dimension: &Dimension) -> usize {
    usize::try_from(dimension.length).unwrap_or(0)
}

impl Lists {
    /// Whether lists of a fixed length have it.
    fn check(&self, lengths: &[usize]) -> Result<(), ValueError> {
        let mut count = 1_usize;
        for (level, length) in self.levels.iter().zip(lengths) {
            if let Some(wanted) = level.fixed.filter(|wanted| wanted != length && count > 0) {
                return Err(ValueError::new(
                    SqlState::ARRAY_SUBSCRIPT_ERROR,
                    format!("an array of {length} elements where {wanted} are wanted"),
                ));
            }
            count = count.saturating_mul(*length);
        }
        Ok(())
    }

    fn data_type(&self) -> DataType {
        self.levels.first().map_or(DataType::Null, |level| level.data_type.clone())
    }
}

impl Level {
    fn new(data_type: &DataType, item: &FieldRef) -> Level {
        let fixed = match data_type {
            DataType::FixedSizeList(_, size) => Some(usize::try_from(*size).unwrap_or(0)),
            _ => None,
        };
        let (data_type, item) = (data_type.clone(), item.clone());
        Level { data_type, item, fixed, ends: Vec::new(), count: 0 }
    }

    /// Adds so many lists of one length.
    fn push(&mut self, count: usize, length: usize) {
        self.count = self.count.saturating_add(count);
        if self.fixed.is_none() {
            let start = self.ends.last().copied().unwrap_or(0);
            let ends = (1..=count).map(|list| start.saturating_add(list.saturating_mul(length)));
            self.ends.extend(ends);
        }
    }

    fn finish(
        &mut self,
        items: ArrayRef,
        nulls: Option<arrow_buffer::NullBuffer>,
    ) -> Result<ArrayRef, ValueError> {
        let (ends, count) = (std::mem::take(&mut self.ends), std::mem::take(&mut self.count));
        let item = self.item.clone();
        // An array that failed left items behind those that count.
        let kept = match self.fixed {
            Some(length) => count.saturating_mul(length),
            None => ends.last().copied().unwrap_or(0),
        };
        let items = items.slice(0, kept);
        Ok(match &self.data_type {
            DataType::LargeList(_) => Arc::new(list::<i64>(item, &ends, items, nulls)?),
            DataType::LargeListView(_) => Arc::new(view::<i64>(item, &ends, items, nulls)?),
            DataType::ListView(_) => Arc::new(view::<i32>(item, &ends, items, nulls)?),
            DataType::FixedSizeList(_, size) => Arc::new(
                FixedSizeListArray::try_new_with_length(item, *size, items, nulls, count)
                    .map_err(contradiction)?,
            ),
            _ => Arc::new(list::<i32>(item, &ends, items, nulls)?),
        })
    }
}

fn list<O: OffsetSizeTrait>(
    item: Arc<Field>,
    ends: &[usize],
    items: ArrayRef,
    nulls: Option<arrow_buffer::NullBuffer>,
) -> Result<GenericListArray<O>, ValueError> {
    let offsets = OffsetBuffer::new(offsets::<O>(ends)?);
    GenericListArray::try_new(item, offsets, items, nulls).map_err(contradiction)
}

fn view<O: OffsetSizeTrait>(
    item: Arc<Field>,
    ends: &[usize],
    items: ArrayRef,
    nulls: Option<arrow_buffer::NullBuffer>,
) -> Result<GenericListViewArray<O>, ValueError> {
    let offsets = offsets::<O>(ends)?;
    let sizes = offsets.windows(2).map(|pair| match pair {
        [start, end] => *end - *start,
        _ => O::default(),
    });
    let sizes: ScalarBuffer<O> = sizes.collect();
    let starts = offsets.slice(0, ends.len());
    GenericListViewArray::try_new(item, starts, sizes, items, nulls).map_err(contradiction)
}

/// Where the lists begin, and where the last ends.
fn offsets<O: OffsetSizeTrait>(ends: &[usize]) -> Result<ScalarBuffer<O>, ValueError> {
    let offset = |end: usize| {
        O::from_usize(end).ok_or_else(|| {
            ValueError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "more elements than a list of Arrow can hold",
            )
        })
    };
    std::iter::once(0)
        .chain(ends.iter().copied())
        .map(offset)
        .collect::<Result<Vec<O>, _>>()
        .map(Into::into)
}

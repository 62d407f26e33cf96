//! `hstore` as maps.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, MapArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, FieldRef, Fields};
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{TextStyle, Value, ValueError};
use trunkline_proto::{Oid, SqlState};

use super::datum::literal;
use super::{Append, Appender, Datum, contradiction};

pub(super) fn appender(data_type: &DataType, entries: &FieldRef, rows: usize) -> Result<Appender> {
    let unsupported = || PgError::unsupported(format!("values of Arrow's type {data_type}"));
    let is_sorted = matches!(data_type, DataType::Map(_, true));
    let DataType::Struct(fields) = entries.data_type() else { return Err(unsupported()) };
    let [key, value] = &fields[..] else { return Err(unsupported()) };
    Ok(Box::new(Maps {
        keys: super::appender(key, rows)?,
        values: super::appender(value, rows)?,
        fields: fields.clone(),
        entries: entries.clone(),
        data_type: data_type.clone(),
        is_sorted,
        ends: vec![0],
        nulls: NullBufferBuilder::new(rows),
    }))
}

struct Maps {
    keys: Appender,
    values: Appender,
    fields: Fields,
    entries: FieldRef,
    data_type: DataType,
    /// Whether the keys of a map are to be in their order.
    is_sorted: bool,
    /// Where the maps end among the entries, after the beginning of the first.
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Maps {
    fn end(&mut self, pairs: usize) -> Result<(), ValueError> {
        let end = i32::try_from(pairs).ok();
        let end = end.and_then(|pairs| self.ends.last()?.checked_add(pairs));
        self.ends.push(end.ok_or_else(|| {
            let message = "more pairs than a map of Arrow can hold";
            ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
        })?);
        Ok(())
    }
}

impl Append for Maps {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        let hstore = match datum.is_registered(style) {
            true => datum.value(style)?,
            false => Value::Null,
        };
        let Value::Hstore(hstore) = hstore else {
            return Err(datum.cannot_cast(&self.data_type));
        };
        let mut pairs = hstore.pairs()?;
        if self.is_sorted {
            // In hstore shorter ones come first.
            pairs.sort();
        }
        for (key, value) in &pairs {
            self.keys.append(literal(Oid::UNKNOWN, key), style)?;
            match value {
                Some(value) => self.values.append(literal(Oid::UNKNOWN, value), style)?,
                None => match self.fields.get(1).filter(|field| !field.is_nullable()) {
                    Some(field) => return Err(super::no_null(field)),
                    None => self.values.append_null(),
                },
            }
        }
        self.end(pairs.len())?;
        self.nulls.append_non_null();
        Ok(())
    }

    fn append_null(&mut self) {
        let end = self.ends.last().copied().unwrap_or(0);
        self.ends.push(end);
        self.nulls.append_null();
    }

    fn held(&self) -> usize {
        let ends = self.ends.len().saturating_mul(size_of::<i32>());
        ends.saturating_add(self.keys.held()).saturating_add(self.values.held())
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        // A map that failed left keys or values behind those that count.
        let count = ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let columns = [self.keys.finish()?, self.values.finish()?];
        let columns = columns.map(|values| values.slice(0, count)).to_vec();
        let entries =
            StructArray::try_new(self.fields.clone(), columns, None).map_err(contradiction)?;
        let (offsets, nulls) = (OffsetBuffer::new(ends.into()), self.nulls.finish());
        MapArray::try_new(self.entries.clone(), offsets, entries, nulls, self.is_sorted)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(contradiction)
    }
}

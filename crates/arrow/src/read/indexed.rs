//! Arrays that store a value once: dictionaries and run-ends.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, RunEndIndexType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, PrimitiveArray, RunArray, make_array,
};
use arrow_buffer::ArrowNativeType;
use arrow_schema::{DataType, Field};
use trunkline_core::Result;
use trunkline_proto::types::{TextStyle, ValueError};
use trunkline_proto::{Format, SqlState};

use super::{Append, Appender, Datum, contradiction};

/// An appender of values that are stored once each: what came in the same bytes is the same.
pub(super) fn dictionary(key: &DataType, values: &Field) -> Result<Appender> {
    let values = super::appender(values, 1)?;
    Ok(match key {
        DataType::Int8 => dictionary_of::<Int8Type>(values),
        DataType::Int16 => dictionary_of::<Int16Type>(values),
        DataType::Int32 => dictionary_of::<Int32Type>(values),
        DataType::Int64 => dictionary_of::<Int64Type>(values),
        DataType::UInt8 => dictionary_of::<UInt8Type>(values),
        DataType::UInt16 => dictionary_of::<UInt16Type>(values),
        DataType::UInt32 => dictionary_of::<UInt32Type>(values),
        _ => dictionary_of::<UInt64Type>(values),
    })
}

fn dictionary_of<K: ArrowDictionaryKeyType>(values: Appender) -> Appender {
    Box::new(Dictionary::<K> {
        values,
        known: HashMap::new(),
        keys: Vec::new(),
        scratch: Vec::new(),
    })
}

struct Dictionary<K: ArrowPrimitiveType> {
    values: Appender,
    known: HashMap<Box<[u8]>, K::Native>,
    keys: Vec<Option<K::Native>>,
    scratch: Vec<u8>,
}

impl<K: ArrowDictionaryKeyType> Append for Dictionary<K> {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        identity(datum, &mut self.scratch);
        if let Some(key) = self.known.get(self.scratch.as_slice()) {
            self.keys.push(Some(*key));
            return Ok(());
        }
        let key = index(self.known.len(), "too many values for a dictionary")?;
        self.values.append(datum, style)?;
        self.known.insert(self.scratch.as_slice().into(), key);
        self.keys.push(Some(key));
        Ok(())
    }

    fn append_null(&mut self) {
        self.keys.push(None);
    }

    fn held(&self) -> usize {
        if K::Native::from_usize(self.known.len()).is_none() {
            return usize::MAX;
        }
        let keys = self.keys.len().saturating_mul(size_of::<Option<K::Native>>());
        keys.saturating_add(self.values.held())
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        self.known.clear();
        let keys: PrimitiveArray<K> = std::mem::take(&mut self.keys).into_iter().collect();
        DictionaryArray::try_new(keys, self.values.finish()?)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(contradiction)
    }
}

/// An appender of values that are stored once as long as they stay the same.
pub(super) fn runs(data_type: &DataType, ends: &Field, values: &Field) -> Result<Appender> {
    let values = super::appender(values, 1)?;
    Ok(match ends.data_type() {
        DataType::Int16 => runs_of::<Int16Type>(data_type, values),
        DataType::Int32 => runs_of::<Int32Type>(data_type, values),
        _ => runs_of::<Int64Type>(data_type, values),
    })
}

fn runs_of<R: RunEndIndexType>(data_type: &DataType, values: Appender) -> Appender {
    Box::new(Runs::<R> {
        data_type: data_type.clone(),
        values,
        ends: Vec::new(),
        length: 0,
        last: Vec::new(),
        last_is_null: false,
        scratch: Vec::new(),
        index: PhantomData,
    })
}

struct Runs<R> {
    data_type: DataType,
    values: Appender,
    /// Where each run but the last ends.
    ends: Vec<usize>,
    length: usize,
    last: Vec<u8>,
    last_is_null: bool,
    scratch: Vec<u8>,
    index: PhantomData<fn(R)>,
}

impl<R> Runs<R> {
    /// Ends a run before the next value.
    fn end(&mut self) {
        if self.length > 0 {
            self.ends.push(self.length);
        }
    }
}

impl<R: RunEndIndexType> Append for Runs<R> {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        identity(datum, &mut self.scratch);
        if self.length == 0 || self.last_is_null || self.last != self.scratch {
            self.values.append(datum, style)?;
            self.end();
            std::mem::swap(&mut self.last, &mut self.scratch);
            self.last_is_null = false;
        }
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    fn append_null(&mut self) {
        if self.length == 0 || !self.last_is_null {
            self.end();
            self.values.append_null();
            self.last_is_null = true;
        }
        self.length = self.length.saturating_add(1);
    }

    fn held(&self) -> usize {
        if R::Native::from_usize(self.length.saturating_add(1)).is_none() {
            return usize::MAX;
        }
        let ends = self.ends.len().saturating_mul(size_of::<usize>());
        ends.saturating_add(self.values.held())
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        self.end();
        self.length = 0;
        let ends = std::mem::take(&mut self.ends);
        let ends = ends.into_iter().map(|end| index(end, "too many values for runs"));
        let ends = PrimitiveArray::<R>::from_iter_values(ends.collect::<Result<Vec<_>, _>>()?);
        let array = RunArray::try_new(&ends, &self.values.finish()?).map_err(contradiction)?;
        // Its fields may have other names than the usual ones.
        let data = array.into_data().into_builder().data_type(self.data_type.clone());
        data.build().map(make_array).map_err(contradiction)
    }
}

/// What tells a value from others of its column.
fn identity(datum: Datum<'_>, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&datum.oid.0.to_be_bytes());
    out.push(u8::from(datum.format == Format::Binary));
    out.extend_from_slice(datum.bytes);
}

fn index<N: ArrowNativeType>(place: usize, message: &str) -> Result<N, ValueError> {
    N::from_usize(place)
        .ok_or_else(|| ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message.to_owned()))
}

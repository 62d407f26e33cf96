//! Booleans, values of no type, and what every column of one value a row has in common.

use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, BooleanBuilder, PrimitiveBuilder};
use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, ArrowPrimitiveType, NullArray};
use arrow_schema::DataType;
use trunkline_proto::Oid;
use trunkline_proto::types::{TextStyle, ValueError, boolean};

use super::{Append, Appender, Datum};

/// An appender of values that are each read by a function.
pub(super) fn primitive<T, F>(data_type: &DataType, rows: usize, read: F) -> Appender
where
    T: ArrowPrimitiveType,
    F: Fn(Datum<'_>, &TextStyle) -> Result<T::Native, ValueError> + Send + 'static,
{
    // The type has a time zone, or a precision and a scale.
    let builder = PrimitiveBuilder::<T>::with_capacity(rows).with_data_type(data_type.clone());
    Box::new(Primitive { builder, read })
}

struct Primitive<T: ArrowPrimitiveType, F> {
    builder: PrimitiveBuilder<T>,
    read: F,
}

impl<T, F> Append for Primitive<T, F>
where
    T: ArrowPrimitiveType,
    F: Fn(Datum<'_>, &TextStyle) -> Result<T::Native, ValueError> + Send + 'static,
{
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        self.builder.append_value((self.read)(datum, style)?);
        Ok(())
    }

    fn append_null(&mut self) {
        self.builder.append_null();
    }

    fn held(&self) -> usize {
        self.builder.len().saturating_mul(size_of::<T::Native>())
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        Ok(Arc::new(self.builder.finish()))
    }
}

pub(super) fn booleans(rows: usize) -> Appender {
    Box::new(Booleans(BooleanBuilder::with_capacity(rows)))
}

/// Booleans of the extension type `arrow.bool8`.
pub(super) fn bool8s(rows: usize) -> Appender {
    primitive::<Int8Type, _>(&DataType::Int8, rows, |datum, _| read_boolean(datum).map(i8::from))
}

fn read_boolean(datum: Datum<'_>) -> Result<bool, ValueError> {
    let datum = datum.as_literal(Oid::BOOL);
    match datum.oid {
        Oid::BOOL => datum.read(boolean::parse, boolean::receive),
        _ => Err(datum.cannot_cast(&DataType::Boolean)),
    }
}

struct Booleans(BooleanBuilder);

impl Append for Booleans {
    fn append(&mut self, datum: Datum<'_>, _: &TextStyle) -> Result<(), ValueError> {
        self.0.append_value(read_boolean(datum)?);
        Ok(())
    }

    fn append_null(&mut self) {
        self.0.append_null();
    }

    fn held(&self) -> usize {
        self.0.len() / 8
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// Counts NULLs; there is nothing else in such an array.
#[derive(Default)]
pub(super) struct Nulls(usize);

impl Append for Nulls {
    fn append(&mut self, datum: Datum<'_>, _: &TextStyle) -> Result<(), ValueError> {
        Err(datum.cannot_cast(&DataType::Null))
    }

    fn append_null(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    fn held(&self) -> usize {
        0
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        Ok(Arc::new(NullArray::new(std::mem::take(&mut self.0))))
    }
}

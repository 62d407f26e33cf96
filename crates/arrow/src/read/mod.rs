//! From PostgreSQL's bytes to arrays: a parameter is a column of one row, COPY has columns of many.
//!
//! An appender is made for an Arrow type once and takes values of any PostgreSQL type. What a type
//! most often comes as is read straight from the bytes; a [`Value`] is made of the rest alone.

mod bytes;
mod datum;
mod decimal;
mod indexed;
mod list;
mod map;
mod number;
mod record;
mod scalar;
mod temporal;

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType, Field};
use trunkline_core::{PgError, Result};
use trunkline_proto::SqlState;
use trunkline_proto::types::{TextStyle, ValueError, name_of};

use crate::pg_type::{Nested, PgType};

pub(crate) use datum::Datum;
pub(crate) use decimal::digits_of;

/// Appends values to an array of one type.
///
/// An error is followed by nothing but `finish`: then the values before are at the array's beginning,
/// and something may be behind them.
pub(crate) trait Append: Send {
    /// Appends a value.
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError>;

    /// Appends NULL.
    fn append_null(&mut self);

    /// How many bytes the values take that were appended since the last `finish`, about; all there
    /// are if the next value may be one more than keys or ends of runs count.
    fn held(&self) -> usize;

    /// The array of what was appended since the last call.
    fn finish(&mut self) -> Result<ArrayRef, ValueError>;
}

pub(crate) type Appender = Box<dyn Append>;

/// An appender for the values of a field, of which there will be about `rows`.
///
/// # Errors
///
/// 0A000 for unions, which are made of no PostgreSQL type.
pub(crate) fn appender(field: &Field, rows: usize) -> Result<Appender> {
    let data_type = field.data_type();
    Ok(match data_type {
        DataType::Null => Box::new(scalar::Nulls::default()),
        DataType::Boolean => scalar::booleans(rows),
        DataType::Int8 if field.extension_type_name() == Some("arrow.bool8") => {
            scalar::bool8s(rows)
        }
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64 => number::appender(data_type, rows),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => {
            let shape = decimal::Shape { precision: *precision, scale: *scale };
            decimal::appender(data_type, shape, rows)
        }
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => bytes::appender(field, rows),
        DataType::Date32 | DataType::Date64 => temporal::dates(data_type, rows),
        DataType::Time32(_) | DataType::Time64(_) => {
            temporal::times(data_type, temporal::Precision::of(field), rows)
        }
        DataType::Timestamp(unit, _) => {
            temporal::moments(data_type, *unit, temporal::Precision::of(field), rows)
        }
        DataType::Duration(unit) => temporal::durations(data_type, *unit, rows),
        DataType::Interval(unit) => temporal::intervals(data_type, *unit, rows),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => list::appender(data_type, item, rows)?,
        DataType::Struct(fields) => record::appender(fields, rows)?,
        DataType::Dictionary(key, values) => {
            // An extension type is told by the metadata of the field around.
            let values = Field::clone(field).with_data_type(values.as_ref().clone());
            indexed::dictionary(key, &values)?
        }
        DataType::RunEndEncoded(ends, values) => {
            let mut metadata = values.metadata().clone();
            metadata.extend(field.metadata().clone());
            let values = Field::clone(values).with_metadata(metadata);
            indexed::runs(data_type, ends, &values)?
        }
        DataType::Map(entries, _) => map::appender(data_type, entries, rows)?,
        DataType::Union(_, _) => {
            return Err(PgError::unsupported(format!("values of Arrow's type {data_type}")));
        }
    })
}

/// The type in which the values of a field come: a type of the server's own that is an enum, a domain
/// or the like is what its values are.
pub(crate) fn type_of(field: &Field) -> PgType {
    let pg_type = PgType::of_field_as(field, Nested::Record);
    if is_scalar(field.data_type()) && name_of(pg_type.oid).is_none() {
        return PgType::of(field.data_type());
    }
    pg_type
}

fn is_scalar(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_scalar(values),
        DataType::RunEndEncoded(_, values) => is_scalar(values.data_type()),
        data_type => !data_type.is_nested(),
    }
}

/// The error of NULL within a value, where the field has none.
#[cold]
fn no_null(field: &Field) -> ValueError {
    let message = format!("null value not allowed for field \"{}\"", field.name());
    ValueError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message)
        .with_detail("Its Arrow field is not nullable.")
}

/// An array that Arrow does not take, because a field is not what it says.
#[cold]
fn contradiction(error: ArrowError) -> ValueError {
    ValueError::new(SqlState::NULL_VALUE_NOT_ALLOWED, "a value does not fit its Arrow type")
        .with_detail(error.to_string())
}

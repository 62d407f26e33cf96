//! From a statement's parameters to arrays of one value.

mod width;

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::{DataType, Field};
use trunkline_core::{Param, Result};
use trunkline_proto::types::TextStyle;

use crate::read::{Datum, appender};

pub use width::decimal_type;

/// A parameter as an array of length 1 and of the type that an engine wants.
///
/// The value is cast as PostgreSQL would in an assignment: numbers to any number type, rounded
/// half away from zero where digits are lost, but floats half to even; a `date` to a timestamp at
/// midnight; a timestamp to and from one with a time zone by the session's zone; an array to lists,
/// of several dimensions to lists of lists; a record to a struct; an `hstore`
/// that is registered to a map; anything to text as PostgreSQL
/// shows it; and text, in which clients send what they did not give a type, to any type as a literal
/// in SQL.
///
/// # Errors
///
/// What the parameter's type says of its bytes; 22003 and 22008 for a value that the wanted type
/// cannot hold, infinite dates among them; 42846 for a type that it cannot be cast to; 54000 for
/// more than an array of the type can hold; 0A000 for unions.
pub fn param_array(param: &Param<'_>, data_type: &DataType, style: &TextStyle) -> Result<ArrayRef> {
    let Some(bytes) = param.bytes else { return Ok(new_null_array(data_type, 1)) };
    let mut values = appender(&Field::new("", data_type.clone(), true), 1)?;
    values.append(Datum::new(param.type_oid, param.format, bytes, style), style)?;
    Ok(values.finish()?)
}

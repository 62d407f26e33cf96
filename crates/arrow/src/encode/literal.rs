//! Strings that are announced as another type: literals of it.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value};
use trunkline_proto::{Format, Oid};

use super::cell::{Encoder, writing};
use crate::pg_type::is_shown;

/// Plans a type that Arrow has no type for; `None` for other types, and if the array holds no strings.
///
/// Each is read as a literal and written as PostgreSQL writes its value.
pub(super) fn literal(array: &dyn Array, oid: Oid, format: Format) -> Option<Encoder> {
    if !is_shown(oid) {
        return None;
    }
    let write = move |text: &str, style: &TextStyle, out: &mut Vec<u8>| -> Result<()> {
        match Value::from_literal(oid, text, style)?.encode(oid, format, style, out)? {
            IsNull::No => Ok(()),
            IsNull::Yes => Err(PgError::internal("a literal became NULL")),
        }
    };
    Some(match array.data_type() {
        DataType::Utf8 => {
            let values = array.as_string::<i32>().clone();
            writing(move |row, style, out| write(values.value(row), style, out))
        }
        DataType::LargeUtf8 => {
            let values = array.as_string::<i64>().clone();
            writing(move |row, style, out| write(values.value(row), style, out))
        }
        DataType::Utf8View => {
            let values = array.as_string_view().clone();
            writing(move |row, style, out| write(values.value(row), style, out))
        }
        _ => return None,
    })
}

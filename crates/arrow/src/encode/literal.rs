//! Strings that are announced as another type: literals of it.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{Base, IsNull, Kind, TextStyle, ToPg, UserType, Value};

use super::Wanted;
use super::cell::{Encoder, writing};
use crate::pg_type::is_shown;

/// Whether strings of an Arrow type are literals of a type: Arrow has none for it.
///
/// Of registered types these are all but those that are text themselves.
pub(super) fn is_literal(data_type: &DataType, wanted: Wanted<'_>) -> bool {
    let is_string = matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    is_string
        && match wanted.types.get(wanted.oid).map(UserType::kind) {
            Some(Kind::Enum(_) | Kind::Base(Base::Text)) => false,
            Some(_) => true,
            None => is_shown(wanted.oid),
        }
}

/// Plans a type that Arrow has no type for; `None` for other types, and if the array holds no strings.
///
/// Each is read as a literal and written as PostgreSQL writes its value.
pub(super) fn literal(array: &dyn Array, wanted: Wanted<'_>) -> Option<Encoder> {
    if !is_literal(array.data_type(), wanted) {
        return None;
    }
    let Wanted { oid, format, .. } = wanted;
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

//! From arrays to bytes: every decision once a batch, then value by value.

mod bytes;
mod cell;
mod digits;
mod hstore;
mod indexed;
mod json;
pub(crate) mod line;
mod list;
mod literal;
mod number;
mod record;
mod temporal;
mod tensor;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use trunkline_core::Result;
use trunkline_proto::types::name_of;
use trunkline_proto::{Format, Oid};

pub(crate) use cell::Cells;
use cell::Encoder;
use indexed::Indexed;

use crate::mark::{Decimals, is_text};
use crate::pg_type::PgType;

/// Plans how the values of an array become the type `oid`; `None` if they cannot.
///
/// # Errors
///
/// XX000 for an array whose parts contradict its type.
pub(crate) fn cells(array: &ArrayRef, oid: Oid, format: Format) -> Result<Option<Cells>> {
    if let (Oid::TIMESTAMPTZ, Some(offset)) = (oid, array.as_struct_opt())
        && let [moment, ..] = offset.columns()
    {
        // The extension type of moments with an offset, which the session's zone replaces.
        let cells = cells(moment, oid, format)?;
        return Ok(cells.map(|Cells { nulls, encoder }| Cells {
            nulls: NullBuffer::union(offset.nulls(), nulls.as_ref()),
            encoder,
        }));
    }
    let Some(encoder) = encoder(array, oid, format)? else { return Ok(None) };
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    Ok(Some(Cells { nulls, encoder }))
}

/// As [`cells`], for the values of a field, whose marks are obeyed.
pub(crate) fn cells_of_field(
    array: &ArrayRef,
    field: &Field,
    oid: Oid,
    format: Format,
) -> Result<Option<Cells>> {
    if let (Oid::NUMERIC, Some(decimals)) = (oid, Decimals::of_field(field))
        && let Some(encoder) = digits::decimal(array.as_ref(), decimals, format)
    {
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        return Ok(Some(Cells { nulls, encoder }));
    }
    match tensor::unfold(array, field) {
        Some(lists) => cells(&lists, oid, format),
        None => cells(array, oid, format),
    }
}

/// How many of an array's values are going to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Each of them, once.
    All,
    /// Few or many, those that an index points to.
    Some,
}

fn encoder(array: &ArrayRef, oid: Oid, format: Format) -> Result<Option<Encoder>> {
    plan(array, oid, format, Use::All)
}

fn plan(array: &ArrayRef, oid: Oid, format: Format, use_of: Use) -> Result<Option<Encoder>> {
    if let Some(indexed) = Indexed::new(array) {
        let values = plan(&indexed.values, oid, format, Use::Some)?;
        return Ok(values.map(|values| indexed.encoder(values)));
    }
    if array.data_type().is_null() {
        return Ok(Some(cell::writing(|_, _, _| Ok(()))));
    }
    Ok(match oid {
        Oid::BOOL => number::boolean(array.as_ref(), format),
        Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::OID | Oid::XID | Oid::CID => {
            number::integer(array.as_ref(), oid, format)
        }
        Oid::XID8 => number::xid8(array.as_ref(), format),
        Oid::FLOAT4 => number::float4(array.as_ref(), format),
        Oid::FLOAT8 => number::float8(array.as_ref(), format),
        Oid::NUMERIC => number::decimal(array.as_ref(), format),
        Oid::DATE => temporal::date(array.as_ref(), format),
        Oid::TIME => temporal::time(array.as_ref(), format),
        Oid::TIMESTAMP => temporal::timestamp(array.as_ref(), format),
        Oid::TIMESTAMPTZ => temporal::timestamptz(array.as_ref(), format),
        Oid::INTERVAL => temporal::interval(array.as_ref(), format),
        Oid::BYTEA => bytes::bytea(array.as_ref(), format),
        Oid::UUID => bytes::uuid(array.as_ref(), format),
        oid if is_text(oid) => bytes::text(array.as_ref(), oid, format, use_of),
        Oid::JSONB => match bytes::text(array.as_ref(), oid, format, use_of) {
            Some(text) => Some(text),
            None => Some(json::encoder(array, format)?),
        },
        Oid::RECORD => record::record(array, format)?,
        oid if name_of(oid).is_none() => user_type(array, oid, format, use_of)?,
        _ => list::array(array.as_ref(), oid, format)?,
    }
    .or_else(|| literal::literal(array.as_ref(), oid, format)))
}

/// Plans a type that is not built in: what it is, the array tells.
fn user_type(array: &ArrayRef, oid: Oid, format: Format, use_of: Use) -> Result<Option<Encoder>> {
    match array.data_type() {
        DataType::Struct(_) => record::record(array, format),
        DataType::Map(_, _) => hstore::hstore(array, format),
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(_, _) => list::array(array.as_ref(), oid, format),
        data_type => plan(array, PgType::of(data_type).oid, format, use_of),
    }
}

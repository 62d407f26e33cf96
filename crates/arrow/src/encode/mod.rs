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
use trunkline_proto::types::{Types, name_of};
use trunkline_proto::{Format, Oid};

pub(crate) use cell::Cells;
use cell::Encoder;
use indexed::Indexed;

use crate::mark::{Decimals, is_text};
use crate::pg_type::PgType;

/// What values are to become.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'t> {
    pub(crate) oid: Oid,
    pub(crate) format: Format,
    /// The types that are not built in.
    pub(crate) types: &'t Types,
}

impl Wanted<'_> {
    /// The same of another type.
    fn of(self, oid: Oid) -> Self {
        Wanted { oid, ..self }
    }
}

/// Plans how the values of an array become a type; `None` if they cannot.
///
/// # Errors
///
/// XX000 for an array whose parts contradict its type.
pub(crate) fn cells(array: &ArrayRef, wanted: Wanted<'_>) -> Result<Option<Cells>> {
    if let (Oid::TIMESTAMPTZ, Some(offset)) = (wanted.oid, array.as_struct_opt())
        && let [moment, ..] = offset.columns()
    {
        // The extension type of moments with an offset, which the session's zone replaces.
        let cells = cells(moment, wanted)?;
        return Ok(cells.map(|Cells { nulls, encoder }| Cells {
            nulls: NullBuffer::union(offset.nulls(), nulls.as_ref()),
            encoder,
        }));
    }
    let Some(encoder) = plan(array, wanted, Use::All)? else { return Ok(None) };
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    Ok(Some(Cells { nulls, encoder }))
}

/// As [`cells`], for the values of a field, whose marks are obeyed.
pub(crate) fn cells_of_field(
    array: &ArrayRef,
    field: &Field,
    wanted: Wanted<'_>,
) -> Result<Option<Cells>> {
    if let (Oid::NUMERIC, Some(decimals)) = (wanted.oid, Decimals::of_field(field))
        && let Some(encoder) = digits::decimal(array.as_ref(), decimals, wanted.format)
    {
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        return Ok(Some(Cells { nulls, encoder }));
    }
    match tensor::unfold(array, field) {
        Some(lists) => cells(&lists, wanted),
        None => cells(array, wanted),
    }
}

/// Plans text in the type that a field has by itself.
fn text_cells(array: &ArrayRef, field: &Field) -> Result<Option<Cells>> {
    let oid = PgType::of_field(field).oid;
    cells_of_field(array, field, Wanted { oid, format: Format::Text, types: &Types::default() })
}

/// How many of an array's values are going to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Each of them, once.
    All,
    /// Few or many, those that an index points to.
    Some,
}

/// Plans text in the type that an array has by itself.
fn text(array: &ArrayRef, oid: Oid) -> Result<Option<Encoder>> {
    let wanted = Wanted { oid, format: Format::Text, types: &Types::default() };
    plan(array, wanted, Use::All)
}

fn plan(array: &ArrayRef, wanted: Wanted<'_>, use_of: Use) -> Result<Option<Encoder>> {
    let wanted = wanted.of(wanted.types.base_of(wanted.oid));
    let Wanted { oid, format, .. } = wanted;
    if let Some(indexed) = Indexed::new(array) {
        let values = plan(&indexed.values, wanted, Use::Some)?;
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
        Oid::RECORD => record::record(array, wanted)?,
        oid if name_of(oid).is_none() => user_type(array, wanted, use_of)?,
        _ => list::array(array.as_ref(), wanted)?,
    }
    .or_else(|| literal::literal(array.as_ref(), wanted)))
}

/// Plans a type that is not built in: what it is, the array tells, where the type is not registered.
fn user_type(array: &ArrayRef, wanted: Wanted<'_>, use_of: Use) -> Result<Option<Encoder>> {
    match array.data_type() {
        DataType::Struct(_) => record::record(array, wanted),
        DataType::Map(_, _) => hstore::hstore(array, wanted.format),
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(_, _) => list::array(array.as_ref(), wanted),
        _ if literal::is_literal(array.data_type(), wanted) => Ok(None),
        data_type => plan(array, wanted.of(PgType::of(data_type).oid), use_of),
    }
}

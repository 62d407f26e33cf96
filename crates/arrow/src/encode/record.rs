//! Structs as records and composite types.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use trunkline_core::Result;
use trunkline_proto::types::{Kind, TextStyle, UserType, record};
use trunkline_proto::{Format, Oid};

use super::cell::{Cells, Encode, Encoder};
use super::{Wanted, cells_of_field};
use crate::pg_type::{Nested, PgType};

/// Plans a record; `None` if the array holds no structs, or others than the type is made of.
///
/// A struct within is a record, too, unless it is marked as something else, or the type is registered
/// and says what its fields are.
pub(super) fn record(array: &ArrayRef, wanted: Wanted<'_>) -> Result<Option<Encoder>> {
    let DataType::Struct(fields) = array.data_type() else { return Ok(None) };
    let attributes = match wanted.types.get(wanted.oid).map(UserType::kind) {
        Some(Kind::Composite(attributes)) if attributes.len() == fields.len() => Some(attributes),
        Some(_) => return Ok(None),
        None => None,
    };
    let mut members = Vec::with_capacity(fields.len());
    for (place, (field, array)) in fields.iter().zip(array.as_struct().columns()).enumerate() {
        let oid = match attributes.and_then(|attributes| attributes.get(place)) {
            Some(attribute) => attribute.oid,
            None => PgType::of_field_as(field, Nested::Record).oid,
        };
        let Some(cells) = cells_of_field(array, field, wanted.of(oid))? else { return Ok(None) };
        members.push((oid, cells));
    }
    Ok(Some(match wanted.format {
        Format::Text => Box::new(Text(members)),
        Format::Binary => Box::new(Binary(members)),
    }))
}

struct Text(Vec<(Oid, Cells)>);

impl Encode for Text {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'(');
        for (place, (_, cells)) in self.0.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            if !cells.is_null(row) {
                let start = out.len();
                cells.encoder.value(row, style, out)?;
                record::quote(start, out);
            }
        }
        out.push(b')');
        Ok(())
    }
}

struct Binary(Vec<(Oid, Cells)>);

impl Encode for Binary {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        // No more than the columns of a result; PostgreSQL has 1,664.
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        self.0.iter().try_for_each(|(oid, cells)| {
            out.extend_from_slice(&oid.0.to_be_bytes());
            cells.cell(row, style, out)
        })
    }
}

//! Records as structs.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::{DataType, Fields};
use trunkline_core::Result;
use trunkline_proto::types::{TextStyle, ValueError, record};
use trunkline_proto::{Format, Oid, SqlState};

use super::datum::literal;
use super::{Append, Appender, Datum, contradiction};

pub(super) fn appender(fields: &Fields, rows: usize) -> Result<Appender> {
    let members = fields.iter().map(|field| super::appender(field, rows));
    let members = members.collect::<Result<_>>()?;
    Ok(Box::new(Structs {
        fields: fields.clone(),
        members,
        nulls: NullBufferBuilder::new(rows),
        count: 0,
    }))
}

struct Structs {
    fields: Fields,
    members: Vec<Appender>,
    nulls: NullBufferBuilder,
    count: usize,
}

impl Append for Structs {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        let datum = datum.as_literal(Oid::RECORD);
        if datum.oid != Oid::RECORD && !datum.is_user_type() {
            return Err(datum.cannot_cast(&DataType::Struct(self.fields.clone())));
        }
        let wanted = self.members.len();
        let mut members = self.members.iter_mut().zip(&self.fields);
        let mut append = |value: Option<Datum<'_>>| {
            match (members.next(), value) {
                (Some((member, _)), Some(value)) => member.append(value, style)?,
                (Some((_, field)), None) if !field.is_nullable() => {
                    return Err(super::no_null(field));
                }
                (Some((member, _)), None) => member.append_null(),
                (None, _) => {}
            }
            Ok(())
        };
        let found = match datum.format {
            // No fields look like one that is NULL.
            Format::Text if wanted == 0 && datum.bytes == b"()" => 0,
            Format::Text => {
                // A text does not tell the types of its fields.
                let read =
                    |field: Option<&str>| append(field.map(|text| literal(Oid::UNKNOWN, text)));
                record::parse(datum.text()?, read)?.len()
            }
            Format::Binary => {
                let read = |oid, field: Option<&[u8]>| {
                    append(field.map(|bytes| Datum::new(oid, Format::Binary, bytes, style)))
                };
                record::receive(datum.bytes, read)?.len()
            }
        };
        if found != wanted {
            return Err(ValueError::new(
                SqlState::DATATYPE_MISMATCH,
                format!("wrong number of columns: {found}, expected {wanted}"),
            ));
        }
        self.nulls.append_non_null();
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn append_null(&mut self) {
        self.members.iter_mut().for_each(|member| member.append_null());
        self.nulls.append_null();
        self.count = self.count.saturating_add(1);
    }

    fn held(&self) -> usize {
        self.members.iter().map(|member| member.held()).fold(0, usize::saturating_add)
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        let (nulls, count) = (self.nulls.finish(), std::mem::take(&mut self.count));
        let members = self.members.iter_mut().map(|member| {
            // A record that failed left values in some.
            member.finish().map(|values| values.slice(0, count))
        });
        let members = members.collect::<Result<Vec<_>, _>>()?;
        StructArray::try_new_with_length(self.fields.clone(), members, nulls, count)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(contradiction)
    }
}

//! Strings and byte strings.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BinaryLikeArrayBuilder, BinaryViewBuilder, FixedSizeBinaryBuilder,
    LargeBinaryBuilder, LargeStringBuilder, StringBuilder, StringLikeArrayBuilder,
    StringViewBuilder,
};
use arrow_schema::{DataType, Field};
use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value, ValueError, bytea, json, text, uuid};
use trunkline_proto::{Format, Oid, SqlState};

use super::{Append, Appender, Datum};
use crate::length::Length;

/// The longest value that PostgreSQL has: 1 GiB less one byte.
const MAX_VALUE: usize = 0x3fff_ffff;
/// The most bytes that offsets of 32 bits reach.
const MAX_OFFSET: usize = 0x7fff_ffff;

pub(super) fn appender(field: &Field, rows: usize) -> Appender {
    let fit = Length::of(super::type_of(field));
    // The builders' own capacity is that of a thousand values.
    let length = rows.saturating_mul(16).min(1 << 16);
    match field.data_type() {
        DataType::Utf8 => strings(StringBuilder::with_capacity(rows, length), MAX_OFFSET, fit),
        DataType::LargeUtf8 => {
            strings(LargeStringBuilder::with_capacity(rows, length), usize::MAX, fit)
        }
        DataType::Utf8View => strings(StringViewBuilder::with_capacity(rows), usize::MAX, fit),
        DataType::Binary => bytes(BinaryBuilder::with_capacity(rows, length), MAX_OFFSET),
        DataType::LargeBinary => bytes(LargeBinaryBuilder::with_capacity(rows, length), usize::MAX),
        DataType::FixedSizeBinary(size) => {
            // The builder panics at less than nothing, which no array holds.
            let size = (*size).max(0);
            let builder = FixedSizeBinaryBuilder::with_capacity(rows, size);
            Box::new(Fixed { builder, size })
        }
        _ => bytes(BinaryViewBuilder::with_capacity(rows), usize::MAX),
    }
}

fn strings<B: StringLikeArrayBuilder + Send + 'static>(
    builder: B,
    limit: usize,
    fit: Option<Length>,
) -> Appender {
    Box::new(Strings { builder, room: Room { limit, used: 0 }, fit, scratch: Vec::new() })
}

fn bytes<B: BinaryLikeArrayBuilder + Send + 'static>(builder: B, limit: usize) -> Appender {
    Box::new(Bytes { builder, room: Room { limit, used: 0 } })
}

/// How many bytes an array still takes; its builder panics at more.
struct Room {
    limit: usize,
    used: usize,
}

impl Room {
    fn take(&mut self, length: usize) -> Result<(), ValueError> {
        self.used = self.used.saturating_add(length);
        if length > MAX_VALUE || self.used > self.limit {
            return Err(ValueError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "more bytes than an array of Arrow can hold",
            ));
        }
        Ok(())
    }
}

struct Strings<B> {
    builder: B,
    room: Room,
    /// Of strings that are as long as `varchar(n)` says.
    fit: Option<Length>,
    scratch: Vec<u8>,
}

impl<B: StringLikeArrayBuilder + Send> Append for Strings<B> {
    fn append(&mut self, datum: Datum<'_>, style: &TextStyle) -> Result<(), ValueError> {
        let text = match (datum.oid, datum.format) {
            (Oid::NAME, Format::Text) => text::truncate_name(datum.text()?),
            (Oid::JSON, _) => {
                let text = datum.text()?;
                json::check(text, Oid::JSON)?;
                text
            }
            (Oid::JSONB, _) => {
                let text = datum.read(Ok, |bytes| json::receive(bytes, Oid::JSONB))?;
                self.scratch.clear();
                json::text(text, Oid::JSONB, &mut self.scratch)?;
                text::receive(&self.scratch)?
            }
            (Oid::XML, _) => datum.text()?,
            _ if datum.is_string() => datum.text()?,
            // What is not known here: text is all that can be made of it.
            _ if datum.is_user_type() && !datum.is_registered(style) => datum.text()?,
            _ => {
                self.scratch.clear();
                shown(datum, style, &mut self.scratch)?;
                text::receive(&self.scratch)?
            }
        };
        match self.fit {
            Some(length) => {
                let text = length.fit(text)?;
                self.room.take(text.len())?;
                self.builder.append_value(&text);
            }
            None => {
                self.room.take(text.len())?;
                self.builder.append_value(text);
            }
        }
        Ok(())
    }

    fn append_null(&mut self) {
        StringLikeArrayBuilder::append_null(&mut self.builder);
    }

    fn held(&self) -> usize {
        self.room.used
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        self.room.used = 0;
        Ok(ArrayBuilder::finish(&mut self.builder))
    }
}

/// Appends a value of any other type as PostgreSQL shows it, and a boolean as it is cast.
fn shown(datum: Datum<'_>, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let value = datum.value(style)?;
    let oid = match &value {
        // Text of a type without a reader, or bytes that only its type could show.
        Value::Opaque(opaque) if opaque.format == Format::Binary => {
            return Err(datum.cannot_cast(&DataType::Utf8));
        }
        // As text they look otherwise than as another type.
        Value::Inet(_) | Value::Bits(_) | Value::Range(_) | Value::Multirange(_) => datum.oid,
        _ if datum.is_user_type() => datum.oid,
        _ => Oid::TEXT,
    };
    // Nothing decodes to NULL.
    let _: IsNull = value.encode(oid, Format::Text, style, out)?;
    Ok(())
}

struct Bytes<B> {
    builder: B,
    room: Room,
}

impl<B: BinaryLikeArrayBuilder + Send> Append for Bytes<B> {
    fn append(&mut self, datum: Datum<'_>, _: &TextStyle) -> Result<(), ValueError> {
        let datum = datum.as_literal(Oid::BYTEA);
        let (parsed, id);
        let bytes: &[u8] = match (datum.oid, datum.format) {
            (Oid::BYTEA, Format::Binary) => datum.bytes,
            (Oid::BYTEA, Format::Text) => {
                parsed = bytea::parse(datum.text()?)?;
                &parsed
            }
            (Oid::UUID, _) => {
                id = datum.read(uuid::parse, uuid::receive)?;
                &id
            }
            _ => return Err(datum.cannot_cast(&DataType::Binary)),
        };
        self.room.take(bytes.len())?;
        self.builder.append_value(bytes);
        Ok(())
    }

    fn append_null(&mut self) {
        BinaryLikeArrayBuilder::append_null(&mut self.builder);
    }

    fn held(&self) -> usize {
        self.room.used
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        self.room.used = 0;
        Ok(ArrayBuilder::finish(&mut self.builder))
    }
}

struct Fixed {
    builder: FixedSizeBinaryBuilder,
    size: i32,
}

impl Fixed {
    fn push(&mut self, bytes: &[u8]) -> Result<(), ValueError> {
        self.builder.append_value(bytes).map_err(|_| {
            let (found, wanted) = (bytes.len(), self.size);
            ValueError::new(
                SqlState::STRING_DATA_LENGTH_MISMATCH,
                format!("a byte string of length {found} does not match the length {wanted}"),
            )
        })
    }
}

impl Append for Fixed {
    fn append(&mut self, datum: Datum<'_>, _: &TextStyle) -> Result<(), ValueError> {
        // The array's type alone does not tell a uuid, but 16 bytes have no other text as long.
        if datum.is_string()
            && self.size == 16
            && let Ok(id) = uuid::parse(datum.text()?)
        {
            return self.push(&id);
        }
        let datum = datum.as_literal(Oid::BYTEA);
        match (datum.oid, datum.format) {
            (Oid::BYTEA, Format::Binary) => self.push(datum.bytes),
            (Oid::BYTEA, Format::Text) => self.push(&bytea::parse(datum.text()?)?),
            (Oid::UUID, _) => self.push(&datum.read(uuid::parse, uuid::receive)?),
            _ => Err(datum.cannot_cast(&DataType::FixedSizeBinary(self.size))),
        }
    }

    fn append_null(&mut self) {
        self.builder.append_null();
    }

    fn held(&self) -> usize {
        let size = usize::try_from(self.size).unwrap_or(0);
        self.builder.len().saturating_mul(size)
    }

    fn finish(&mut self) -> Result<ArrayRef, ValueError> {
        Ok(Arc::new(self.builder.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::datum::literal;

    #[test]
    fn more_than_offsets_reach_is_an_error() {
        let style = TextStyle::default();
        let mut texts = strings(StringBuilder::new(), 10, None);
        let mut blobs = bytes(BinaryBuilder::new(), 10);
        for values in [&mut texts, &mut blobs] {
            for text in ["12345", "67890", ""] {
                values.append(literal(Oid::TEXT, text), &style).unwrap();
            }
            let error = values.append(literal(Oid::TEXT, "1"), &style).unwrap_err();
            assert_eq!(error.sqlstate().as_str(), "54000");
            // The next array is another one.
            values.finish().unwrap();
            values.append(literal(Oid::TEXT, "12345"), &style).unwrap();
        }
    }
}

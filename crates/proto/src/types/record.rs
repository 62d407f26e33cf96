//! Records: rows as values, and composite types.
//!
//! Source: <https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-IO-SYNTAX>. An engine writes
//! `(`, the fields with [`quote`] after each and commas between, and `)`; NULL is nothing at all.
//! In binary a 32-bit count comes first, and each field is its type's OID, its length and its bytes.

use super::array;
use super::array::{push_item, take_i32, take_item};
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::style::TextStyle;
use super::text::{is_space, trim_start};
use super::value::Value;
use crate::{Format, Oid, SqlState};

/// A decoded record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The fields in order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The type; text does not tell it, then it is `unknown`.
    pub oid: Oid,
    /// The value.
    pub value: Value,
}

/// Puts quotes around the field whose text was appended from `start` on, if it needs them.
#[inline]
pub fn quote(start: usize, out: &mut Vec<u8>) {
    let field = out.get(start..).unwrap_or_default();
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'(' | b')' | b',') || is_space(*byte);
    if field.is_empty() || field.iter().any(special) {
        array::surround(start, 0, out);
    }
}

/// Reads a record's text: the text of each field, without quotes; `None` is NULL.
///
/// # Errors
///
/// 22P02 for other text.
///
/// `()` reads as one field that is NULL: no fields at all look the same.
pub fn parse(text: &str) -> Result<Vec<Option<String>>, ValueError> {
    let malformed = |detail: &str| {
        ValueError::new(
            SqlState::INVALID_TEXT_REPRESENTATION,
            format!("malformed record literal: \"{text}\""),
        )
        .with_detail(detail)
    };
    let [b'(', rest @ ..] = trim_start(text.as_bytes()) else {
        return Err(malformed("Missing left parenthesis."));
    };
    let mut rest = rest;
    let mut fields = Vec::new();
    loop {
        let mut field = None;
        let mut quoted = false;
        loop {
            let (byte, after) = match rest {
                [] | [b'\\'] => return Err(malformed("Unexpected end of input.")),
                [b',' | b')', ..] if !quoted => break,
                [b'\\', byte, after @ ..] => (Some(*byte), after),
                [b'"', b'"', after @ ..] if quoted => (Some(b'"'), after),
                [b'"', after @ ..] => {
                    quoted = !quoted;
                    (None, after)
                }
                [byte, after @ ..] => (Some(*byte), after),
            };
            field.get_or_insert_with(Vec::new).extend(byte);
            rest = after;
        }
        fields.push(field.map(|field| String::from_utf8(field).unwrap_or_default()));
        match rest {
            [b',', after @ ..] => rest = after,
            [_, after @ ..] if after.iter().all(|byte| is_space(*byte)) => return Ok(fields),
            _ => return Err(malformed("Junk after right parenthesis.")),
        }
    }
}

/// Reads the binary form, each field by `read` from its type and its bytes, or NULL.
///
/// # Errors
///
/// 22P03 or 08P01 for a wrong form; and those of `read`.
pub fn receive<'a, T>(
    bytes: &'a [u8],
    mut read: impl FnMut(Oid, Option<&'a [u8]>) -> Result<T, ValueError>,
) -> Result<Vec<T>, ValueError> {
    let mut rest = bytes;
    let count = usize::try_from(take_i32(&mut rest)?).unwrap_or(0);
    // No more than can follow: each takes eight bytes at least.
    let mut fields = Vec::with_capacity(count.min(rest.len() / 8));
    for place in 0..count {
        let oid = Oid(take_i32(&mut rest)?.cast_unsigned());
        let item = take_item(&mut rest)?;
        fields.push(read(oid, item).map_err(|error| error.within("record column", place))?);
    }
    if rest.is_empty() { Ok(fields) } else { Err(ValueError::trailing()) }
}

impl Record {
    pub(super) fn text(&self, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        out.push(b'(');
        for (place, field) in self.fields.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            let start = out.len();
            if field.value.encode(field.oid, Format::Text, style, out)? == IsNull::No {
                quote(start, out);
            }
        }
        out.push(b')');
        Ok(())
    }

    pub(super) fn binary(&self, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let count = i32::try_from(self.fields.len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for field in &self.fields {
            out.extend_from_slice(&field.oid.0.to_be_bytes());
            let _ = push_item(&field.value, field.oid, style, out)?;
        }
        Ok(())
    }
}

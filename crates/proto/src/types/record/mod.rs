//! Records: rows as values, and composite types.
//!
//! Source: <https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-IO-SYNTAX>. An engine writes
//! `(`, the fields with [`quote`] after each and commas between, and `)`; NULL is nothing at all.
//! In binary a 32-bit count comes first, and each field is its type's OID, its length and its bytes.

mod parse;

use std::fmt;
use std::iter::FusedIterator;

use bytes::{Buf, Bytes};

use super::array::{self, check_length, described, is_compatible};
use super::array::{push_item, split_item, take_i32, take_item};
use super::check::check_modified_literal;
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::style::TextStyle;
use super::text::is_space;
use super::typmod;
use super::user::{Attribute, Types};
use super::value::{Parts, Value};
use crate::{Format, Oid, SqlState};

use parse::Parser;
pub(super) use parse::without_quotes;

/// A record: a row of any fields, or a value of a composite type.
///
/// One that was received is held as its bytes, and its fields are read when they are asked for.
#[derive(Clone)]
pub struct Record {
    /// `record`, or a composite type.
    oid: Oid,
    held: Held,
}

#[derive(Clone)]
enum Held {
    Values(Vec<Field>),
    /// As it was received.
    Text(Box<(Box<str>, TextStyle)>),
    /// As they were received, after their number.
    Binary(Bytes, Types),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The type; the text of a record that is not of a registered type does not tell it, then it is
    /// `unknown`.
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

/// Reads a record's text, each field by `read` from its text, without quotes, or NULL.
///
/// # Errors
///
/// 22P02 for other text; and those of `read`.
///
/// `()` reads as one field that is NULL: no fields at all look the same.
pub fn parse<T>(
    text: &str,
    mut read: impl FnMut(Option<&str>) -> Result<T, ValueError>,
) -> Result<Vec<T>, ValueError> {
    let (mut parser, mut fields) = (Parser::new(text), Vec::new());
    while let Some(field) = parser.field()? {
        fields.push(read(field.as_deref())?);
    }
    Ok(fields)
}

/// Whether text is a row of these fields.
pub(super) fn check_text(
    attributes: &[Attribute],
    text: &str,
    style: &TextStyle,
) -> Result<(), ValueError> {
    let mut parser = Parser::of_type(text, attributes.len());
    for attribute in attributes {
        if let Some(Some(field)) = parser.field()? {
            check_modified_literal(attribute.oid, attribute.typmod, &field, style)?;
        }
    }
    parser.field().map(drop)
}

/// Whether bytes are the binary form of a row of these fields, by `read` from each of them and its bytes.
pub(super) fn check_binary<'a>(
    attributes: &[Attribute],
    bytes: &'a [u8],
    mut read: impl FnMut(&Attribute, Option<&'a [u8]>) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    let count = take_i32(&mut &*bytes)?;
    let expected = attributes.len();
    if usize::try_from(count) != Ok(expected) {
        return Err(ValueError::new(
            SqlState::DATATYPE_MISMATCH,
            format!("wrong number of columns: {count}, expected {expected}"),
        ));
    }
    let mut attributes = attributes.iter().zip(1_usize..);
    each_field(bytes, |sent, item| {
        let Some((attribute, place)) = attributes.next() else { return Ok(()) };
        if !is_compatible(sent, attribute.oid) {
            return Err(wrong_type(sent, attribute.oid, place));
        }
        read(attribute, item()?)
    })
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
    let mut fields = Vec::new();
    each_field(bytes, |oid, item| {
        fields.push(read(oid, item()?)?);
        Ok(())
    })?;
    Ok(fields)
}

/// Goes through the fields of the binary form: their types, and what gives their bytes.
fn each_field<'a>(
    bytes: &'a [u8],
    mut read: impl FnMut(
        Oid,
        &mut dyn FnMut() -> Result<Option<&'a [u8]>, ValueError>,
    ) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    let mut rest = bytes;
    let count = usize::try_from(take_i32(&mut rest)?).unwrap_or(0);
    for place in 0..count {
        let oid = Oid(take_i32(&mut rest)?.cast_unsigned());
        read(oid, &mut || take_item(&mut rest))
            .map_err(|error| error.within("record column", place))?;
    }
    if rest.is_empty() { Ok(()) } else { Err(ValueError::trailing()) }
}

#[cold]
fn wrong_type(sent: Oid, wanted: Oid, place: usize) -> ValueError {
    let message = format!(
        "binary data has type {} instead of expected {} in record column {place}",
        described(sent),
        described(wanted)
    );
    ValueError::new(SqlState::DATATYPE_MISMATCH, message)
}

impl Record {
    /// A record of values.
    pub fn new(fields: Vec<Field>) -> Record {
        Record::of_type(Oid::RECORD, fields)
    }

    /// A value of a composite type.
    pub fn of_type(oid: Oid, fields: Vec<Field>) -> Record {
        Record { oid, held: Held::Values(fields) }
    }

    /// The type that it is of: `record` or a composite type.
    pub fn oid(&self) -> Oid {
        self.oid
    }

    /// The fields in order.
    ///
    /// # Errors
    ///
    /// None for a record that was made of values. What was received was checked by then, so an error
    /// is none of the client's.
    pub fn fields(&self) -> Fields<'_> {
        let (source, attributes) = match &self.held {
            Held::Values(fields) => (Source::Values(fields.iter()), None),
            Held::Text(held) => {
                let (text, style) = &**held;
                let attributes = self.attributes(&style.types);
                let parser = match &attributes {
                    Some(attributes) => Parser::of_type(text, attributes.len()),
                    None => Parser::new(text),
                };
                (Source::Text(parser, style), attributes)
            }
            Held::Binary(bytes, types) => {
                (Source::Binary(bytes.clone(), types), self.attributes(types))
            }
        };
        Fields { source, attributes }
    }

    fn attributes<'a>(&self, types: &'a Types) -> Option<std::slice::Iter<'a, Attribute>> {
        types.attributes(self.oid).map(<[Attribute]>::iter)
    }

    /// Does something with each field.
    fn each(
        &self,
        mut what: impl FnMut(&Field) -> Result<(), ValueError>,
    ) -> Result<(), ValueError> {
        match &self.held {
            Held::Values(fields) => fields.iter().try_for_each(what),
            Held::Text(_) | Held::Binary(..) => self.fields().try_for_each(|field| what(&field?)),
        }
    }

    /// Does something with each field and the type that it has in a row of the type `oid`.
    ///
    /// 42804 for another number of fields than that type has.
    fn each_as(
        &self,
        oid: Oid,
        types: &Types,
        mut what: impl FnMut(Oid, &Value) -> Result<(), ValueError>,
    ) -> Result<(), ValueError> {
        let Some(attributes) = types.attributes(oid) else {
            return self.each(|field| what(field.oid, &field.value));
        };
        let mismatch =
            || ValueError::mismatch("a record of other fields", &types.display_name(oid));
        let mut wanted = attributes.iter();
        self.each(|field| {
            let attribute = wanted.next().ok_or_else(mismatch)?;
            what(attribute.oid, &field.value)
        })?;
        if wanted.len() == 0 { Ok(()) } else { Err(mismatch()) }
    }

    /// Holds text that is a record, or will be checked.
    pub(super) fn of_literal(oid: Oid, text: &str, style: &TextStyle) -> Record {
        Record { oid, held: Held::Text(Box::new((text.into(), style.clone()))) }
    }

    /// Skips the number of fields, and looks at no more of the binary form.
    pub(super) fn from_checked_binary(
        oid: Oid,
        mut bytes: Bytes,
        types: &Types,
    ) -> Result<Record, ValueError> {
        take_i32(&mut &bytes[..])?;
        bytes.advance(size_of::<i32>());
        Ok(Record { oid, held: Held::Binary(bytes, types.clone()) })
    }

    pub(super) fn text(
        &self,
        oid: Oid,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let begin = out.len();
        let mut before = b'(';
        self.each_as(oid, &style.types, |oid, value| {
            out.push(before);
            before = b',';
            let start = out.len();
            if value.encode(oid, Format::Text, style, out)? == IsNull::No {
                quote(start, out);
            }
            check_length(begin, out)
        })?;
        if before == b'(' {
            out.push(before);
        }
        out.push(b')');
        Ok(())
    }

    pub(super) fn binary(
        &self,
        oid: Oid,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<(), ValueError> {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        let mut count: i32 = 0;
        self.each_as(oid, &style.types, |oid, value| {
            count = count.saturating_add(1);
            out.extend_from_slice(&oid.0.to_be_bytes());
            push_item(value, oid, style, out).map(drop)
        })?;
        if let Some(place) = out.get_mut(start..start.saturating_add(4)) {
            place.copy_from_slice(&count.to_be_bytes());
        }
        Ok(())
    }
}

impl Default for Record {
    fn default() -> Record {
        Record::new(Vec::new())
    }
}

/// The fields of a record.
#[derive(Clone)]
pub struct Fields<'a> {
    source: Source<'a>,
    /// Those that the composite type has, from the next on.
    attributes: Option<std::slice::Iter<'a, Attribute>>,
}

#[derive(Clone)]
enum Source<'a> {
    Values(std::slice::Iter<'a, Field>),
    Text(Parser<'a>, &'a TextStyle),
    Binary(Bytes, &'a Types),
}

impl Iterator for Fields<'_> {
    type Item = Result<Field, ValueError>;

    fn next(&mut self) -> Option<Result<Field, ValueError>> {
        let declared = self.attributes.as_mut().and_then(Iterator::next);
        match &mut self.source {
            Source::Values(fields) => fields.next().cloned().map(Ok),
            Source::Text(parser, style) => {
                let text = parser.field().transpose()?;
                let oid = declared.map_or(Oid::UNKNOWN, |attribute| attribute.oid);
                let value = text.and_then(|text| match text {
                    Some(text) => Value::read_literal(oid, &text, style, Parts::Checked),
                    None => Ok(Value::Null),
                });
                let field = value.and_then(|value| made(oid, declared, value, &style.types));
                if field.is_err() {
                    parser.stop();
                }
                Some(field)
            }
            Source::Binary(rest, _) if rest.is_empty() => None,
            Source::Binary(rest, types) => {
                let field = received(rest, declared, types);
                if field.is_err() {
                    rest.clear();
                }
                Some(field)
            }
        }
    }
}

impl FusedIterator for Fields<'_> {}

/// Reads a field of the type that it must have, or says that it has.
fn received(
    rest: &mut Bytes,
    declared: Option<&Attribute>,
    types: &Types,
) -> Result<Field, ValueError> {
    let sent = Oid(take_i32(&mut &rest[..])?.cast_unsigned());
    rest.advance(size_of::<i32>());
    let oid = declared.map_or(sent, |attribute| attribute.oid);
    let value = match split_item(rest)? {
        Some(item) => Value::from_checked_binary(oid, &item, types, || item.clone())?,
        None => Value::Null,
    };
    made(oid, declared, value, types)
}

/// A field of a value as its modifier has it.
fn made(
    oid: Oid,
    declared: Option<&Attribute>,
    value: Value,
    types: &Types,
) -> Result<Field, ValueError> {
    let value = match declared {
        Some(Attribute { typmod: typmod @ 0.., .. }) => {
            typmod::applied(value, types.resolved(oid), *typmod)?
        }
        _ => value,
    };
    Ok(Field { oid, value })
}

/// Two records of the same fields are the same, however they are held.
impl PartialEq for Record {
    fn eq(&self, other: &Record) -> bool {
        match (&self.held, &other.held) {
            (Held::Values(fields), Held::Values(others)) => fields == others,
            _ => self.fields().eq(other.fields()),
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Record ")?;
        array::list_parts(f, self.fields())
    }
}

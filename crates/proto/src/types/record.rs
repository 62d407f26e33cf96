//! Records: rows as values, and composite types.
//!
//! Source: <https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-IO-SYNTAX>. An engine writes
//! `(`, the fields with [`quote`] after each and commas between, and `)`; NULL is nothing at all.
//! In binary a 32-bit count comes first, and each field is its type's OID, its length and its bytes.

use std::borrow::Cow;
use std::fmt;
use std::iter::FusedIterator;

use bytes::{Buf, Bytes};

use super::array;
use super::array::{push_item, split_item, take_i32, take_item};
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::style::TextStyle;
use super::text::{is_space, trim_start};
use super::value::Value;
use crate::{Format, Oid};

/// A record.
///
/// One that was received is held as its bytes, and its fields are read when they are asked for.
#[derive(Clone)]
pub struct Record(Held);

#[derive(Clone)]
enum Held {
    Values(Vec<Field>),
    /// As it was received.
    Text(Box<str>),
    /// As they were received, after their number.
    Binary(Bytes),
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

/// Reads a record's text field by field.
#[derive(Clone)]
struct Parser<'a> {
    text: &'a str,
    rest: &'a [u8],
    /// What comes before the next field; nothing behind the last one, and after an error.
    before: Option<u8>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parser<'a> {
        Parser { text, rest: trim_start(text.as_bytes()), before: Some(b'(') }
    }

    /// The next field, which may be NULL, or nothing after the last one.
    fn field(&mut self) -> Result<Option<Option<Cow<'a, str>>>, ValueError> {
        match (self.before.take(), self.rest) {
            (Some(before), [byte, rest @ ..]) if *byte == before => self.rest = rest,
            (Some(_), _) => {
                return Err(ValueError::malformed(
                    "record",
                    self.text,
                    "Missing left parenthesis.",
                ));
            }
            (None, _) => return Ok(None),
        }
        let start = self.text.len().saturating_sub(self.rest.len());
        let mut quoted = false;
        loop {
            self.rest = match self.rest {
                [] | [b'\\'] => {
                    return Err(ValueError::malformed(
                        "record",
                        self.text,
                        "Unexpected end of input.",
                    ));
                }
                [b',' | b')', ..] if !quoted => break,
                [b'\\', _, rest @ ..] => rest,
                [b'"', rest @ ..] => {
                    quoted = !quoted;
                    rest
                }
                [_, rest @ ..] => rest,
            };
        }
        let end = self.text.len().saturating_sub(self.rest.len());
        let raw = self.text.get(start..end).unwrap_or_default();
        match self.rest {
            [b',', ..] => self.before = Some(b','),
            [_, rest @ ..] if rest.iter().all(|byte| is_space(*byte)) => {}
            _ => {
                return Err(ValueError::malformed(
                    "record",
                    self.text,
                    "Junk after right parenthesis.",
                ));
            }
        }
        Ok(Some((!raw.is_empty()).then(|| without_quotes(raw))))
    }
}

/// A field, or the bound of a range, without its quotes and backslashes.
pub(super) fn without_quotes(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['"', '\\']) {
        return Cow::Borrowed(raw);
    }
    let mut field = String::with_capacity(raw.len());
    let mut quoted = false;
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => field.extend(characters.next()),
            '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            character => field.push(character),
        }
    }
    Cow::Owned(field)
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
    /// A record of values.
    pub fn new(fields: Vec<Field>) -> Record {
        Record(Held::Values(fields))
    }

    /// The fields in order.
    ///
    /// # Errors
    ///
    /// None for a record that was made of values. What was received was checked by then, so an error
    /// is none of the client's.
    pub fn fields(&self) -> Fields<'_> {
        Fields(match &self.0 {
            Held::Values(fields) => Source::Values(fields.iter()),
            Held::Text(text) => Source::Text(Parser::new(text)),
            Held::Binary(bytes) => Source::Binary(bytes.clone()),
        })
    }

    /// Does something with each field.
    fn each(
        &self,
        mut what: impl FnMut(&Field) -> Result<(), ValueError>,
    ) -> Result<(), ValueError> {
        match &self.0 {
            Held::Values(fields) => fields.iter().try_for_each(what),
            Held::Text(_) | Held::Binary(_) => self.fields().try_for_each(|field| what(&field?)),
        }
    }

    pub(super) fn from_literal(text: &str) -> Result<Record, ValueError> {
        parse(text, |_| Ok(()))?;
        Ok(Record(Held::Text(text.into())))
    }

    /// Skips the number of fields, and looks at no more of the binary form.
    pub(super) fn from_checked_binary(mut bytes: Bytes) -> Result<Record, ValueError> {
        take_i32(&mut &bytes[..])?;
        bytes.advance(size_of::<i32>());
        Ok(Record(Held::Binary(bytes)))
    }

    pub(super) fn text(&self, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let mut before = b'(';
        self.each(|field| {
            out.push(before);
            before = b',';
            let start = out.len();
            if field.value.encode(field.oid, Format::Text, style, out)? == IsNull::No {
                quote(start, out);
            }
            Ok(())
        })?;
        if before == b'(' {
            out.push(before);
        }
        out.push(b')');
        Ok(())
    }

    pub(super) fn binary(&self, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        let mut count: i32 = 0;
        self.each(|field| {
            count = count.saturating_add(1);
            out.extend_from_slice(&field.oid.0.to_be_bytes());
            push_item(&field.value, field.oid, style, out).map(drop)
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
pub struct Fields<'a>(Source<'a>);

#[derive(Clone)]
enum Source<'a> {
    Values(std::slice::Iter<'a, Field>),
    Text(Parser<'a>),
    Binary(Bytes),
}

impl Iterator for Fields<'_> {
    type Item = Result<Field, ValueError>;

    fn next(&mut self) -> Option<Result<Field, ValueError>> {
        match &mut self.0 {
            Source::Values(fields) => fields.next().cloned().map(Ok),
            Source::Text(parser) => Some(parser.field().transpose()?.map(|text| Field {
                oid: Oid::UNKNOWN,
                value: text.map_or(Value::Null, |text| Value::Text(text.into_owned())),
            })),
            Source::Binary(rest) if rest.is_empty() => None,
            Source::Binary(rest) => {
                let field = received(rest);
                if field.is_err() {
                    rest.clear();
                }
                Some(field)
            }
        }
    }
}

impl FusedIterator for Fields<'_> {}

fn received(rest: &mut Bytes) -> Result<Field, ValueError> {
    let oid = Oid(take_i32(&mut &rest[..])?.cast_unsigned());
    rest.advance(size_of::<i32>());
    let value = match split_item(rest)? {
        Some(item) => Value::from_checked_binary(oid, &item, || item.clone())?,
        None => Value::Null,
    };
    Ok(Field { oid, value })
}

/// Two records of the same fields are the same, however they are held.
impl PartialEq for Record {
    fn eq(&self, other: &Record) -> bool {
        match (&self.0, &other.0) {
            (Held::Values(fields), Held::Values(others)) => fields == others,
            _ => self.fields().eq(other.fields()),
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Record ")?;
        let mut list = f.debug_list();
        for field in self.fields() {
            match field {
                Ok(field) => list.entry(&field),
                Err(error) => list.entry(&error),
            };
        }
        list.finish()
    }
}

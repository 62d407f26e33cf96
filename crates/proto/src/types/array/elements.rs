//! The elements of an array, read one after the other.

use std::fmt;
use std::iter::FusedIterator;

use bytes::Bytes;

use super::parse::Parser;
use super::{Array, Dimension, binary, check_size, parse};
use crate::types::check::check_modified_literal;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::user::Types;
use crate::types::value::{Parts, Value};
use crate::types::{text, typmod};
use crate::{Oid, SqlState};

/// How an array has its elements.
#[derive(Clone)]
pub(super) enum Held {
    Values(Vec<Value>),
    /// As they were received, between braces.
    Text(Box<(Box<str>, TextStyle)>),
    /// As they were received, after the dimensions.
    Binary(Bytes, Types),
}

impl Array {
    /// The elements, the last dimension varying fastest.
    ///
    /// # Errors
    ///
    /// None for an array that was made of values. What was received was checked by then, so an error
    /// is none of the client's.
    pub fn elements(&self) -> Elements<'_> {
        let source = match &self.held {
            Held::Values(values) => Source::Values(values.iter()),
            Held::Text(text) => {
                let delimiter = text.1.types.delimiter(self.element);
                Source::Text(Parser::new(&text.0, delimiter), &text.1)
            }
            Held::Binary(bytes, types) => Source::Binary(bytes.clone(), types),
        };
        Elements { element: self.element, typmod: self.typmod, left: self.len(), source }
    }

    /// The number of elements in all dimensions.
    pub fn len(&self) -> usize {
        match &self.held {
            Held::Values(values) => values.len(),
            Held::Text(_) | Held::Binary(..) => check_size(&self.dimensions).unwrap_or(0),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same array, its elements under a modifier from when they are read: they may become much
    /// longer. They were checked under it.
    pub(in crate::types) fn with_typmod(self, typmod: i32) -> Array {
        Array { typmod, ..self }
    }

    pub(in crate::types) fn values(&self) -> Option<&[Value]> {
        match &self.held {
            Held::Values(values) => Some(values),
            Held::Text(_) | Held::Binary(..) => None,
        }
    }

    /// Reads an array's text, each element only to see whether it can be read.
    pub(in crate::types) fn from_literal(
        element: Oid,
        text: &str,
        style: &TextStyle,
        parts: Parts,
    ) -> Result<Array, ValueError> {
        let dimensions = match parts {
            Parts::Checked => parse(text, style.types.delimiter(element), |_| Ok(()))?.dimensions,
            Parts::Unchecked => check_text(element, -1, text, style)?,
        };
        let held = Held::Text(Box::new((text.into(), style.clone())));
        Ok(Array { element, typmod: -1, dimensions: dimensions.into(), held })
    }

    /// Reads the header of the binary form, of which no more is looked at.
    pub(in crate::types) fn from_checked_binary(
        element: Oid,
        bytes: Bytes,
        types: &Types,
    ) -> Result<Array, ValueError> {
        let mut rest: &[u8] = &bytes;
        let mut dimensions = binary::header(&mut rest, element)?;
        if check_size(&dimensions)? == 0 {
            dimensions.clear();
        }
        let header = bytes.len().saturating_sub(rest.len());
        let held = Held::Binary(bytes.slice(header..), types.clone());
        Ok(Array { element, typmod: -1, dimensions: dimensions.into(), held })
    }
}

/// Whether the text of an array can be read, its elements under a modifier or -1; and then its
/// dimensions.
pub(in crate::types) fn check_text(
    element: Oid,
    typmod: i32,
    text: &str,
    style: &TextStyle,
) -> Result<Vec<Dimension>, ValueError> {
    let mut size = Size::new(element, typmod, &style.types);
    let parts = parse(text, style.types.delimiter(element), |text| match text {
        Some(text) => {
            check_modified_literal(element, typmod, text, style)?;
            size.add(text)
        }
        None => Ok(()),
    })?;
    size.check().map(|()| parts.dimensions)
}

/// Whether the binary form of an array can be read, its elements under a modifier or -1, and each by
/// `check`.
pub(in crate::types) fn check_binary(
    element: Oid,
    typmod: i32,
    bytes: &[u8],
    types: &Types,
    mut check: impl FnMut(&[u8]) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    let mut size = Size::new(element, typmod, types);
    binary::receive(bytes, element, |part| match part {
        Some(part) => {
            check(part)?;
            if size.is_padded() { size.add(text::receive(part)?) } else { Ok(()) }
        }
        None => Ok(()),
    })?;
    size.check()
}

/// How many bytes the elements of an array become that a modifier makes longer than they were sent.
struct Size {
    typmod: i32,
    bytes: usize,
}

impl Size {
    fn new(element: Oid, typmod: i32, types: &Types) -> Size {
        let is_padded = types.resolved(element) == Oid::BPCHAR;
        Size { typmod: if is_padded { typmod } else { -1 }, bytes: 0 }
    }

    fn is_padded(&self) -> bool {
        self.typmod >= 0
    }

    /// With the length before each, in fours, as PostgreSQL stores them.
    fn add(&mut self, text: &str) -> Result<(), ValueError> {
        if self.is_padded() {
            let bytes = typmod::check_string(Oid::BPCHAR, self.typmod, text)?.saturating_add(4);
            self.bytes = self.bytes.saturating_add(bytes.next_multiple_of(4));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ValueError> {
        if self.bytes <= MAX_BYTES {
            return Ok(());
        }
        let message = format!("array size exceeds the maximum allowed ({MAX_BYTES})");
        Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message))
    }
}

/// The most that PostgreSQL allocates at once.
const MAX_BYTES: usize = 0x3fff_ffff;

/// The elements of an array.
#[derive(Clone)]
pub struct Elements<'a> {
    element: Oid,
    typmod: i32,
    left: usize,
    source: Source<'a>,
}

#[derive(Clone)]
enum Source<'a> {
    Values(std::slice::Iter<'a, Value>),
    Text(Parser<'a>, &'a TextStyle),
    Binary(Bytes, &'a Types),
}

impl Iterator for Elements<'_> {
    type Item = Result<Value, ValueError>;

    fn next(&mut self) -> Option<Result<Value, ValueError>> {
        self.left = self.left.checked_sub(1)?;
        let (oid, typmod) = (self.element, self.typmod);
        let made = |value, types: &Types| match typmod {
            0.. => typmod::applied(value, types.resolved(oid), typmod),
            _ => Ok(value),
        };
        let element = match &mut self.source {
            Source::Values(values) => return values.next().cloned().map(Ok),
            Source::Text(parser, style) => match parser.element() {
                Ok(Some(Some(text))) => Value::read_literal(oid, &text, style, Parts::Checked)
                    .and_then(|value| made(value, &style.types)),
                Ok(Some(None)) => Ok(Value::Null),
                Ok(None) => return None,
                Err(error) => Err(error),
            },
            Source::Binary(rest, types) => binary::split_item(rest).and_then(|item| match item {
                Some(item) => {
                    let value = Value::from_checked_binary(oid, &item, types, || item.clone())?;
                    made(value, types)
                }
                None => Ok(Value::Null),
            }),
        };
        if element.is_err() {
            self.left = 0;
        }
        Some(element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Fewer behind an error.
        (0, Some(self.left))
    }
}

impl FusedIterator for Elements<'_> {}

/// Two arrays of the same elements are the same, however they are held.
impl PartialEq for Array {
    fn eq(&self, other: &Array) -> bool {
        if (self.element, &self.dimensions) != (other.element, &other.dimensions) {
            return false;
        }
        match (self.values(), other.values()) {
            (Some(values), Some(others)) => values == others,
            _ => self.elements().eq(other.elements()),
        }
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array {{ element: {:?}, dimensions: {:?} }} ", self.element, self.dimensions)?;
        list_parts(f, self.elements())
    }
}

/// Lists what can be read, and why the rest cannot.
pub(in crate::types) fn list_parts<T: fmt::Debug>(
    f: &mut fmt::Formatter<'_>,
    parts: impl Iterator<Item = Result<T, ValueError>>,
) -> fmt::Result {
    let mut list = f.debug_list();
    for part in parts {
        match part {
            Ok(part) => list.entry(&part),
            Err(error) => list.entry(&error),
        };
    }
    list.finish()
}

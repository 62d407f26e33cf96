//! The elements of an array, read one after the other.

use std::fmt;

use super::parse::Parser;
use super::{Array, Dimension, binary, check_size, delimiter, parse};
use crate::Oid;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::value::{Value, check_literal};

/// How an array has its elements.
#[derive(Clone)]
pub(super) enum Held {
    Values(Vec<Value>),
    /// As they were received, between braces.
    Text(Box<(Box<str>, TextStyle)>),
    /// As they were received, after the dimensions.
    Binary(Box<[u8]>),
}

impl Array {
    /// The elements, or NULL; the last dimension varies fastest.
    ///
    /// What was received was checked by then: an error is none of the client's.
    pub fn elements(&self) -> Elements<'_> {
        let source = match &self.held {
            Held::Values(values) => Source::Values(values.iter()),
            Held::Text(text) => {
                Source::Text(Parser::new(&text.0, delimiter(self.element)), &text.1)
            }
            Held::Binary(rest) => {
                Source::Binary { rest, left: check_size(&self.dimensions).unwrap_or(0) }
            }
        };
        Elements { element: self.element, source }
    }

    pub(in crate::types) fn values(&self) -> Option<&[Value]> {
        match &self.held {
            Held::Values(values) => Some(values),
            Held::Text(_) | Held::Binary(_) => None,
        }
    }

    /// Reads an array's text, each element to see whether it can be read.
    pub(in crate::types) fn from_literal(
        element: Oid,
        text: &str,
        style: &TextStyle,
    ) -> Result<Array, ValueError> {
        let dimensions = check_text(element, text, style)?;
        let held = Held::Text(Box::new((text.into(), style.clone())));
        Ok(Array { element, dimensions, held })
    }

    /// Reads the header of the binary form, of which no more is looked at.
    pub(in crate::types) fn from_checked_binary(
        element: Oid,
        mut bytes: &[u8],
    ) -> Result<Array, ValueError> {
        let mut dimensions = binary::header(&mut bytes, element)?;
        if check_size(&dimensions)? == 0 {
            dimensions.clear();
        }
        Ok(Array { element, dimensions, held: Held::Binary(bytes.into()) })
    }
}

/// Whether the text of an array can be read, and then its dimensions.
pub(in crate::types) fn check_text(
    element: Oid,
    text: &str,
    style: &TextStyle,
) -> Result<Vec<Dimension>, ValueError> {
    let parts = parse(text, delimiter(element), |text| match text {
        Some(text) => check_literal(element, text, style),
        None => Ok(()),
    })?;
    Ok(parts.dimensions)
}

/// The elements of an array, or NULL.
pub struct Elements<'a> {
    element: Oid,
    source: Source<'a>,
}

enum Source<'a> {
    Values(std::slice::Iter<'a, Value>),
    Text(Parser<'a>, &'a TextStyle),
    Binary { rest: &'a [u8], left: usize },
}

impl Iterator for Elements<'_> {
    type Item = Result<Value, ValueError>;

    fn next(&mut self) -> Option<Result<Value, ValueError>> {
        match &mut self.source {
            Source::Values(values) => values.next().cloned().map(Ok),
            Source::Text(parser, style) => {
                let element = parser.element().transpose()?;
                Some(element.and_then(|text| match text {
                    Some(text) => Value::from_literal(self.element, &text, style),
                    None => Ok(Value::Null),
                }))
            }
            Source::Binary { rest, left } => {
                *left = left.checked_sub(1)?;
                Some(binary::take_item(rest).and_then(|item| match item {
                    Some(bytes) => Value::from_checked_binary(self.element, bytes),
                    None => Ok(Value::Null),
                }))
            }
        }
    }
}

/// Two arrays of the same elements are the same, however they are held.
impl PartialEq for Array {
    fn eq(&self, other: &Array) -> bool {
        (self.element, &self.dimensions) == (other.element, &other.dimensions)
            && self.elements().eq(other.elements())
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elements: Vec<_> = self.elements().collect();
        f.debug_struct("Array")
            .field("element", &self.element)
            .field("dimensions", &self.dimensions)
            .field("elements", &elements)
            .finish()
    }
}

//! How a record is read.

use std::borrow::Cow;

use crate::types::error::ValueError;
use crate::types::text::{is_space, trim_start};

/// Reads a record's text field by field.
#[derive(Clone)]
pub(super) struct Parser<'a> {
    text: &'a str,
    rest: &'a [u8],
    stage: Stage,
    /// How many fields must follow, if that is known.
    left: Option<usize>,
}

#[derive(Clone, PartialEq)]
enum Stage {
    Before,
    /// Behind a field.
    Within,
    /// Behind the last one, or an error.
    After,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Parser<'a> {
        Parser { text, rest: trim_start(text.as_bytes()), stage: Stage::Before, left: None }
    }

    /// Reads a row of so many fields.
    pub(super) fn of_type(text: &'a str, fields: usize) -> Parser<'a> {
        Parser { left: Some(fields), ..Parser::new(text) }
    }

    /// The next field, which may be NULL, or nothing after the last one.
    ///
    /// What follows a field is looked at after that: PostgreSQL reads the field before.
    pub(super) fn field(&mut self) -> Result<Option<Option<Cow<'a, str>>>, ValueError> {
        let is_last = self.left == Some(0);
        match (std::mem::replace(&mut self.stage, Stage::After), self.rest) {
            (Stage::After, _) => return Ok(None),
            (Stage::Before, [b'(', rest @ ..]) => self.rest = rest,
            (Stage::Before, _) => return Err(self.malformed("Missing left parenthesis.")),
            (Stage::Within, [b',', rest @ ..]) if !is_last => self.rest = rest,
            (Stage::Within, _) if self.left.is_some() && !is_last => {
                return Err(self.malformed("Too few columns."));
            }
            (Stage::Within, _) => return self.end(),
        }
        if is_last {
            return self.end();
        }
        let raw = self.raw()?;
        self.stage = Stage::Within;
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(Some((!raw.is_empty()).then(|| without_quotes(raw))))
    }

    /// The field that begins here as it is written.
    fn raw(&mut self) -> Result<&'a str, ValueError> {
        let start = self.text.len().saturating_sub(self.rest.len());
        let mut quoted = false;
        loop {
            self.rest = match self.rest {
                [] | [b'\\'] => return Err(self.malformed("Unexpected end of input.")),
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
        Ok(self.text.get(start..end).unwrap_or_default())
    }

    /// Gives no more fields.
    pub(super) fn stop(&mut self) {
        self.stage = Stage::After;
    }

    fn end<T>(&self) -> Result<Option<T>, ValueError> {
        match self.rest {
            [b')', rest @ ..] if rest.iter().all(|byte| is_space(*byte)) => Ok(None),
            [b')', ..] => Err(self.malformed("Junk after right parenthesis.")),
            _ => Err(self.malformed("Too many columns.")),
        }
    }

    #[cold]
    fn malformed(&self, detail: &str) -> ValueError {
        ValueError::malformed("record", self.text, detail)
    }
}

/// A field, or the bound of a range, without its quotes and backslashes.
pub(in crate::types) fn without_quotes(raw: &str) -> Cow<'_, str> {
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

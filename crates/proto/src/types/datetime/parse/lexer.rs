//! The fields of a date, a time or an interval as text.

use super::Flaw;
use super::words::{Word, word};

/// What a field looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::types) enum Kind {
    /// Digits around `-`, `/` or `.`, perhaps with a month's name; or a zone such as `a/b`.
    Date,
    /// Digits around `:`.
    Time,
    /// A sign and digits.
    Signed,
    /// Digits, and perhaps `.` among them.
    Number,
    /// Letters.
    Word,
    /// A sign and letters.
    Special,
}

/// The fields in order; letters are in lower case.
#[derive(Debug, Default)]
pub(in crate::types) struct Fields {
    text: String,
    ends: Vec<(Kind, usize)>,
}

/// PostgreSQL's bounds on the number of fields and on their length together.
const MAX_FIELDS: usize = 25;
const MAX_LENGTH: usize = 128 + MAX_FIELDS;

impl Fields {
    pub(in crate::types) fn new(text: &str) -> Result<Fields, Flaw> {
        Fields::with_capacity(text, MAX_LENGTH)
    }

    /// Reads the fields of an interval, which may be longer.
    pub(in crate::types) fn of_interval(text: &str) -> Result<Fields, Flaw> {
        Fields::with_capacity(text, 256)
    }

    pub(in crate::types) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(in crate::types) fn kind(&self, place: usize) -> Option<Kind> {
        self.ends.get(place).map(|(kind, _)| *kind)
    }

    pub(in crate::types) fn last_kind(&self) -> Option<Kind> {
        self.ends.last().map(|(kind, _)| *kind)
    }

    pub(in crate::types) fn get(&self, place: usize) -> Option<(Kind, &str)> {
        let (kind, end) = *self.ends.get(place)?;
        let start = match place.checked_sub(1) {
            Some(before) => self.ends.get(before)?.1,
            None => 0,
        };
        Some((kind, self.text.get(start..end)?))
    }

    fn with_capacity(text: &str, capacity: usize) -> Result<Fields, Flaw> {
        let mut fields = Fields::default();
        let mut lexer = Lexer { rest: text.as_bytes(), text: &mut fields.text };
        loop {
            let start = lexer.text.len();
            let Some(kind) = lexer.field(start)? else { break };
            fields.ends.push((kind, lexer.text.len()));
            // Each field takes one more byte in PostgreSQL, which ends it.
            let used = lexer.text.len().saturating_add(fields.ends.len());
            if fields.ends.len() > MAX_FIELDS || used > capacity {
                return Err(Flaw::Format);
            }
        }
        Ok(fields)
    }
}

struct Lexer<'a> {
    rest: &'a [u8],
    text: &'a mut String,
}

impl Lexer<'_> {
    /// Takes the next field, whose text starts at `start`; `None` at the end.
    fn field(&mut self, start: usize) -> Result<Option<Kind>, Flaw> {
        loop {
            let Some(first) = self.peek() else { return Ok(None) };
            let kind = match first {
                b'0'..=b'9' => self.number_or_date(),
                b'.' => {
                    self.take();
                    self.take_while(|byte| byte.is_ascii_digit());
                    Kind::Number
                }
                b'a'..=b'z' | b'A'..=b'Z' => self.word_or_zone(start),
                b'+' | b'-' => self.signed()?,
                _ if is_ignored(first) => {
                    self.skip();
                    continue;
                }
                _ => return Err(Flaw::Format),
            };
            return Ok(Some(kind));
        }
    }

    fn number_or_date(&mut self) -> Kind {
        self.take_while(|byte| byte.is_ascii_digit());
        match self.peek() {
            Some(b':') => {
                self.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
                Kind::Time
            }
            Some(delimiter @ (b'-' | b'/' | b'.')) => {
                self.take();
                if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == delimiter);
                    return Kind::Date;
                }
                self.take_while(|byte| byte.is_ascii_digit());
                if self.peek() == Some(delimiter) {
                    self.take_while(|byte| byte.is_ascii_digit() || byte == delimiter);
                    return Kind::Date;
                }
                if delimiter == b'.' { Kind::Number } else { Kind::Date }
            }
            _ => Kind::Number,
        }
    }

    fn word_or_zone(&mut self, start: usize) -> Kind {
        self.take_while(|byte| byte.is_ascii_alphabetic());
        let is_date = match self.peek() {
            Some(b'-' | b'/' | b'.') => true,
            Some(b'+' | b'0'..=b'9') => {
                let taken = self.text.get(start..).unwrap_or_default();
                matches!(word(taken), Word::Unknown)
            }
            _ => false,
        };
        if !is_date {
            return Kind::Word;
        }
        self.take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'/' | b'_' | b'.' | b':')
        });
        Kind::Date
    }

    fn signed(&mut self) -> Result<Kind, Flaw> {
        self.take();
        self.rest = crate::types::text::trim_start(self.rest);
        match self.peek() {
            Some(b'0'..=b'9') => {
                self.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'-'));
                Ok(Kind::Signed)
            }
            Some(b'a'..=b'z' | b'A'..=b'Z') => {
                self.take_while(|byte| byte.is_ascii_alphabetic());
                Ok(Kind::Special)
            }
            _ => Err(Flaw::Format),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn skip(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn take(&mut self) {
        if let Some(byte) = self.peek() {
            self.text.push(char::from(byte.to_ascii_lowercase()));
            self.skip();
        }
    }

    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&belongs) {
            self.take();
        }
    }
}

/// Spaces and punctuation between fields.
fn is_ignored(byte: u8) -> bool {
    crate::types::text::is_space(byte) || byte.is_ascii_punctuation()
}

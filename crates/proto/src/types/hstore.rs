//! `hstore`: pairs of strings.
//!
//! Source: <https://www.postgresql.org/docs/18/hstore.html>. In binary a 32-bit count comes first,
//! and each key and each value after its length, which is -1 for NULL.

use std::borrow::Cow;

use bytes::Bytes;

use super::array::surround;
use super::array::take_i32;
use super::error::ValueError;
use super::text::{self, is_space, trim_start};
use crate::SqlState;

/// As many pairs as PostgreSQL can hold while it reads them.
const MAX_PAIRS: i32 = 26_843_545;

/// A map from strings to strings or NULL.
///
/// One that was received is held as its bytes, and its pairs are read when they are asked for.
#[derive(Clone, Debug)]
pub struct Hstore(Held);

#[derive(Clone, Debug)]
enum Held {
    Pairs(Vec<Pair<'static>>),
    Text(Box<str>),
    Binary(Bytes),
}

/// A key, and a value or NULL.
pub type Pair<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

impl Hstore {
    /// A map of pairs in any order; of those with one key the first counts.
    pub fn new(pairs: impl IntoIterator<Item = (String, Option<String>)>) -> Hstore {
        let pairs = pairs.into_iter();
        let pairs = pairs.map(|(key, value)| (Cow::Owned(key), value.map(Cow::Owned)));
        Hstore(Held::Pairs(unique(pairs.collect())))
    }

    /// The pairs, those with the shortest keys first, as PostgreSQL keeps them.
    ///
    /// # Errors
    ///
    /// None for a map that was made of pairs. What was received was checked by then, so an error is
    /// none of the client's.
    pub fn pairs(&self) -> Result<Vec<Pair<'_>>, ValueError> {
        let mut pairs = Vec::new();
        match &self.0 {
            Held::Pairs(pairs) => return Ok(pairs.clone()),
            Held::Text(text) => {
                let mut parser = Parser::new(text);
                while let Some(pair) = parser.pair()? {
                    pairs.push(pair);
                }
            }
            Held::Binary(bytes) => receive(bytes, |pair| pairs.push(pair))?,
        }
        Ok(unique(pairs))
    }

    /// Holds text, after [`check_text`] or not.
    pub(super) fn of_text(text: &str) -> Hstore {
        Hstore(Held::Text(text.into()))
    }

    /// Holds the binary form, after [`check_binary`].
    pub(super) fn of_binary(bytes: Bytes) -> Hstore {
        Hstore(Held::Binary(bytes))
    }

    pub(super) fn text(&self, out: &mut Vec<u8>) -> Result<(), ValueError> {
        for (place, (key, value)) in self.pairs()?.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(b", ");
            }
            push_quoted(key, out);
            out.extend_from_slice(b"=>");
            match value {
                Some(value) => push_quoted(value, out),
                None => out.extend_from_slice(b"NULL"),
            }
        }
        Ok(())
    }

    pub(super) fn binary(&self, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let pairs = self.pairs()?;
        out.extend_from_slice(&length(pairs.len())?);
        for (key, value) in &pairs {
            out.extend_from_slice(&length(key.len())?);
            out.extend_from_slice(key.as_bytes());
            match value {
                Some(value) => {
                    out.extend_from_slice(&length(value.len())?);
                    out.extend_from_slice(value.as_bytes());
                }
                None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
            }
        }
        Ok(())
    }
}

/// Two maps of the same pairs are the same, however they are held.
impl PartialEq for Hstore {
    fn eq(&self, other: &Hstore) -> bool {
        self.pairs() == other.pairs()
    }
}

/// Whether text is a map.
pub(super) fn check_text(text: &str) -> Result<(), ValueError> {
    let mut parser = Parser::new(text);
    while parser.pair()?.is_some() {}
    Ok(())
}

/// Whether bytes are the binary form of a map.
pub(super) fn check_binary(bytes: &[u8]) -> Result<(), ValueError> {
    receive(bytes, |_| ())
}

fn unique(mut pairs: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    pairs.sort_by(|(one, _), (other, _)| (one.len(), one).cmp(&(other.len(), other)));
    pairs.dedup_by(|(one, _), (other, _)| one == other);
    pairs
}

fn length(length: usize) -> Result<[u8; 4], ValueError> {
    let length = i32::try_from(length).map_err(|_| {
        ValueError::new(SqlState::STRING_DATA_RIGHT_TRUNCATION, "string too long for hstore value")
    })?;
    Ok(length.to_be_bytes())
}

fn push_quoted(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    surround(start, b'\\', out);
}

fn receive<'a>(bytes: &'a [u8], mut found: impl FnMut(Pair<'a>)) -> Result<(), ValueError> {
    let mut rest = bytes;
    let count = take_i32(&mut rest)?;
    if !(0..=MAX_PAIRS).contains(&count) {
        return Err(ValueError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("number of pairs ({count}) exceeds the maximum allowed ({MAX_PAIRS})"),
        ));
    }
    for _ in 0..count {
        let key = take_text(&mut rest)?.ok_or_else(|| {
            ValueError::new(
                SqlState::NULL_VALUE_NOT_ALLOWED,
                "null value not allowed for hstore key",
            )
        })?;
        let value = take_text(&mut rest)?;
        found((key.into(), value.map(Cow::Borrowed)));
    }
    if rest.is_empty() { Ok(()) } else { Err(ValueError::trailing()) }
}

/// A length and that many bytes; any length below zero is NULL.
fn take_text<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a str>, ValueError> {
    let Ok(length) = usize::try_from(take_i32(rest)?) else { return Ok(None) };
    let (bytes, tail) = rest.split_at_checked(length).ok_or_else(ValueError::truncated)?;
    *rest = tail;
    text::receive(bytes).map(Some)
}

/// Reads `a=>1, "b c"=>NULL` pair by pair.
struct Parser<'a> {
    text: &'a str,
    rest: &'a [u8],
}

/// What a string ends before, if it has no quotes.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    Equals,
    Comma,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parser<'a> {
        Parser { text, rest: text.as_bytes() }
    }

    fn pair(&mut self) -> Result<Option<Pair<'a>>, ValueError> {
        let Some((key, _)) = self.string(Until::Equals)? else { return Ok(None) };
        self.rest = trim_start(self.rest);
        self.expect(b'=')?;
        self.expect(b'>')?;
        let (value, is_quoted) = self.string(Until::Comma)?.ok_or_else(ended)?;
        let is_null = !is_quoted && value.eq_ignore_ascii_case("null");
        self.rest = trim_start(self.rest);
        if !self.rest.is_empty() {
            self.expect(b',')?;
        }
        Ok(Some((key, (!is_null).then_some(value))))
    }

    fn expect(&mut self, byte: u8) -> Result<(), ValueError> {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                Ok(())
            }
            [] => Err(ended()),
            _ => Err(self.unexpected()),
        }
    }

    /// A string, and whether it had quotes; nothing at the end of the text.
    fn string(&mut self, until: Until) -> Result<Option<(Cow<'a, str>, bool)>, ValueError> {
        self.rest = trim_start(self.rest);
        match self.rest {
            [] => return Ok(None),
            [b'=', ..] if until == Until::Equals => return Err(self.unexpected()),
            [b'"', rest @ ..] => {
                self.rest = rest;
                let string = self.up_to(|byte| byte == b'"')?;
                self.expect(b'"')?;
                return Ok(Some((string, true)));
            }
            _ => {}
        }
        // Whatever it begins with belongs to it.
        let mut is_first = true;
        let string = self.up_to(|byte| {
            let ends = match until {
                Until::Equals => byte == b'=',
                Until::Comma => byte == b',',
            };
            !std::mem::take(&mut is_first) && (ends || is_space(byte))
        })?;
        Ok(Some((string, false)))
    }

    /// Reads up to a byte that ends it, or the end; a backslash keeps what follows it as it is.
    fn up_to(&mut self, mut ends: impl FnMut(u8) -> bool) -> Result<Cow<'a, str>, ValueError> {
        let start = self.position();
        let mut escapes = false;
        loop {
            self.rest = match self.rest {
                [b'\\', _, rest @ ..] => {
                    ends(b'\\');
                    escapes = true;
                    rest
                }
                [b'\\'] => return Err(ended()),
                [byte, rest @ ..] if !ends(*byte) => rest,
                _ => break,
            };
        }
        let raw = self.text.get(start..self.position()).unwrap_or_default();
        if !escapes {
            return Ok(raw.into());
        }
        let mut string = String::with_capacity(raw.len());
        let mut characters = raw.chars();
        while let Some(character) = characters.next() {
            string.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
        Ok(string.into())
    }

    fn position(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    #[cold]
    fn unexpected(&self) -> ValueError {
        let position = self.position();
        let found = self.text.get(position..).and_then(|rest| rest.chars().next());
        let message = format!(
            "syntax error in hstore, near \"{}\" at position {position}",
            found.unwrap_or_default()
        );
        ValueError::new(SqlState::SYNTAX_ERROR, message)
    }
}

#[cold]
fn ended() -> ValueError {
    let message = "syntax error in hstore: unexpected end of string";
    ValueError::new(SqlState::SYNTAX_ERROR, message)
}

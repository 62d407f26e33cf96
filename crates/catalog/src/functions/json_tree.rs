//! JSON as a tree.

use std::sync::Arc;

use trunkline_core::types::Numeric;
use trunkline_core::{PgError, Result, SqlState};

use super::json::push_string;
use crate::datum::Datum;
use crate::run::Run;

/// How deep JSON may be here.
const DEPTH: usize = 200;

/// A value of JSON.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// Members in the order of the text.
    Object(Vec<(String, Json)>),
}

fn any<T>(
    all: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Result<bool>,
) -> Result<bool> {
    for one in all {
        if holds(one)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads JSON that is known to be well formed.
pub(super) fn read(text: &str) -> Result<Json> {
    Reader { text, at: 0 }.value(0)
}

/// What is directly within JSON.
pub(super) enum Parts<T> {
    Scalar(Json),
    List(Vec<T>),
    Object(Vec<(String, T)>),
}

/// The parts of JSON that is known to be well formed, each as it is written.
pub(super) fn parts(text: &str) -> Result<Parts<&str>> {
    Reader { text, at: 0 }.parts(Reader::written)
}

/// Goes through JSON that is known to be well formed.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next value as it is written.
    fn written(&mut self) -> Result<&'a str> {
        let _ = self.peek();
        let start = self.at;
        let _ = self.value(1)?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// The name of a member, with what stands between it and the value.
    fn key(&mut self) -> Result<String> {
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(Reader::malformed());
        }
        self.at += 1;
        Ok(key)
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start().len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn malformed() -> PgError {
        PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json")
    }

    fn value(&mut self, depth: usize) -> Result<Json> {
        if depth > DEPTH {
            return Err(crate::error::too_deep());
        }
        Ok(match self.parts(|reader| reader.value(depth + 1))? {
            Parts::Scalar(value) => value,
            Parts::List(items) => Json::List(items),
            Parts::Object(members) => Json::Object(members),
        })
    }

    /// The next value, with what is read of each that is within it.
    fn parts<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T>) -> Result<Parts<T>> {
        Ok(match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                self.many(b'}', |reader| {
                    let key = reader.key()?;
                    members.push((key, read(reader)?));
                    Ok(())
                })?;
                Parts::Object(members)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.many(b']', |reader| {
                    items.push(read(reader)?);
                    Ok(())
                })?;
                Parts::List(items)
            }
            Some(b'"') => Parts::Scalar(self.string().map(Json::Text)?),
            Some(_) => Parts::Scalar(self.word()?),
            None => return Err(Reader::malformed()),
        })
    }

    /// A number, or what has a name.
    fn word(&mut self) -> Result<Json> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |one: char| matches!(one, ',' | ']' | '}') || one.is_whitespace();
        let word = rest.split(ends).next().unwrap_or_default();
        self.at += word.len();
        match word {
            "" => Err(Reader::malformed()),
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            number => Ok(Json::Number(number.to_owned())),
        }
    }

    /// What stands between an opening and a closing bracket, parted by commas.
    fn many(&mut self, end: u8, mut one: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.at += 1;
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(());
        }
        loop {
            one(self)?;
            let next = self.peek();
            self.at += 1;
            match next {
                Some(b',') => {}
                Some(next) if next == end => return Ok(()),
                _ => return Err(Reader::malformed()),
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        if self.peek() != Some(b'"') {
            return Err(Reader::malformed());
        }
        self.at += 1;
        let mut out = String::new();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut letters = rest.char_indices();
        while let Some((place, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += place + 1;
                    return Ok(out);
                }
                '\\' => match letters.next().map(|(_, letter)| letter) {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('b') => out.push('\u{8}'),
                    Some('f') => out.push('\u{c}'),
                    Some('u') => match unicode(&mut letters) {
                        Some('\0') => return Err(no_text()),
                        letter => out.push(letter.ok_or_else(Reader::malformed)?),
                    },
                    Some(other) => out.push(other),
                    None => return Err(Reader::malformed()),
                },
                letter => out.push(letter),
            }
        }
        Err(Reader::malformed())
    }
}

/// A zero byte is in no text.
fn no_text() -> PgError {
    PgError::new(SqlState::UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence")
        .detail("\\u0000 cannot be converted to text.")
}

/// `\u00e4`, or two of them for one character.
fn unicode(letters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let mut unit = || {
        let digits: String = letters.by_ref().take(4).map(|(_, letter)| letter).collect();
        u32::from_str_radix(&digits, 16).ok()
    };
    let first = unit()?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    let mut marks = letters.by_ref().take(2).map(|(_, letter)| letter);
    if (marks.next(), marks.next()) != (Some('\\'), Some('u')) {
        return None;
    }
    let digits: String = letters.by_ref().take(4).map(|(_, letter)| letter).collect();
    let second = u32::from_str_radix(&digits, 16).ok()?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
}

impl Json {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::Text(_) => "string",
            Json::List(_) => "array",
            Json::Object(_) => "object",
        }
    }

    pub(super) fn shape(&self) -> &'static str {
        match self {
            Json::List(_) => "an array",
            Json::Object(_) => "an object",
            _ => "a scalar",
        }
    }

    pub(super) fn push(&self, out: &mut String) {
        self.push_between(", ", ": ", out);
    }

    /// With what stands between two members or elements, and between a name and its value.
    pub(super) fn push_between(&self, comma: &str, colon: &str, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => out.push_str(number),
            Json::Text(text) => push_string(text, out),
            Json::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { comma } else { "" });
                    item.push_between(comma, colon, out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (place, (key, value)) in members.iter().enumerate() {
                    out.push_str(if place > 0 { comma } else { "" });
                    push_string(key, out);
                    out.push_str(colon);
                    value.push_between(comma, colon, out);
                }
                out.push('}');
            }
        }
    }

    pub(super) fn push_pretty(&self, depth: usize, out: &mut String) {
        let line = |depth: usize, out: &mut String| {
            out.push('\n');
            out.push_str(&"    ".repeat(depth));
        };
        match self {
            Json::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    line(depth + 1, out);
                    item.push_pretty(depth + 1, out);
                }
                line(depth, out);
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (place, (key, value)) in members.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    line(depth + 1, out);
                    push_string(key, out);
                    out.push_str(": ");
                    value.push_pretty(depth + 1, out);
                }
                line(depth, out);
                out.push('}');
            }
            plain => plain.push(out),
        }
    }

    /// Without members that are null, and without such elements if that is asked, too.
    pub(super) fn strip(&mut self, in_lists: bool) {
        match self {
            Json::Object(members) => {
                members.retain(|(_, value)| *value != Json::Null);
                members.iter_mut().for_each(|(_, value)| value.strip(in_lists));
            }
            Json::List(items) => {
                items.retain(|item| !in_lists || *item != Json::Null);
                items.iter_mut().for_each(|item| item.strip(in_lists));
            }
            _ => {}
        }
    }

    /// A member by its name, or an element by its number, of which a negative one counts from the end.
    pub(super) fn get(&self, key: &Datum) -> Option<&Json> {
        match (self, key) {
            (Json::Object(members), Datum::Text(key)) => {
                // The last one of a name counts.
                members.iter().rev().find(|(own, _)| **own == **key).map(|(_, value)| value)
            }
            (Json::List(items), Datum::Int(number)) => {
                let length = i64::try_from(items.len()).ok()?;
                let place = if *number < 0 { length.checked_add(*number)? } else { *number };
                items.get(usize::try_from(place).ok()?)
            }
            _ => None,
        }
    }

    /// How many members or elements it has.
    pub(super) fn count(&self) -> usize {
        match self {
            Json::Object(members) => members.len(),
            Json::List(items) => items.len(),
            _ => 1,
        }
    }

    /// What values of `jsonb` are ordered by, one after the other.
    ///
    /// An array is compared by its length first, and a scalar that stands alone is kept as an array of one element.
    pub(super) fn order(&self) -> Vec<Datum> {
        let mut out = Vec::new();
        match self {
            Json::List(items) if items.is_empty() => out.push(Datum::Int(-1)),
            value => value.push_order(&mut out),
        }
        out
    }

    fn push_order(&self, out: &mut Vec<Datum>) {
        let count = |length: usize| Datum::Int(i64::try_from(length).unwrap_or(i64::MAX));
        out.push(Datum::Int(self.rank()));
        match self {
            Json::Null => {}
            Json::Bool(value) => out.push(Datum::Bool(*value)),
            Json::Number(text) => {
                out.push(Datum::Numeric(Arc::new(Numeric::parse(text).unwrap_or_default())));
            }
            Json::Text(text) => out.push(Datum::text(text.as_str())),
            Json::List(items) => {
                out.push(count(items.len()));
                items.iter().for_each(|item| item.push_order(out));
            }
            Json::Object(members) => {
                out.push(count(members.len()));
                for (name, value) in members {
                    out.push(Datum::text(name.as_str()));
                    value.push_order(out);
                }
            }
        }
    }

    fn rank(&self) -> i64 {
        match self {
            Json::Null => 0,
            Json::Text(_) => 1,
            Json::Number(_) => 2,
            Json::Bool(_) => 3,
            Json::List(_) => 4,
            Json::Object(_) => 5,
        }
    }

    /// Whether all of `other` is in it.
    pub(super) fn contains(&self, other: &Json, run: &Run) -> Result<bool> {
        match (self, other) {
            (Json::Object(own), Json::Object(other)) => {
                let is_missing = any(other, |(key, value)| {
                    run.parts(own.len())?;
                    let named = own.iter().filter(|(name, _)| name == key);
                    Ok(!any(named, |(_, own)| own.contains(value, run))?)
                });
                Ok(!is_missing?)
            }
            (Json::List(own), Json::List(other)) => {
                let is_missing = any(other, |value| {
                    Ok(!any(own, |own| {
                        run.step()?;
                        own.contains(value, run)
                    })?)
                });
                Ok(!is_missing?)
            }
            (Json::List(own), Json::Text(_) | Json::Number(_) | Json::Bool(_) | Json::Null) => {
                run.parts(own.len())?;
                Ok(own.iter().any(|one| one.order() == other.order()))
            }
            (own, other) => Ok(own.order() == other.order()),
        }
    }

    pub(super) fn as_text(&self) -> Datum {
        match self {
            Json::Null => Datum::Null,
            Json::Text(text) => Datum::text(text.as_str()),
            other => {
                let mut out = String::new();
                other.push(&mut out);
                Datum::text(out)
            }
        }
    }
}

//! JSON as a tree.

use std::cmp::Ordering;

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

fn first(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
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

/// What is directly within JSON, each part as it is written.
pub(super) enum Parts<'a> {
    Scalar(Json),
    List(Vec<&'a str>),
    Object(Vec<(String, &'a str)>),
}

/// The parts of JSON that is known to be well formed.
pub(super) fn parts(text: &str) -> Result<Parts<'_>> {
    let mut reader = Reader { text, at: 0 };
    match reader.peek() {
        Some(b'{') => {
            let mut members = Vec::new();
            reader.many(b'}', |reader| {
                let key = reader.key()?;
                members.push((key, reader.written()?));
                Ok(())
            })?;
            Ok(Parts::Object(members))
        }
        Some(b'[') => {
            let mut items = Vec::new();
            reader.many(b']', |reader| {
                items.push(reader.written()?);
                Ok(())
            })?;
            Ok(Parts::List(items))
        }
        _ => reader.value(0).map(Parts::Scalar),
    }
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
        match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                self.many(b'}', |reader| {
                    let key = reader.key()?;
                    members.push((key, reader.value(depth + 1)?));
                    Ok(())
                })?;
                Ok(Json::Object(members))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.many(b']', |reader| {
                    items.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Json::List(items))
            }
            Some(b'"') => self.string().map(Json::Text),
            Some(_) => {
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
            None => Err(Reader::malformed()),
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

    /// The order that PostgreSQL has of `jsonb`.
    pub(super) fn compare(&self, other: &Json) -> Ordering {
        // A scalar that stands alone is kept as an array of one element, and an array is compared by its length first.
        match (self, other) {
            (Json::List(own), Json::Object(_) | Json::List(_))
            | (Json::Object(_), Json::List(own))
                if own.is_empty() => {}
            (Json::List(own), _) if own.is_empty() => return Ordering::Less,
            (_, Json::List(other)) if other.is_empty() => return Ordering::Greater,
            _ => {}
        }
        self.compare_within(other)
    }

    fn compare_within(&self, other: &Json) -> Ordering {
        match (self, other) {
            (Json::Bool(one), Json::Bool(two)) => one.cmp(two),
            (Json::Number(one), Json::Number(two)) => {
                let number = |text: &str| Numeric::parse(text).unwrap_or_default();
                number(one).compare(&number(two))
            }
            (Json::Text(one), Json::Text(two)) => one.cmp(two),
            (Json::List(one), Json::List(two)) => {
                let orders = one.iter().zip(two).map(|(one, two)| one.compare_within(two));
                one.len().cmp(&two.len()).then_with(|| first(orders))
            }
            (Json::Object(one), Json::Object(two)) => {
                let orders = one.iter().zip(two).map(|((name, one), (other_name, two))| {
                    name.cmp(other_name).then_with(|| one.compare_within(two))
                });
                one.len().cmp(&two.len()).then_with(|| first(orders))
            }
            (one, two) => one.rank().cmp(&two.rank()),
        }
    }

    fn rank(&self) -> u8 {
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
                Ok(own.iter().any(|one| one.compare_within(other).is_eq()))
            }
            (own, other) => Ok(own.compare_within(other).is_eq()),
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

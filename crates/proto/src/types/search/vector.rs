//! `tsvector`.

use std::borrow::Cow;
use std::fmt;

use super::parse::{Words, space};
use super::{Held, MAX_LEXEME, MAX_LEXEMES, internal, quoted};
use crate::types::array::take_i32;
use crate::types::error::ValueError;
use crate::types::int;
use crate::types::text;

/// The highest position; what lies behind is said to lie there.
const LAST: u16 = 16_383;
/// So many positions a lexeme keeps.
const MOST: usize = 256;

/// The lexemes of a text, each once, in the order of their bytes.
#[derive(Clone)]
pub struct TsVector(Held<Vec<Lexeme>>);

/// A lexeme, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexeme {
    text: String,
    /// In their order: the weight in the two highest bits, 3 for A, and the position.
    positions: Vec<u16>,
}

impl Lexeme {
    /// The lexeme itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its positions, from 1 on, and their weights: `A`, `B`, `C`, or `D`.
    pub fn positions(&self) -> impl Iterator<Item = (u16, char)> {
        self.positions.iter().map(|packed| (packed & LAST, weight(*packed)))
    }
}

impl TsVector {
    /// The lexemes, in the order of their bytes.
    pub fn lexemes(&self) -> Cow<'_, [Lexeme]> {
        let mut lexemes = Vec::new();
        let push = |lexeme| lexemes.push(lexeme);
        // They were checked when they were received.
        let _ = match &self.0 {
            Held::Made(lexemes) => return Cow::Borrowed(lexemes),
            Held::Text(text) => parse_each(text, push),
            Held::Binary(bytes) => receive_each(bytes, push),
        };
        lexemes.sort_by(|one, other| one.text.cmp(&other.text));
        if let Held::Text(_) = self.0 {
            lexemes.dedup_by(|same, kept| {
                let is_same = same.text == kept.text;
                if is_same {
                    kept.positions.append(&mut same.positions);
                }
                is_same
            });
            lexemes.iter_mut().for_each(|lexeme| unite(&mut lexeme.positions));
        }
        Cow::Owned(lexemes)
    }

    /// Appends the lexemes in quotes, each with its positions behind a colon: `'a':1A,3 'b'`.
    pub fn text(&self, out: &mut Vec<u8>) {
        for (place, lexeme) in self.lexemes().iter().enumerate() {
            if place > 0 {
                out.push(b' ');
            }
            quoted(&lexeme.text, out);
            for (place, (position, weight)) in lexeme.positions().enumerate() {
                out.push(if place == 0 { b':' } else { b',' });
                int::text_u64(position.into(), out);
                if weight != 'D' {
                    out.extend(u8::try_from(weight));
                }
            }
        }
    }

    /// Appends the number of lexemes, and of each its text, a zero byte, and its positions after their number.
    pub fn binary(&self, out: &mut Vec<u8>) {
        let lexemes = self.lexemes();
        let count = i32::try_from(lexemes.len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for lexeme in lexemes.iter() {
            out.extend_from_slice(lexeme.text.as_bytes());
            out.push(0);
            let count = u16::try_from(lexeme.positions.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&count.to_be_bytes());
            for position in &lexeme.positions {
                out.extend_from_slice(&position.to_be_bytes());
            }
        }
    }

    /// Reads lexemes with spaces between, in quotes or without, with positions or without.
    ///
    /// # Errors
    ///
    /// 42601 for other text, 54000 for lexemes that are too long.
    pub fn parse(text: &str) -> Result<TsVector, ValueError> {
        parse_each(text, drop)?;
        Ok(TsVector(Held::Text(text.into())))
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 08P01 for too few bytes, 22P03 for too many, 22021 for text that is none, and XX000, as in PostgreSQL,
    /// for lengths and positions that cannot be.
    pub fn receive(bytes: &[u8]) -> Result<TsVector, ValueError> {
        receive_each(bytes, drop)?;
        Ok(TsVector(Held::Binary(bytes.into())))
    }
}

impl Default for TsVector {
    fn default() -> TsVector {
        TsVector(Held::Made(Vec::new()))
    }
}

impl PartialEq for TsVector {
    fn eq(&self, other: &TsVector) -> bool {
        self.lexemes() == other.lexemes()
    }
}

impl Eq for TsVector {}

impl fmt::Debug for TsVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TsVector ")?;
        f.debug_list().entries(self.lexemes().iter()).finish()
    }
}

fn parse_each(text: &str, mut each: impl FnMut(Lexeme)) -> Result<(), ValueError> {
    let mut words = Words::new(text, "tsvector");
    loop {
        words.skip_spaces();
        if words.rest.is_empty() {
            return Ok(());
        }
        let text = words.lexeme(&[])?;
        let positions = positions(&mut words)?;
        words.admit(&text)?;
        each(Lexeme { text, positions });
    }
}

fn receive_each(bytes: &[u8], mut each: impl FnMut(Lexeme)) -> Result<(), ValueError> {
    let mut rest = bytes;
    let count = take_i32(&mut rest)?;
    let count = usize::try_from(count).ok().filter(|count| *count < MAX_LEXEMES);
    let count = count.ok_or_else(|| internal("invalid size of tsvector"))?;
    let mut total = 0_usize;
    for _ in 0..count {
        let end = rest.iter().position(|byte| *byte == 0);
        let end = end.ok_or_else(|| {
            ValueError::new(crate::SqlState::PROTOCOL_VIOLATION, "invalid string in message")
        })?;
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let word = text::receive(word)?.to_owned();
        let ([_, high, low], after) = int::leading(after)?;
        rest = after;
        if word.is_empty() {
            return Err(internal("invalid tsvector: empty lexeme"));
        }
        if word.len() > MAX_LEXEME {
            return Err(internal("invalid tsvector: lexeme too long"));
        }
        if total > MAX_LEXEMES {
            return Err(internal("invalid tsvector: maximum total lexeme length exceeded"));
        }
        let count = usize::from(u16::from_be_bytes([high, low]));
        if count > MOST {
            return Err(internal("unexpected number of tsvector positions"));
        }
        let mut positions: Vec<u16> = Vec::with_capacity(count);
        for _ in 0..count {
            let (position, after) = int::leading(rest)?;
            rest = after;
            let position = u16::from_be_bytes(position);
            if positions.last().is_some_and(|last| position & LAST <= last & LAST) {
                return Err(internal("position information is misordered"));
            }
            positions.push(position);
        }
        total = total.saturating_add(word.len());
        each(Lexeme { text: word, positions });
    }
    int::finish((), rest)
}

/// What stands behind a colon: `1,2B`.
fn positions(words: &mut Words<'_>) -> Result<Vec<u16>, ValueError> {
    let mut positions = Vec::new();
    let Some(mut rest) = words.rest.strip_prefix(':') else { return Ok(positions) };
    loop {
        let digits =
            rest.len().saturating_sub(rest.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        let (number, after) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        if number.is_empty() {
            return Err(words.syntax());
        }
        let position = position(number);
        if position == 0 {
            return Err(words.error("wrong position info in "));
        }
        let mut weight = 0_u16;
        rest = after;
        // As in PostgreSQL, digits behind a weight do not matter, and a star is an A.
        loop {
            let mut characters = rest.chars();
            match characters.next() {
                Some('a' | 'A' | '*') if weight == 0 => weight = 3,
                Some('b' | 'B') if weight == 0 => weight = 2,
                Some('c' | 'C') if weight == 0 => weight = 1,
                Some('d' | 'D') if weight == 0 => {}
                Some('0'..='9') => {}
                _ => break,
            }
            rest = characters.as_str();
        }
        positions.push(weight.wrapping_shl(14) | position);
        // No more than can stay are kept for long.
        if positions.len() > 16 * MOST {
            unite(&mut positions);
        }
        match rest.chars().next() {
            Some(',') => rest = rest.get(1..).unwrap_or_default(),
            Some(character) if !space(character) => return Err(words.syntax()),
            _ => break,
        }
    }
    words.rest = rest;
    Ok(positions)
}

/// What PostgreSQL makes of a position: that of C's `atoi`, of which 32 bits count, and of those 14
/// if it is below zero.
fn position(digits: &str) -> u16 {
    let [a, b, c, d, ..] = digits.parse().unwrap_or(i64::MAX).to_le_bytes();
    let number = i32::from_le_bytes([a, b, c, d]);
    if number >= i32::from(LAST) { LAST } else { u16::from_le_bytes([a, b]) & LAST }
}

/// Each position once, with its highest weight.
fn unite(positions: &mut Vec<u16>) {
    positions.sort_by_key(|packed| packed & LAST);
    positions.dedup_by(|same, kept| {
        let is_same = *same & LAST == *kept & LAST;
        if is_same {
            *kept = (*kept).max(*same);
        }
        is_same
    });
    positions.truncate(MOST);
}

fn weight(packed: u16) -> char {
    match packed.wrapping_shr(14) {
        3 => 'A',
        2 => 'B',
        1 => 'C',
        _ => 'D',
    }
}

//! A template of dates and times, taken apart.

use super::literal;

/// A template of dates and times, such as `FMDD Mon YYYY`.
///
/// What is no pattern stands for itself: no text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTemplate {
    is_empty: bool,
    pieces: Vec<Piece>,
}

/// A part of a [`DateTemplate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A field of a date or a time.
    Pattern(Pattern),
    /// A character that stands for itself.
    Character {
        /// The character.
        character: char,
        /// Whether it stood between double quotes.
        quoted: bool,
    },
}

/// A field of a date or a time, with what is said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Its name in capitals, such as `HH24`.
    pub name: &'static str,
    /// How it is written.
    pub case: Case,
    /// `FM`: without zeros and blanks that fill it up.
    pub fill_mode: bool,
    /// `TM`: names in the language of the locale.
    pub translated: bool,
    /// `TH` or `th`: as an ordinal number.
    pub ordinal: Option<Case>,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `MONTH`
    Upper,
    /// `Month`
    Capital,
    /// `month`
    Lower,
}

/// The names of the patterns, the longer of two that begin alike first.
const PATTERNS: [&str; 54] = [
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH",
    "MON", "MM", "MI", "MS", "DAY", "DDD", "DD", "DY", "D", "HH24", "HH12", "HH", "SSSSS", "SSSS",
    "SS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "FX", "AM", "PM", "A.M.", "P.M.", "AD",
    "BC", "A.D.", "B.C.", "CC", "WW", "W", "Q", "J", "RM", "OF", "TZH", "TZM", "TZ",
];

impl DateTemplate {
    /// Takes a template apart.
    pub fn new(text: &str) -> DateTemplate {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let fill_mode = strip(rest, "FM");
            let translated = strip(rest, "TM");
            rest = fill_mode.or(translated).unwrap_or(rest);
            let Some((name, case, behind)) = pattern(rest) else {
                rest = literal(rest, |character, quoted| {
                    pieces.push(Piece::Character { character, quoted });
                });
                continue;
            };
            let upper = behind.strip_prefix("TH").map(|behind| (Case::Upper, behind));
            let lower = || behind.strip_prefix("th").map(|behind| (Case::Lower, behind));
            let ordinal = upper.or_else(lower);
            // SP, spelled out, is taken and has no effect in PostgreSQL.
            let plain = || behind.strip_prefix("SP").unwrap_or(behind);
            rest = ordinal.map_or_else(plain, |(_, behind)| behind);
            pieces.push(Piece::Pattern(Pattern {
                name,
                case,
                fill_mode: fill_mode.is_some(),
                translated: translated.is_some(),
                ordinal: ordinal.map(|(case, _)| case),
            }));
        }
        DateTemplate { is_empty: text.is_empty(), pieces }
    }

    /// The parts, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether its text has no character at all.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }
}

/// The pattern at the beginning of a text, how it is written, and what is behind it.
fn pattern(text: &str) -> Option<(&'static str, Case, &str)> {
    PATTERNS.iter().find_map(|name| {
        let (written, behind) = text.split_at_checked(name.len())?;
        if !written.eq_ignore_ascii_case(name) {
            return None;
        }
        let is_small = |part: &str| !part.bytes().any(|one| one.is_ascii_uppercase());
        let case = if written == *name {
            Case::Upper
        } else if is_small(written) {
            Case::Lower
        } else if matches!(*name, "MONTH" | "MON" | "DAY" | "DY")
            && written.starts_with(|one: char| one.is_ascii_uppercase())
            && written.get(1..).is_some_and(is_small)
        {
            Case::Capital
        } else {
            return None;
        };
        Some((*name, case, behind))
    })
}

/// What is behind a prefix, in capitals or in small letters.
fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let small = || text.strip_prefix(prefix.to_ascii_lowercase().as_str());
    text.strip_prefix(prefix).or_else(small)
}

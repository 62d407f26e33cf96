//! The words of JSON.

use super::refuse::{invalid, refused, zero};
use crate::types::error::ValueError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `{` or `[`
    Open(Bracket),
    /// `}` or `]`
    Close(Bracket),
    Comma,
    Colon,
    String,
    Number,
    /// `true`, `false`, `null`
    Word,
    End,
}

/// What encloses members, or elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Object,
    Array,
}

/// Cuts a text into words.
pub(super) struct Lexer<'a> {
    text: &'a str,
    rest: &'a [u8],
    /// Where the last word begins and ends.
    start: usize,
    end: usize,
    /// Whether escapes must stand for characters, as in `jsonb`.
    escapes_count: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, escapes_count: bool) -> Lexer<'a> {
        Lexer { text, rest: text.as_bytes(), start: 0, end: 0, escapes_count }
    }

    /// All of the text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The place of the last word.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The place behind the last word.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The last word.
    pub(super) fn word(&self) -> &'a str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// Goes on at another place.
    pub(super) fn jump(&mut self, place: usize) {
        self.rest = self.text.as_bytes().get(place..).unwrap_or_default();
    }

    pub(super) fn next(&mut self) -> Result<Token, ValueError> {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.start = self.place();
        let [first, rest @ ..] = self.rest else {
            self.end = self.start;
            return Ok(Token::End);
        };
        let token = match first {
            b'{' => Token::Open(Bracket::Object),
            b'[' => Token::Open(Bracket::Array),
            b'}' => Token::Close(Bracket::Object),
            b']' => Token::Close(Bracket::Array),
            b',' => Token::Comma,
            b':' => Token::Colon,
            b'"' => Token::String,
            b'-' | b'0'..=b'9' => Token::Number,
            _ => Token::Word,
        };
        self.rest = match token {
            Token::String => self.string(rest)?,
            Token::Number => number(self.rest).ok_or_else(|| self.no_number())?,
            Token::Word => literal(self.rest).ok_or_else(|| self.no_word(self.rest))?,
            _ => rest,
        };
        self.end = self.place();
        Ok(token)
    }

    fn place(&self) -> usize {
        self.place_of(self.rest)
    }

    /// Where what is left of the text begins.
    fn place_of(&self, rest: &[u8]) -> usize {
        self.text.len().saturating_sub(rest.len())
    }

    /// The place behind the character that begins here.
    fn behind_character(&self, rest: &[u8]) -> usize {
        let place = self.place_of(rest);
        let first = self.text.get(place..).and_then(|rest| rest.chars().next());
        place.saturating_add(first.map_or(0, char::len_utf8))
    }

    /// Letters that are no word, or a single character of another kind.
    #[cold]
    fn no_word(&self, rest: &[u8]) -> ValueError {
        let letters = rest.iter().take_while(|byte| is_letter(**byte)).count();
        let end = match letters {
            0 => self.behind_character(rest),
            letters => self.place_of(rest).saturating_add(letters),
        };
        invalid(self.text, self.start, end)
    }

    #[cold]
    fn no_number(&self) -> ValueError {
        let rest = self.rest.strip_prefix(b"-").unwrap_or(self.rest);
        let rest = match rest {
            [b'0', rest @ ..] => rest,
            rest => digits(rest).unwrap_or(rest),
        };
        let rest = match rest {
            [b'.', after @ ..] => digits(after).unwrap_or(after),
            rest => rest,
        };
        let rest = match rest {
            [b'e' | b'E', b'+' | b'-', after @ ..] | [b'e' | b'E', after @ ..] => {
                digits(after).unwrap_or(after)
            }
            rest => rest,
        };
        let letters = rest.iter().take_while(|byte| is_letter(**byte)).count();
        invalid(self.text, self.start, self.place_of(rest).saturating_add(letters))
    }

    #[cold]
    fn no_escape(&self, rest: &[u8], is_pending: bool) -> ValueError {
        let escaped = rest.get(1..).unwrap_or_default();
        if is_pending && self.escapes_count {
            return self.no_low_surrogate_at(self.behind_character(escaped));
        }
        let end = self.behind_character(escaped);
        let letter = self.text.get(self.place_of(escaped)..end).unwrap_or_default();
        refused(self.text, end, format!("Escape sequence \"\\{letter}\" is invalid."))
    }

    /// After `\u`: the first character that is no digit, or the end of the text.
    #[cold]
    fn no_hexadecimal(&self, after: &[u8]) -> ValueError {
        let digits = after.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
        match after.get(digits..) {
            Some(rest @ [_, ..]) => refused(
                self.text,
                self.behind_character(rest),
                "\"\\u\" must be followed by four hexadecimal digits.",
            ),
            _ => invalid(self.text, self.start, self.text.len()),
        }
    }

    #[cold]
    fn no_low_surrogate(&self, rest: &[u8]) -> ValueError {
        self.no_low_surrogate_at(self.place_of(rest))
    }

    #[cold]
    fn no_low_surrogate_at(&self, end: usize) -> ValueError {
        refused(self.text, end, "Unicode low surrogate must follow a high surrogate.")
    }

    /// What follows the string whose first quote is before `rest`.
    fn string<'b>(&self, mut rest: &'b [u8]) -> Result<&'b [u8], ValueError> {
        let mut high = None;
        loop {
            let unit = match rest {
                [b'"', after @ ..] if high.is_none() => return Ok(after),
                [b'\\', b'u', after @ ..] => {
                    let (unit, after) =
                        hexadecimal(after).ok_or_else(|| self.no_hexadecimal(after))?;
                    rest = after;
                    unit
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', after @ ..] => {
                    rest = after;
                    0x20
                }
                [b'"', after @ ..] => return Err(self.no_low_surrogate(after)),
                [b'\\', _, ..] => return Err(self.no_escape(rest, high.is_some())),
                [control @ 0..=0x1f, ..] if high.is_none() => {
                    let detail = format!("Character with value 0x{control:02x} must be escaped.");
                    return Err(refused(self.text, self.place_of(rest), detail));
                }
                [b'\\'] | [] => return Err(invalid(self.text, self.start, self.text.len())),
                [_, after @ ..] => {
                    rest = after;
                    0x20
                }
            };
            if !self.escapes_count {
                continue;
            }
            // The second half of a character comes behind the first, and nowhere else.
            high = match (high, unit) {
                (_, 0) => return Err(zero(self.text, self.place_of(rest))),
                (None, 0xd800..0xdc00) => Some(unit),
                (Some(_), 0xd800..0xdc00) => {
                    let detail = "Unicode high surrogate must not follow a high surrogate.";
                    return Err(refused(self.text, self.place_of(rest), detail));
                }
                (Some(_), 0xdc00..0xe000) => None,
                (None, 0xdc00..0xe000) | (Some(_), _) => return Err(self.no_low_surrogate(rest)),
                (None, _) => None,
            };
        }
    }
}

/// Appends the characters of a string, which is given with its quotes.
pub(super) fn unescape(string: &str, out: &mut Vec<u8>) {
    let mut rest = string.as_bytes();
    let mut high: Option<u16> = None;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'"', _) => {}
            (b'\\', [b'u', after @ ..]) => {
                let Some((unit, after)) = hexadecimal(after) else { continue };
                rest = after;
                let units = [high.take().unwrap_or(unit), unit];
                let units = if units.first() == units.last() { &units[..1] } else { &units[..] };
                match char::decode_utf16(units.iter().copied()).next() {
                    Some(Ok(character)) => {
                        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    _ => high = Some(unit),
                }
            }
            (b'\\', [escaped, after @ ..]) => {
                rest = after;
                out.push(match escaped {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    itself => *itself,
                });
            }
            (byte, _) => out.push(*byte),
        }
    }
}

fn hexadecimal(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let digit =
        |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
    let unit =
        digits.iter().try_fold(0_u16, |unit, byte| Some(unit.wrapping_shl(4) | digit(*byte)?))?;
    Some((unit, rest))
}

/// What follows a number.
fn number(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let mut rest = match text {
        [b'0', rest @ ..] => rest,
        _ => digits(text)?,
    };
    if let [b'.', after @ ..] = rest {
        rest = digits(after)?;
    }
    if let [b'e' | b'E', b'+' | b'-', after @ ..] | [b'e' | b'E', after @ ..] = rest {
        rest = digits(after)?;
    }
    ends(rest).then_some(rest)
}

/// What follows one digit at least.
fn digits(text: &[u8]) -> Option<&[u8]> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.get(count..).filter(|_| count > 0)
}

fn literal(text: &[u8]) -> Option<&[u8]> {
    let rest = [&b"true"[..], b"false", b"null"].iter().find_map(|word| text.strip_prefix(*word));
    rest.filter(|rest| ends(rest))
}

/// Whether a word can end here.
fn ends(rest: &[u8]) -> bool {
    !rest.first().is_some_and(|byte| is_letter(*byte))
}

/// Whether a byte belongs to a word, if only to one that is wrong.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte > 0x7f
}

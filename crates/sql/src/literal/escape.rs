//! `E'…'`: strings with backslash escapes.

use std::borrow::Cow;
use std::fmt::Write;

use super::{AfterQuote, after_quote};
use crate::error::SyntaxError;
use crate::token::Span;

/// The value of the escape string that covers `span`, which is complete.
///
/// <https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE>
pub(super) fn decode(source: &str, span: Span) -> Result<Cow<'_, str>, SyntaxError> {
    let text = span.text(source);
    // Without `E` when standard_conforming_strings is off.
    let open = if text.starts_with('\'') { 1 } else { 2 };
    let inner = text.get(open..text.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains(['\\', '\'']) {
        return Ok(Cow::Borrowed(inner));
    }
    let mut decoder = Decoder { source, span, at: open, value: Vec::with_capacity(inner.len()) };
    decoder.run()?;
    let Decoder { value, .. } = decoder;
    if let Some(error) = encoding_error(&value) {
        return Err(error);
    }
    Ok(Cow::Owned(String::from_utf8_lossy(&value).into_owned()))
}

struct Decoder<'a> {
    source: &'a str,
    span: Span,
    at: usize,
    value: Vec<u8>,
}

impl Decoder<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        while let Some(byte) = self.byte() {
            match byte {
                b'\\' => self.escape()?,
                b'\'' => match after_quote(self.bytes(), self.at, '\'') {
                    AfterQuote::Doubled(next) => {
                        self.value.push(b'\'');
                        self.at = next;
                    }
                    AfterQuote::Continued(next) => self.at = next,
                    AfterQuote::End => return Ok(()),
                },
                _ => {
                    self.value.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.byte() else { return Ok(()) };
        match byte {
            b'0'..=b'7' => {
                let value = self.digits(3, 8);
                // `\777` is 0o777 in eight bits.
                self.value.push(u8::try_from(value & 0xFF).unwrap_or_default());
            }
            b'u' => self.unicode(start, 4)?,
            b'U' => self.unicode(start, 8)?,
            b'x' => {
                self.at += 1;
                let digits = self.at;
                let value = self.digits(2, 16);
                let value = if self.at == digits { u32::from(b'x') } else { value };
                self.value.push(u8::try_from(value).unwrap_or_default());
            }
            _ => {
                self.value.push(match byte {
                    b'b' => 0x08,
                    b'f' => 0x0C,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0B,
                    other => other,
                });
                self.at += 1;
            }
        }
        Ok(())
    }

    /// `\uXXXX` or `\UXXXXXXXX`, whose backslash is at `start`.
    fn unicode(&mut self, start: usize, length: usize) -> Result<(), SyntaxError> {
        let mut code = self.code_point(start, length)?;
        if (0xDC00..0xE000).contains(&code) {
            return Err(self.near("invalid Unicode surrogate pair", start));
        }
        if (0xD800..0xDC00).contains(&code) {
            let second = self.at;
            let low = match (self.byte(), self.bytes().get(second + 1)) {
                (Some(b'\\'), Some(b'u')) => self.code_point_behind(second, 4)?,
                (Some(b'\\'), Some(b'U')) => self.code_point_behind(second, 8)?,
                (Some(_), _) => {
                    self.at = second + self.char_length(second);
                    0
                }
                (None, _) => 0,
            };
            if !(0xDC00..0xE000).contains(&low) {
                return Err(self.near("invalid Unicode surrogate pair", second));
            }
            code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
        }
        let char = char::from_u32(code).filter(|&char| char != '\0');
        let Some(char) = char else {
            return Err(self.near("invalid Unicode escape value", start));
        };
        self.value.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn code_point_behind(&mut self, start: usize, length: usize) -> Result<u32, SyntaxError> {
        self.at = start + 1;
        self.code_point(start, length)
    }

    /// The digits behind the letter at `self.at`, of which there must be exactly `length`.
    fn code_point(&mut self, start: usize, length: usize) -> Result<u32, SyntaxError> {
        self.at += 1;
        let digits = self.at;
        let code = self.digits(length, 16);
        if self.at - digits < length {
            let error = SyntaxError::at("invalid Unicode escape", self.span.start + start);
            return Err(error
                .with_sqlstate("22025")
                .with_hint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX."));
        }
        Ok(code)
    }

    /// At most `most` digits (eight hexadecimal ones fill an u32).
    fn digits(&mut self, most: usize, radix: u32) -> u32 {
        let mut value = 0_u32;
        for _ in 0..most {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(radix));
            let Some(digit) = digit else { break };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.at += 1;
        }
        value
    }

    fn near(&self, message: &str, start: usize) -> SyntaxError {
        let span = Span::new(self.span.start + start, self.span.start + self.at);
        SyntaxError::near(message, self.source, span)
    }

    fn char_length(&self, at: usize) -> usize {
        let rest = self.span.text(self.source).get(at..).unwrap_or_default();
        rest.chars().next().map_or(1, char::len_utf8)
    }

    fn byte(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn bytes(&self) -> &[u8] {
        self.span.text(self.source).as_bytes()
    }
}

/// `invalid byte sequence`, if the escapes have made bytes that are not UTF-8, or a NUL.
fn encoding_error(value: &[u8]) -> Option<SyntaxError> {
    let valid = std::str::from_utf8(value).map_or_else(|error| error.valid_up_to(), str::len);
    let nul = value.iter().take(valid).position(|&byte| byte == 0);
    let rest = value.get(nul.unwrap_or(valid)..)?;
    let length = match rest.first()? {
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF8 => 4,
        _ => 1,
    };
    let mut message = String::from("invalid byte sequence for encoding \"UTF8\":");
    for byte in rest.iter().take(length) {
        // Writing to a String cannot fail.
        let _ = write!(message, " {byte:#04x}");
    }
    Some(SyntaxError::unplaced("22021", message))
}

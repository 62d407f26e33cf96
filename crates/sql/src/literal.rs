//! From tokens to what they mean: names, strings, integers.

mod escape;
mod unicode;

use std::borrow::Cow;

pub(crate) use unicode::is_escape_character;

use crate::error::SyntaxError;
use crate::lexer::continuation;
use crate::token::{Token, TokenKind};

/// The longest name in bytes: `NAMEDATALEN` - 1. Longer ones are cut.
pub const MAX_NAME_LENGTH: usize = 63;

impl Token {
    /// The name that an identifier token stands for: folded to lower case unless it is quoted, and
    /// cut to 63 bytes.
    ///
    /// Only ASCII letters are folded, as PostgreSQL does in UTF-8. Fails for other tokens, and for
    /// bad escapes in `U&"…"`.
    pub fn identifier(self, source: &str) -> Result<Cow<'_, str>, SyntaxError> {
        self.identifier_with_escape(source, '\\')
    }

    /// Like [`Token::identifier`], with the escape character that a `UESCAPE` clause names.
    pub fn identifier_with_escape(
        self,
        source: &str,
        escape: char,
    ) -> Result<Cow<'_, str>, SyntaxError> {
        self.whole_identifier(source, escape).map(truncate)
    }

    /// The same, not cut.
    pub(crate) fn whole_identifier(
        self,
        source: &str,
        escape: char,
    ) -> Result<Cow<'_, str>, SyntaxError> {
        let text = self.text(source);
        match self.kind {
            TokenKind::Word => Ok(fold(text)),
            TokenKind::QuotedIdentifier => Ok(unquote(text, 1, '"')),
            TokenKind::UnicodeIdentifier => {
                unicode::decode(unquote(text, 3, '"'), escape, self.span.start)
            }
            _ => Err(SyntaxError::at_token(source, self)),
        }
    }

    /// The value of a character string token.
    ///
    /// Fails for other tokens, and where an escape is bad or the value is not UTF-8.
    pub fn string(self, source: &str) -> Result<Cow<'_, str>, SyntaxError> {
        self.string_with_escape(source, '\\')
    }

    /// Like [`Token::string`], with the escape character that a `UESCAPE` clause names.
    pub fn string_with_escape(
        self,
        source: &str,
        escape: char,
    ) -> Result<Cow<'_, str>, SyntaxError> {
        let text = self.text(source);
        match self.kind {
            TokenKind::String => Ok(unquote(text, 1, '\'')),
            TokenKind::EscapeString => escape::decode(source, self.span),
            TokenKind::UnicodeString => {
                unicode::decode(unquote(text, 3, '\''), escape, self.span.start)
            }
            TokenKind::DollarString => Ok(Cow::Borrowed(dollar_body(text))),
            _ => Err(SyntaxError::at_token(source, self)),
        }
    }

    /// The value of an integer token that fits in an `int4`, which is all that the grammar takes for
    /// an integer; larger ones are `numeric` to PostgreSQL.
    pub fn integer(self, source: &str) -> Option<i32> {
        if self.kind != TokenKind::Integer {
            return None;
        }
        let text = self.text(source);
        let (digits, radix) = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
            [b'0', b'o' | b'O', ..] => (text.get(2..)?, 8),
            [b'0', b'b' | b'B', ..] => (text.get(2..)?, 2),
            _ => (text, 10),
        };
        digits.bytes().filter(|&byte| byte != b'_').try_fold(0_i32, |value, byte| {
            let digit = char::from(byte).to_digit(radix)?;
            value.checked_mul(i32::try_from(radix).ok()?)?.checked_add(i32::try_from(digit).ok()?)
        })
    }
}

fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn truncate(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() <= MAX_NAME_LENGTH {
        return name;
    }
    let end = (0..=MAX_NAME_LENGTH).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.get(..end).unwrap_or_default()),
        Cow::Owned(mut name) => {
            name.truncate(end);
            Cow::Owned(name)
        }
    }
}

/// What stands between the quotes; the opening one ends at `open`.
///
/// Doubled quotes become one, and the gaps between continued strings vanish.
fn unquote(text: &str, open: usize, quote: char) -> Cow<'_, str> {
    let inner = text.get(open..text.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains(quote) {
        return Cow::Borrowed(inner);
    }
    let mut value = String::with_capacity(inner.len());
    let mut at = open;
    while let Some(rest) = text.get(at..) {
        let Some(length) = rest.find(quote) else { break };
        value.push_str(rest.get(..length).unwrap_or_default());
        match after_quote(text.as_bytes(), at.saturating_add(length), quote) {
            AfterQuote::Doubled(next) => {
                value.push(quote);
                at = next;
            }
            AfterQuote::Continued(next) => at = next,
            AfterQuote::End => break,
        }
    }
    Cow::Owned(value)
}

/// What a quote inside a token does, and where the text goes on.
enum AfterQuote {
    Doubled(usize),
    Continued(usize),
    End,
}

fn after_quote(bytes: &[u8], at: usize, quote: char) -> AfterQuote {
    let behind = at.saturating_add(1);
    if bytes.get(behind).is_some_and(|&byte| char::from(byte) == quote) {
        return AfterQuote::Doubled(behind.saturating_add(1));
    }
    continuation(bytes, behind).map_or(AfterQuote::End, AfterQuote::Continued)
}

fn dollar_body(text: &str) -> &str {
    let delimiter = text.bytes().skip(1).position(|byte| byte == b'$').map_or(0, |tag| tag + 2);
    text.get(delimiter..text.len().saturating_sub(delimiter)).unwrap_or_default()
}

//! PostgreSQL's lexer: the rules of `src/backend/parser/scan.l`, without its values.

mod class;
mod number;
mod operator;
mod quoted;

pub(crate) use quoted::continuation;

use class::{is_ident_cont, is_operator, is_space};

use crate::error::Flaw;
use crate::token::{Span, Token, TokenKind};

/// Cuts a text into tokens, without allocating.
///
/// The tokens are contiguous and cover the text: white space and comments are tokens too, and a
/// broken piece is a token of kind [`TokenKind::Invalid`]. [`Lexer::next_significant`] leaves out
/// what a grammar does not see.
///
/// ```
/// use trunkline_sql::{Lexer, TokenKind};
/// let mut lexer = Lexer::new("select 'it''s' -- done");
/// assert_eq!(lexer.next_significant().unwrap().kind, TokenKind::Word);
/// assert_eq!(lexer.next_significant().unwrap().span.text(lexer.source()), "'it''s'");
/// assert_eq!(lexer.next_significant(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    source: &'a str,
    /// The source up to where this lexer ends.
    text: &'a str,
    at: usize,
    /// Up to here every `+` and `-` is an operator by itself: see [`operator::operator`].
    signs: usize,
    standard_strings: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `source`, with `standard_conforming_strings` on.
    pub const fn new(source: &'a str) -> Self {
        Self { source, text: source, at: 0, signs: 0, standard_strings: true }
    }

    /// Obeys the setting of that name; off means that `'…'` knows backslash escapes.
    pub const fn standard_conforming_strings(self, on: bool) -> Self {
        Self { standard_strings: on, ..self }
    }

    /// Confines the lexer to a part of its source; offsets stay those of the whole.
    ///
    /// A span that is not within the source, or cuts a character, yields no tokens.
    #[inline]
    pub fn within(self, span: Span) -> Self {
        let text = self.source.get(..span.end).unwrap_or_default();
        if text.is_char_boundary(span.start) {
            Self { text, at: span.start, ..self }
        } else {
            Self { text: "", at: 0, ..self }
        }
    }

    /// The text being lexed.
    pub const fn source(&self) -> &'a str {
        self.source
    }

    /// Where the next token begins.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Where the text ends for this lexer.
    pub const fn end(&self) -> usize {
        self.text.len()
    }

    /// The next token that is neither white space nor a comment.
    #[inline]
    pub fn next_significant(&mut self) -> Option<Token> {
        self.find(|token| token.kind.is_significant())
    }

    /// Goes behind the white space that it is at; a comment is not skipped.
    #[inline]
    pub(crate) fn skip_whitespace(&mut self) {
        if self.text.as_bytes().get(self.at).is_some_and(|&byte| is_space(byte)) {
            self.at = self.text().run(self.at, is_space);
        }
    }

    /// Goes to another offset, which must be a character boundary.
    #[inline]
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// What has not been lexed yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn text(&self) -> Text<'a> {
        Text { source: self.text, bytes: self.text.as_bytes() }
    }

    /// The kind and end of the token that begins at `start`, which is within the text.
    #[inline]
    fn scan(&mut self, start: usize) -> (TokenKind, usize) {
        use TokenKind::*;
        let text = self.text();
        let one = start.saturating_add(1);
        let two = start.saturating_add(2);
        let first = text.byte(start);
        let second = text.byte(one);
        match first {
            b' ' | b'\t'..=b'\r' => (Whitespace, text.run(one, is_space)),
            b'b' | b'B' | b'e' | b'E' | b'x' | b'X' if second == b'\'' => {
                quoted::prefixed_string(text, first, two)
            }
            b'u' | b'U' if second == b'&' => {
                quoted::unicode(text, start, self.standard_strings).unwrap_or((Word, one))
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => (Word, text.run(one, is_ident_cont)),
            b'\'' if self.standard_strings => quoted::plain_string(text, one),
            b'\'' => quoted::escape_string(text, one),
            b'"' => quoted::identifier(text, one, QuotedIdentifier),
            b'0'..=b'9' => number::number(text, start),
            b'$' => number::dollar(text, start),
            b'.' if second.is_ascii_digit() => number::number(text, start),
            b'.' if second == b'.' => (DotDot, two),
            b'.' => (Dot, one),
            b',' => (Comma, one),
            b';' => (Semicolon, one),
            b'(' => (LeftParen, one),
            b')' => (RightParen, one),
            b'[' => (LeftBracket, one),
            b']' => (RightBracket, one),
            b':' if second == b':' => (Typecast, two),
            b':' if second == b'=' => (ColonEquals, two),
            b':' => (Colon, one),
            b'-' if second == b'-' => (LineComment, text.run(two, |byte| !is_newline(byte))),
            b'/' if second == b'*' => operator::block_comment(text, two),
            _ if !is_operator(first) => (Unknown, one),
            b'+' | b'-' if start < self.signs => (Operator, one),
            _ if !is_operator(second) => (Operator, one),
            _ => operator::operator(text, start, &mut self.signs),
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let (kind, end) = self.scan(start);
        // Every rule takes at least one byte; were one wrong, the lexer must still end.
        debug_assert!(end > start && end <= self.text.len());
        self.at = end.max(start.saturating_add(1));
        Some(Token { kind, span: Span { start, end: self.at } })
    }
}

impl std::iter::FusedIterator for Lexer<'_> {}

/// The text with a sentinel: a byte behind its end reads as NUL, which belongs to no token.
#[derive(Clone, Copy)]
struct Text<'a> {
    source: &'a str,
    bytes: &'a [u8],
}

impl Text<'_> {
    #[inline]
    fn byte(self, offset: usize) -> u8 {
        self.bytes.get(offset).copied().unwrap_or(0)
    }

    /// The end of the run of bytes that begins at `from` and satisfies `wanted`.
    #[inline]
    fn run(self, from: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len());
        from.saturating_add(length)
    }

    fn len(self) -> usize {
        self.bytes.len()
    }
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn invalid(flaw: Flaw, end: usize) -> (TokenKind, usize) {
    (TokenKind::Invalid(flaw), end)
}

#[cfg(test)]
mod tests;

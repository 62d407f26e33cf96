//! PostgreSQL's lexer: the rules of `src/backend/parser/scan.l`, without its values.

mod class;
mod number;
mod operator;
mod quoted;

pub(crate) use quoted::continuation;

use class::{is_ident_cont, is_ident_start, is_operator, is_space};

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
    at: usize,
    end: usize,
    standard_strings: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `source`, with `standard_conforming_strings` on.
    pub const fn new(source: &'a str) -> Self {
        Self { source, at: 0, end: source.len(), standard_strings: true }
    }

    /// Obeys the setting of that name; off means that `'…'` knows backslash escapes.
    pub const fn standard_conforming_strings(self, on: bool) -> Self {
        Self { standard_strings: on, ..self }
    }

    /// Confines the lexer to a part of its source; offsets stay those of the whole.
    ///
    /// A span that is not within the source, or cuts a character, yields no tokens.
    pub fn within(self, span: Span) -> Self {
        let valid = self.source.get(span.start..span.end).is_some();
        let Span { start, end } = if valid { span } else { Span::default() };
        Self { at: start, end, ..self }
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
        self.end
    }

    /// The next token that is neither white space nor a comment.
    pub fn next_significant(&mut self) -> Option<Token> {
        self.find(|token| token.kind.is_significant())
    }

    /// The lexer behind the white space that it is at; a comment is not skipped.
    #[inline]
    pub(crate) fn skip_whitespace(self) -> Self {
        let at = self.text().run(self.at, is_space);
        Self { at, ..self }
    }

    /// The lexer at another offset, which must be a character boundary.
    #[inline]
    pub(crate) fn starting_at(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// What has not been lexed yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    #[inline]
    fn text(&self) -> Text<'a> {
        let source = self.source.get(..self.end).unwrap_or_default();
        Text { source, bytes: source.as_bytes() }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        if start >= self.end {
            return None;
        }
        let (kind, end) = scan(self.text(), start, self.standard_strings);
        // Every rule takes at least one byte; were one wrong, the lexer must still end.
        debug_assert!(end > start && end <= self.end);
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

/// The kind and end of the token that begins at `start`, which is within the text.
#[inline]
fn scan(text: Text<'_>, start: usize, standard_strings: bool) -> (TokenKind, usize) {
    let first = text.byte(start);
    let one = start.saturating_add(1);
    let second = text.byte(one);
    match first {
        _ if is_space(first) => (TokenKind::Whitespace, text.run(one, is_space)),
        b'\'' if standard_strings => quoted::plain_string(text, one),
        b'\'' => quoted::escape_string(text, one),
        _ if second == b'\'' && matches!(first, b'b' | b'B' | b'e' | b'E' | b'x' | b'X') => {
            quoted::prefixed_string(text, first, one.saturating_add(1))
        }
        b'u' | b'U' if second == b'&' => {
            quoted::unicode(text, start, standard_strings).unwrap_or((TokenKind::Word, one))
        }
        _ if is_ident_start(first) => (TokenKind::Word, text.run(one, is_ident_cont)),
        b'"' => quoted::identifier(text, one, TokenKind::QuotedIdentifier),
        b'0'..=b'9' => number::number(text, start),
        b'.' if second.is_ascii_digit() => number::number(text, start),
        b'.' if second == b'.' => (TokenKind::DotDot, one.saturating_add(1)),
        b'.' => (TokenKind::Dot, one),
        b'$' => number::dollar(text, start),
        b':' if second == b':' => (TokenKind::Typecast, one.saturating_add(1)),
        b':' if second == b'=' => (TokenKind::ColonEquals, one.saturating_add(1)),
        b':' => (TokenKind::Colon, one),
        b',' => (TokenKind::Comma, one),
        b';' => (TokenKind::Semicolon, one),
        b'(' => (TokenKind::LeftParen, one),
        b')' => (TokenKind::RightParen, one),
        b'[' => (TokenKind::LeftBracket, one),
        b']' => (TokenKind::RightBracket, one),
        b'-' if second == b'-' => (TokenKind::LineComment, text.run(one, |b| !is_newline(b))),
        b'/' if second == b'*' => operator::block_comment(text, one.saturating_add(1)),
        _ if is_operator(first) => operator::operator(text, start),
        _ => (TokenKind::Unknown, one),
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

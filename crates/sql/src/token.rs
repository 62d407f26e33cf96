//! Tokens: what they are and where they stand.

use crate::Flaw;

/// A half-open range of byte offsets into the text that was lexed.
///
/// Both ends are character boundaries of that text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The part of `source` that this span covers; empty if it lies outside.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers nothing.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// One lexical element: a kind and the bytes it covers.
///
/// Nothing is decoded here: see [`Token::identifier`] and [`Token::string`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

impl Token {
    /// The token as it was written in `source`.
    pub fn text(self, source: &str) -> &str {
        self.span.text(source)
    }

    /// Whether this is the unquoted word `keyword`, whatever its case.
    pub fn is_word(self, source: &str, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text(source).eq_ignore_ascii_case(keyword)
    }
}

/// The kinds of tokens of PostgreSQL's `scan.l`, plus white space and comments.
///
/// There is no kind for `N'…'`: PostgreSQL reads the word `N` and then a plain string, and so do we.
/// `U&'…' UESCAPE '!'` is three tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks, tabs, newlines, form feeds and vertical tabs.
    Whitespace,
    /// `-- …` up to the end of the line, without the newline.
    LineComment,
    /// `/* … */`, nested.
    BlockComment,
    /// An identifier or key word without quotes.
    Word,
    /// `"…"`.
    QuotedIdentifier,
    /// `U&"…"`.
    UnicodeIdentifier,
    /// `'…'`, with its continuations on the next lines.
    String,
    /// `E'…'`, or `'…'` when `standard_conforming_strings` is off.
    EscapeString,
    /// `U&'…'`.
    UnicodeString,
    /// `B'…'`.
    BitString,
    /// `X'…'`.
    HexString,
    /// `$tag$…$tag$`.
    DollarString,
    /// An integer: `42`, `1_000`, `0x2A`, `0o52`, `0b101010`.
    Integer,
    /// A number with a point or an exponent: `1.5`, `.5`, `1e10`.
    Numeric,
    /// `$1`.
    Parameter,
    /// An operator, including the one-character ones: `+`, `=`, `<>`, `->>`.
    Operator,
    /// `::`.
    Typecast,
    /// `:=`.
    ColonEquals,
    /// `=>`.
    EqualsGreater,
    /// `..`.
    DotDot,
    /// `.`.
    Dot,
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// `:`.
    Colon,
    /// `(`.
    LeftParen,
    /// `)`.
    RightParen,
    /// `[`.
    LeftBracket,
    /// `]`.
    RightBracket,
    /// A character that starts no token, such as `{` or `\`; one at a time.
    Unknown,
    /// A broken token, such as a string without its closing quote.
    Invalid(Flaw),
}

impl TokenKind {
    /// Whether a grammar sees it: everything but white space and comments.
    pub const fn is_significant(self) -> bool {
        !matches!(self, Self::Whitespace | Self::LineComment | Self::BlockComment)
    }

    /// Whether it may stand for a name: a word, or a quoted identifier.
    pub const fn is_identifier(self) -> bool {
        matches!(self, Self::Word | Self::QuotedIdentifier | Self::UnicodeIdentifier)
    }

    /// Whether it is a character string, which includes dollar-quoted ones but no bit strings.
    pub const fn is_string(self) -> bool {
        matches!(self, Self::String | Self::EscapeString | Self::UnicodeString | Self::DollarString)
    }
}

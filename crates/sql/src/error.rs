//! What can be wrong with a text, in PostgreSQL's words.

use std::borrow::Cow;
use std::fmt;

use crate::position::character_position;
use crate::token::{Span, Token, TokenKind};

/// Why a token is broken: the errors of PostgreSQL's `scan.l`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// `'…` without its end.
    UnterminatedString,
    /// `"…` without its end.
    UnterminatedIdentifier,
    /// `/*` without `*/`.
    UnterminatedComment,
    /// `B'…` without its end.
    UnterminatedBitString,
    /// `X'…` without its end.
    UnterminatedHexString,
    /// `$tag$…` without `$tag$`.
    UnterminatedDollarString,
    /// `""`.
    EmptyIdentifier,
    /// `1a`, `1_`, `1e+`.
    NumberJunk,
    /// `0x`.
    InvalidHexInteger,
    /// `0o`.
    InvalidOctalInteger,
    /// `0b`.
    InvalidBinaryInteger,
    /// `$1a`.
    ParameterJunk,
    /// `$2147483648`.
    ParameterTooLarge,
    /// 64 operator characters or more.
    OperatorTooLong,
    /// `U&'…'` while `standard_conforming_strings` is off.
    UnsafeUnicodeString,
}

impl Flaw {
    /// PostgreSQL's message, without the `at or near "…"`.
    pub const fn message(self) -> &'static str {
        match self {
            Self::UnterminatedString => "unterminated quoted string",
            Self::UnterminatedIdentifier => "unterminated quoted identifier",
            Self::UnterminatedComment => "unterminated /* comment",
            Self::UnterminatedBitString => "unterminated bit string literal",
            Self::UnterminatedHexString => "unterminated hexadecimal string literal",
            Self::UnterminatedDollarString => "unterminated dollar-quoted string",
            Self::EmptyIdentifier => "zero-length delimited identifier",
            Self::NumberJunk => "trailing junk after numeric literal",
            Self::InvalidHexInteger => "invalid hexadecimal integer",
            Self::InvalidOctalInteger => "invalid octal integer",
            Self::InvalidBinaryInteger => "invalid binary integer",
            Self::ParameterJunk => "trailing junk after parameter",
            Self::ParameterTooLarge => "parameter number too large",
            Self::OperatorTooLong => "operator too long",
            Self::UnsafeUnicodeString => "unsafe use of string constant with Unicode escapes",
        }
    }

    /// Whether the token runs to the end of the text because its end was not found.
    pub const fn is_unterminated(self) -> bool {
        matches!(
            self,
            Self::UnterminatedString
                | Self::UnterminatedIdentifier
                | Self::UnterminatedComment
                | Self::UnterminatedBitString
                | Self::UnterminatedHexString
                | Self::UnterminatedDollarString
        )
    }
}

/// An error in a statement, worded and placed as PostgreSQL does it.
///
/// Nearly always SQLSTATE 42601, `syntax_error`. It is an answer for the client, so it carries what
/// an ErrorResponse needs; offsets are bytes, [`SyntaxError::position`] turns them into characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    sqlstate: &'static str,
    message: Cow<'static, str>,
    detail: Option<&'static str>,
    hint: Option<&'static str>,
    offset: Option<usize>,
}

impl SyntaxError {
    /// The five characters of the error code.
    pub fn sqlstate(&self) -> &'static str {
        self.sqlstate
    }

    /// The primary message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The secondary message, for the few errors that have one.
    pub fn detail(&self) -> Option<&'static str> {
        self.detail
    }

    /// The hint, for the few errors that have one.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }

    /// Byte offset of the offending token.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// The `P` field of ErrorResponse: characters, counted from 1, in the text that was parsed.
    pub fn position(&self, source: &str) -> Option<usize> {
        self.offset.map(|offset| character_position(source, offset))
    }

    /// `syntax error at or near "…"`, or the token's own flaw.
    pub(crate) fn at_token(source: &str, token: Token) -> Self {
        let TokenKind::Invalid(flaw) = token.kind else {
            return Self::near("syntax error", source, token.span);
        };
        if flaw == Flaw::UnsafeUnicodeString {
            return Self {
                sqlstate: "0A000",
                detail: Some(
                    "String constants with Unicode escapes cannot be used when \
                     \"standard_conforming_strings\" is off.",
                ),
                ..Self::at(flaw.message(), token.span.start)
            };
        }
        Self::near(flaw.message(), source, token.span)
    }

    /// `syntax error at end of input`; `offset` is where the input ends.
    pub(crate) fn at_end(offset: usize) -> Self {
        Self::near_end("syntax error", offset)
    }

    /// `message at end of input`; `offset` is where the input ends.
    pub(crate) fn near_end(message: &str, offset: usize) -> Self {
        Self { message: format!("{message} at end of input").into(), ..Self::at("", offset) }
    }

    /// `message at or near "…"`.
    pub(crate) fn near(message: &str, source: &str, span: Span) -> Self {
        let message = format!("{message} at or near \"{}\"", span.text(source));
        Self { message: message.into(), ..Self::at("", span.start) }
    }

    /// A message of its own, placed at `offset`.
    pub(crate) fn at(message: impl Into<Cow<'static, str>>, offset: usize) -> Self {
        let message = message.into();
        Self { sqlstate: "42601", message, detail: None, hint: None, offset: Some(offset) }
    }

    /// A message that PostgreSQL reports without a position.
    pub(crate) fn unplaced(sqlstate: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { sqlstate, message, detail: None, hint: None, offset: None }
    }

    pub(crate) fn with_sqlstate(self, sqlstate: &'static str) -> Self {
        Self { sqlstate, ..self }
    }

    pub(crate) fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

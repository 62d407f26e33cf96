//! Cuts a text into statements.

use std::borrow::Cow;
use std::iter::FusedIterator;

use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::literal::MAX_NAME_LENGTH;
use crate::statement::{SessionStatement, recognise_in};
use crate::token::{Span, Token, TokenKind};

/// Cuts a text into its statements, at the semicolons between them.
///
/// Semicolons in quotes, dollar quotes, comments, parentheses and the bodies of SQL functions
/// (`BEGIN ATOMIC … END`) do not cut. Parts without a token are left out, so `;;select 1;` is one
/// statement, and a text without any statement is what PostgreSQL answers with EmptyQueryResponse.
/// Nothing is rejected: a text with a broken token is cut as far as it can be read. A semicolon at
/// the very end, with no other before it, ends its statement even if that is broken or in a comment.
///
/// ```
/// let texts: Vec<_> = trunkline_sql::split(";;select 1; select ';' ;").map(|s| s.text()).collect();
/// assert_eq!(texts, ["select 1", "select ';'"]);
/// assert!(trunkline_sql::split(" ; -- nothing").next().is_none());
/// ```
#[inline]
pub fn split(source: &str) -> Statements<'_> {
    Statements { lexer: Lexer::new(source) }
}

/// The statements of a text: see [`split`].
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    lexer: Lexer<'a>,
}

impl Statements<'_> {
    /// Obeys the setting of that name; off means that `'…'` knows backslash escapes.
    pub const fn standard_conforming_strings(self, on: bool) -> Self {
        Self { lexer: self.lexer.standard_conforming_strings(on) }
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    #[inline]
    fn next(&mut self) -> Option<Statement<'a>> {
        loop {
            self.lexer.skip_whitespace();
            let start = self.lexer.offset();
            if start >= self.lexer.end() {
                return None;
            }
            if let Some((end, next)) = plain_end(self.lexer.rest()) {
                self.lexer.seek(start + next);
                return Some(self.statement(start, start + end, start + next));
            }
            if let Some(statement) = self.next_by_token() {
                return Some(statement);
            }
        }
    }
}

impl FusedIterator for Statements<'_> {}

impl<'a> Statements<'a> {
    /// The statement that covers `start..end` and whose semicolon, if any, ends at `next`.
    #[inline]
    fn statement(&self, start: usize, end: usize, next: usize) -> Statement<'a> {
        let lexer = self.lexer.clone().within(Span::new(start, next));
        Statement { lexer, end }
    }

    /// The next statement, or `None` if there is none up to the next semicolon.
    fn next_by_token(&mut self) -> Option<Statement<'a>> {
        self.lexer.skip_whitespace();
        let start = self.lexer.offset();
        let mut body = Body::default();
        let mut end = None;
        let next = loop {
            let Some(token) = self.lexer.next() else { break self.lexer.end() };
            if !token.kind.is_significant() {
                // Behind the last token a comment still belongs to the statement.
                if token.kind != TokenKind::Whitespace && end.is_some() {
                    end = Some(token.span.end);
                }
                continue;
            }
            if body.is_terminator(token, self.lexer.source()) {
                break token.span.end;
            }
            end = Some(token.span.end);
        };
        // A comment or a broken token may itself end in white space.
        let text = Span::new(start, end?).text(self.lexer.source());
        Some(self.statement(start, start + trim_end(text.as_bytes()), next))
    }
}

/// One statement of a text, without the white space around it.
///
/// Comments before it and within it are part of it; so are comments behind it, up to its semicolon.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// From the first byte to behind the semicolon.
    lexer: Lexer<'a>,
    end: usize,
}

impl<'a> Statement<'a> {
    /// The text, without the semicolon.
    #[inline]
    pub fn text(&self) -> &'a str {
        self.span().text(self.lexer.source())
    }

    /// The text in which the statement stands, whole.
    pub fn source(&self) -> &'a str {
        self.lexer.source()
    }

    /// Where the text stands in the source.
    #[inline]
    pub fn span(&self) -> Span {
        Span::new(self.lexer.offset(), self.end)
    }

    /// Whether a semicolon ends it, rather than the end of the source.
    pub fn is_terminated(&self) -> bool {
        self.lexer
            .clone()
            .within(Span::new(self.end, self.lexer.end()))
            .next_significant()
            .is_some()
    }

    /// Its tokens, without the semicolon; their spans count from the start of the source.
    pub fn lexer(&self) -> Lexer<'a> {
        self.lexer.clone().within(self.span())
    }

    /// The names in it that are cut to [`MAX_NAME_LENGTH`], as they were written; PostgreSQL tells of
    /// each (42622).
    pub fn long_names(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let source = self.source();
        let is_long = self.text().len() > MAX_NAME_LENGTH;
        let tokens = is_long.then(|| self.lexer()).into_iter().flatten();
        tokens
            .filter(|token| token.span.end - token.span.start > MAX_NAME_LENGTH)
            .filter_map(|token| token.whole_identifier(source, '\\').ok())
            .filter(|name| name.len() > MAX_NAME_LENGTH)
    }

    /// Reads it as a session statement: see [`recognise`](crate::recognise).
    ///
    /// Spans and offsets count from the start of the source, as positions in errors must.
    #[inline]
    pub fn recognise(&self) -> Option<Result<SessionStatement, SyntaxError>> {
        recognise_in(self.lexer.clone())
    }
}

/// If a text surely begins with a statement that ends at the first semicolon or at the end of the
/// text: where it ends, and where the next one begins.
///
/// That is the usual case, and needs no lexing. It is sure if nothing before the semicolon could
/// hide it, or if nothing comes behind it, and if the text does not begin with a comment.
#[inline]
fn plain_end(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    if matches!(bytes.first(), Some(b'-' | b'/' | b';')) {
        return None;
    }
    let Some(semicolon) = text.find(';') else {
        return Some((trim_end(bytes), bytes.len()));
    };
    let (head, tail) = bytes.split_at_checked(semicolon)?;
    let next = semicolon + 1;
    // From the front, so that white space at the end is not read again for every statement.
    let is_last = tail.iter().skip(1).all(is_space);
    if is_last || is_plain(head) { Some((trim_end(head), next)) } else { None }
}

/// Whether these bytes cannot hide a semicolon behind them.
fn is_plain(head: &[u8]) -> bool {
    !head.iter().any(|byte| matches!(byte, b'\'' | b'"' | b'$' | b'-' | b'/' | b'('))
        && !head.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"create"))
}

fn trim_end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1)
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// How deep inside a statement the tokens are, so that a semicolon does not end it.
#[derive(Default)]
struct Body {
    parentheses: usize,
    routine: Routine,
}

/// How far `CREATE [ OR REPLACE ] { FUNCTION | PROCEDURE } … BEGIN ATOMIC … END` has been read.
#[derive(Clone, Copy, Default, PartialEq)]
enum Routine {
    /// Nothing yet.
    #[default]
    Start,
    /// `CREATE`, or `CREATE OR REPLACE`.
    Create,
    /// `CREATE FUNCTION …`.
    Head,
    /// `CREATE FUNCTION … BEGIN`.
    Begin,
    /// In the body, where a statement or its `END` may begin: behind `ATOMIC` or a semicolon.
    ///
    /// Only there does `END` close the body; elsewhere it ends a `CASE` or is a label.
    BodyStart,
    /// In the body, within a statement.
    Body,
    /// Some other statement, or behind the body.
    None,
}

impl Body {
    /// Whether this token is the semicolon that ends the statement.
    fn is_terminator(&mut self, token: Token, source: &str) -> bool {
        match token.kind {
            TokenKind::LeftParen => self.parentheses = self.parentheses.saturating_add(1),
            TokenKind::RightParen => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        if self.parentheses > 0 {
            return false;
        }
        if self.routine == Routine::None {
            return token.kind == TokenKind::Semicolon;
        }
        let in_body = matches!(self.routine, Routine::BodyStart | Routine::Body);
        self.routine = self.routine.next(token, source);
        token.kind == TokenKind::Semicolon && !in_body
    }
}

impl Routine {
    fn next(self, token: Token, source: &str) -> Self {
        let is = |word| token.is_word(source, word);
        match self {
            Self::Start if is("create") => Self::Create,
            Self::Create if is("or") || is("replace") => Self::Create,
            Self::Create if is("function") || is("procedure") => Self::Head,
            Self::Head | Self::Begin if is("begin") => Self::Begin,
            Self::Begin if is("atomic") => Self::BodyStart,
            Self::Head | Self::Begin => Self::Head,
            Self::BodyStart if is("end") => Self::None,
            Self::BodyStart | Self::Body if token.kind == TokenKind::Semicolon => Self::BodyStart,
            Self::BodyStart | Self::Body => Self::Body,
            Self::Start | Self::Create | Self::None => Self::None,
        }
    }
}

#[cfg(test)]
mod tests;

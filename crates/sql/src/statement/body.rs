//! Whole expressions and queries: the engine's to understand, so only their ends are found.

use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::reader::Reader;
use crate::token::{Span, Token, TokenKind};

/// Where the table is named that `SELECT … INTO` makes, if a query is one.
///
/// ```
/// use trunkline_sql::statement::select_into;
/// assert_eq!(select_into("select a into temp t from u"), Some(19));
/// assert_eq!(select_into("select (select 1 from b) from u"), None);
/// ```
pub fn select_into(query: &str) -> Option<usize> {
    let mut lexer = Lexer::new(query);
    if !lexer.next_significant()?.is_word(query, "select") {
        return None;
    }
    let mut depth = 0_usize;
    loop {
        let token = lexer.next_significant()?;
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.is_word(query, "into") => break,
            _ => {}
        }
    }
    let is_kind = |token: &Token| {
        ["temp", "temporary", "unlogged", "local", "global", "table"]
            .iter()
            .any(|word| token.is_word(query, word))
    };
    let name = std::iter::from_fn(|| lexer.next_significant()).find(|token| !is_kind(token));
    name.map(|name| name.span.start)
}

impl Reader<'_> {
    /// Takes everything up to the end of the statement.
    pub fn rest(&mut self) -> Result<Span, SyntaxError> {
        let start = self.offset();
        while !self.at_end() {
            self.skip()?;
        }
        Ok(Span::new(start, self.taken().max(start)))
    }

    /// Takes a query up to the end of the statement, without `FOR READ ONLY`, which changes nothing.
    pub(super) fn query(&mut self) -> Result<Span, SyntaxError> {
        let start = self.offset();
        // Words, each with the end of what is in front of it.
        let mut last = [("", start); 3];
        while !self.at_end() {
            let [_, second, third] = last;
            last = [second, third, (self.word(), self.taken())];
            self.skip()?;
        }
        let is_read_only = last
            .iter()
            .zip(["for", "read", "only"])
            .all(|((word, _), expected)| word.eq_ignore_ascii_case(expected));
        let [(_, before), ..] = last;
        let end = if is_read_only { before } else { self.taken() };
        Ok(Span::new(start, end.max(start)))
    }

    /// Takes an expression up to a comma or closing parenthesis of the level it began on.
    pub fn expression(&mut self) -> Result<Span, SyntaxError> {
        let start = self.offset();
        while !self.at_kind(TokenKind::Comma) && !self.at_kind(TokenKind::RightParen) {
            if self.at_end() {
                return Err(self.unexpected());
            }
            self.skip()?;
        }
        if self.offset() == start {
            return Err(self.unexpected());
        }
        Ok(Span::new(start, self.taken()))
    }

    /// Takes `( expression, … )`, with at least one.
    pub fn expressions(&mut self) -> Result<Vec<Span>, SyntaxError> {
        self.expect_kind(TokenKind::LeftParen)?;
        let mut list = vec![self.expression()?];
        while self.eat_kind(TokenKind::Comma) {
            list.push(self.expression()?);
        }
        self.expect_kind(TokenKind::RightParen)?;
        Ok(list)
    }

    /// Takes a query up to the parenthesis that closes it, which stays.
    pub fn parenthesized_query(&mut self) -> Result<Span, SyntaxError> {
        let start = self.offset();
        self.expect_preparable()?;
        while !self.at_kind(TokenKind::RightParen) {
            if self.at_end() {
                return Err(self.unexpected());
            }
            self.skip()?;
        }
        Ok(Span::new(start, self.taken().max(start)))
    }

    /// The current token must begin a statement that can be prepared: a query or a data change.
    pub(super) fn expect_preparable(&self) -> Result<(), SyntaxError> {
        const VERBS: [&str; 4] = ["insert", "update", "delete", "merge"];
        if self.at_any(&VERBS) { Ok(()) } else { self.expect_query() }
    }

    /// The current token must begin a query.
    pub(super) fn expect_query(&self) -> Result<(), SyntaxError> {
        const VERBS: [&str; 4] = ["select", "values", "table", "with"];
        if self.at_any(&VERBS) {
            return Ok(());
        }
        if !self.at_kind(TokenKind::LeftParen) {
            return Err(self.unexpected());
        }
        // However many parentheses, there must be a query in them.
        let mut inner = Reader::new(self.lookahead());
        while inner.eat_kind(TokenKind::LeftParen) {}
        if inner.at_any(&VERBS) { Ok(()) } else { Err(inner.unexpected()) }
    }

    /// Takes one token, or a whole group in parentheses or brackets.
    pub fn skip(&mut self) -> Result<(), SyntaxError> {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                None => return Err(self.unexpected()),
                Some(TokenKind::LeftParen | TokenKind::LeftBracket) => depth += 1,
                Some(TokenKind::RightParen | TokenKind::RightBracket) if depth == 0 => {
                    return Err(self.unexpected());
                }
                Some(TokenKind::RightParen | TokenKind::RightBracket) => depth -= 1,
                Some(TokenKind::Semicolon) => return Err(self.unexpected()),
                Some(_) => {}
            }
            self.advance();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

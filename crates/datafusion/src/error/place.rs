//! Where in the text an error is.

use std::ops::ControlFlow;

use datafusion::common::TableReference;
use datafusion::sql::sqlparser::ast::{ObjectName, Statement, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use trunkline_core::{PgError, SqlState};

/// The position that a line and a column, both counted from one, have in characters.
pub(crate) fn position(sql: &str, line: u64, column: u64) -> usize {
    let before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let lines = sql.split_inclusive('\n').take(before);
    let characters = lines.map(|line| line.chars().count()).sum::<usize>();
    characters.saturating_add(usize::try_from(column).unwrap_or(usize::MAX))
}

/// The answer for a text that does not parse: 42601 with the token at which that shows.
pub(crate) fn syntax(error: &ParserError, sql: &str) -> PgError {
    let message = match error {
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
        ParserError::RecursionLimitExceeded => return super::too_deep(),
    };
    let end = || {
        PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input")
            .position(sql.chars().count().saturating_add(1))
    };
    let Some((line, column)) = line_and_column(message) else {
        // Only what follows the last token has no place.
        if message.ends_with("found: EOF") {
            return end();
        }
        return PgError::new(SqlState::SYNTAX_ERROR, super::first_line(message));
    };
    let position = position(sql, line, column);
    let rest: String = sql.chars().skip(position.saturating_sub(1)).collect();
    if rest.trim().is_empty() {
        return end();
    }
    if let ParserError::TokenizerError(message) = error {
        let flaw = flaw(message);
        let near = rest.lines().next().unwrap_or_default();
        return PgError::new(SqlState::SYNTAX_ERROR, format!("{flaw} at or near \"{near}\""))
            .position(position);
    }
    let token = first_token(&rest);
    PgError::new(SqlState::SYNTAX_ERROR, format!("syntax error at or near \"{token}\""))
        .position(position)
}

fn flaw(message: &str) -> &'static str {
    match message {
        _ if message.starts_with("Unterminated string") => "unterminated quoted string",
        _ if message.starts_with("Expected close delimiter") => "unterminated quoted identifier",
        _ if message.contains("multi-line comment") => "unterminated /* comment",
        _ if message.contains("dollar-quoted") => "unterminated dollar-quoted string",
        _ => "syntax error",
    }
}

/// sqlparser appends ` at Line: 1, Column: 8` to its messages.
fn line_and_column(message: &str) -> Option<(u64, u64)> {
    let (_, place) = message.rsplit_once("Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let digits = column.find(|c: char| !c.is_ascii_digit()).unwrap_or(column.len());
    Some((line.parse().ok()?, column.get(..digits)?.parse().ok()?))
}

/// The first token of a text, as it is written there.
fn first_token(text: &str) -> &str {
    let mut tokens = Vec::new();
    // Half a text may not be lexed to its end; the tokens before are there all the same.
    let _ =
        Tokenizer::new(&PostgreSqlDialect {}, text).tokenize_with_location_into_buf(&mut tokens);
    let end = tokens
        .iter()
        .find(|token| !matches!(token.token, Token::Whitespace(_)))
        .map(|token| position(text, token.span.end.line, token.span.end.column).saturating_sub(1));
    let end = end.and_then(|end| text.char_indices().nth(end)).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}

/// Where a word first stands as a token of its own.
pub(crate) fn position_of_word(sql: &str, word: &str, after: usize) -> Option<usize> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()?;
    let is_word = |token: &&TokenWithSpan| match &token.token {
        Token::Word(found) if found.quote_style.is_some() => found.value == word,
        Token::Word(found) => found.value.to_lowercase() == word,
        _ => false,
    };
    let positions = tokens
        .iter()
        .filter(is_word)
        .map(|token| position(sql, token.span.start.line, token.span.start.column));
    positions.into_iter().find(|position| *position > after)
}

/// Where a string first stands as a literal.
pub(crate) fn position_of_literal(sql: &str, text: &str) -> Option<usize> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()?;
    let is_literal = |token: &&TokenWithSpan| match &token.token {
        Token::SingleQuotedString(found) | Token::EscapedStringLiteral(found) => found == text,
        _ => false,
    };
    let start = tokens.iter().find(is_literal)?.span.start;
    Some(position(sql, start.line, start.column))
}

/// Where a table is first named.
pub(crate) fn position_of_relation(
    statement: &Statement,
    reference: &TableReference,
    sql: &str,
) -> Option<usize> {
    struct Find<'a>(&'a TableReference, &'a str);

    impl Visitor for Find<'_> {
        type Break = usize;

        fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<usize> {
            let Some(last) = name.0.last().and_then(|part| part.as_ident()) else {
                return ControlFlow::Continue(());
            };
            let same = match last.quote_style {
                Some(_) => last.value == self.0.table(),
                None => last.value.to_lowercase() == self.0.table(),
            };
            match name.0.first().and_then(|part| part.as_ident()) {
                Some(first) if same && first.span.start.line > 0 => {
                    let start = first.span.start;
                    ControlFlow::Break(position(self.1, start.line, start.column))
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }

    match statement.visit(&mut Find(reference, sql)) {
        ControlFlow::Break(position) => Some(position),
        ControlFlow::Continue(()) => None,
    }
}

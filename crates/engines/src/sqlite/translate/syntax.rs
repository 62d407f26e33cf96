//! The text of a statement as a tree.

use std::ops::Range;

use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};
use trunkline_catalog::syntax::Postgres;
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind};

use super::name::place_of;

/// How deep parentheses and queries may be within each other.
const DEPTH: usize = 64;

/// How many words may follow each other without a comma or a parenthesis: a chain of operators
/// becomes a tree as deep as it is long.
const CHAIN: usize = 5000;

/// 54001 for a statement whose tree would be too deep to be let go of.
fn check_chains(sql: &str) -> Result<()> {
    let mut chains = vec![0_usize];
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen => chains.push(0),
            TokenKind::RightParen if chains.len() > 1 => drop(chains.pop()),
            TokenKind::Comma => chains.last_mut().into_iter().for_each(|chain| *chain = 0),
            _ => {
                let Some(chain) = chains.last_mut() else { continue };
                *chain += 1;
                if *chain > CHAIN {
                    let message = "stack depth limit exceeded";
                    return Err(PgError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
                }
            }
        }
    }
    Ok(())
}

/// Parses one statement.
pub(super) fn parse(sql: &str) -> Result<Statement> {
    check_chains(sql)?;
    let blanked = without_vacuum_words(sql).or_else(|| without_overriding(sql));
    let sql = blanked.as_deref().unwrap_or(sql);
    let dialect = Postgres::new(sql);
    let parsed = Parser::new(&dialect).with_recursion_limit(DEPTH).try_with_sql(sql).and_then(
        |mut parser| {
            let statement = parser.parse_statement()?;
            while parser.consume_token(&Token::SemiColon) {}
            match parser.peek_token().token {
                Token::EOF => Ok(statement),
                _ => parser.expected("end of statement", parser.peek_token()),
            }
        },
    );
    parsed.map_err(|error| refused(sql, &error))
}

/// VACUUM with spaces for its options, which the parser does not know; nothing else is changed.
fn without_vacuum_words(sql: &str) -> Option<String> {
    let mut lexer = Lexer::new(sql);
    lexer.next_significant().filter(|first| first.is_word(sql, "vacuum"))?;
    let options = ["analyze", "verbose", "freeze", "full"];
    let mut text = sql.to_owned();
    while let Some(word) = lexer.next_significant() {
        if !options.iter().any(|option| word.is_word(sql, option)) {
            break;
        }
        text.replace_range(word.span.start..word.span.end, &" ".repeat(word.span.len()));
    }
    Some(text)
}

/// What an INSERT says of the values that it gives for identity columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overriding {
    /// They are stored.
    System,
    /// They are not.
    User,
}

/// `OVERRIDING SYSTEM VALUE`, `OVERRIDING USER VALUE`
pub(super) fn overriding(sql: &str) -> Option<Overriding> {
    find_overriding(sql).map(|(found, _)| found)
}

/// INSERT with spaces for what the parser does not know of it.
fn without_overriding(sql: &str) -> Option<String> {
    let (_, span) = find_overriding(sql)?;
    let mut text = sql.to_owned();
    let blank = " ".repeat(span.len());
    text.replace_range(span, &blank);
    Some(text)
}

/// The words stand outside of all parentheses, and before the rows.
fn find_overriding(sql: &str) -> Option<(Overriding, Range<usize>)> {
    let mut lexer = Lexer::new(sql);
    lexer
        .next_significant()
        .filter(|word| ["insert", "with"].iter().any(|one| word.is_word(sql, one)))?;
    let (mut depth, mut is_insert) = (0_usize, false);
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 => {
                is_insert |= token.is_word(sql, "into");
                if is_insert && ["values", "select"].iter().any(|word| token.is_word(sql, word)) {
                    return None;
                }
                if !token.is_word(sql, "overriding") {
                    continue;
                }
                let (which, value) = (lexer.next_significant()?, lexer.next_significant()?);
                let found = match () {
                    () if which.is_word(sql, "system") => Overriding::System,
                    () if which.is_word(sql, "user") => Overriding::User,
                    () => return None,
                };
                let span = token.span.start..value.span.end;
                return value.is_word(sql, "value").then_some((found, span));
            }
            _ => {}
        }
    }
    None
}

fn refused(sql: &str, error: &ParserError) -> PgError {
    let message = match error {
        ParserError::RecursionLimitExceeded => {
            let message = "stack depth limit exceeded";
            return PgError::new(SqlState::STATEMENT_TOO_COMPLEX, message);
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let (text, place) = match message.rsplit_once(" at Line: ") {
        Some((text, place)) => (text, location(place).map(|at| place_of(sql, at))),
        None => (message.as_str(), None),
    };
    let answer = match text.rsplit_once("found: ") {
        Some((_, "EOF")) => "syntax error at end of input".to_owned(),
        Some((_, token)) => format!("syntax error at or near \"{token}\""),
        None => format!("syntax error: {text}"),
    };
    let answer = PgError::new(SqlState::SYNTAX_ERROR, answer);
    match place {
        Some(place) if place > 0 => answer.position(place),
        _ if text.ends_with("EOF") => answer.position(sql.chars().count().saturating_add(1)),
        _ => answer,
    }
}

/// `3, Column: 14`
fn location(text: &str) -> Option<Location> {
    let (line, column) = text.split_once(", Column: ")?;
    Some(Location::new(line.trim().parse().ok()?, column.trim().parse().ok()?))
}

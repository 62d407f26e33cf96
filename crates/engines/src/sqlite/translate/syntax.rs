//! The text of a statement as a tree.

use sqlparser::ast::{Expr, SetExpr, Statement};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};
use trunkline_catalog::syntax::{Postgres, check_depth, tokens};
use trunkline_core::{PgError, Result, SqlState};

use super::arranged::{arranged, reserved_table};
use super::name::{lines_of, place_in};
use super::unparsed::{self, Overriding, Unparsed, unparsed};

/// How deep parentheses and queries may be within each other.
const DEPTH: usize = 64;

/// A statement as it was read.
pub(super) struct Parsed {
    pub(super) statement: Statement,
    /// The cursor of WHERE CURRENT OF.
    pub(super) cursor: Option<String>,
    pub(super) overriding: Option<Overriding>,
    pub(super) has_no_data: bool,
    pub(super) like: Vec<(bool, String)>,
}

/// Parses one statement.
pub(super) fn parse(sql: &str) -> Result<Parsed> {
    check_depth(sql)?;
    let Unparsed { text, cursor, overriding, has_no_data, like } = unparsed(sql)?;
    let statement = parse_whole(&text, |parser| {
        let statement = parser.parse_statement()?;
        while parser.consume_token(&Token::SemiColon) {}
        Ok(statement)
    })?;
    let cursor = match cursor {
        Some((_, misplaced)) if !may_be_of_a_row(&statement) => return Err(misplaced),
        cursor => cursor.map(|(name, _)| name),
    };
    Ok(Parsed { statement, cursor, overriding, has_no_data, like })
}

/// Whether a statement may be WHERE CURRENT OF a cursor.
fn may_be_of_a_row(statement: &Statement) -> bool {
    match statement {
        Statement::Update(_) | Statement::Delete(_) => true,
        Statement::Query(query) => {
            matches!(*query.body, SetExpr::Update(_) | SetExpr::Delete(_))
        }
        _ => false,
    }
}

/// Parses one statement as the reader of its kind does.
pub(super) fn parse_statement<T>(
    sql: &str,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T> {
    check_depth(sql)?;
    unparsed::tokens(sql)?;
    parse_whole(sql, |parser| {
        let statement = read(parser)?;
        while parser.consume_token(&Token::SemiColon) {}
        Ok(statement)
    })
}

/// Parses one expression.
pub(super) fn parse_expression(sql: &str) -> Result<Expr> {
    check_depth(sql)?;
    parse_whole(sql, |parser| parser.parse_expr())
}

fn parse_whole<T>(
    sql: &str,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T> {
    let dialect = Postgres::new(sql);
    let tokens = tokens(sql, &dialect, |error| refused(sql, error))?;
    if let Some(token) = reserved_table(&tokens) {
        let message = format!("Expected: a table, found: {}{}", token.token, token.span.start);
        return Err(refused(sql, &ParserError::ParserError(message)));
    }
    let parser = Parser::new(&dialect).with_recursion_limit(DEPTH);
    let mut parser = parser.with_tokens_with_locations(arranged(tokens));
    let parsed = read(&mut parser).and_then(|read| match parser.peek_token().token {
        Token::EOF => Ok(read),
        _ => parser.expected("end of statement", parser.peek_token()),
    });
    parsed.map_err(|error| refused(sql, &error))
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
        Some((text, place)) => (text, location(place).map(|at| place_in(&lines_of(sql), at))),
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

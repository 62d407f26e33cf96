//! Text to a tree.

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use trunkline_core::{PgError, Result};
use trunkline_sql::{Lexer, TokenKind};

use crate::error::{syntax, too_deep, unsupported};

/// How many tokens a statement of the catalogs may have, and how deep its parentheses may be.
const TOKENS: usize = 20_000;
const NESTED: usize = 400;

/// Reads a query.
pub(crate) fn query(sql: &str) -> Result<Box<Query>> {
    guard(sql)?;
    // The tree is as deep as the text is long, and so is the way to it.
    stacker::maybe_grow(4 << 20, 32 << 20, || read(sql))
}

fn read(sql: &str) -> Result<Box<Query>> {
    let dialect = PostgreSqlDialect {};
    let parser = Parser::new(&dialect).with_recursion_limit(NESTED).try_with_sql(sql);
    let statements = parser.and_then(|mut parser| parser.parse_statements());
    let mut statements = statements.map_err(|error| failure(&error))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(query),
        _ => Err(unsupported(0, "this statement")),
    }
}

/// Refuses what would take more stack than there is.
fn guard(sql: &str) -> Result<()> {
    let (mut tokens, mut depth) = (0_usize, 0_usize);
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        tokens += 1;
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::Word if token.is_word(sql, "case") => depth += 1,
            TokenKind::Word if token.is_word(sql, "end") => depth = depth.saturating_sub(1),
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if tokens > TOKENS || depth > NESTED {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// What is wrong, as far as the parser tells: it says what it found, and where.
fn failure(error: &ParserError) -> PgError {
    let text = match error {
        ParserError::RecursionLimitExceeded => return too_deep(),
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
    };
    let found =
        text.split("found: ").nth(1).map(|rest| rest.split(" at Line").next().unwrap_or(rest));
    match found {
        Some("EOF") => syntax(0, "syntax error at end of input"),
        Some(found) => syntax(0, format!("syntax error at or near \"{found}\"")),
        None => syntax(0, "syntax error").detail(text.clone()),
    }
}

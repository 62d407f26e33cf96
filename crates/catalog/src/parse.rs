//! Text to a tree.

use sqlparser::ast::{Query, Statement};
use sqlparser::parser::{Parser, ParserError};
use trunkline_core::{PgError, Result};
use trunkline_sql::{Flaw, Lexer, TokenKind, character_position};

use crate::error::{Place, syntax, too_deep, unsupported};
use crate::syntax::{Postgres, as_calls, as_selects, check_depth, decimal, tokens, without_only};

/// How many tokens a statement of the catalogs may have, and how deep its parentheses may be.
const TOKENS: usize = 20_000;
const NESTED: usize = 400;
/// How much stack a token may take while it is read, and how much all of them may. What is not optimized takes
/// more: a parenthesis, of which each has two tokens, some 20 KiB.
const STACK_OF_ONE: usize = if cfg!(debug_assertions) { 24 << 10 } else { 8 << 10 };
const STACK: usize = if cfg!(debug_assertions) { 16 << 20 } else { 4 << 20 };

/// Reads a query.
pub(crate) fn query(sql: &str) -> Result<Box<Query>> {
    let tokens = guard(sql)?;
    check_depth(sql)?;
    // The tree is as deep as the text is long, and so is the way to it; a stack of its own takes longer to
    // get than a short text to read.
    stacker::maybe_grow(needed(tokens), 32 << 20, || read(sql))
}

/// How much stack there is to be for a text of so many tokens.
fn needed(tokens: usize) -> usize {
    (20 + tokens).saturating_mul(STACK_OF_ONE).min(STACK)
}

fn read(sql: &str) -> Result<Box<Query>> {
    let dialect = Postgres::new(sql);
    let tokens = decimal(tokens(sql, &dialect, |error| failure(error, sql))?, sql)?;
    let tokens = without_only(as_selects(as_calls(tokens)));
    let parser = Parser::new(&dialect).with_recursion_limit(NESTED);
    let statements = parser.with_tokens_with_locations(tokens).parse_statements();
    let mut statements = statements.map_err(|error| failure(&error, sql))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => {
            crate::growth::check(&query)?;
            Ok(query)
        }
        _ => Err(unsupported(0, "this statement")),
    }
}

/// Refuses what would take more stack than there is, and counts the tokens.
fn guard(sql: &str) -> Result<usize> {
    let (mut tokens, mut depth) = (0_usize, 0_usize);
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        tokens += 1;
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::Invalid(flaw) if is_of_number(flaw) => {
                let place = character_position(sql, token.span.start);
                let message = format!("{} at or near \"{}\"", flaw.message(), token.text(sql));
                return Err(syntax(place, message));
            }
            TokenKind::Word if token.is_word(sql, "case") => depth += 1,
            TokenKind::Word if token.is_word(sql, "end") => depth = depth.saturating_sub(1),
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if tokens > TOKENS || depth > NESTED {
            return Err(too_deep());
        }
    }
    Ok(tokens)
}

/// Whether a token would be a number: the tokenizer makes two tokens of it, or a number of other digits.
fn is_of_number(flaw: Flaw) -> bool {
    use Flaw::{InvalidBinaryInteger, InvalidHexInteger, InvalidOctalInteger, NumberJunk};
    matches!(flaw, NumberJunk | InvalidHexInteger | InvalidOctalInteger | InvalidBinaryInteger)
}

/// What is wrong, as far as the parser tells: it says what it found, and where.
fn failure(error: &ParserError, sql: &str) -> PgError {
    let text = match error {
        ParserError::RecursionLimitExceeded => return too_deep(),
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
    };
    let place = text.rsplit_once(" at Line: ").and_then(|(_, place)| place_of(place, sql));
    let found =
        text.split("found: ").nth(1).map(|rest| rest.split(" at Line").next().unwrap_or(rest));
    match found {
        Some("EOF") => syntax(sql.chars().count() + 1, "syntax error at end of input"),
        Some(found) => syntax(place.unwrap_or(0), format!("syntax error at or near \"{found}\"")),
        None => syntax(place.unwrap_or(0), "syntax error").detail(text.clone()),
    }
}

/// The place in a text that the parser calls `2, Column: 5`.
fn place_of(place: &str, sql: &str) -> Option<Place> {
    let (line, column) = place.split_once(", Column: ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.trim().parse().ok()?);
    let before = sql.split_inclusive('\n').take(line.checked_sub(1)?);
    Some(before.map(|line| line.chars().count()).sum::<usize>() + column)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// All kinds of nesting, as deep as is let through, end: with a tree or with an error.
    #[test]
    fn what_is_deep_ends() {
        let nested = [
            ("select ", "abs(", "1", ")"),
            ("select ", "cast(", "1", " as int)"),
            ("select ", "1 in (", "1", ")"),
            ("select ", "array[", "1", "]"),
            ("select ", "case when true then ", "1", " end"),
            ("select ", "case (", "1", ") when 1 then 2 end"),
            ("select ", "not (", "true", ")"),
            ("select ", "(select ", "1", ")"),
            ("select ", "(", "1", ")"),
            ("select ", "- ", "1", ""),
            ("select ", "not ", "true", ""),
            ("select ", "a.b[", "1", "]"),
            ("", "(", "select 1", ")"),
            ("", "(", "select 1", " union select 2)"),
            ("", "with a as (", "select 1", ") select 2"),
            ("select * from ", "(", "pg_class", ")"),
            ("select * from ", "(select * from ", "pg_class", ") a"),
            ("select * from ", "pg_class join (", "pg_class", " on true)"),
            ("select * from ", "pg_class join (pg_class a join ", "pg_class", " on true) on true"),
            ("select * from ", "lateral (", "select 1", ")"),
            ("values ", "(", "1", ")"),
        ];
        for (start, open, inner, close) in nested {
            for times in [8, 60, 78, 100, 150, 250, 390, 5_000] {
                for inner in [inner, ""] {
                    let sql =
                        format!("{start}{}{inner}{}", open.repeat(times), close.repeat(times));
                    // With hardly more stack than is asked for, so that no other is taken.
                    let tokens = guard(&sql).unwrap_or(0);
                    let thread = thread::Builder::new().stack_size(needed(tokens) + (256 << 10));
                    let read = thread.spawn(move || drop(query(&sql))).expect("a thread");
                    read.join().expect("no panic");
                }
            }
        }
    }
}

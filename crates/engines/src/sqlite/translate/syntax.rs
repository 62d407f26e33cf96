//! The text of a statement as a tree.

use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token as Parsed};
use trunkline_catalog::syntax::Postgres;
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Span, Token, TokenKind};

use super::current::without_current_of;
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

/// Parses one statement; the cursor of its WHERE CURRENT OF stands beside it.
pub(super) fn parse(sql: &str) -> Result<(Statement, Option<String>)> {
    check_chains(sql)?;
    let (blanked, cursor) = match without_current_of(sql)? {
        Some((blanked, cursor)) => (Some(blanked), Some(cursor)),
        None => (without_vacuum_words(sql).or_else(|| without_key_locks(sql)), None),
    };
    let sql = blanked.as_deref().unwrap_or(sql);
    let dialect = Postgres::new(sql);
    let parsed = Parser::new(&dialect).with_recursion_limit(DEPTH).try_with_sql(sql).and_then(
        |mut parser| {
            let statement = parser.parse_statement()?;
            while parser.consume_token(&Parsed::SemiColon) {}
            match parser.peek_token().token {
                Parsed::EOF => Ok((statement, cursor)),
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
        blank(&mut text, word.span);
    }
    Some(text)
}

/// FOR NO KEY UPDATE and FOR KEY SHARE with spaces for the words that the parser does not know of them.
fn without_key_locks(sql: &str) -> Option<String> {
    let (mut text, mut before) = (None, [None::<Token>; 3]);
    let mut lexer = Lexer::new(sql);
    let is = |token: Option<Token>, word| token.is_some_and(|token| token.is_word(sql, word));
    while let Some(token) = lexer.next_significant() {
        let [first, second, third] = before;
        before = [second, third, Some(token)];
        let unknown = if !is(third, "key") {
            [None, None]
        } else if is(first, "for") && is(second, "no") && token.is_word(sql, "update") {
            [second, third]
        } else if is(second, "for") && token.is_word(sql, "share") {
            [None, third]
        } else {
            [None, None]
        };
        for word in unknown.into_iter().flatten() {
            blank(text.get_or_insert_with(|| sql.to_owned()), word.span);
        }
    }
    text
}

/// Puts spaces in the place of a part: all else stays where it is.
pub(super) fn blank(text: &mut String, part: Span) {
    let space = |one: char| if one == '\n' { '\n' } else { ' ' };
    let spaces: String = part.text(text).chars().map(space).collect();
    text.replace_range(part.start..part.end, &spaces);
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

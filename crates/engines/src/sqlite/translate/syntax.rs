//! The text of a statement as a tree.

use sqlparser::ast::{Expr, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};
use trunkline_catalog::syntax::{Postgres, check_depth, is_reserved, tokens};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Span, TokenKind, character_position};

use super::current::without_current_of;
use super::identity_options::in_order;
use super::lock;
use super::name::place_of;

/// How deep parentheses and queries may be within each other.
const DEPTH: usize = 64;

/// Parses one statement; the cursor of its WHERE CURRENT OF stands beside it.
pub(super) fn parse(sql: &str) -> Result<(Statement, Option<String>)> {
    check_depth(sql)?;
    if let Some(flaw) = flaw(sql) {
        return Err(flaw);
    }
    let (blanked, cursor) = match without_current_of(sql)? {
        Some((blanked, cursor)) => (Some(blanked), Some(cursor)),
        None => (without_vacuum_words(sql).or_else(|| without_overriding(sql)), None),
    };
    let sql = blanked.as_deref().unwrap_or(sql);
    let blanked = lock::without_unknown_words(sql);
    let sql = blanked.as_deref().unwrap_or(sql);
    parse_whole(sql, |parser| {
        let statement = parser.parse_statement()?;
        while parser.consume_token(&Token::SemiColon) {}
        Ok((statement, cursor))
    })
}

/// Parses one statement as the reader of its kind does.
pub(super) fn parse_statement<T>(
    sql: &str,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T> {
    check_depth(sql)?;
    if let Some(flaw) = flaw(sql) {
        return Err(flaw);
    }
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
    let mut parser =
        parser.with_tokens_with_locations(lock::moved_last(in_order(with_tables_selected(tokens))));
    let parsed = read(&mut parser).and_then(|read| match parser.peek_token().token {
        Token::EOF => Ok(read),
        _ => parser.expected("end of statement", parser.peek_token()),
    });
    parsed.map_err(|error| refused(sql, &error))
}

/// The first token that is none, such as a string without its end.
fn flaw(sql: &str) -> Option<PgError> {
    let mut lexer = Lexer::new(sql);
    loop {
        let token = lexer.next_significant()?;
        if let TokenKind::Invalid(flaw) = token.kind {
            let message = format!("{} at or near \"{}\"", flaw.message(), token.text(sql));
            let place = character_position(sql, token.span.start);
            return Some(PgError::new(SqlState::SYNTAX_ERROR, message).position(place));
        }
    }
}

/// A reserved word where FROM or JOIN wants a table.
fn reserved_table(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    let is_significant = |token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_));
    let mut before = Keyword::NoKeyword;
    tokens.iter().filter(is_significant).find(|token| {
        let word = keyword(&token.token);
        let wants_table = matches!(before, Keyword::FROM | Keyword::JOIN);
        before = word;
        wants_table && is_reserved(word) && !matches!(word, Keyword::LATERAL | Keyword::ONLY)
    })
}

/// The keyword that a token is; a quoted name is none.
pub(super) fn keyword(token: &Token) -> Keyword {
    match token {
        Token::Word(word) if word.quote_style.is_none() => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

/// `SELECT * FROM t` for `TABLE t` where a query can begin, each word where TABLE stood.
fn with_tables_selected(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut selected = Vec::with_capacity(tokens.len());
    let mut begins = true;
    for token in tokens {
        let word = keyword(&token.token);
        if begins && word == Keyword::TABLE {
            for token_before in
                [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM")]
            {
                selected.push(TokenWithSpan::new(token_before, token.span));
            }
            begins = false;
            continue;
        }
        if !matches!(token.token, Token::Whitespace(_)) {
            begins = token.token == Token::LParen
                || matches!(word, Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT)
                || matches!(word, Keyword::AS | Keyword::ALL);
        }
        selected.push(token);
    }
    selected
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

/// Puts spaces in the place of a part: all else stays where it is.
pub(super) fn blank(text: &mut String, part: Span) {
    let space = |one: char| if one == '\n' { '\n' } else { ' ' };
    let spaces: String = part.text(text).chars().map(space).collect();
    text.replace_range(part.start..part.end, &spaces);
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
    blank(&mut text, span);
    Some(text)
}

/// The words stand outside of all parentheses, and before the rows.
fn find_overriding(sql: &str) -> Option<(Overriding, Span)> {
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
                let span = Span { start: token.span.start, end: value.span.end };
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

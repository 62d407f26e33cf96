//! Between lexer and parser: what PostgreSQL lexes otherwise.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};
use trunkline_core::{PgError, Result, SqlState};

use crate::error::position;

/// How many operators a statement may have: each can make its tree one deeper.
const OPERATORS: usize = 2_000;

/// Gives the tokens of a text PostgreSQL's meaning.
///
/// # Errors
///
/// 42601 for a number with letters behind it, which the parser would take for an alias; 54001 for a
/// statement that is too deep.
pub(crate) fn adapt(mut tokens: Vec<TokenWithSpan>, sql: &str) -> Result<Vec<TokenWithSpan>> {
    check_depth(&tokens)?;
    expand_table(&mut tokens);
    let mut adapted: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for mut token in tokens {
        // The tokenizer has read the escapes; the planner knows plain strings only.
        if let Token::UnicodeStringLiteral(text) = &mut token.token {
            token.token = Token::SingleQuotedString(std::mem::take(text));
        }
        let start = (token.span.start.line, token.span.start.column);
        match (&token.token, adapted.last_mut()) {
            (Token::HexStringLiteral(digits), _) if written(sql, start).starts_with(['0']) => {
                let number = integer(digits, 16);
                adapted.push(TokenWithSpan::new(number.unwrap_or(token.token), token.span));
            }
            (Token::Word(word), Some(before))
                if before.span.end == token.span.start && before.span.start != before.span.end =>
            {
                let Token::Number(digits, _) = &before.token else {
                    adapted.push(token);
                    continue;
                };
                let radix = match word.value.chars().next() {
                    Some('b' | 'B') if digits == "0" => 2,
                    Some('o' | 'O') if digits == "0" => 8,
                    _ => 0,
                };
                let value = word.value.get(1..).and_then(|digits| integer(digits, radix));
                match value.filter(|_| radix > 0) {
                    Some(number) => before.token = number,
                    None => return Err(junk(digits, &word.value, before, sql)),
                }
            }
            _ => adapted.push(token),
        }
    }
    Ok(adapted)
}

/// Refuses a statement whose tree could be too deep for the stacks that walk it.
///
/// The parser bounds what is nested in parentheses, but not `1 + 1 + 1 + …`, whose tree is as deep
/// as it is long; commas make a tree wide, not deep.
fn check_depth(tokens: &[TokenWithSpan]) -> Result<()> {
    let deepens = |token: &&TokenWithSpan| match &token.token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::JOIN
                | Keyword::CASE
                | Keyword::IS
        ),
        Token::Whitespace(_)
        | Token::Comma
        | Token::Period
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Placeholder(_)
        | Token::RParen
        | Token::SemiColon => false,
        _ => true,
    };
    if tokens.iter().filter(deepens).count() <= OPERATORS {
        return Ok(());
    }
    Err(PgError::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .field(b'H', format!("A statement may have {OPERATORS} operators.")))
}

/// `TABLE t` is `SELECT * FROM t`, which the parser does not know at a statement's start.
fn expand_table(tokens: &mut Vec<TokenWithSpan>) {
    let first = tokens.iter().position(|token| !matches!(token.token, Token::Whitespace(_)));
    let Some((place, token)) = first.and_then(|first| Some((first, tokens.get(first)?))) else {
        return;
    };
    if !matches!(&token.token, Token::Word(word) if word.keyword == Keyword::TABLE) {
        return;
    }
    let span = token.span;
    let words = [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM")];
    tokens.splice(place..=place, words.map(|token| TokenWithSpan::new(token, span)));
}

/// The text from a place on.
fn written(sql: &str, (line, column): (u64, u64)) -> &str {
    let skip = position(sql, line, column).saturating_sub(1);
    let at = sql.char_indices().nth(skip).map_or(sql.len(), |(at, _)| at);
    sql.get(at..).unwrap_or_default()
}

fn integer(digits: &str, radix: u32) -> Option<Token> {
    let digits = digits.replace('_', "");
    let number = u128::from_str_radix(&digits, radix.max(2)).ok()?;
    Some(Token::Number(number.to_string(), false))
}

fn junk(digits: &str, letters: &str, token: &TokenWithSpan, sql: &str) -> PgError {
    let message = format!("trailing junk after numeric literal at or near \"{digits}{letters}\"");
    let start = token.span.start;
    PgError::new(SqlState::SYNTAX_ERROR, message).position(position(sql, start.line, start.column))
}

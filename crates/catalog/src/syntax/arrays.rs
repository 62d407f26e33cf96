//! Types of arrays in the standard's words: `integer ARRAY` is `integer[]`.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The tokens with brackets for an ARRAY behind a type, which the parser takes for a name there.
///
/// ARRAY is reserved, so one that begins no array and is no label can be nothing else.
pub(super) fn bracketed(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !tokens.iter().any(is_array) {
        return tokens;
    }
    let mut written = Vec::with_capacity(tokens.len().saturating_add(1));
    let mut rest = tokens.into_iter().peekable();
    let mut can_be_a_type = false;
    while let Some(token) = rest.next() {
        if matches!(token.token, Token::Whitespace(_)) {
            written.push(token);
            continue;
        }
        let is_suffix = can_be_a_type && is_array(&token) && !begins_an_array(rest.clone());
        can_be_a_type = match &token.token {
            Token::Word(word) => word.quote_style.is_some() || word.keyword != Keyword::AS,
            other => *other == Token::RParen,
        };
        if is_suffix {
            written.push(TokenWithSpan::new(Token::LBracket, token.span));
            written.push(TokenWithSpan::new(Token::RBracket, token.span));
        } else {
            written.push(token);
        }
    }
    written
}

fn is_array(token: &TokenWithSpan) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && word.keyword == Keyword::ARRAY)
}

/// `ARRAY[…]` or `ARRAY(…)`, of what follows the word.
fn begins_an_array(mut rest: impl Iterator<Item = TokenWithSpan>) -> bool {
    let next = rest.find(|token| !matches!(token.token, Token::Whitespace(_)));
    matches!(next.map(|token| token.token), Some(Token::LBracket | Token::LParen))
}

#[cfg(test)]
mod tests {
    use crate::syntax::{Postgres, tokens};
    use trunkline_core::PgError;

    fn read(sql: &str) -> String {
        let dialect = Postgres::new(sql);
        let tokens = tokens(sql, &dialect, |error| PgError::internal(error.to_string())).unwrap();
        tokens.iter().map(|token| token.token.to_string()).collect()
    }

    #[test]
    fn array_behind_a_type_is_brackets() {
        assert_eq!(
            read("create table t (a text array, b numeric(3) array)"),
            "create table t (a text [], b numeric(3) [])"
        );
        assert_eq!(read("select x::int ARRAY"), "select x::int []");
    }

    #[test]
    fn other_arrays_stay() {
        for sql in
            ["select array[1]", "select array (select 1)", "select 1 as array", "select \"array\""]
        {
            assert_eq!(read(sql), sql);
        }
        // Behind a dot it is a name.
        assert_eq!(read("select a.array"), "select a.\"array\"");
    }
}

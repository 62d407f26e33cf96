//! `pg_catalog.substring(a, b)`: behind its schema a function is one like any other, whatever grammar its
//! name has of its own.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The tokens, in which names of functions behind their schemas are no keywords.
pub(super) fn as_names(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut is_qualified = false;
    let mut name: Option<usize> = None;
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Word(_) if is_qualified => name = Some(place),
            Token::LParen => found.extend(name.take()),
            _ => name = None,
        }
        is_qualified = token.token == Token::Period;
    }
    for place in found {
        if let Some(TokenWithSpan { token: Token::Word(word), .. }) = tokens.get_mut(place) {
            word.keyword = Keyword::NoKeyword;
        }
    }
    tokens
}

//! `pg_catalog.substring(a, b)`: behind its schema a function is one like any other, whatever grammar its
//! name has of its own. And `(row).*`: all fields of a row are a field of a name that no text can have.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The field that stands for all fields.
pub(crate) const ALL_FIELDS: &str = "\0*";

/// The tokens with [`ALL_FIELDS`] behind `).`.
pub(super) fn with_all_fields(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let (mut before, mut last) = (Token::EOF, Token::EOF);
    for token in &mut tokens {
        if matches!(token.token, Token::Whitespace(_)) {
            continue;
        }
        if token.token == Token::Mul && last == Token::Period && before == Token::RParen {
            token.token = Token::make_word(ALL_FIELDS, Some('"'));
        }
        before = std::mem::replace(&mut last, token.token.clone());
    }
    tokens
}

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

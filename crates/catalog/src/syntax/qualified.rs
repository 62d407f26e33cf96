//! `(row).*`: all fields of a row are a field of a name that no text can have.

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

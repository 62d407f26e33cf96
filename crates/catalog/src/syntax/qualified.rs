//! `(row).*`: all fields of a row are a field of a name that no text can have.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::keyword;

/// The field that stands for all fields.
pub(crate) const ALL_FIELDS: &str = "\0*";

/// The tokens with parentheses around `item.*` where it is an operand, which the parser takes for a whole column of a
/// list otherwise: `item.* IS NULL`.
pub(super) fn with_rows(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Where a name begins that is parted by dots, and whether it goes on.
    let (mut start, mut goes_on) = (None, false);
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let span = token.span;
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Word(_) => {
                start = if goes_on { start } else { Some(out.len()) };
                goes_on = false;
            }
            Token::Period => goes_on = start.is_some(),
            Token::Mul if goes_on => {
                let rest = tokens.as_slice().iter().map(|one| &one.token);
                let next = rest.clone().find(|one| !matches!(one, Token::Whitespace(_)));
                let place = start.filter(|_| next.is_some_and(|next| keyword(next) == Keyword::IS));
                out.push(token);
                if let Some(place) = place {
                    out.insert(place, TokenWithSpan { token: Token::LParen, span });
                    out.push(TokenWithSpan { token: Token::RParen, span });
                }
                (start, goes_on) = (None, false);
                continue;
            }
            _ => (start, goes_on) = (None, false),
        }
        out.push(token);
    }
    out
}

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

//! `trim(BOTH FROM x)`: what is trimmed off is not said, and are blanks.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The tokens without a FROM that stands where the parser wants what is trimmed off.
pub(super) fn without_from(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let (mut before, mut last) = (Keyword::NoKeyword, Keyword::NoKeyword);
    let mut written = Vec::with_capacity(tokens.len());
    for token in tokens {
        let word = match &token.token {
            Token::Whitespace(_) => {
                written.push(token);
                continue;
            }
            Token::Word(word) if word.quote_style.is_none() => word.keyword,
            // What stands within TRIM's parenthesis begins with it.
            Token::LParen if last == Keyword::TRIM => Keyword::TRIM,
            _ => Keyword::NoKeyword,
        };
        let is_side = matches!(last, Keyword::BOTH | Keyword::LEADING | Keyword::TRAILING);
        if word == Keyword::FROM && before == Keyword::TRIM && (is_side || last == Keyword::TRIM) {
            continue;
        }
        (before, last) = (last, word);
        written.push(token);
    }
    written
}

#[cfg(test)]
mod tests {
    use crate::syntax::{Postgres, tokens};
    use trunkline_core::PgError;

    #[test]
    fn what_is_trimmed_off_need_not_be_said() {
        for (sql, expected) in [
            ("select trim(both from x) from t", "select trim(both  x) from t"),
            ("select trim ( from x)", "select trim (  x)"),
            ("select trim(both 'a' from x)", "select trim(both 'a' from x)"),
            ("select trim from t", "select trim from t"),
        ] {
            let dialect = Postgres::new(sql);
            let read = tokens(sql, &dialect, |error| PgError::internal(error.to_string())).unwrap();
            let read: String = read.iter().map(|token| token.token.to_string()).collect();
            assert_eq!(read, expected);
        }
    }
}

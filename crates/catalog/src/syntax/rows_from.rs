//! `ROWS FROM (f(…), g(…))` and `unnest(a, b)`: functions side by side.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// What an item of several functions is called for the parser, which knows no such item: it is read as a call
/// with the others as its arguments.
pub(crate) const ROWS_FROM: &str = "rows from";

/// The arrays of an `unnest(a, b)` behind LATERAL, where the parser takes it for any function.
pub(crate) fn unnested<'a>(name: &ObjectName, args: &'a [FunctionArg]) -> Option<Vec<&'a Expr>> {
    let [name] = name.0.as_slice() else { return None };
    let is_unnest = name.as_ident().is_some_and(|name| match name.quote_style {
        None => name.value.eq_ignore_ascii_case("unnest"),
        Some(_) => name.value == "unnest",
    });
    let arrays = args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(array)) => Some(array),
        _ => None,
    });
    (is_unnest && args.len() > 1).then(|| arrays.collect())?
}

/// The tokens with that name for ROWS FROM at the beginning of FROM, and behind JOIN and LATERAL. Behind a
/// comma `rows` may be a column of the list.
pub(crate) fn as_calls(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let significant: Vec<usize> = (0..)
        .zip(&tokens)
        .filter(|(_, token)| !matches!(token.token, Token::Whitespace(_)))
        .map(|(place, _)| place)
        .collect();
    let is_rows = |place: usize| match tokens.get(place).map(|token| &token.token) {
        Some(Token::Word(word)) => {
            word.quote_style.is_none() && word.value.eq_ignore_ascii_case("rows")
        }
        _ => false,
    };
    let keyword = |place: usize| match tokens.get(place).map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.keyword,
        _ => Keyword::NoKeyword,
    };
    let found: Vec<(usize, usize)> = significant
        .windows(4)
        .filter_map(|four| match *four {
            [before, rows, from, open]
                if matches!(keyword(before), Keyword::FROM | Keyword::JOIN | Keyword::LATERAL)
                    && is_rows(rows)
                    && keyword(from) == Keyword::FROM
                    && tokens.get(open).is_some_and(|token| token.token == Token::LParen) =>
            {
                Some((rows, from))
            }
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return tokens;
    }
    let mut found = found.into_iter().peekable();
    let mut written = Vec::with_capacity(tokens.len());
    for (place, mut token) in tokens.into_iter().enumerate() {
        match found.peek() {
            Some((rows, _)) if *rows == place => {
                token.token = Token::Word(Word {
                    value: ROWS_FROM.to_owned(),
                    quote_style: Some('"'),
                    keyword: Keyword::NoKeyword,
                });
            }
            Some((_, from)) if *from == place => {
                found.next();
                continue;
            }
            _ => {}
        }
        written.push(token);
    }
    written
}

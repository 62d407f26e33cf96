//! `TABLE name`: all of a relation; and `ONLY name`, without those that inherit from it.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// The words behind which a query may begin, beside parentheses; behind AS it is the name of a column.
const BEFORE_QUERIES: [Keyword; 5] =
    [Keyword::UNION, Keyword::EXCEPT, Keyword::INTERSECT, Keyword::ALL, Keyword::DISTINCT];

/// The tokens with `SELECT * FROM` for `TABLE` before a name, which is what it is short for: the parser does not know
/// it everywhere, and lets nothing follow.
pub(crate) fn as_selects(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let is_table = |token: &TokenWithSpan| match &token.token {
        Token::Word(word) => word.quote_style.is_none() && word.keyword == Keyword::TABLE,
        _ => false,
    };
    if !tokens.iter().any(is_table) {
        return tokens;
    }
    // Whether a word comes next, from the end on.
    let mut is_next = false;
    let mut named: Vec<bool> = Vec::with_capacity(tokens.len());
    for token in tokens.iter().rev() {
        named.push(is_next);
        if !matches!(token.token, Token::Whitespace(_)) {
            is_next = matches!(token.token, Token::Word(_));
        }
    }
    let word = |text: &str, keyword| {
        Token::Word(Word { value: text.to_owned(), quote_style: None, keyword })
    };
    let mut written = Vec::with_capacity(tokens.len() + 2);
    let mut begins = true;
    for (token, is_named) in tokens.into_iter().zip(named.into_iter().rev()) {
        let is_query = begins && is_named && is_table(&token);
        begins = match &token.token {
            Token::Whitespace(_) => begins,
            Token::LParen | Token::RParen => true,
            Token::Word(word) => BEFORE_QUERIES.contains(&word.keyword),
            _ => false,
        };
        if !is_query {
            written.push(token);
            continue;
        }
        let all = [word("SELECT", Keyword::SELECT), Token::Mul, word("FROM", Keyword::FROM)];
        written.extend(all.map(|part| TokenWithSpan { token: part, span: token.span }));
    }
    written
}

/// The tokens without ONLY before the name of an item of FROM, which may be in parentheses: the relations here give
/// nobody the rows of others.
pub(crate) fn without_only(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut before = Keyword::NoKeyword;
    let mut is_listed = false;
    let mut gone = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let word = match &token.token {
            Token::Whitespace(_) => continue,
            Token::Word(word) if word.quote_style.is_none() => word.keyword,
            _ => Keyword::NoKeyword,
        };
        let is_item = matches!(before, Keyword::FROM | Keyword::JOIN) || is_listed;
        before = word;
        is_listed = token.token == Token::Comma;
        if is_item && word == Keyword::ONLY {
            let rest = tokens.get(place + 1..).unwrap_or_default();
            let parentheses = around_name(rest);
            gone.push(place);
            gone.extend(parentheses.into_iter().flatten().map(|within| place + 1 + within));
        }
    }
    let mut gone = gone.into_iter().peekable();
    let mut place = 0;
    tokens.retain(|_| {
        place += 1;
        gone.next_if_eq(&(place - 1)).is_none()
    });
    tokens
}

/// Where the parentheses are that begin these tokens and have nothing but a name within.
fn around_name(tokens: &[TokenWithSpan]) -> Option<[usize; 2]> {
    let mut written = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| !matches!(token.token, Token::Whitespace(_)))
        .map(|(place, token)| (place, &token.token));
    let (open, _) = written.next().filter(|(_, token)| **token == Token::LParen)?;
    let mut is_name = false;
    for (place, token) in written {
        match token {
            Token::Word(_) if !is_name => is_name = true,
            Token::Period if is_name => is_name = false,
            Token::RParen if is_name => return Some([open, place]),
            _ => return None,
        }
    }
    None
}

//! The tokens of a statement as the parser wants them: what PostgreSQL also has in another order or in other
//! words.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};
use trunkline_catalog::syntax::is_reserved;

use super::identity_options::in_order;

/// The tokens, each with the place in the text of the one that it stands for.
pub(super) fn arranged(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    with_locks_last(in_order(with_tables_selected(tokens)))
}

/// A reserved word where FROM or JOIN wants a table.
pub(super) fn reserved_table(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
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

/// FOR UPDATE and its kin behind LIMIT, OFFSET and FETCH; PostgreSQL takes them before, too.
fn with_locks_last(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut moved = Vec::with_capacity(tokens.len());
    // The clauses of a query that are still to come, and those of the queries around it.
    let (mut held, mut outer) = (Vec::new(), Vec::new());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token.token {
            Token::LParen => outer.push(std::mem::take(&mut held)),
            Token::RParen => {
                moved.append(&mut held);
                held = outer.pop().unwrap_or_default();
            }
            Token::SemiColon => moved.append(&mut held),
            _ => {}
        }
        let is_for = keyword(&token.token) == Keyword::FOR;
        moved.push(token);
        if !is_for {
            continue;
        }
        let start = moved.len() - 1;
        while let Some(space) = tokens.next_if(|one| matches!(one.token, Token::Whitespace(_))) {
            moved.push(space);
        }
        let is_lock = |token: &TokenWithSpan| {
            matches!(keyword(&token.token), Keyword::UPDATE | Keyword::SHARE)
        };
        if !tokens.peek().is_some_and(is_lock) {
            continue;
        }
        while let Some(token) = tokens.next_if(|one| !ends_clause(&one.token)) {
            moved.push(token);
        }
        if tokens.peek().is_some_and(|one| is_limit(&one.token)) {
            held.extend(moved.split_off(start));
        }
    }
    moved.append(&mut held);
    moved
}

fn ends_clause(token: &Token) -> bool {
    matches!(token, Token::LParen | Token::RParen | Token::SemiColon) || is_limit(token)
}

fn is_limit(token: &Token) -> bool {
    matches!(keyword(token), Keyword::LIMIT | Keyword::OFFSET | Keyword::FETCH)
}

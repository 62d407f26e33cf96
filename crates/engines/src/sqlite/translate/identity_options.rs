//! The options of identity columns, which the parser knows in one order only.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::arranged::keyword;

/// The order in which the parser knows them; the name of the sequence it does not know, nor LOGGED.
const ORDER: [Keyword; 6] = [
    Keyword::INCREMENT,
    Keyword::MINVALUE,
    Keyword::MAXVALUE,
    Keyword::START,
    Keyword::CACHE,
    Keyword::CYCLE,
];

/// The tokens of a statement with the options behind each `AS IDENTITY` in the parser's order.
pub(super) fn in_order(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut ordered: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter();
    let mut before = [Keyword::NoKeyword; 2];
    while let Some(token) = tokens.next() {
        let is_open = token.token == Token::LParen && before == [Keyword::AS, Keyword::IDENTITY];
        if !matches!(token.token, Token::Whitespace(_)) {
            before = [before[1], keyword(&token.token)];
        }
        ordered.push(token);
        if is_open {
            let is_within = |token: &TokenWithSpan| token.token != Token::RParen;
            let mut within: Vec<TokenWithSpan> = Vec::new();
            let mut end = None;
            for token in tokens.by_ref() {
                if !is_within(&token) {
                    end = Some(token);
                    break;
                }
                within.push(token);
            }
            ordered.extend(sorted(within));
            ordered.extend(end);
        }
    }
    ordered
}

/// Options in order, if each is one that is known and none is said twice.
fn sorted(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut options: Vec<(Option<usize>, Vec<TokenWithSpan>)> = Vec::new();
    let mut is_no = false;
    for token in &tokens {
        if matches!(token.token, Token::Whitespace(_)) {
            continue;
        }
        let word = keyword(&token.token);
        let place = ORDER.iter().position(|one| *one == word);
        match options.last_mut() {
            Some((last, option)) if is_no => {
                *last = place;
                option.push(token.clone());
            }
            _ if place.is_some() || matches!(word, Keyword::NO | Keyword::SEQUENCE) => {
                options.push((place, vec![token.clone()]));
            }
            Some((_, option)) => option.push(token.clone()),
            None => return tokens,
        }
        is_no = word == Keyword::NO;
    }
    let is_name = |option: &[TokenWithSpan]| {
        option.first().is_some_and(|first| keyword(&first.token) == Keyword::SEQUENCE)
    };
    options.retain(|(_, option)| !is_name(option));
    let mut seen = Vec::new();
    for (place, _) in &options {
        if place.is_none() || seen.contains(place) {
            return tokens;
        }
        seen.push(*place);
    }
    options.sort_by_key(|(place, _)| *place);
    options.into_iter().flat_map(|(_, option)| option).collect()
}

//! `TABLE name`: all of a relation; and `ONLY name`, without those that inherit from it.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// The words behind which a query may begin, beside parentheses; behind AS it is the name of a column.
const BEFORE_QUERIES: [Keyword; 5] =
    [Keyword::UNION, Keyword::EXCEPT, Keyword::INTERSECT, Keyword::ALL, Keyword::DISTINCT];

/// The words that may follow the name behind TABLE.
const BEHIND_TABLE: [Keyword; 8] = [
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::FETCH,
    Keyword::FOR,
];

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
    let is_whole = |place: usize| names_all(tokens.get(place + 1..).unwrap_or_default());
    let whole: Vec<bool> = tokens
        .iter()
        .enumerate()
        .map(|(place, token)| is_table(token) && is_whole(place))
        .collect();
    let word = |text: &str, keyword| {
        Token::Word(Word { value: text.to_owned(), quote_style: None, keyword })
    };
    let mut written = Vec::with_capacity(tokens.len() + 2);
    let mut begins = true;
    for (token, is_whole) in tokens.into_iter().zip(whole) {
        let is_query = begins && is_whole;
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

/// Whether the tokens are a name, behind which nothing comes that follows the items of FROM only.
fn names_all(tokens: &[TokenWithSpan]) -> bool {
    let written = tokens.iter().map(|token| &token.token);
    let mut written = written.filter(|token| !matches!(token, Token::Whitespace(_))).peekable();
    let is_only = |token: &&Token| matches!(token, Token::Word(word) if word.keyword == Keyword::ONLY && word.quote_style.is_none());
    if written.next_if(is_only).is_some() && written.peek() == Some(&&Token::LParen) {
        return true;
    }
    loop {
        if !matches!(written.next(), Some(Token::Word(_))) {
            return false;
        }
        if written.next_if(|token| **token == Token::Period).is_none() {
            break;
        }
    }
    let _ = written.next_if(|token| **token == Token::Mul);
    match written.next() {
        Some(Token::Word(word)) if word.quote_style.is_none() => {
            BEHIND_TABLE.contains(&word.keyword)
        }
        Some(Token::Word(_) | Token::Comma) => false,
        _ => true,
    }
}

/// The tokens without ONLY before the name of an item of FROM, which may be in parentheses: the relations here give
/// nobody the rows of others.
pub(crate) fn without_only(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut before = Keyword::NoKeyword;
    let mut is_listed = false;
    let mut lists = Lists::default();
    let mut gone = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let word = match &token.token {
            Token::Whitespace(_) => continue,
            Token::Word(word) if word.quote_style.is_none() => word.keyword,
            _ => Keyword::NoKeyword,
        };
        // FROM of IS DISTINCT FROM has no items.
        let word = match (before, word) {
            (Keyword::DISTINCT, Keyword::FROM) => Keyword::NoKeyword,
            (_, word) => word,
        };
        let is_item = matches!(before, Keyword::FROM | Keyword::JOIN) || is_listed;
        before = word;
        is_listed = lists.go_on(&token.token, word);
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

/// Whether the items of FROM are listed, in each pair of parentheses around a place.
#[derive(Default)]
struct Lists(Vec<bool>);

impl Lists {
    /// Goes past a token, which is this word, if it is one; whether an item comes next.
    fn go_on(&mut self, token: &Token, word: Keyword) -> bool {
        match token {
            Token::LParen => self.0.push(false),
            Token::RParen => drop(self.0.pop()),
            Token::Comma => return self.0.last() == Some(&true),
            _ => {}
        }
        let is_of_items = match word {
            Keyword::FROM => true,
            Keyword::SELECT | Keyword::WHERE | Keyword::GROUP | Keyword::HAVING => false,
            Keyword::WINDOW | Keyword::ORDER | Keyword::LIMIT | Keyword::OFFSET => false,
            Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT => false,
            _ => return false,
        };
        match self.0.last_mut() {
            Some(last) => *last = is_of_items,
            None => self.0.push(is_of_items),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::query;

    #[test]
    fn only_what_may_follow_a_table_does() {
        for sql in [
            "TABLE pg_am WHERE true",
            "TABLE pg_am, pg_class",
            "TABLE pg_am GROUP BY 1",
            "TABLE pg_am a",
            "SELECT 1, ONLY 2",
            "SELECT count(1, ONLY 2) FROM pg_am",
            "SELECT 1 FROM pg_am WHERE 1 IS DISTINCT FROM ONLY 2",
        ] {
            let error = query(sql).expect_err(sql);
            assert_eq!(error.sqlstate().to_string(), "42601", "{sql}");
        }
        for sql in [
            "TABLE pg_am",
            "TABLE ONLY pg_catalog.pg_am ORDER BY 1 LIMIT 2",
            "(TABLE pg_am) UNION TABLE pg_am OFFSET 1",
            "SELECT 1 FROM pg_am, ONLY pg_class, ONLY pg_type WHERE oid IN (SELECT 1 FROM ONLY pg_am)",
        ] {
            query(sql).expect(sql);
        }
    }
}

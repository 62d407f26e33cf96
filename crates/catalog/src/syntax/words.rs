//! Which key words are names where.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-keywords-appendix.html>

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};
use trunkline_sql::{KeywordCategory, keyword_category};

use super::dialect::{is_reserved, keyword};

/// The words that may name a column of a result behind AS only.
pub(super) const BEHIND_AS: &[Keyword] = &[
    Keyword::ARRAY,
    Keyword::AS,
    Keyword::CHAR,
    Keyword::CHARACTER,
    Keyword::CREATE,
    Keyword::DAY,
    Keyword::EXCEPT,
    Keyword::FETCH,
    Keyword::FILTER,
    Keyword::FOR,
    Keyword::FROM,
    Keyword::GRANT,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::HOUR,
    Keyword::INTERSECT,
    Keyword::INTO,
    Keyword::LIMIT,
    Keyword::MINUTE,
    Keyword::MONTH,
    Keyword::NOTNULL,
    Keyword::OFFSET,
    Keyword::ON,
    Keyword::ORDER,
    Keyword::OVER,
    Keyword::OVERLAPS,
    Keyword::PRECISION,
    Keyword::RETURNING,
    Keyword::SECOND,
    Keyword::TO,
    Keyword::UNION,
    Keyword::VARYING,
    Keyword::WHERE,
    Keyword::WINDOW,
    Keyword::WITH,
    Keyword::WITHIN,
    Keyword::WITHOUT,
    Keyword::YEAR,
];

/// Whether a word may name a relation or a column without quotes.
pub(super) fn is_column_name(keyword: Keyword) -> bool {
    // The words of other dialects are none here.
    keyword_category(&format!("{keyword:?}")).is_none_or(KeywordCategory::is_column_name)
}

/// Operators that are words, and name a column of a result where nothing comes behind them that they could be of.
const OPERATORS: &[Keyword] = &[
    Keyword::AND,
    Keyword::BETWEEN,
    Keyword::COLLATE,
    Keyword::ILIKE,
    Keyword::IN,
    Keyword::IS,
    Keyword::LIKE,
    Keyword::MATCH,
    Keyword::NOT,
    Keyword::OPERATOR,
    Keyword::OR,
    Keyword::SIMILAR,
];

/// What may come behind a column of a result.
const BEHIND_COLUMN: &[Keyword] = &[
    Keyword::EXCEPT,
    Keyword::FETCH,
    Keyword::FOR,
    Keyword::FROM,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::INTERSECT,
    Keyword::INTO,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::ORDER,
    Keyword::UNION,
    Keyword::WHERE,
    Keyword::WINDOW,
];

/// The tokens with quotes around words that are names for where they stand: those that the parser would take for
/// something else behind a dot, such as `user`, before one, such as `exists`, or behind an operand, such as `like`.
/// ISNULL behind an operand is IS NULL. Behind its schema a function is one like any other, whatever grammar its name
/// has of its own: `pg_catalog.substring(a, b)`.
pub(super) fn as_names(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut written: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter();
    let (mut before, mut is_operand) = (Token::EOF, false);
    while let Some(mut token) = tokens.next() {
        if matches!(token.token, Token::Whitespace(_)) {
            written.push(token);
            continue;
        }
        let mut rest = tokens.as_slice().iter().map(|one| &one.token);
        let next = rest.find(|one| !matches!(one, Token::Whitespace(_))).unwrap_or(&Token::EOF);
        if let Token::Word(word) = &mut token.token
            && word.quote_style.is_none()
        {
            let behind_dot = before == Token::Period;
            if *next == Token::LParen && behind_dot {
                word.keyword = Keyword::NoKeyword;
            } else if is_name(word, &before, is_operand, next) {
                word.value.make_ascii_lowercase();
                (word.quote_style, word.keyword) = (Some('"'), Keyword::NoKeyword);
            } else if is_operand && word.value.eq_ignore_ascii_case("isnull") {
                let null =
                    Word { value: "NULL".to_owned(), quote_style: None, keyword: Keyword::NULL };
                *word = Word { value: "IS".to_owned(), keyword: Keyword::IS, ..null.clone() };
                written.push(token.clone());
                token.token = Token::Word(null);
            }
        }
        before = token.token.clone();
        is_operand = match &before {
            Token::RParen | Token::RBracket => true,
            Token::Number(..) | Token::Placeholder(_) | Token::DollarQuotedString(_) => true,
            Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) => true,
            Token::Word(_) => keyword(&before) == Keyword::END || !is_reserved(keyword(&before)),
            _ => false,
        };
        written.push(token);
    }
    written
}

/// Whether a word without quotes is a name for what stands around it.
fn is_name(word: &Word, before: &Token, is_operand: bool, next: &Token) -> bool {
    if word.keyword == Keyword::RECURSIVE && keyword(before) == Keyword::WITH {
        return *next == Token::LParen || keyword(next) == Keyword::AS;
    }
    if *next == Token::LParen {
        return false;
    }
    if is_operand && OPERATORS.contains(&word.keyword) {
        return matches!(next, Token::EOF | Token::SemiColon | Token::Comma | Token::RParen)
            || BEHIND_COLUMN.contains(&keyword(next));
    }
    let behind_dot = *before == Token::Period;
    match keyword_category(&word.value) {
        Some(KeywordCategory::Reserved | KeywordCategory::TypeOrFunctionName) => behind_dot,
        Some(KeywordCategory::ColumnName) => !behind_dot && *next == Token::Period,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PostgreSQL's own list says the same.
    #[test]
    fn words_that_need_as_are_all_there() {
        let facts = crate::facts::facts("pg_get_keywords").expect("they are stored");
        let (word, bare) = (facts.column("word"), facts.column("barelabel"));
        for row in &facts.rows {
            let name = crate::facts::text(row, word);
            let is_bare = row.get(bare).is_some_and(crate::datum::Datum::is_true);
            let listed = BEHIND_AS.iter().any(|one| format!("{one:?}").eq_ignore_ascii_case(&name));
            // ISNULL is none that the parser knows.
            assert_eq!(is_bare, !listed && &*name != "isnull", "{name}");
        }
    }
}

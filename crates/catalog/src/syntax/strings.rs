//! The values of strings with escapes.

use sqlparser::dialect::Dialect;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};
use trunkline_core::{PgError, Result};
use trunkline_sql::{Lexer, TokenKind};

use super::{arrays, qualified, trim, words};

/// The tokens of a statement, for the parser.
///
/// What an escape such as `\v` or `\xc3\xa4` in an `E'…'` stands for is not the tokenizer's to say, which knows
/// neither, but that of [`trunkline_sql`]. The standard's `integer ARRAY` is `integer[]` there.
///
/// # Errors
///
/// `refused` is made of the tokenizer's; 22021 and 22025 for escapes that are no text.
pub fn tokens(
    sql: &str,
    dialect: &dyn Dialect,
    refused: impl Fn(&ParserError) -> PgError,
) -> Result<Vec<TokenWithSpan>> {
    let masked = if sql.contains('\\') { mask(sql)? } else { None };
    let (text, values) = match &masked {
        Some((text, values)) => (text.as_str(), values.as_slice()),
        None => (sql, &[][..]),
    };
    let tokens = Tokenizer::new(dialect, text).tokenize_with_location();
    let mut tokens = tokens.map_err(|error| refused(&error.into()))?;
    let escaped = tokens.iter_mut().filter_map(|token| match &mut token.token {
        Token::EscapedStringLiteral(text) => Some(text),
        _ => None,
    });
    for (text, value) in escaped.zip(values) {
        text.clone_from(value);
    }
    let tokens = joined(tokens).map_err(|error| refused(&error))?;
    let tokens = words::as_names(trim::without_from(arrays::bracketed(tokens)));
    let tokens = qualified::with_rows(tokens);
    Ok(qualified::with_all_fields(tokens))
}

/// The tokens with one string for those that go on behind the end of a line. On the same line none goes on, nor is one
/// a name.
fn joined(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, ParserError> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // The last token that is no space.
    let mut last = 0;
    for token in tokens {
        let is_space = matches!(token.token, Token::Whitespace(_));
        if let Token::SingleQuotedString(text) = &token.token {
            let between = || {
                let tokens = out.get(last + 1..).unwrap_or_default().iter();
                tokens.filter_map(|one| match &one.token {
                    Token::Whitespace(space) => Some(space),
                    _ => None,
                })
            };
            use Whitespace::{MultiLineComment, Newline, SingleLineComment};
            let goes_on = between().any(|one| matches!(one, Newline | SingleLineComment { .. }))
                && !between().any(|one| matches!(one, MultiLineComment(_)));
            match out.get_mut(last).map(|before| &mut before.token) {
                Some(Token::SingleQuotedString(before)) if goes_on => {
                    before.push_str(text);
                    out.truncate(last + 1);
                    continue;
                }
                Some(
                    Token::SingleQuotedString(_)
                    | Token::EscapedStringLiteral(_)
                    | Token::DollarQuotedString(_)
                    | Token::Number(..)
                    | Token::Placeholder(_),
                ) => {
                    let found = format!("found: {}{}", token.token, token.span.start);
                    return Err(ParserError::ParserError(found));
                }
                _ => {}
            }
        }
        if !is_space {
            last = out.len();
        }
        out.push(token);
    }
    Ok(out)
}

/// The statement with an `x` for each character within strings that may have escapes, and their values; `None`
/// if there are no such strings.
fn mask(sql: &str) -> Result<Option<(String, Vec<String>)>> {
    let (mut text, mut values, mut end) = (String::new(), Vec::new(), 0);
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        if token.kind != TokenKind::EscapeString {
            continue;
        }
        let value = token.string(sql).map_err(|error| PgError::syntax(&error, sql))?;
        values.push(value.into_owned());
        text.push_str(sql.get(end..token.span.start).unwrap_or_default());
        let inner = token.text(sql).get(2..).and_then(|text| text.strip_suffix('\''));
        text.push_str("E'");
        text.extend(inner.unwrap_or_default().chars().map(|c| if c == '\n' { c } else { 'x' }));
        text.push('\'');
        end = token.span.end;
    }
    text.push_str(sql.get(end..).unwrap_or_default());
    Ok((!values.is_empty()).then_some((text, values)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Postgres;

    fn strings(sql: &str) -> Result<Vec<String>> {
        let tokens = tokens(sql, &Postgres::new(sql), |error| PgError::internal(error.to_string()));
        let strings = tokens?.into_iter().filter_map(|token| match token.token {
            Token::EscapedStringLiteral(text) | Token::SingleQuotedString(text) => Some(text),
            _ => None,
        });
        Ok(strings.collect())
    }

    #[test]
    fn escapes_are_those_of_postgresql() {
        let sql = r"select E'\b\f\v', 'a\v', e'\xc3\xa4', e'it''s \'' -- E'\v'";
        assert_eq!(strings(sql).unwrap(), ["\u{8}\u{c}\u{b}", r"a\v", "ä", "it's '"]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let error = strings(r"select E'\xc3'").unwrap_err();
        assert_eq!(error.message(), "invalid byte sequence for encoding \"UTF8\": 0xc3");
    }
}

//! `regclass 'pg_class'`: a constant of any type, where the parser knows some types only.

use sqlparser::ast::{DataType, Expr, TypedString};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use trunkline_sql::{KeywordCategory, keyword_category};

/// Whether such a constant comes next, where an expression begins: a name, which may have a schema, and a string.
fn comes_next(parser: &Parser<'_>) -> bool {
    let token = |place| &parser.peek_nth_token_ref(place).token;
    let is_name = match token(0) {
        Token::Word(word) if word.quote_style.is_none() => {
            let category = keyword_category(&word.value);
            matches!(category, None | Some(KeywordCategory::Unreserved))
        }
        Token::Word(_) => true,
        _ => false,
    };
    let mut place = 0;
    // Three parts are the most; to look further would take longer with each part of a long name.
    while is_name
        && place < 4
        && *token(place + 1) == Token::Period
        && matches!(token(place + 2), Token::Word(_))
    {
        place += 2;
    }
    is_name
        && matches!(
            token(place + 1),
            Token::SingleQuotedString(_)
                | Token::EscapedStringLiteral(_)
                | Token::DollarQuotedString(_)
        )
}

/// Reads it; `None` if there is none, or one of a type that the parser knows.
pub(super) fn read(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    if !comes_next(parser) {
        return None;
    }
    let read = parser.maybe_parse(|parser| match parser.parse_data_type()? {
        data_type @ DataType::Custom(..) => {
            let value = parser.parse_value()?;
            Ok(Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false }))
        }
        known => Err(ParserError::ParserError(known.to_string())),
    });
    read.transpose()
}

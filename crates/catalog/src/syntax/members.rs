//! `JSON_OBJECT(key VALUE value, key: value …)`, whose names of arguments are expressions.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, JsonNullClause, JsonReturningClause, ObjectName,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// Whether such a call comes next.
pub(super) fn comes_next(parser: &Parser<'_>) -> bool {
    let is_name = match &parser.peek_token_ref().token {
        Token::Word(word) => {
            word.quote_style.is_none() && word.value.eq_ignore_ascii_case("json_object")
        }
        _ => false,
    };
    is_name && parser.peek_nth_token_ref(1).token == Token::LParen
}

/// Reads the call; each argument is read once, be it named or not.
pub(super) fn read(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    let name = ObjectName::from(vec![parser.parse_identifier()?]);
    parser.expect_token(&Token::LParen)?;
    let (mut args, mut clauses) = (Vec::new(), Vec::new());
    let mut has_more = !matches!(parser.peek_token_ref().token, Token::RParen)
        && !parser.peek_keyword(Keyword::RETURNING);
    while has_more {
        args.push(argument(parser)?);
        has_more = parser.consume_token(&Token::Comma);
    }
    if parser.parse_keywords(&[Keyword::NULL, Keyword::ON, Keyword::NULL]) {
        clauses.push(FunctionArgumentClause::JsonNullClause(JsonNullClause::NullOnNull));
    } else if parser.parse_keywords(&[Keyword::ABSENT, Keyword::ON, Keyword::NULL]) {
        clauses.push(FunctionArgumentClause::JsonNullClause(JsonNullClause::AbsentOnNull));
    }
    if parser.parse_keyword(Keyword::RETURNING) {
        let data_type = parser.parse_data_type()?;
        let clause = JsonReturningClause { data_type };
        clauses.push(FunctionArgumentClause::JsonReturningClause(clause));
    }
    parser.expect_token(&Token::RParen)?;
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses };
    Ok(Expr::Function(Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }))
}

fn argument(parser: &mut Parser<'_>) -> Result<FunctionArg, ParserError> {
    let name = parser.parse_expr()?;
    let operator = if parser.parse_keyword(Keyword::VALUE) {
        FunctionArgOperator::Value
    } else if parser.consume_token(&Token::Colon) {
        FunctionArgOperator::Colon
    } else {
        return Ok(FunctionArg::Unnamed(FunctionArgExpr::Expr(name)));
    };
    let arg = FunctionArgExpr::Expr(parser.parse_expr()?);
    Ok(FunctionArg::ExprNamed { name, arg, operator })
}

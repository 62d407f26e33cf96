//! `LIKE ANY (…)` and its kin.

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::dialect::{Words, keyword};

/// `[NOT] LIKE` or ILIKE of ANY, SOME or ALL of an array or of a query's rows, as the operator that it stands for;
/// `None` if something else comes next.
pub(super) fn read(
    parser: &mut Parser<'_>,
    words: Words,
    left: &Expr,
    precedence: u8,
) -> Option<Result<Expr, ParserError>> {
    let compare_op = match (words.first, words.is_not) {
        (Keyword::LIKE, false) => BinaryOperator::PGLikeMatch,
        (Keyword::LIKE, true) => BinaryOperator::PGNotLikeMatch,
        (Keyword::ILIKE, false) => BinaryOperator::PGILikeMatch,
        (Keyword::ILIKE, true) => BinaryOperator::PGNotILikeMatch,
        _ => return None,
    };
    let all = match words.second {
        Keyword::ALL => true,
        Keyword::ANY | Keyword::SOME => false,
        _ => return None,
    };
    words.pass(parser);
    let (left, right) = (Box::new(left.clone()), operand(parser, precedence));
    Some(right.map(Box::new).map(|right| match all {
        true => Expr::AllOp { left, compare_op, right },
        false => Expr::AnyOp { left, compare_op, right, is_some: false },
    }))
}

/// What stands in parentheses.
fn operand(parser: &mut Parser<'_>, precedence: u8) -> Result<Expr, ParserError> {
    let inner = keyword(&parser.peek_nth_token_ref(1).token);
    if matches!(inner, Keyword::SELECT | Keyword::WITH | Keyword::VALUES) {
        return parser.parse_subexpr(precedence);
    }
    parser.expect_token(&Token::LParen)?;
    let right = parser.parse_expr()?;
    parser.expect_token(&Token::RParen)?;
    Ok(right)
}

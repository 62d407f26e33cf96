//! `BETWEEN SYMMETRIC`.

use sqlparser::ast::{Expr, Ident};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use super::dialect::keyword;

/// What is said before the first bound of one whose bounds may stand in either order.
const SYMMETRIC: &str = "SYMMETRIC";

/// `[NOT] BETWEEN` with SYMMETRIC or ASYMMETRIC behind it; `None` if something else comes next.
///
/// SYMMETRIC stands as a prefix of the first bound, for the tree has no other place for it.
pub(super) fn read(
    parser: &mut Parser<'_>,
    left: &Expr,
    precedence: u8,
) -> Option<Result<Expr, ParserError>> {
    let word = |place| keyword(&parser.peek_nth_token_ref(place).token);
    let negated = word(0) == Keyword::NOT;
    let first = usize::from(negated);
    if word(first) != Keyword::BETWEEN {
        return None;
    }
    let is_symmetric = match word(first + 1) {
        Keyword::SYMMETRIC => true,
        Keyword::ASYMMETRIC => false,
        _ => return None,
    };
    for _ in 0..first + 2 {
        parser.advance_token();
    }
    let mut bounds = || {
        let low = parser.parse_subexpr(precedence)?;
        parser.expect_keyword_is(Keyword::AND)?;
        Ok((low, parser.parse_subexpr(precedence)?))
    };
    Some(bounds().map(|(low, high)| {
        let low = match is_symmetric {
            true => Expr::Prefixed { prefix: Ident::new(SYMMETRIC), value: Box::new(low) },
            false => low,
        };
        Expr::Between {
            expr: Box::new(left.clone()),
            negated,
            low: Box::new(low),
            high: Box::new(high),
        }
    }))
}

/// The first bound of a BETWEEN, and whether the bounds may stand in either order.
pub(crate) fn symmetric(low: &Expr) -> (&Expr, bool) {
    match low {
        Expr::Prefixed { prefix, value } if prefix.value == SYMMETRIC => (value, true),
        low => (low, false),
    }
}

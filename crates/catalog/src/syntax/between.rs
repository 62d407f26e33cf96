//! `BETWEEN SYMMETRIC`.

use sqlparser::ast::{Expr, Ident};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use super::dialect::Words;

/// What is said before the first bound of one whose bounds may stand in either order.
const SYMMETRIC: &str = "SYMMETRIC";

/// `[NOT] BETWEEN` with SYMMETRIC or ASYMMETRIC behind it; `None` if something else comes next.
///
/// SYMMETRIC stands as a prefix of the first bound, for the tree has no other place for it.
pub(super) fn read(
    parser: &mut Parser<'_>,
    words: Words,
    left: &Expr,
    precedence: u8,
) -> Option<Result<Expr, ParserError>> {
    if words.first != Keyword::BETWEEN {
        return None;
    }
    let is_symmetric = match words.second {
        Keyword::SYMMETRIC => true,
        Keyword::ASYMMETRIC => false,
        _ => return None,
    };
    words.pass(parser);
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
            negated: words.is_not,
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

//! What binds tighter than the parser thinks.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-PRECEDENCE>.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::take;

/// A sign binds tighter than a power: `-2 ^ 2` is 4.
pub(super) fn sign_before_power(expr: &mut Expr) {
    let Expr::UnaryOp { op: op @ (UnaryOperator::Minus | UnaryOperator::Plus), expr: operand } =
        expr
    else {
        return;
    };
    let op = *op;
    let mut power = take(operand);
    let mut base = &mut power;
    while let Expr::BinaryOp { left, op: BinaryOperator::PGExp, .. } = base {
        base = left;
    }
    *base = Expr::UnaryOp { op, expr: Box::new(take(base)) };
    *expr = power;
}

/// `a IS DISTINCT FROM b AND c` is not `a IS DISTINCT FROM (b AND c)`, as the parser has it.
pub(super) fn distinct_before_and(expr: &mut Expr) {
    if !is_swallowing(expr) {
        return;
    }
    let mut terms = Vec::new();
    let first = flatten(take(expr), &mut terms);
    // OR joins what AND has joined.
    let (mut any, mut all) = (None, first);
    for (op, term) in terms {
        match op {
            BinaryOperator::Or => {
                any = Some(joined(any, std::mem::replace(&mut all, term)));
            }
            op => all = binary(all, op, term),
        }
    }
    *expr = joined(any, all);
}

fn joined(any: Option<Expr>, last: Expr) -> Expr {
    match any {
        Some(any) => binary(any, BinaryOperator::Or, last),
        None => last,
    }
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

fn is_junction(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::And | BinaryOperator::Or)
}

/// Whether a comparison outside of parentheses has taken an AND or OR for its right side.
fn is_swallowing(expr: &Expr) -> bool {
    match expr {
        Expr::IsDistinctFrom(_, right) | Expr::IsNotDistinctFrom(_, right) => {
            matches!(&**right, Expr::BinaryOp { op, .. } if is_junction(op)) || is_swallowing(right)
        }
        Expr::BinaryOp { left, op, right } if is_junction(op) => {
            is_swallowing(left) || is_swallowing(right)
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => is_swallowing(expr),
        _ => false,
    }
}

/// The first term, in the order of the text, with what is joined to it behind it.
fn flatten(expr: Expr, terms: &mut Vec<(BinaryOperator, Expr)>) -> Expr {
    match expr {
        Expr::BinaryOp { left, op, right } if is_junction(&op) => {
            let first = flatten(*left, terms);
            let mut behind = Vec::new();
            let next = flatten(*right, &mut behind);
            terms.push((op, next));
            terms.append(&mut behind);
            first
        }
        Expr::IsDistinctFrom(left, right) => {
            let right = flatten(*right, terms);
            Expr::IsDistinctFrom(left, Box::new(right))
        }
        Expr::IsNotDistinctFrom(left, right) => {
            let right = flatten(*right, terms);
            Expr::IsNotDistinctFrom(left, Box::new(right))
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
            let expr = flatten(*expr, terms);
            Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) }
        }
        term => term,
    }
}

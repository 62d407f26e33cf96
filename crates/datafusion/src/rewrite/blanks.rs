//! `char(n)`: the blanks that fill it up do not count where it is compared or put together.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-character.html>.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Value};

use crate::operators::is_comparison;

use super::{function, is_named, take};

/// Drops the blanks at the end of what such a value is compared with, or put before or behind.
pub(super) fn trimmed(expr: &mut Expr) {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            [left, right].into_iter().filter(|side| is_filled(side)).for_each(|side| trim(side));
        }
        Expr::BinaryOp { left, op, right }
            if is_comparison(op) && (is_filled(left) || is_filled(right)) =>
        {
            [left, right].into_iter().for_each(|side| trim(side));
        }
        Expr::InList { expr, list, .. } if is_filled(expr) => {
            trim(expr);
            list.iter_mut().for_each(trim);
        }
        _ => {}
    }
}

/// Whether an expression is a cast to `char(n)`.
fn is_filled(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_filled(inner),
        Expr::Function(call) => is_named(&call.name, "as_bpchar"),
        _ => false,
    }
}

fn trim(expr: &mut Expr) {
    match expr {
        Expr::Value(value) => {
            if let Value::SingleQuotedString(text) = &mut value.value {
                text.truncate(text.trim_end_matches(' ').len());
            }
        }
        expr => *expr = function("rtrim", vec![take(expr)]),
    }
}

//! Conditions on the rows of a view, or of a query in FROM, within that query: what they leave out is not
//! worked out first.

use std::sync::Arc;

use super::push::{is_outer, leaves_of, push};
use crate::plan::{Body, Distinct, Expr, Leaf, Query, Select, Source};

/// Gives a condition to the query of a leaf, if that is a plain one; otherwise it comes back.
pub(super) fn give(leaf: &mut Leaf, condition: Expr) -> Option<Expr> {
    let needed = leaves_of(&condition);
    let is_own = !needed.all && needed.leaves.len() == 1 && needed.leaves.contains(&leaf.index);
    let Source::Query(sub) = &mut leaf.source else { return Some(condition) };
    if !is_own || is_outer(&condition) || sub.is_correlated {
        return Some(condition);
    }
    let select = Arc::get_mut(sub).and_then(|sub| plain(&mut sub.query));
    let Some(select) = select else { return Some(condition) };
    let mut own = condition.clone();
    if !replace(&mut own, &select.project) {
        return Some(condition);
    }
    match &mut select.from {
        Some(from) => push(from, own),
        None => select.filter.push(own),
    }
    None
}

/// Whether an expression is a column or a constant, perhaps of another type.
fn is_simple(expr: &Expr) -> bool {
    match expr {
        Expr::Const(_) | Expr::Column { depth: 0, .. } => true,
        Expr::Cast { of, .. } => matches!(**of, Expr::Const(_) | Expr::Column { depth: 0, .. }),
        _ => false,
    }
}

/// A SELECT whose every row is one of FROM.
fn plain(query: &mut Query) -> Option<&mut Select> {
    let is_whole = query.ctes.is_empty()
        && query.distinct == Distinct::No
        && query.order.is_empty()
        && query.limit.is_none()
        && query.offset.is_none();
    match &mut query.body {
        Body::Select(select)
            if is_whole
                && select.group.is_none()
                && select.windows.is_empty()
                && select.sets.is_empty() =>
        {
            Some(select)
        }
        _ => None,
    }
}

/// Puts what the columns are in their place; whether that can be done.
fn replace(expr: &mut Expr, columns: &[Expr]) -> bool {
    match expr {
        Expr::Column { depth: 0, column, .. } => match columns.get(*column) {
            // Anything else would be worked out twice, and grow with each query around.
            Some(other) if is_simple(other) => {
                *expr = other.clone();
                true
            }
            _ => false,
        },
        Expr::WholeRow { .. } | Expr::Slot { .. } | Expr::Subquery { .. } => false,
        expr => {
            let mut all = true;
            stacker::maybe_grow(128 << 10, 2 << 20, || {
                expr.parts_mut(&mut |part| all = all && replace(part, columns));
            });
            all
        }
    }
}

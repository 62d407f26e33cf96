//! What a statement grows to: some expressions come to hold a part of themselves more than once.

use std::ops::ControlFlow;

use sqlparser::ast::{self, Expr, Query, Visit, Visitor};
use trunkline_core::Result;

use crate::error::too_deep;
use crate::syntax::symmetric;

/// How many expressions a statement may come to.
const MOST: usize = 2_000_000;

/// Refuses a statement that would grow without bound: each BETWEEN within another one doubles what is in it.
pub(crate) fn check(query: &Query) -> Result<()> {
    let mut growth = Growth { factors: Vec::new(), factor: 1, all: 0 };
    match query.visit(&mut growth) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(too_deep()),
    }
}

struct Growth {
    /// How often what is around each expression is there.
    factors: Vec<usize>,
    factor: usize,
    all: usize,
}

impl Visitor for Growth {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.all = self.all.saturating_add(self.factor);
        self.factors.push(self.factor);
        self.factor = self.factor.saturating_mul(copies(expr));
        if self.all > MOST { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.factor = self.factors.pop().unwrap_or(1);
        ControlFlow::Continue(())
    }
}

/// How often an expression holds a part of itself.
fn copies(expr: &Expr) -> usize {
    match expr {
        Expr::Between { low, .. } if symmetric(low).1 => 4,
        Expr::Between { expr, .. } => {
            if is_short(expr) {
                1
            } else {
                2
            }
        }
        Expr::Case { operand: Some(operand), conditions, .. } if !is_short(operand) => {
            conditions.len()
        }
        Expr::InList { expr, list, .. } if !is_short(expr) => list.len(),
        Expr::Function(call) => {
            let name = call.name.0.last().and_then(ast::ObjectNamePart::as_ident);
            let is_null_if = name.is_some_and(|name| name.value.eq_ignore_ascii_case("nullif"));
            1 + usize::from(is_null_if)
        }
        _ => 1,
    }
    .max(1)
}

/// A name or a constant, of which a second one is no matter.
fn is_short(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_))
}

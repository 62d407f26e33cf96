//! Functions that give rows, where GROUP BY needs what they give.

use std::sync::Arc;

use super::OutputColumn;
use super::scope::{LeafScope, Scope};
use super::select::SET_SLOTS;
use crate::plan::{Expr, From, JoinKind, Leaf, Source};
use trunkline_core::Oid;

/// Whether what a function of the list gives is in an expression.
pub(super) fn has_set(expr: &Expr) -> bool {
    let mut found = matches!(expr, Expr::Slot { depth: 0, slot } if *slot >= SET_SLOTS);
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        expr.parts(&mut |part| found = found || has_set(part));
    });
    found
}

/// Rows are made before they are grouped: the functions become an item of FROM behind all others.
pub(super) fn into_from<'a>(
    scope: &mut Scope,
    from: Option<From>,
    exprs: impl Iterator<Item = &'a mut Expr>,
    id: usize,
) -> From {
    let calls = std::mem::take(&mut scope.sets);
    let leaf = scope.leaves.len();
    // Where the columns of each function begin; one of several is a record.
    let (mut starts, mut columns) = (Vec::new(), Vec::new());
    for call in &calls {
        starts.push((columns.len(), call.width, call.fields.clone()));
        let column = |oid: Oid| OutputColumn {
            name: Arc::from(""),
            oid,
            typmod: -1,
            fields: None,
            origin: None,
        };
        match call.width {
            1 => columns.push(column(call.result)),
            _ => columns.extend(call.fields.iter().map(|(_, oid)| column(*oid))),
        }
    }
    for expr in exprs {
        replace(expr, &|number| {
            let (start, width, fields) = starts.get(number)?;
            let column = |column: usize| Expr::Column { depth: 0, leaf, column };
            Some(match width {
                1 => column(*start),
                width => Expr::Row((*start..start + width).map(column).collect(), fields.clone()),
            })
        });
    }
    scope.leaves.push(LeafScope {
        alias: Arc::from(""),
        schema: None,
        columns,
        hidden: Vec::new(),
        relation: 0,
        is_value: false,
    });
    let source = Source::Functions { calls, ordinality: false };
    let own = From::Leaf(Box::new(Leaf::new(id, leaf, source)));
    match from {
        Some(from) => super::push::joined(JoinKind::Inner, from, own, Vec::new()),
        None => own,
    }
}

fn replace(expr: &mut Expr, with: &dyn Fn(usize) -> Option<Expr>) {
    if let Expr::Slot { depth: 0, slot } = expr {
        if let Some(other) = slot.checked_sub(SET_SLOTS).and_then(with) {
            *expr = other;
        }
        return;
    }
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        expr.parts_mut(&mut |part| replace(part, with));
    });
}

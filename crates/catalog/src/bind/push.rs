//! Where in FROM each condition is looked at: as soon as all it needs is known.

use std::collections::HashSet;

use super::keys;
use crate::plan::{Calling, Expr, From, Join, JoinKind, Probe};

/// A join under its conditions.
pub(super) fn joined(kind: JoinKind, left: From, right: From, on: Vec<Expr>) -> From {
    From::Join(Box::new(Join { kind, left, right, on, filter: Vec::new() }))
}

/// FROM under the conditions of WHERE, and those that it did not take.
pub(super) fn place(from: Option<From>, filter: Vec<Expr>) -> (Option<From>, Vec<Expr>) {
    match from {
        Some(from) => {
            let from = super::strict::without_nulls(from, &filter);
            (super::order::settle(from, filter), Vec::new())
        }
        None => (None, filter),
    }
}

/// Gives a condition to the part of FROM that is the first to know enough.
pub(super) fn push(from: &mut From, condition: Expr) {
    match from {
        From::Leaf(leaf) => {
            let Some(condition) = super::within::give(leaf, condition) else { return };
            let of = HashSet::from([leaf.index]);
            match probe(&condition, &of) {
                Some(probe) => {
                    keys::note_probe(leaf, &probe);
                    leaf.probe.push(probe);
                }
                None => {
                    keys::note_condition(leaf, &condition);
                    leaf.filter.push(condition);
                }
            }
        }
        From::Join(join) => {
            let needed = leaves_of(&condition);
            let (mut left, mut right) = (HashSet::new(), HashSet::new());
            collect(&join.left, &mut left);
            collect(&join.right, &mut right);
            let is_left = needed.is_none_or(&right);
            match join.kind {
                JoinKind::Inner if is_left => push(&mut join.left, condition),
                JoinKind::Inner => push(&mut join.right, condition),
                JoinKind::Left if is_left => push(&mut join.left, condition),
                JoinKind::Left | JoinKind::Full => join.filter.push(condition),
            }
        }
    }
}

/// Adds the leaves of a part of FROM.
pub(super) fn collect(from: &From, leaves: &mut HashSet<usize>) {
    match from {
        From::Leaf(leaf) => {
            leaves.insert(leaf.index);
        }
        From::Join(join) => {
            collect(&join.left, leaves);
            collect(&join.right, leaves);
        }
    }
}

/// The leaves that an expression is worked out of.
pub(super) struct Needed {
    pub(super) leaves: HashSet<usize>,
    /// Whether it may need any: a query in it is not looked through.
    pub(super) all: bool,
}

impl Needed {
    /// Whether it needs none of these.
    fn is_none_or(&self, leaves: &HashSet<usize>) -> bool {
        !self.all && self.leaves.is_disjoint(leaves)
    }
}

pub(super) fn leaves_of(expr: &Expr) -> Needed {
    let mut needed = Needed { leaves: HashSet::new(), all: false };
    look(expr, &mut needed);
    needed
}

fn look(expr: &Expr, needed: &mut Needed) {
    match expr {
        Expr::Column { depth: 0, leaf, .. } | Expr::WholeRow { depth: 0, leaf, .. } => {
            needed.leaves.insert(*leaf);
        }
        Expr::Subquery { query, .. } if query.is_correlated => needed.all = true,
        _ => {}
    }
    stacker::maybe_grow(128 << 10, 2 << 20, || expr.parts(&mut |part| look(part, needed)));
}

/// A condition as a way to find the rows of a leaf: `own = key`.
pub(super) fn probe(condition: &Expr, of: &HashSet<usize>) -> Option<Probe> {
    let Expr::Call(call) = condition else { return None };
    let Calling { arguments, is_equality: true, types, .. } = &**call else { return None };
    let ([one, two], [left, right]) = (arguments.as_slice(), types.as_slice()) else { return None };
    // `1.0 = 1` are equal, but are not the same value everywhere.
    let is_plain = |oid: trunkline_core::Oid| {
        !matches!(
            oid,
            trunkline_core::Oid::FLOAT4
                | trunkline_core::Oid::FLOAT8
                | trunkline_core::Oid::NUMERIC
        )
    };
    if !is_plain(*left) || !is_plain(*right) {
        return None;
    }
    for (own, key) in [(one, two), (two, one)] {
        let (own_needs, key_needs) = (leaves_of(own), leaves_of(key));
        let is_own = !own_needs.all && own_needs.leaves == *of && !is_outer(own);
        if is_own && key_needs.is_none_or(of) {
            return Some(Probe { own: own.clone(), key: key.clone() });
        }
    }
    None
}

/// Whether an expression depends on more than the rows of its query.
pub(super) fn is_outer(expr: &Expr) -> bool {
    let mut found = match expr {
        Expr::Column { depth, .. } | Expr::WholeRow { depth, .. } | Expr::Slot { depth, .. } => {
            *depth > 0
        }
        Expr::Subquery { .. } => true,
        _ => false,
    };
    expr.parts(&mut |part| found |= is_outer(part));
    found
}

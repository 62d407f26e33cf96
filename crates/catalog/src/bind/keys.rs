//! Which rows of the catalogs need not be made: a condition on a key tells those that are wanted.

use super::push::leaves_of;
use crate::facts::{self, PG_CATALOG};
use crate::plan::{Expr, Key, Leaf, Probe, Source, SubqueryKind, Wanted};
use crate::world::key_column;

/// The key of a leaf that a probe has the value of.
pub(super) fn of_probe(leaf: &Leaf, probe: &Probe) -> Option<Key> {
    key(leaf, &probe.own, Wanted::Probe(leaf.probe.len()))
}

/// The key of a leaf that a condition has the values of: `IN` or `= ANY`.
pub(super) fn of_condition(leaf: &Leaf, condition: &Expr) -> Option<Key> {
    // The values are asked for before there is a row of the leaf.
    let is_known = |expr: &Expr| {
        let needed = leaves_of(expr);
        !needed.all && !needed.leaves.contains(&leaf.index)
    };
    match condition {
        Expr::In { of, list, negated: false } if list.iter().all(is_known) => {
            key(leaf, of, Wanted::List(list.clone()))
        }
        Expr::Quantified(quantified) if quantified.is_in && is_known(&quantified.array) => {
            key(leaf, &quantified.value, Wanted::Array(quantified.array.clone()))
        }
        Expr::Subquery { kind: SubqueryKind::Quantified { value, is_in: true, .. }, query }
            if !query.is_correlated =>
        {
            key(leaf, value, Wanted::Query(query.clone()))
        }
        _ => None,
    }
}

fn key(leaf: &Leaf, own: &Expr, wanted: Wanted) -> Option<Key> {
    let Source::Table(PG_CATALOG, relation) = &leaf.source else { return None };
    let Expr::Column { depth: 0, leaf: of, column } = own else { return None };
    let columns = facts::relation_columns(PG_CATALOG, relation).filter(|_| *of == leaf.index)?;
    let column = key_column(relation, &columns.get(*column)?.name)?;
    Some(Key { relation: relation.clone(), column, wanted })
}

//! Which rows of the catalogs need not be made: a condition on a key, or on a letter that tells kinds apart, tells
//! those that are wanted.

use trunkline_core::Oid;

use super::push::leaves_of;
use crate::facts::{self, PG_CATALOG};
use crate::plan::{Expr, Key, Leaf, Probe, Source, SubqueryKind, Wanted};
use crate::world::key_column;

/// Notes what a probe tells of the rows that are wanted.
pub(super) fn note_probe(leaf: &mut Leaf, probe: &Probe) {
    let wanted = Wanted::Probe(leaf.probe.len());
    match column(leaf, &probe.own) {
        Some(Telling::Kind) if probe.key.is_of_leaf(leaf.index) => {
            leaf.kinds = Some(Wanted::List(vec![probe.key.clone()]));
        }
        Some(Telling::Kind) => {}
        Some(Telling::Key(column)) => leaf.key = key(leaf, column, wanted),
        None => {}
    }
}

/// Notes what a condition tells of the rows that are wanted, `IN` or `= ANY`, if nothing else does.
pub(super) fn note_condition(leaf: &mut Leaf, condition: &Expr) {
    let Some((own, wanted)) = among(leaf, condition) else { return };
    match column(leaf, own) {
        Some(Telling::Kind) if leaf.kinds.is_none() => {
            let is_fixed = match &wanted {
                Wanted::List(list) => list.iter().all(|one| one.is_of_leaf(leaf.index)),
                Wanted::Array(array) => array.is_of_leaf(leaf.index),
                Wanted::Probe(_) | Wanted::Query(_) => false,
            };
            leaf.kinds = is_fixed.then_some(wanted);
        }
        Some(Telling::Kind) | None => {}
        Some(Telling::Key(column)) if leaf.key.is_none() => leaf.key = key(leaf, column, wanted),
        Some(_) => {}
    }
}

/// What is among which values.
fn among<'a>(leaf: &Leaf, condition: &'a Expr) -> Option<(&'a Expr, Wanted)> {
    // The values are asked for before there is a row of the leaf.
    let is_known = |expr: &Expr| {
        let needed = leaves_of(expr);
        !needed.all && !needed.leaves.contains(&leaf.index)
    };
    match condition {
        Expr::In { of, list, negated: false, .. } if list.iter().all(is_known) => {
            Some((of, Wanted::List(list.clone())))
        }
        Expr::Quantified(quantified) if quantified.is_in && is_known(&quantified.array) => {
            Some((&quantified.value, Wanted::Array(quantified.array.clone())))
        }
        Expr::Subquery { kind: SubqueryKind::Quantified { value, is_in: true, .. }, query }
            if !query.is_correlated =>
        {
            Some((value, Wanted::Query(query.clone())))
        }
        _ => None,
    }
}

/// A column that tells which rows of a leaf are wanted.
enum Telling {
    /// The rows are made by this column.
    Key(&'static str),
    /// Its letter tells apart the kinds of relations, or of constraints.
    Kind,
}

fn column(leaf: &Leaf, own: &Expr) -> Option<Telling> {
    let Source::Table(PG_CATALOG, relation) = &leaf.source else { return None };
    // A letter is compared with strings as one.
    let own = match own {
        Expr::Cast { of, from: Oid::CHAR, to: Oid::TEXT | Oid::VARCHAR, typmod: -1, .. } => of,
        own => own,
    };
    let Expr::Column { depth: 0, leaf: of, column } = own else { return None };
    let columns = facts::relation_columns(PG_CATALOG, relation).filter(|_| *of == leaf.index)?;
    match (&**relation, &*columns.get(*column)?.name) {
        ("pg_class", "relkind") | ("pg_constraint", "contype") => Some(Telling::Kind),
        (relation, column) => key_column(relation, column).map(Telling::Key),
    }
}

fn key(leaf: &Leaf, column: &'static str, wanted: Wanted) -> Option<Key> {
    let Source::Table(_, relation) = &leaf.source else { return None };
    Some(Key { relation: relation.clone(), column, wanted })
}

//! What the grammar says of a join, for whoever gives it a meaning.

use std::sync::Arc;

use sqlparser::ast::{JoinConstraint, JoinOperator, ObjectName};
use trunkline_core::{PgError, SqlState};

use crate::bind::folded;
use crate::error::at;

/// Of which sides the rows without a partner stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
}

/// The kind of a join, and what its rows have in common; nothing for what PostgreSQL has no join of.
pub(crate) fn kind(operator: &JoinOperator) -> Option<(JoinKind, &JoinConstraint)> {
    Some(match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::CrossJoin(constraint) => (JoinKind::Inner, constraint),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
            (JoinKind::Left, constraint)
        }
        JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
            (JoinKind::Right, constraint)
        }
        JoinOperator::FullOuter(constraint) => (JoinKind::Full, constraint),
        _ => return None,
    })
}

/// The names in USING.
pub(crate) fn using(names: &[ObjectName]) -> Vec<Arc<str>> {
    let names = names.iter().filter_map(|name| name.0.last()?.as_ident());
    names.map(|name| folded(name).into()).collect()
}

/// The names that both sides of a NATURAL JOIN have, in the order of the left one.
pub(crate) fn common(left: Vec<Arc<str>>, right: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut common: Vec<Arc<str>> = Vec::new();
    for name in left {
        if right.contains(&name) && !common.contains(&name) {
            common.push(name);
        }
    }
    common
}

/// 42703, for a name in USING that a side has no column of.
pub(crate) fn no_column(name: &str, side: &str) -> PgError {
    let message =
        format!("column \"{name}\" specified in USING clause does not exist in {side} table");
    at(0, SqlState::UNDEFINED_COLUMN, message)
}

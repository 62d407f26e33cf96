//! FROM.

use std::sync::Arc;

use trunkline_core::Oid;

use super::{Cells, Expr, SetFunction, Sub};
use crate::datum::Fields;

/// A function that gives rows: in FROM, or in the list of SELECT.
#[derive(Clone, Debug)]
pub(crate) struct SetCall {
    pub(crate) function: SetFunction,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) types: Vec<Oid>,
    pub(crate) result: Oid,
    pub(crate) strict: bool,
    /// The number of columns; in the list of SELECT several are one record.
    pub(crate) width: usize,
    /// What that record has.
    pub(crate) fields: Fields,
}

#[derive(Debug)]
pub(crate) enum From {
    Leaf(Box<Leaf>),
    Join(Box<Join>),
}

#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) left: From,
    pub(crate) right: From,
    /// Of a full join; others have it in their right side.
    pub(crate) on: Vec<Expr>,
    /// What of WHERE is looked at behind an outer join.
    pub(crate) filter: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinKind {
    Inner,
    Left,
    Full,
}

#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) id: usize,
    /// Its place among the leaves of the query.
    pub(crate) index: usize,
    pub(crate) source: Source,
    pub(crate) filter: Vec<Expr>,
    /// What is asked of its rows alone, where they are found by a key: it is looked at once for each key.
    pub(crate) own: Vec<Expr>,
    /// How the rows are found that have certain values, instead of all.
    pub(crate) probe: Vec<Probe>,
    /// By what they are made one by one, if that can be.
    pub(crate) key: Option<Key>,
    /// Of relations and constraints, the kinds that are asked for; they depend on no row.
    pub(crate) kinds: Option<Wanted>,
    /// Of a relation, what is asked for of its rows.
    pub(crate) cells: Cells,
}

impl Leaf {
    /// All of a source.
    pub(crate) fn new(id: usize, index: usize, source: Source) -> Leaf {
        let (filter, own, probe, key, kinds) = Default::default();
        Leaf { id, index, source, filter, own, probe, key, kinds, cells: Cells::ALL }
    }
}

/// A column of a relation of the catalogs that its rows are found by, and what is wanted there.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) relation: Arc<str>,
    pub(crate) column: &'static str,
    pub(crate) wanted: Wanted,
}

/// The values that a column may have.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// That of the probe at this place.
    Probe(usize),
    List(Vec<Expr>),
    /// The elements of an array.
    Array(Expr),
    /// The first column of a query.
    Query(Arc<Sub>),
}

/// `own = key`, where one is of this leaf alone and the other of what is known before it.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) own: Expr,
    pub(crate) key: Expr,
}

#[derive(Debug)]
pub(crate) enum Source {
    /// A relation of the catalogs, by schema and name.
    Table(u32, Arc<str>),
    Query(Arc<Sub>),
    Cte(usize),
    Functions {
        calls: Vec<SetCall>,
        ordinality: bool,
    },
    /// A function that gives one value.
    Value(Vec<Expr>),
}

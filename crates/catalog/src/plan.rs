//! A query that is bound: every name found, every type known.

mod cells;
mod from;
mod parts;
mod walk;

use std::fmt;
use std::sync::Arc;

use trunkline_core::{Oid, Result};

use crate::datum::{Datum, Fields};
use crate::facts::Volatility;
use crate::functions::bits::Bitwise;
use crate::functions::regress::Regress;
use crate::functions::spread::Spread;
use crate::run::Run;
pub(crate) use cells::Cells;
pub(crate) use from::{From, Join, JoinKind, Key, Leaf, Probe, SetCall, Source, Wanted};

/// A call of a function, with the values it is given.
pub(crate) struct Call<'a> {
    pub(crate) arguments: &'a [Datum],
    pub(crate) types: &'a [Oid],
    pub(crate) result: Oid,
    pub(crate) run: &'a Run,
}

/// What a function or an operator does.
pub(crate) type Function = fn(&Call<'_>) -> Result<Datum>;

/// What a function does that gives rows.
pub(crate) type SetFunction = fn(&Call<'_>) -> Result<Vec<Vec<Datum>>>;

/// An expression.
///
/// `depth` counts the queries from the innermost one outwards.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Const(Datum),
    Param(usize),
    Column {
        depth: usize,
        leaf: usize,
        column: usize,
    },
    WholeRow {
        depth: usize,
        leaf: usize,
        fields: Fields,
    },
    /// What an aggregate, a window or a set function of a query has given.
    Slot {
        depth: usize,
        slot: usize,
    },
    Field(Box<Expr>, usize),
    Cast {
        of: Box<Expr>,
        from: Oid,
        to: Oid,
        typmod: i32,
        is_explicit: bool,
    },
    /// A value of a domain.
    Domain(Box<Demands>),
    Call(Box<Calling>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    IsNull {
        of: Box<Expr>,
        negated: bool,
    },
    /// IS TRUE, IS FALSE.
    IsBool {
        of: Box<Expr>,
        value: bool,
        negated: bool,
    },
    Distinct {
        sides: Box<(Expr, Expr)>,
        negated: bool,
    },
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Coalesce(Vec<Expr>),
    NullIf {
        value: Box<Expr>,
        equal: Box<Expr>,
    },
    Extreme {
        greatest: bool,
        of: Vec<Expr>,
    },
    List(Vec<Expr>),
    Row(Vec<Expr>, Fields),
    Subscript {
        of: Box<Expr>,
        indexes: Vec<Index>,
    },
    In {
        of: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
        /// The set that the list is kept as, if it is a long one that stays the same.
        set: Option<SetId>,
    },
    Quantified(Box<Quantified>),
    Subquery {
        kind: SubqueryKind,
        query: Arc<Sub>,
    },
}

/// A value, and what a domain demands of it.
#[derive(Clone, Debug)]
pub(crate) struct Demands {
    pub(crate) of: Expr,
    /// The domain's name as it is shown, its schema and its name.
    pub(crate) shown: String,
    pub(crate) schema: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) not_null: bool,
    /// What it checks, by name: of a row that has nothing but the value.
    pub(crate) checks: Vec<(Arc<str>, Expr)>,
    /// Whether the value is an array, and this is demanded of each element.
    pub(crate) is_each: bool,
    /// Where an array stands that is read before anything runs; 0 of all others.
    pub(crate) place: usize,
}

/// A function or operator and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    pub(crate) function: Function,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) types: Vec<Oid>,
    pub(crate) result: Oid,
    /// Whether it is NULL when an argument is.
    pub(crate) strict: bool,
    pub(crate) volatility: Volatility,
    pub(crate) effort: Effort,
    /// Whether it is `=` or the like of values that are compared as they are.
    pub(crate) is_equality: bool,
}

/// What it takes to work something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// It is done at once, if what it is given is short.
    Short,
    /// It may take long.
    Long,
    /// It may wait for a clock or another session.
    Waiting,
}

/// `value operator ANY (array)`
#[derive(Clone, Debug)]
pub(crate) struct Quantified {
    pub(crate) value: Expr,
    pub(crate) array: Expr,
    pub(crate) function: Function,
    pub(crate) types: Vec<Oid>,
    pub(crate) all: bool,
    /// Whether it is `= ANY`.
    pub(crate) is_in: bool,
    /// The set that the array is kept as, if it stays the same and equal values are the same.
    pub(crate) set: Option<SetId>,
}

/// The number of a set that values are kept as: expressions that differ in it alone say the same, which is seen by how
/// they are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SetId(pub(crate) usize);

impl fmt::Debug for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("set")
    }
}

/// `[index]` or `[from:to]`
#[derive(Clone, Debug)]
pub(crate) enum Index {
    One(Expr),
    Slice(Option<Expr>, Option<Expr>),
}

/// What a subquery in an expression is for.
#[derive(Clone, Debug)]
pub(crate) enum SubqueryKind {
    Scalar,
    Exists,
    /// `ARRAY(query)`; whether its values are elements even if they look like arrays.
    Array {
        is_flat: bool,
    },
    /// `value operator ANY (query)`; IN is `= ANY`.
    Quantified {
        value: Box<Expr>,
        function: Function,
        types: Vec<Oid>,
        all: bool,
        /// Whether it is `= ANY`.
        is_in: bool,
        /// The set that the query's rows are kept as, if equal values are the same.
        set: Option<SetId>,
    },
    /// `(a, b) IN (query)`, with what finds the values of each column equal.
    RowIn(Vec<Expr>, Vec<(Function, Vec<Oid>)>),
}

/// A query within another one.
#[derive(Debug)]
pub(crate) struct Sub {
    /// Under which its rows are kept.
    pub(crate) id: usize,
    pub(crate) query: Query,
    /// Whether its rows depend on those of a query around it.
    pub(crate) is_correlated: bool,
}

/// SELECT, VALUES or a set operation, with what stands around it.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) ctes: Vec<Cte>,
    pub(crate) body: Body,
    pub(crate) distinct: Distinct,
    /// Columns of the body.
    pub(crate) order: Vec<SortKey>,
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
    /// How many columns of the body are those of the query: the others are for its order.
    pub(crate) width: usize,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Distinct {
    No,
    All,
    /// DISTINCT ON: columns of the body.
    On(Vec<usize>),
}

#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub(crate) column: usize,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

/// A query of WITH.
#[derive(Debug)]
pub(crate) struct Cte {
    pub(crate) id: usize,
    pub(crate) kind: CteKind,
}

#[derive(Debug)]
pub(crate) enum CteKind {
    Plain(Box<Query>),
    Recursive(Box<Recursive>),
}

/// WITH RECURSIVE: what it starts with, and what goes on.
#[derive(Debug)]
pub(crate) struct Recursive {
    pub(crate) first: Query,
    pub(crate) next: Query,
    pub(crate) casts: Vec<Option<(Oid, Oid)>>,
    pub(crate) all: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    Select(Box<Select>),
    Values(Vec<Vec<Expr>>),
    Set { operation: SetOperation, all: bool, left: Box<Side>, right: Box<Side> },
}

/// One side of a set operation, and what its columns are cast to.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) query: Query,
    pub(crate) casts: Vec<Option<(Oid, Oid)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOperation {
    Union,
    Intersect,
    Except,
}

#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) from: Option<From>,
    pub(crate) leaves: usize,
    /// What no part of FROM has taken of WHERE.
    pub(crate) filter: Vec<Expr>,
    pub(crate) group: Option<Group>,
    pub(crate) windows: Vec<Window>,
    pub(crate) sets: Vec<SetCall>,
    pub(crate) project: Vec<Expr>,
    /// What of the rows of FROM is kept for its windows, each column by its leaf: it has a row of these for its only
    /// leaf behind FROM.
    pub(crate) kept: Option<Vec<(usize, usize)>>,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) keys: Vec<Expr>,
    /// The sets of ROLLUP and its kin; none where there is one group for each value of all keys.
    pub(crate) sets: Vec<GroupingSet>,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) having: Option<Expr>,
}

/// Some of the keys, and what every GROUPING says of their groups.
#[derive(Clone, Debug)]
pub(crate) struct GroupingSet {
    pub(crate) keys: Vec<usize>,
    /// Of each key, whether it is none of them.
    pub(crate) lacks: Vec<bool>,
    pub(crate) says: Vec<Datum>,
}

#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub(crate) kind: AggregateKind,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) types: Vec<Oid>,
    pub(crate) result: Oid,
    pub(crate) distinct: bool,
    pub(crate) order: Vec<OrderExpr>,
    pub(crate) filter: Option<Expr>,
    /// How many queries it stands within, further in than the one that it belongs to: to its expressions a row of that
    /// one has this depth.
    pub(crate) within: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AggregateKind {
    Count,
    Sum,
    Average,
    Min,
    Max,
    And,
    Or,
    Join,
    List,
    /// `json_agg`; whether NULL is left out.
    JsonList {
        strict: bool,
    },
    /// `json_object_agg`; whether members that are NULL are left out.
    JsonObject {
        strict: bool,
    },
    Bits(Bitwise),
    /// `any_value`
    First,
    /// `variance`, `stddev` and their kin.
    Spread(Spread),
    /// `corr` and what else is of two columns.
    Regress(Regress),
    Mode,
    /// `percentile_cont` and `percentile_disc`; whether what lies between two values is meant.
    Percentile {
        between: bool,
    },
}

impl AggregateKind {
    /// Whether it takes WITHIN GROUP.
    pub(crate) fn is_of_ordered_set(self) -> bool {
        matches!(self, AggregateKind::Mode | AggregateKind::Percentile { .. })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct OrderExpr {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) kind: WindowKind,
    pub(crate) partition: Vec<Expr>,
    pub(crate) order: Vec<OrderExpr>,
    /// From the first row to the last peer of each, if nothing else is said.
    pub(crate) frame: Option<WindowFrame>,
}

#[derive(Debug)]
pub(crate) enum WindowKind {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Aggregate(Aggregate),
    Value { what: WindowValue, arguments: Vec<Expr> },
}

impl Window {
    /// Calls a function with each expression that is worked out of a row.
    pub(crate) fn exprs_mut(&mut self, see: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            WindowKind::Value { arguments, .. } => arguments.iter_mut().for_each(&mut *see),
            WindowKind::Aggregate(aggregate) => {
                aggregate.arguments.iter_mut().for_each(&mut *see);
                aggregate.order.iter_mut().for_each(|key| see(&mut key.expr));
                aggregate.filter.iter_mut().for_each(&mut *see);
            }
            _ => {}
        }
        self.partition.iter_mut().for_each(&mut *see);
        self.order.iter_mut().for_each(|key| see(&mut key.expr));
    }

    /// Those expressions.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = match &self.kind {
            WindowKind::Value { arguments, .. } => arguments.iter().collect(),
            WindowKind::Aggregate(aggregate) => {
                let order = aggregate.order.iter().map(|key| &key.expr);
                aggregate.arguments.iter().chain(order).chain(&aggregate.filter).collect()
            }
            _ => Vec::new(),
        };
        all.extend(&self.partition);
        all.extend(self.order.iter().map(|key| &key.expr));
        all
    }
}

/// A window function that gives what an expression is for some row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowValue {
    Lag,
    Lead,
    First,
    Last,
    Nth,
    /// `ntile`
    Tile,
}

/// The rows that an aggregate over a window goes through.
#[derive(Debug)]
pub(crate) struct WindowFrame {
    pub(crate) unit: FrameUnit,
    pub(crate) start: FrameBound,
    pub(crate) end: FrameBound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameUnit {
    Rows,
    Range,
    Groups,
}

#[derive(Debug)]
pub(crate) enum FrameBound {
    Start,
    Before(Expr),
    Current,
    After(Expr),
    End,
}

//! What a statement says, once its names are found and its types are known.
//!
//! Other than a `plan` it keeps how things were written, as the rules of PostgreSQL do: it is there to be
//! shown, or asked for its types, not to be worked out.

use std::sync::Arc;

use trunkline_core::Oid;

use crate::joins::JoinKind;

/// An expression and its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A column of an item of FROM, of the query `level` queries further out.
    Column {
        level: usize,
        item: usize,
        column: usize,
    },
    /// All columns of an item.
    Row {
        level: usize,
        item: usize,
    },
    /// A column of USING that is neither side's.
    Merged(Arc<str>),
    /// `VALUE`, of a domain's check.
    Value,
    /// The text of a value.
    Const(Option<Arc<str>>),
    /// A parameter, by its number from 1.
    Param(usize),
    Call(Box<Call>),
    Aggregate(Box<Aggregate>),
    /// An operator and one or two operands.
    Operator {
        name: Arc<str>,
        operands: Vec<Node>,
    },
    /// IS DISTINCT FROM.
    Distinct(Box<(Node, Node)>),
    NullIf(Box<(Node, Node)>),
    /// `value operator ANY (array)`
    Quantified {
        name: Arc<str>,
        all: bool,
        sides: Box<(Node, Node)>,
    },
    Logic(Logic, Vec<Node>),
    Convert(Box<Convert>),
    Collate {
        of: Box<Node>,
        collation: String,
    },
    Case(Box<Case>),
    /// What the arms of a CASE with an operand compare with.
    CaseOperand,
    Coalesce(Vec<Node>),
    /// `GROUPING(…)`
    Grouping(Vec<Node>),
    Extreme {
        greatest: bool,
        of: Vec<Node>,
    },
    NullTest {
        of: Box<Node>,
        negated: bool,
    },
    /// IS TRUE and the like.
    TruthTest {
        of: Box<Node>,
        words: &'static str,
    },
    /// `CURRENT_TIMESTAMP` and what else the grammar knows without parentheses, perhaps with a number.
    Keyword(String),
    Array(Vec<Node>),
    Tuple(Vec<Node>),
    /// `ROW(a, b) < ROW(c, d)`
    RowComparison {
        name: Arc<str>,
        left: Vec<Node>,
        right: Vec<Node>,
    },
    Subscript {
        of: Box<Node>,
        indexes: Vec<Index>,
    },
    Field {
        of: Box<Node>,
        name: Arc<str>,
    },
    Sublink(Box<Sublink>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logic {
    And,
    Or,
    Not,
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The number of the function; none for PostgreSQL's own.
    pub(crate) routine: Option<u32>,
    pub(crate) name: Arc<str>,
    pub(crate) arguments: Vec<Node>,
    pub(crate) form: CallForm,
}

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallForm {
    /// `name(…)`
    Plain,
    /// `name(…, VARIADIC array)`
    Variadic,
    /// As the grammar has it, such as `EXTRACT(year FROM day)`.
    Grammar,
}

/// An aggregate, or a function of a window.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aggregate {
    pub(crate) call: Call,
    pub(crate) distinct: bool,
    /// `count(*)`
    pub(crate) star: bool,
    pub(crate) order: Vec<Sort>,
    pub(crate) within_group: Vec<Sort>,
    pub(crate) filter: Option<Node>,
    pub(crate) over: Option<Over>,
}

/// The window of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Over {
    Named(Arc<str>),
    Window(Box<Window>),
}

/// What stands in the parentheses of OVER.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Window {
    pub(crate) refers_to: Option<Arc<str>>,
    pub(crate) partition: Vec<Node>,
    pub(crate) order: Vec<Sort>,
    pub(crate) frame: Option<Frame>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) unit: &'static str,
    pub(crate) start: Bound,
    pub(crate) end: Option<Bound>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    CurrentRow,
    Unbounded(&'static str),
    Offset(Node, &'static str),
}

/// A key of ORDER BY.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) node: Node,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

/// A value of one type made one of another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Convert {
    pub(crate) of: Node,
    /// Whether nobody wrote it.
    pub(crate) implicit: bool,
    /// Whether a function does it, rather than that the value is taken as it is.
    pub(crate) by_function: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) operand: Option<Node>,
    pub(crate) arms: Vec<(Node, Node)>,
    pub(crate) otherwise: Node,
}

/// `[index]` or `[from:to]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Index {
    One(Node),
    Slice(Option<Node>, Option<Node>),
}

/// A query within an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sublink {
    pub(crate) kind: SublinkKind,
    pub(crate) query: Query,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SublinkKind {
    Scalar,
    Exists,
    Array,
    /// `test operator ANY (query)`; of `=` it is IN.
    Compared {
        name: Arc<str>,
        how: How,
        test: Vec<Node>,
    },
}

/// With which rows of a query something is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Any,
    All,
    /// The only one.
    Row,
}

/// A query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    pub(crate) recursive: bool,
    pub(crate) ctes: Vec<Cte>,
    pub(crate) body: Body,
    pub(crate) order: Vec<SortColumn>,
    pub(crate) limit: Option<Node>,
    pub(crate) with_ties: bool,
    pub(crate) offset: Option<Node>,
    pub(crate) locks: Vec<Lock>,
}

/// FOR UPDATE and the like, of an item of FROM.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lock {
    pub(crate) item: usize,
    pub(crate) strength: &'static str,
    /// `NOWAIT` or `SKIP LOCKED`.
    pub(crate) wait: &'static str,
}

/// A query of WITH.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cte {
    pub(crate) name: Arc<str>,
    pub(crate) columns: Vec<Arc<str>>,
    pub(crate) materialized: Option<bool>,
    pub(crate) query: Query,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Select(Box<Select>),
    Values(Vec<Vec<Node>>, Vec<Target>),
    Set(SetTree, Vec<Target>),
}

impl Default for Body {
    fn default() -> Body {
        Body::Values(Vec::new(), Vec::new())
    }
}

/// UNION and its kin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SetTree {
    Query(Box<Query>),
    Operation { word: &'static str, all: bool, left: Box<SetTree>, right: Box<SetTree> },
}

/// A key of ORDER BY that is a column of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SortColumn {
    pub(crate) target: usize,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Select {
    pub(crate) distinct: Distinct,
    pub(crate) targets: Vec<Target>,
    pub(crate) items: Vec<Item>,
    pub(crate) from: Vec<From>,
    pub(crate) filter: Option<Node>,
    pub(crate) group: Vec<Grouping>,
    pub(crate) having: Option<Node>,
    pub(crate) windows: Vec<(Arc<str>, Window)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Distinct {
    #[default]
    No,
    All,
    /// Columns of the list.
    On(Vec<usize>),
}

/// What is grouped by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Grouping {
    Column(usize),
    /// `ROLLUP (…)` and the like: lists of columns of the list; without a word it is `()`.
    Sets(&'static str, Vec<Vec<usize>>),
}

/// A column of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) node: Node,
    pub(crate) name: Arc<str>,
    /// Whether it is there only to be sorted or grouped by.
    pub(crate) hidden: bool,
}

/// A relation, function or query of FROM.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) source: Source,
    /// The name that it was given.
    pub(crate) alias: Option<Arc<str>>,
    /// The name that it has by itself.
    pub(crate) name: Arc<str>,
    pub(crate) columns: Vec<ItemColumn>,
    /// Whether its columns were named where it stands.
    pub(crate) names_columns: bool,
    pub(crate) lateral: bool,
}

/// A column of an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ItemColumn {
    pub(crate) name: Arc<str>,
    /// What it is called in what it is a column of.
    pub(crate) own: Arc<str>,
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
    /// Whether a USING has made it one with another.
    pub(crate) merged: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Relation {
        schema: u32,
        name: Arc<str>,
        row_type: u32,
    },
    Query(Box<Query>),
    Functions {
        calls: Vec<Node>,
        ordinality: bool,
        /// Whether the columns are defined where it stands, as those of a record are.
        defined: bool,
    },
    Cte(Arc<str>),
    /// The columns of a join that has a name of its own.
    Join(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum From {
    Item(usize),
    Join(Box<Join>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) left: From,
    pub(crate) right: From,
    pub(crate) using: Vec<Arc<str>>,
    pub(crate) on: Option<Node>,
    /// The item that it is by its name.
    pub(crate) named: Option<usize>,
}

impl Node {
    pub(crate) fn new(kind: Kind, oid: Oid) -> Node {
        Node { kind, oid, typmod: -1 }
    }

    pub(crate) fn boolean(kind: Kind) -> Node {
        Node::new(kind, Oid::BOOL)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.oid == Oid::UNKNOWN
    }
}

impl Query {
    /// The columns of the list.
    pub(crate) fn targets(&self) -> &[Target] {
        match &self.body {
            Body::Select(select) => &select.targets,
            Body::Values(_, targets) | Body::Set(_, targets) => targets,
        }
    }

    pub(crate) fn targets_mut(&mut self) -> &mut Vec<Target> {
        match &mut self.body {
            Body::Select(select) => &mut select.targets,
            Body::Values(_, targets) | Body::Set(_, targets) => targets,
        }
    }
}

//! What is read of a statement: the shapes behind the classes of `trunkline.sql`.

use trunkline_sql::Span;

/// A column as it is named: `schema.table.name`, `table.name`, `name`.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) schema: Option<String>,
    pub(super) table: Option<String>,
    pub(super) name: String,
}

/// A constant, a parameter, or an expression that stays text.
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// Digits, point and exponent as Python's `Decimal` reads them.
    Decimal(String),
    Text(String),
    Parameter(u32),
    /// `DEFAULT`, in VALUES and SET.
    Default,
    Typed(Box<Value>, Type),
    /// What is not understood.
    Expression(Span),
}

/// What stands in a list of SELECT, GROUP BY or ORDER BY.
pub(super) enum Item {
    Column(Column),
    /// `*`, or `table.*`.
    Star(Option<String>),
    Value(Value),
}

/// A column of the answer.
pub(super) struct Target {
    pub(super) span: Span,
    pub(super) item: Item,
    pub(super) alias: Option<String>,
    /// The name that PostgreSQL gives it, where it can be told.
    pub(super) name: Option<String>,
}

/// The type that a value is cast to.
pub(super) struct Type {
    /// With what stands before and behind its name.
    pub(super) written: String,
    pub(super) name: String,
}

/// What a column is compared with.
pub(super) enum Operand {
    None,
    One(Value),
    Many(Vec<Value>),
}

/// One of the conditions that AND joins.
pub(super) struct Term {
    pub(super) span: Span,
    /// Column, operator and operand, if it is understood.
    pub(super) comparison: Option<(Column, &'static str, Operand)>,
}

/// One item of ORDER BY.
pub(super) struct Sort {
    pub(super) item: Item,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// The clauses of a statement, as far as they are understood.
#[derive(Default)]
pub(super) struct Clauses {
    /// SELECT's list, or RETURNING's.
    pub(super) columns: Vec<Target>,
    pub(super) terms: Vec<Term>,
    pub(super) group_by: Vec<Item>,
    pub(super) order_by: Vec<Sort>,
    pub(super) limit: Option<Value>,
    pub(super) offset: Option<Value>,
    pub(super) insert_columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) assignments: Vec<(String, Value)>,
    /// Whether that is the whole statement.
    pub(super) is_simple: bool,
}

/// The one table of a statement, as its columns may call it.
pub(super) struct Table {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    /// Whether the name is an alias.
    pub(super) has_alias: bool,
}

impl Table {
    pub(super) fn is(&self, (schema, name): &(Option<String>, String)) -> bool {
        let has_schema = !self.has_alias && self.schema.is_some() && *schema == self.schema;
        *name == self.name && (schema.is_none() || has_schema)
    }
}

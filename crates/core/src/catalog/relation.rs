//! Tables, views and what they have.

use std::sync::Arc;

use super::{Access, Constraint, Grant, Index, Policy, Trigger};
use crate::Oid;
use crate::column::Column;

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// Its columns, in order; constraints and indexes count them from 0. Tables may share what is alike.
    pub columns: Vec<Arc<Attribute>>,
    /// Its constraints.
    pub constraints: Vec<Constraint>,
    /// Its indexes, but those of its constraints.
    pub indexes: Vec<Index>,
    /// How many rows it has, if that is known without counting.
    pub rows: Option<u64>,
    /// What is said of it.
    pub comment: Option<String>,
    /// Of a view, its query.
    pub definition: Option<String>,
    /// Its triggers.
    pub triggers: Vec<Trigger>,
    /// Its policies, which hold if `row_security` is on.
    pub policies: Vec<Policy>,
    /// Whether its policies hold (ENABLE ROW LEVEL SECURITY), and for its owner, too (FORCE).
    pub row_security: RowSecurity,
    /// Schema and name of each table that it inherits from; of a partition, the partitioned table.
    pub parents: Vec<(String, String)>,
    /// By what a partitioned table is divided.
    pub partitioned: Option<PartitionKey>,
    /// Of a partition which rows are its, such as `FOR VALUES FROM (1) TO (10)` or `DEFAULT`.
    pub bound: Option<String>,
    /// Its storage parameters, or those of a view, each as `name=value`.
    pub options: Vec<String>,
    /// Whether it is lost in a crash (UNLOGGED).
    pub unlogged: bool,
    /// The composite type that it is of, if its columns are those of one (`CREATE TABLE … OF`).
    pub of_type: Option<Oid>,
    /// Whose it is.
    pub access: Access,
}

impl Relation {
    /// A relation of these columns.
    pub fn new(
        name: impl Into<String>,
        kind: RelationKind,
        columns: impl IntoIterator<Item = Attribute>,
    ) -> Relation {
        Relation {
            name: name.into(),
            kind,
            columns: columns.into_iter().map(Arc::new).collect(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            rows: None,
            comment: None,
            definition: None,
            triggers: Vec::new(),
            policies: Vec::new(),
            row_security: RowSecurity::Off,
            parents: Vec::new(),
            partitioned: None,
            bound: None,
            options: Vec::new(),
            unlogged: false,
            of_type: None,
            access: Access::default(),
        }
    }
}

/// What a relation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RelationKind {
    /// A table whose rows are its own.
    Table,
    /// A table whose rows are those of its partitions.
    Partitioned,
    /// A query with a name.
    View,
    /// A query with a name whose rows are kept.
    MaterializedView,
    /// A table whose rows are elsewhere, such as in a file.
    Foreign,
}

/// Whom the policies of a table hold for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowSecurity {
    /// Nobody.
    #[default]
    Off,
    /// Everybody but its owner.
    Enabled,
    /// Everybody.
    Forced,
    /// Nobody; they will hold for the owner, too, once they do for others.
    ForcedButOff,
}

/// By what a table is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionKey {
    /// `r` for RANGE, `l` LIST, `h` HASH (`pg_partitioned_table.partstrat`).
    pub strategy: char,
    /// Its columns and expressions.
    pub keys: Vec<super::Indexed>,
}

/// A column of a relation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attribute {
    /// Its name and type.
    pub column: Column,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// What it is by default: an expression in PostgreSQL's words.
    pub default: Option<Box<str>>,
    /// How its values are made, if they are.
    pub generated: Option<Generated>,
    /// What is said of it.
    pub comment: Option<Box<str>>,
    /// The collation, where it is not that of the type; perhaps with a schema.
    pub collation: Option<Box<str>>,
    /// How many dimensions it was declared with; without it an array's has one. Its values may have others.
    pub dimensions: Option<i16>,
    /// Whether it is a parent's; what is said of it here, too, is `is_local`.
    pub inherited: bool,
    /// Whether it is the relation's own, whatever it inherits.
    pub is_local: bool,
    /// What others may do with it, besides what they may do with the relation.
    pub grants: Vec<Grant>,
}

impl Attribute {
    /// A column that may be NULL and has no default.
    pub fn new(column: impl Into<Column>) -> Attribute {
        Attribute {
            column: column.into(),
            not_null: false,
            default: None,
            generated: None,
            comment: None,
            collation: None,
            dimensions: None,
            inherited: false,
            is_local: true,
            grants: Vec::new(),
        }
    }
}

/// How the values of a column are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generated {
    /// `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
    /// `GENERATED ALWAYS AS (…) STORED`, of what stands as the default.
    Stored,
    /// `GENERATED ALWAYS AS (…) VIRTUAL`.
    Virtual,
}

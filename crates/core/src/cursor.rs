//! What joins a cursor to the rows of a table: UPDATE and DELETE of `WHERE CURRENT OF`.

use trunkline_proto::Oid;

/// What a cursor's query gives behind its own columns: the key of the row of a table that each row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowKey {
    /// The table.
    pub table: Oid,
    /// How many columns the key has; nobody is told of them.
    pub columns: usize,
}

impl RowKey {
    /// A key of so many columns.
    pub fn new(table: Oid, columns: usize) -> RowKey {
        RowKey { table, columns }
    }
}

/// The row on which a cursor stands, as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CurrentOf {
    /// The name of the cursor.
    pub cursor: String,
    /// The table that the statement changes.
    pub table: Oid,
    /// The name of that table.
    pub relation: String,
}

impl CurrentOf {
    /// The row of a table on which a cursor stands.
    pub fn new(cursor: impl Into<String>, table: Oid, relation: impl Into<String>) -> CurrentOf {
        CurrentOf { cursor: cursor.into(), table, relation: relation.into() }
    }
}

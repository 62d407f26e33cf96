//! What a session has by name, for the catalogs that show it.

use std::sync::Arc;

use trunkline_proto::Oid;

/// The cursors, prepared statements and channels of a session: `pg_cursors`, `pg_prepared_statements` and
/// `pg_listening_channels()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inventory {
    /// The cursors, which are portals: those of DECLARE and those that were bound.
    pub cursors: Vec<OpenCursor>,
    /// The prepared statements, but for the unnamed one.
    pub statements: Vec<PreparedStatement>,
    /// The channels that it listens to.
    pub channels: Vec<String>,
}

/// A cursor, as `pg_cursors` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCursor {
    /// Its name; empty for the unnamed portal.
    pub name: String,
    /// The text in which its query was sent.
    pub statement: Arc<str>,
    /// Whether it outlives its transaction.
    pub is_holdable: bool,
    /// Whether it was declared BINARY.
    pub is_binary: bool,
    /// Whether it goes back.
    pub is_scrollable: bool,
    /// When it was made, in microseconds since 2000-01-01 UTC.
    pub created: i64,
}

/// A prepared statement, as `pg_prepared_statements` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedStatement {
    /// Its name.
    pub name: String,
    /// The text in which it was sent.
    pub statement: Arc<str>,
    /// When it was prepared, in microseconds since 2000-01-01 UTC.
    pub prepared: i64,
    /// The types of its parameters.
    pub parameters: Arc<[Oid]>,
    /// The types of its columns; `None` if it returns no rows.
    pub results: Option<Vec<Oid>>,
    /// Whether it was made by PREPARE, not by the protocol.
    pub from_sql: bool,
    /// How often PostgreSQL would have run it by a plan for any values.
    pub generic_plans: u64,
    /// How often by one for the values that were given.
    pub custom_plans: u64,
}

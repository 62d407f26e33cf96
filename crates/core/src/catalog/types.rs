//! Types that somebody made.

use std::sync::Arc;

use trunkline_proto::Oid;

use super::{Access, Attribute, Constraint};
use crate::column::Column;

/// A type of a schema; the row types of its relations are not among them.
///
/// Columns name it by its OID, which whoever makes the snapshot gives it: [`Numbers`](super::Numbers) makes
/// one of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Type {
    /// Its name.
    pub name: String,
    /// Its OID.
    pub oid: Oid,
    /// The OID of its arrays, whose name is made of its own.
    pub array: Oid,
    /// What it is.
    pub kind: TypeKind,
    /// What is said of it.
    pub comment: Option<String>,
    /// Whose it is.
    pub access: Access,
}

impl Type {
    /// A type of these numbers.
    pub fn new(name: impl Into<String>, oid: Oid, array: Oid, kind: TypeKind) -> Type {
        Type { name: name.into(), oid, array, kind, comment: None, access: Access::default() }
    }
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeKind {
    /// `CREATE TYPE … AS ENUM`: its labels in order.
    Enum(Vec<String>),
    /// `CREATE TYPE … AS (…)`: its columns.
    Composite(Vec<Arc<Attribute>>),
    /// `CREATE DOMAIN`.
    Domain(Box<Domain>),
    /// `CREATE TYPE … AS RANGE`.
    Range(Box<Range>),
}

/// A type with what it demands of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The type that it is of; its name says nothing.
    pub of: Column,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// What a column of it is by default: an expression in PostgreSQL's words.
    pub default: Option<String>,
    /// What it checks, of `VALUE`.
    pub constraints: Vec<Constraint>,
    /// The collation, where it is not that of the type; perhaps with a schema.
    pub collation: Option<String>,
}

/// A range and its multirange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The type of its bounds.
    pub of: Oid,
    /// Name, OID and OID of the arrays of its multirange.
    pub multirange: (String, Oid, Oid),
}

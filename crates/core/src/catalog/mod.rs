//! What an engine has, for the catalogs that describe it.

mod access;
mod compact;
mod constraint;
mod numbers;
mod relation;
mod routine;
mod types;

pub use access::{Access, Grant, Grantee, Policy, Role};
pub use compact::Compactor;
pub use constraint::{
    Constraint, ConstraintKind, Exclusion, ForeignKey, Index, IndexKey, Indexed, Key,
};
pub use numbers::{Numbers, object_name, sequence_name};
pub use relation::{Attribute, Generated, PartitionKey, Relation, RelationKind, RowSecurity};
pub use routine::{Argument, Routine, RoutineKind, Timing, Trigger, TriggerEvent};
use trunkline_proto::Oid;
pub use types::{Domain, Range, Type, TypeKind};

/// The schemas of an engine's database, as one session sees them at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The schemas; the first one is where a table without a schema is made.
    pub schemas: Vec<Schema>,
    /// What is said of the database.
    pub comment: Option<String>,
    /// Roles that not every cluster has; that of the session need not be among them.
    pub roles: Vec<Role>,
    /// What was installed (`pg_extension`).
    pub extensions: Vec<Extension>,
}

/// An extension (`pg_extension`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// The schema that has its objects.
    pub schema: String,
    /// Its version.
    pub version: String,
    /// What is said of it.
    pub comment: Option<String>,
}

/// A schema and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Its name, such as `public`.
    pub name: String,
    /// Tables and views, each name once.
    pub relations: Vec<Relation>,
    /// Sequences; one that an identity column or a default names need not be among them, if it is
    /// like any other of its type.
    pub sequences: Vec<Sequence>,
    /// Types, but the row types of the relations.
    pub types: Vec<Type>,
    /// Functions and procedures.
    pub routines: Vec<Routine>,
    /// What is said of what is in it, but for relations and their columns, which have their own.
    pub comments: Vec<Comment>,
    /// Whose it is.
    pub access: Access,
}

/// A sequence (`pg_sequence`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// `int2`, `int4` or `int8`.
    pub type_oid: Oid,
    /// Its first number.
    pub start: i64,
    /// How far it is to the next one.
    pub increment: i64,
    /// Its least number.
    pub minimum: i64,
    /// Its greatest number.
    pub maximum: i64,
    /// How many numbers a session takes at once.
    pub cache: i64,
    /// Whether it begins again at its end.
    pub cycle: bool,
    /// The table and the column that it is dropped with.
    pub owner: Option<(String, String)>,
    /// Whose it is.
    pub access: Access,
}

/// What is said of something (`pg_description`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Of what.
    pub on: Commented,
    /// The words; of a schema none to say that it has no comment, where PostgreSQL's own would be.
    pub text: String,
}

/// What a [`Comment`] of a schema is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Commented {
    /// The schema.
    Schema,
    /// An index or a sequence, by its name.
    Class(String),
    /// A constraint.
    Constraint {
        /// Its table.
        table: String,
        /// Its name.
        name: String,
    },
}

//! Relations that an engine is lent for one of its statements.

use std::sync::Arc;

use trunkline_proto::SqlState;
use trunkline_proto::types::Value;

use crate::column::Column;
use crate::error::PgError;

/// A relation that an engine does not have, which one of its statements names beside its own: one of the
/// catalogs, or one that was declared and has no rows.
///
/// It can be read and no more. What it is called is said as the statement says it, so that nobody has to look
/// through a search path for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LentRelation {
    /// The schema, if the statement names one.
    pub schema: Option<Box<str>>,
    /// The name, folded.
    pub name: Box<str>,
    /// Its columns, with PostgreSQL's types.
    pub columns: Arc<[Column]>,
}

/// The rows of a lent relation: values of the types of its columns, but for `regproc` and its kin, which come
/// by name.
pub type LentRows = Vec<Vec<Value>>;

impl LentRelation {
    /// A relation as a statement names it.
    pub fn new(
        schema: Option<&str>,
        name: &str,
        columns: impl Into<Arc<[Column]>>,
    ) -> LentRelation {
        LentRelation { schema: schema.map(Into::into), name: name.into(), columns: columns.into() }
    }

    /// Whether this is what the statement means by a name, which is folded.
    pub fn is_named(&self, schema: Option<&str>, name: &str) -> bool {
        self.schema.as_deref() == schema && *self.name == *name
    }
}

/// What an engine answers that borrows nothing: 0A000 for a name of which it knows nothing.
pub(crate) fn unknown(error: PgError, lent: &[LentRelation]) -> PgError {
    let is_missing =
        [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(&error.sqlstate());
    let names = lent.iter().map(|one| match &one.schema {
        Some(schema) => format!("{schema}.{}", one.name),
        None => one.name.to_string(),
    });
    let names: Vec<String> = names.collect();
    // What is said of another name is the engine's own affair.
    let says = |one: &LentRelation| error.message().contains(&*one.name);
    if !is_missing || !lent.iter().any(says) {
        return error;
    }
    let message = "a statement cannot use both relations of the catalogs and of the engine";
    let hint = format!("Ask for {} in a statement of its own.", names.join(", "));
    PgError::unsupported(message).hint(hint)
}

//! From a schema to the columns of a result.

use std::sync::Arc;

use arrow_schema::{Field, Schema};
use trunkline_core::Column;

use crate::pg_type::{Nested, PgType};

/// The column that a field is announced as.
///
/// A decimal has its precision and scale in the type's modifier, `UInt64` is `numeric(20,0)`.
pub fn column(field: &Field) -> Column {
    column_as(field, Nested::Jsonb)
}

fn column_as(field: &Field, nested: Nested) -> Column {
    let PgType { oid, typmod } = PgType::of_field_as(field, nested);
    Column::new(field.name().as_str(), oid).typmod(typmod)
}

/// The columns that a schema is announced as.
pub fn columns(schema: &Schema) -> Arc<[Column]> {
    schema.fields().iter().map(|field| column(field)).collect()
}

/// The columns that a schema is announced as, with a choice for structs.
///
/// What is announced decides how rows are sent: [`rows`](crate::rows) needs not be told again.
pub fn columns_as(schema: &Schema, nested: Nested) -> Arc<[Column]> {
    schema.fields().iter().map(|field| column_as(field, nested)).collect()
}

//! Arrow arrays to PostgreSQL bytes and back.

mod columns;
mod encode;
mod pg_type;
mod rows;

pub use columns::{column, columns};
pub use pg_type::{PgType, data_type_of};
pub use rows::{ArrowRows, rows, rows_of_stream};

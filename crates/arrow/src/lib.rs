//! Arrow arrays to PostgreSQL bytes and back.

mod columns;
mod encode;
mod epoch;
mod params;
mod pg_type;
mod rows;

pub use columns::{column, columns};
pub use params::{decimal_type, param_array};
pub use pg_type::{PgType, data_type_of};
pub use rows::{ArrowRows, rows, rows_of_stream};

//! Arrow arrays to PostgreSQL bytes and back.
//!
//! [`columns`] announces a schema, [`rows`] and [`rows_of_stream`] send record batches: what each
//! column needs is decided once a batch, and each value goes straight into the connection's send
//! buffer. [`param_array`] turns a statement's parameters into arrays, [`BatchBuilder`] the rows of
//! a COPY into batches.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{Int64Array, RecordBatch};
//!
//! let batch = RecordBatch::try_from_iter([("id", Arc::new(Int64Array::from(vec![1, 2])) as _)])?;
//! let columns = trunkline_arrow::columns(&batch.schema());
//! let reply: trunkline_core::Reply = trunkline_arrow::rows(columns, [batch]).into();
//! # Ok::<(), arrow_schema::ArrowError>(())
//! ```
#![doc = include_str!("types.md")]

mod batches;
mod columns;
mod encode;
mod epoch;
mod length;
mod mark;
mod params;
mod pg_type;
mod read;
mod rows;

pub use batches::BatchBuilder;
pub use columns::{column, columns, columns_as};
pub use mark::{Decimals, places_of_quotient, string_metadata, type_metadata, user_type_metadata};
pub use params::{decimal_type, param_array};
pub use pg_type::{Nested, PgType, data_type_of};
pub use rows::{ArrowRows, rows, rows_of_stream};

//! Values: the bytes of each type, as text and in binary, exactly as PostgreSQL prints and parses.
//!
//! One module per family, of free functions: `text` and `binary` append a value's bytes (without a
//! length) to a buffer, `parse` reads text, `receive` reads the binary form. [`ToPg`] and [`FromPg`]
//! pick the function by a column's type and format; [`Value`] is any value.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod boolean;
pub mod bytea;
pub mod datetime;
pub mod float;
pub mod int;
pub mod json;
pub mod text;
pub mod uuid;

mod catalog;
mod convert;
mod error;
mod from_pg;
#[rustfmt::skip]
mod generated;
mod style;
mod to_pg;
mod value;
mod zone;

pub use catalog::{array_of, element_of, name_of, typlen};
pub use convert::{FromPg, IsNull, ToPg};
pub use error::ValueError;
pub use style::{ByteaOutput, DateFormat, DateOrder, DateStyle, IntervalStyle, TextStyle};
pub use value::Value;
pub use zone::{Offset, TimeZone};

//! Values: the bytes of each type, as text and in binary, exactly as PostgreSQL prints and parses.
//!
//! One module per family, of free functions: `text` and `binary` append a value's bytes (without a
//! length) to a buffer, `parse` reads text, `receive` reads the binary form. [`ToPg`] and [`FromPg`]
//! pick the function by a column's type and format; [`Value`] is any value.
pub mod alias;
pub mod array;
pub mod bits;
pub mod boolean;
pub mod bytea;
pub mod datetime;
pub mod float;
pub mod geometry;
pub mod hstore;
pub mod int;
pub mod interval;
pub mod json;
pub mod jsonpath;
pub mod lsn;
pub mod ltree;
pub mod macaddr;
pub mod money;
pub mod net;
pub mod numeric;
pub mod range;
pub mod record;
pub mod search;
pub mod snapshot;
pub mod template;
pub mod text;
pub mod tid;
pub mod user;
pub mod uuid;
pub mod vector;

mod catalog;
mod check;
mod convert;
mod digits;
mod error;
#[rustfmt::skip]
mod generated;
mod into_value;
mod made;
mod scalar;
mod style;
mod typmod;
mod value;
mod zone;

pub use array::Array;
pub use bits::Bits;
pub use catalog::{array_of, element_of, name_of, oid_of, typlen};
pub use convert::{FromPg, IsNull, ToPg};
pub use error::ValueError;
pub use geometry::{Geometry, Point, Points};
pub use hstore::Hstore;
pub use interval::Interval;
pub use money::Money;
pub use net::Inet;
pub use numeric::Numeric;
pub use range::{Multirange, Range};
pub use record::Record;
pub use scalar::Scalar;
pub use search::{TsQuery, TsVector};
pub use snapshot::Snapshot;
pub use style::{ByteaOutput, DateFormat, DateOrder, DateStyle, IntervalStyle, TextStyle};
pub use tid::Tid;
pub use user::{Attribute, Base, Kind, Labels, Types, UserType};
pub use uuid::Uuid;
pub use value::{Opaque, Value};
pub use vector::Vector;
pub use zone::TimeZone;

#[cfg(test)]
mod tests;

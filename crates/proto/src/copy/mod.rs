//! The formats of COPY: text, csv and binary, both ways.
//!
//! [`Options`] are those of the statement, checked as PostgreSQL checks them. An [`Encoder`] turns
//! cells into rows, a [`Decoder`] turns bytes, however they are split, into rows of fields.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-copy.html>, "File Formats". Where versions
//! differ, this is PostgreSQL 18: there `\.` ends data in text only, must be alone on its line, and
//! is data in csv.

mod decode;
mod encode;
mod error;
mod options;

pub use decode::{Decoder, Field, Row, Target, clipped};
pub use encode::Encoder;
pub use error::CopyError;
pub use options::{
    CopyDirection, CopyFormat, CopyValue, Force, Header, LogVerbosity, OnError, Options,
    check_names,
};

/// What a binary file begins with.
const SIGNATURE: [u8; 11] = *b"PGCOPY\n\xff\r\n\0";

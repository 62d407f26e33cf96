//! Values of PostgreSQL as Python's, and back.
//!
//! What Python's type cannot hold (a date of the year 20000, `infinity`, an interval of months) is a `str` as
//! PostgreSQL prints it, as is every value of a type that Python has not got.

mod classes;
mod from_python;
mod infer;
mod to_python;

pub(crate) use from_python::value;
pub(crate) use infer::{Kind, kind_of};
pub(crate) use to_python::object;

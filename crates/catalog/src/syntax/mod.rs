//! What keeps a parser of PostgreSQL's words from taking for ever over what a stranger sends.
//!
//! [`check_depth`] looks at a statement's tokens before anybody goes down into it; [`Postgres`] is the
//! dialect to read it in, which gives up when the parser has gone over the same words too often. [`tokens`]
//! are what it reads. [`call_name`] tells whether an expression is a call, [`Explain`] what an EXPLAIN asks for.

mod arrays;
mod between;
mod call;
mod depth;
mod dialect;
mod explain;
mod integers;
mod matches;
mod members;
mod qualified;
mod rows_from;
mod strings;
mod tables;
mod trim;
mod typed;
mod words;

pub(crate) use between::symmetric;
pub use call::call_name;
pub(crate) use call::is_enclosed;
pub use depth::check as check_depth;
pub use dialect::{Postgres, is_reserved};
pub use explain::{Explain, ExplainFormat};
pub(crate) use integers::decimal;
pub(crate) use qualified::ALL_FIELDS;
pub(crate) use rows_from::{ROWS_FROM, as_calls, unnested};
pub use strings::tokens;
pub(crate) use tables::{as_selects, without_only};

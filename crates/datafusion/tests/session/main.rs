//! The engine as the server drives it: prepare, execute, rows.

mod cancel;
mod columns;
mod errors;
mod everyday;
mod harness;
mod lent;
mod meaning;
mod meeting;
mod parameters;
mod plans;
mod refusals;
mod schema;
mod sizes;
mod starved;
mod statements;
mod subqueries;

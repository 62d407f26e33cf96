//! Everything the crate promises, against what PostgreSQL printed and sent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod allocations;
mod batches;
mod copy;
mod hostile;
mod live;
mod marked;
mod nested;
mod params;
mod registered;
mod rows;
mod types;
mod values;
mod wire;

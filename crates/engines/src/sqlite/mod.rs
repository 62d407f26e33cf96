//! SQLite as an engine.

pub(crate) mod functions;
pub(crate) mod schema;
pub(crate) mod storage;
pub(crate) mod translate;
pub(crate) mod types;

//! DataFusion as a trunkline engine: folders of CSV, Parquet and NDJSON files as a PostgreSQL
//! database.

mod calls;
mod casts;
mod closed;
mod engine;
mod error;
mod except;
mod explain;
mod folder;
mod functions;
mod guards;
mod information_schema;
mod lent;
mod marks;
mod meet;
mod members;
mod memory;
mod names;
mod operators;
mod parameters;
mod planner;
mod prepare;
mod pushdown;
mod readonly;
mod refuse;
mod rewrite;
mod rows;
mod session;
mod sets;
mod snapshot;
mod spans;
mod subqueries;
mod swapped;
mod targets;
mod template;
mod text;
mod tokens;
mod types;
mod using;
mod yielding;
mod zeros;

pub use engine::DataFusion;
pub use folder::{Database, FolderError, TableInfo};
pub use session::{DataFusionSession, Statement};

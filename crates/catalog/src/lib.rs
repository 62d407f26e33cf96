//! pg_catalog and information_schema for any engine: real PostgreSQL is the oracle.
//!
//! [`Catalog`] wraps an engine. What a statement asks of the catalogs, and of the session by a
//! function, is answered here by an evaluator of our own, from the engine's
//! [snapshot](trunkline_core::Session::snapshot); every other statement goes to the engine as it is.
//!
//! - `route` says by its tokens whose a statement is.
//! - `syntax` keeps the parser within bounds, also for engines that read SQL themselves.
//! - `parse` makes a tree of it, `bind` a `plan`: with PostgreSQL's rules for names and types, and the
//!   functions, operators and casts that a real one has (`facts`, from `data/`).
//! - `run` works it out, under a budget, on a thread of its own, until somebody stops it.
//! - `world` has the rows: those that every database has, and those of the snapshot.
//! - `views` are queries over them.
//! - [`ddl`] reads a schema from its definitions.
//! - `analyze` says what a definition means, `deparse` prints it as PostgreSQL does.
//! - `explain` tells the plan of what is answered here.
//! - `lend` gives an engine's statement the relations in it that the engine does not have.
//! - `called` lets an engine call the functions of the session for its own rows.

#![forbid(unsafe_code)]

mod analyze;
mod answer;
mod bind;
mod by_number;
mod called;
mod datum;
pub mod ddl;
mod declared;
mod deparse;
mod effort;
mod error;
mod explain;
mod facts;
mod feed;
mod functions;
mod grammar;
mod growth;
mod io;
mod joins;
mod known;
mod lend;
mod lock;
mod parse;
mod plan;
mod protected;
mod refusals;
mod route;
mod run;
mod session;
mod statements;
pub mod syntax;
mod template;
mod views;
mod worker;
mod world;

pub use called::Called;
pub use session::{Catalog, CatalogSession, CatalogStatement};

use bind::resolve::{self, Found};
use trunkline_core::Oid;

/// Whether PostgreSQL has a function of its own of this name for arguments of these types.
///
/// An engine that does not know it can tell so from a mistake.
pub fn has_function(name: &str, types: &[Oid]) -> bool {
    !matches!(resolve::function(None, name, types), Found::None)
}

/// Whether PostgreSQL has an operator of this name between operands of these types; one of a prefix operator.
pub fn has_operator(name: &str, types: &[Oid]) -> bool {
    !matches!(resolve::operator(name, types), Found::None)
}

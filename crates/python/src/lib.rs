//! The extension module `trunkline._trunkline`: what the Python package does in Rust.
//!
//! Python owns the public names, the defaults and the documentation; Rust owns the work.
//!
//! - `server` is a running server, `access` who may come in, `listen` where, `bounds` how much, `logs` what it says.
//! - `engine` makes an engine of a `handler`; `asking` asks Python code, on threads of the `pool` or an event loop,
//!   one call of a connection at a time (`executor`), and a `call` can be given up.
//! - `query` is what a handler is asked; `answer` reads what it returns: `arrow` data, `rows` of `values`, tags. What
//!   needs the interpreter comes to the connection through a `feed`, a part at a time.
//! - `copying` gives the rows of a COPY FROM to a handler, and `arriving` holds them until it takes them.
//! - `protocol` is the codec, which knows nothing of all that.
//! - `sql` is the forgiving parser.
//! - `catalog` holds what Python code tells of its tables.

mod access;
mod answer;
mod arriving;
mod arrow;
mod asking;
mod bounds;
mod burial;
mod call;
mod catalog;
mod column;
mod copying;
mod engine;
mod error;
mod executor;
mod feed;
mod handler;
mod listen;
mod logs;
mod parameters;
mod pool;
mod protocol;
mod query;
mod rows;
mod server;
mod sql;
mod values;

use pyo3::prelude::*;

#[pymodule(name = "_trunkline", gil_used = false)]
fn extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<access::Login>()?;
    module.add_class::<catalog::Catalog>()?;
    module.add_class::<copying::Copy>()?;
    module.add_class::<query::Answer>()?;
    module.add_class::<query::Connection>()?;
    module.add_class::<query::Query>()?;
    module.add_class::<server::PyServer>()?;
    module.add_function(wrap_pyfunction!(executor::in_handler, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    protocol::register(module)?;
    sql::register(module)
}

//! The extension module `trunkline._trunkline`: what the Python package does in Rust.
//!
//! Python owns the public names, the defaults and the documentation; Rust owns the work.

mod protocol;

use pyo3::prelude::*;

#[pymodule(name = "_trunkline", gil_used = false)]
fn extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    protocol::register(module)
}

//! `trunkline.protocol`: the codec without I/O, for Python.
//!
//! What is legal when, how frames are cut and what is in them is decided by `trunkline-proto`; here
//! is what Python sees of it. Nothing starts a thread or a runtime.

mod authentication;
mod codec;
mod command;
mod connection;
mod copy;
mod decode;
mod empty;
mod error;
mod extended;
mod field;
mod limits;
mod login;
mod machine;
mod message;
mod password;
mod receive;
mod record;
mod rows;
mod scram;
mod session;
mod startup;
mod tracer;

use pyo3::prelude::*;

/// Makes the submodule `protocol` of the extension, so that it can be imported by its full name.
pub(crate) fn register(parent: &Bound<'_, PyModule>) -> PyResult<()> {
    let module = PyModule::new(parent.py(), "protocol")?;
    module.add_class::<message::Message>()?;
    startup::register(&module)?;
    authentication::register(&module)?;
    password::register(&module)?;
    command::register(&module)?;
    extended::register(&module)?;
    empty::register(&module)?;
    rows::register(&module)?;
    copy::register(&module)?;
    session::register(&module)?;
    error::register(&module)?;
    scram::register(&module)?;
    module.add_class::<limits::Limits>()?;
    module.add_class::<machine::Phase>()?;
    module.add_class::<connection::Connection>()?;
    module.add_class::<connection::Backend>()?;
    module.add_class::<connection::Decoder>()?;
    module.add_class::<connection::Frontend>()?;
    module.add_class::<connection::Messages>()?;
    parent.add_submodule(&module)?;
    let modules = parent.py().import("sys")?.getattr("modules")?;
    modules.set_item("trunkline._trunkline.protocol", module)
}

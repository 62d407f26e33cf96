//! We are the server.
//!
//! The startup is linear and security-critical: a value that is consumed by each step, whose
//! variants offer only the legal moves. The loop after it is hot: one struct with a phase.

mod conn;
mod startup;

pub use conn::{Connection, Event};
pub use startup::{
    Channel, DirectTls, Login, Ready, Startup, Step, TLS_HANDSHAKE, TlsHandshake, TlsRequest,
};

pub use crate::message::TransactionStatus;

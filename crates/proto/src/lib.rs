//! The PostgreSQL frontend/backend protocol without I/O: bytes in, events out; messages in, bytes
//! out; both sides.

pub mod backend;
pub mod error;
pub mod frontend;
pub mod limits;
pub mod message;
pub mod state;
pub mod trace;
pub mod types;
pub mod wire;

#[cfg(feature = "auth")]
pub mod auth;

mod format;
mod oid;
mod sqlstate;

pub use error::{Malformed, Misuse, PeerError};
pub use format::Format;
pub use limits::Limits;
pub use oid::Oid;
pub use sqlstate::SqlState;

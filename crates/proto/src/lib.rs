//! The PostgreSQL frontend/backend protocol without I/O: bytes in, events out; messages in, bytes
//! out; both sides.

// What a peer sent must not reach a panic. Tests may panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

pub mod backend;
pub mod copy;
pub mod encoding;
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

pub use encoding::Encoding;
pub use error::{Malformed, Misuse, PeerError};
pub use format::Format;
pub use limits::Limits;
pub use oid::Oid;
pub use sqlstate::SqlState;

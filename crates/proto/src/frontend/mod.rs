//! We are the client.
//!
//! The mirror image of [`backend`](crate::backend): [`Startup`] and [`Login`] are values that each
//! step consumes, [`Connection`] is the loop after them. All buffers belong to the caller; nothing
//! here reads a clock, a socket or random bytes.
//!
//! To cancel what a connection runs, open another one, under the same encryption, write a
//! [`CancelRequest`](crate::message::CancelRequest) and wait for its end: nothing is answered.

#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

mod conn;
mod event;
mod login;
#[cfg(feature = "auth")]
mod sasl;
mod startup;

pub use conn::Connection;
pub use event::Event;
#[cfg(feature = "auth")]
pub use login::Md5Request;
pub use login::{Authenticated, CleartextRequest, Login, LoginStep, Method};
#[cfg(feature = "auth")]
pub use sasl::{Discovery, SaslRequest};
pub use startup::{Startup, TlsHandshake, TlsRequested, TlsStep};

use crate::message::ErrorResponse;

/// Whether an error ends the connection.
fn is_fatal(error: &ErrorResponse) -> bool {
    crate::backend::conn::is_fatal(&error.fields)
}

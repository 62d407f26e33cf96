//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), both sides.
//!
//! The server keeps a [`ScramVerifier`], from which the password cannot be had, and runs a
//! [`ScramServer`]; the client runs a [`ScramClient`]. Neither knows frames: messages in, messages
//! out. Random bytes are arguments.
//!
//! Source: <https://www.postgresql.org/docs/18/sasl-authentication.html>, `src/backend/libpq/auth-scram.c`.

mod attribute;
mod binding;
mod client;
mod hash;
mod server;
mod verifier;

pub(super) use attribute::Printed;
pub use binding::{Binding, BindingPolicy, tls_server_end_point};
pub use client::{ScramClient, ScramClientFinal};
pub use server::{ScramFailure, ScramServer, ScramServerFinal};
pub use verifier::ScramVerifier;

/// The mechanism without channel binding.
pub const SCRAM_SHA_256: &str = "SCRAM-SHA-256";
/// The mechanism with channel binding, offered under TLS only.
pub const SCRAM_SHA_256_PLUS: &str = "SCRAM-SHA-256-PLUS";
/// Bytes of randomness in a nonce, written as 24 characters.
pub const NONCE_LENGTH: usize = 18;

/// Base64 with padding, as everywhere in SCRAM.
use base64::engine::general_purpose::STANDARD as BASE64;

//! Proofs of identity, for both sides, without I/O: nonces and salts are arguments.
//!
//! Source: <https://www.postgresql.org/docs/18/auth-methods.html> and, for the messages,
//! <https://www.postgresql.org/docs/18/sasl-authentication.html>. Secrets are compared in constant
//! time, wiped when dropped, and never printed by `Debug`.

pub mod md5;
pub mod oauth;
mod saslprep;
pub mod scram;

pub use saslprep::saslprep;

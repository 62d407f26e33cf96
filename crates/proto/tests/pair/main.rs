//! Conversations in memory: our client against our server.

#[cfg(feature = "auth")]
mod auth;
mod client_login;
mod copy;
mod errors;
mod harness;
mod login;
mod queries;
mod splits;
mod toy;

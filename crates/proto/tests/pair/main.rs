//! Conversations in memory: our client against our server.

#[cfg(feature = "auth")]
mod auth;
mod copy;
mod errors;
mod harness;
mod login;
#[cfg(feature = "auth")]
mod oauth;
mod queries;
mod regressions;
mod splits;
mod toy;

//! Our client at servers that do wrong: one test for each trap and advisory, named after it.
//!
//! `t6`, `t11`, … are the traps of the protocol that concern a client; `cve_…` and `rustsec_…` are
//! bugs that other clients had.

mod encoder;
mod rows;
#[cfg(feature = "auth")]
mod sasl;
#[cfg(feature = "auth")]
mod scram;
mod script;
mod session;
mod startup;

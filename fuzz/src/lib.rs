//! What the fuzzers run: each target is a function of any bytes that panics on what must not be.
//!
//! `fuzz_targets/` hands them to libFuzzer, `tests/replay/` to a plain test.

pub mod backend_message;
pub mod backend_stream;
pub mod copy;
pub mod frontend_message;
pub mod frontend_stream;
pub mod negotiation;
pub mod proofs;
pub mod rules;
pub mod scram_client;
pub mod scram_server;
pub mod session;
pub mod setting;
pub mod sql_split;
pub mod startup_packet;
pub mod statement;
pub mod token;
pub mod users_file;
pub mod value;

/// A target by the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 20] = [
    ("backend_message", backend_message::run),
    ("backend_stream", backend_stream::run),
    ("copy_text", copy::text),
    ("copy_csv", copy::csv),
    ("copy_binary", copy::binary),
    ("frontend_message", frontend_message::run),
    ("frontend_stream", frontend_stream::run),
    ("negotiation", negotiation::run),
    ("proofs", proofs::run),
    ("rules", rules::run),
    ("scram_client", scram_client::run),
    ("scram_server", scram_server::run),
    ("session", session::run),
    ("setting", setting::run),
    ("sql_split", sql_split::run),
    ("startup_packet", startup_packet::run),
    ("statement", statement::run),
    ("token", token::run),
    ("users_file", users_file::run),
    ("value", value::run),
];

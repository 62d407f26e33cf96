//! What the fuzzers run: each target is a function of any bytes that panics on what must not be.
//!
//! `fuzz_targets/` hands them to libFuzzer, `tests/replay/` to a plain test.

pub mod backend_message;
pub mod backend_stream;
pub mod frontend_message;
pub mod frontend_stream;
pub mod proofs;
pub mod setting;
pub mod sql_split;
pub mod startup_packet;
pub mod value;

/// A target by the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("backend_message", backend_message::run),
    ("backend_stream", backend_stream::run),
    ("frontend_message", frontend_message::run),
    ("frontend_stream", frontend_stream::run),
    ("proofs", proofs::run),
    ("setting", setting::run),
    ("sql_split", sql_split::run),
    ("startup_packet", startup_packet::run),
    ("value", value::run),
];

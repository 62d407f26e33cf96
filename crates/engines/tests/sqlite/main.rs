//! The SQLite engine, by itself and behind a server.

mod cancel;
mod constraints;
mod copy;
mod current_of;
#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../../server/tests/wire/dialogue.rs"]
mod dialogue;
mod discard;
mod harness;
mod json;
mod locking;
#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../../server/tests/wire/messages.rs"]
mod messages;
mod opening;
mod promises;
mod psql;
mod refusals;
mod rows;
mod transactions;
mod values;

//! The SQLite engine, by itself and behind a server.

mod bounds;
mod cancel;
mod comments;
mod constraints;
mod copy;
mod current_of;
mod dates;
#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../../server/tests/wire/dialogue.rs"]
mod dialogue;
mod discard;
mod explain;
mod harness;
mod joins;
mod json;
mod lent;
mod locking;
#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../../server/tests/wire/messages.rs"]
mod messages;
mod opening;
mod promises;
mod psql;
mod rebuilt;
mod refusals;
mod rows;
mod sequences;
mod transactions;
mod values;
mod watched;

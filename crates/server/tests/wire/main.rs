//! The server on the wire: bytes of a client in, bytes of the server out.

mod clock;
mod dialogue;
mod messages;
#[cfg(target_os = "linux")]
mod segments;
mod toy;
mod visitor;

mod auth;
mod callback;
mod cancel;
mod cancel_keys;
mod certificates;
mod copies;
mod cursors;
mod described;
mod descriptors;
mod encryption;
mod extended;
mod fairness;
mod guesses;
mod half_closed;
mod late_cancel;
mod log;
mod malformed;
mod notices;
mod notify;
mod own_types;
mod places;
mod promises;
mod proofs;
mod records;
mod reload;
mod revocation;
mod sent_away;
mod session;
mod shutdown;
mod simple;
mod startup;
mod strangers;
mod threats;
mod timeouts;
mod transactions;
mod wide;
mod writes;

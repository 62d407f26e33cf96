//! Which message is legal when: ONE table, for both sides.
//!
//! [`next`] knows what every message does to the conversation, and not which of the two sides
//! asks. [`Conversation`] adds what pipelining needs: the messages whose answers are still owed.

mod conversation;
mod kind;
mod phase;
mod table;

pub use conversation::{Conversation, Request};
pub use kind::{Kind, Sender};
pub use phase::{Phase, Protocol};
pub use table::{Verdict, next};

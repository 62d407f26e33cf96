//! Which message is legal when: ONE table, for both sides.
//!
//! [`next`] knows what every message does to the conversation, and not which of the two sides
//! asks. [`Conversation`] adds what pipelining needs: the messages whose answers are still owed.

#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

mod conversation;
mod kind;
mod phase;
mod table;

pub use conversation::{Conversation, Request};
pub use kind::{Kind, Sender};
pub use phase::{Phase, Protocol};
pub use table::{Verdict, next};

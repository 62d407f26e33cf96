//! The layer below the messages: frames, and the fields inside a body.
//!
//! A frame is split off first, then its body is decoded by a [`Reader`] that ends where the body
//! ends: reading beyond it is impossible by construction.

mod body;
pub mod frame;
mod reader;
mod writer;

pub use body::{Body, Input};
pub use frame::{Header, Relay, frame, untyped_frame};
pub use reader::Reader;
pub(crate) use writer::put_part;
pub use writer::{Count, put_count, put_string, put_value};

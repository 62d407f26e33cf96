//! The contract between the trunkline server and the engines behind it.
//!
//! An engine implements [`Engine`] and [`Session`], or is made of functions by [`query_fn`] and
//! [`statement_fn`]. It never sees a socket, the protocol's state, or an async runtime.

mod activity;
pub mod advisory;
pub mod answer;
mod attachment;
mod backends;
pub mod catalog;
mod client;
mod column;
mod copy_in;
mod copy_out;
mod cursor;
mod engine;
mod error;
mod handler;
mod interrupts;
mod inventory;
mod lent;
mod nearest;
mod prepared;
mod published;
mod reply;
mod rowbuf;
mod rows;
pub mod settings;
pub mod testkit;

pub use activity::{Activity, ActivityState};
pub use attachment::Attachment;
pub use backends::{Backends, Signal};
pub use client::{Client, Identity, check_notification};
pub use column::{Column, Columns};
pub use copy_in::{
    CopyField, CopyFlaw, CopyIn, CopyRow, CopySink, CopyTarget, copy_line, copy_place,
};
pub use copy_out::CopyOut;
pub use cursor::{CurrentOf, RowKey};
pub use engine::{Engine, Language, Session};
pub use error::{Notice, PgError, Result, Severity};
pub use handler::{
    Description, HandlerEngine, HandlerSession, Query, parameter_count, query_fn, statement_fn,
};
pub use interrupts::Interrupts;
pub use inventory::{Inventory, OpenCursor, PreparedStatement};
pub use lent::{LentRelation, LentRows};
pub use nearest::NearestColumns;
pub use prepared::{Access, Formats, Param, Params, Prepared, Run, Terms};
pub use reply::{CommandTag, Reply};
pub use rowbuf::{RowBuf, RowWriter};
pub use rows::{IntoRow, Progress, RowSet, RowSource, Rows};
pub use trunkline_proto::{Encoding, Format, Oid, SqlState, types};

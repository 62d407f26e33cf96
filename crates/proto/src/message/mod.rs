//! Every message of PostgreSQL 18, in both directions; decode and encode side by side.
//!
//! A message that was received is a slice of the read buffer, checked once by `decode`, so that its
//! accessors cannot fail. Those of a frontend own their part of a `Bytes` or borrow it from a `&[u8]`
//! ([`Body`](crate::wire::Body)); those of a backend own it. A message to be written borrows what it is made
//! of: where a field is a string it takes anything `AsRef<[u8]>`, where it is a list it takes any
//! iterator that can be cloned. Neither way allocates.
//!
//! ```
//! use bytes::BytesMut;
//! use trunkline_proto::{
//!     Limits,
//!     message::{Encode, FrontendTag, Query},
//!     wire::frame,
//! };
//!
//! let mut out = Vec::new();
//! Query { sql: "select 1" }.encode(&mut out)?;
//!
//! let mut input = BytesMut::from(&out[..]);
//! let header = frame::peek(&input).unwrap();
//! let limit = Limits::default().frontend(FrontendTag(header.tag)).unwrap();
//! let body = frame::split(&mut input, header.frame_length(limit)?).unwrap();
//! assert_eq!(Query::decode(body)?.sql, "select 1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: <https://www.postgresql.org/docs/18/protocol-message-formats.html>.

mod any;
mod authentication;
mod bind;
mod copy;
mod empty;
mod error_response;
mod execute;
mod function_call;
mod list;
mod parts;
mod password;
mod query;
mod row;
mod startup;
mod status;
mod string;
mod tag;

pub use any::{AnyBackend, AnyFrontend};
pub use authentication::Authentication;
pub use bind::{Bind, MalformedBind, NewBind, UnknownFormat, parameter_place};
pub use copy::{CopyBothResponse, CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse};
pub use empty::{
    BindComplete, CloseComplete, EmptyQueryResponse, Flush, NoData, ParseComplete, PortalSuspended,
    Sync, Terminate,
};
pub use error_response::{ErrorFields, ErrorResponse, FieldCode, NoticeResponse};
pub use execute::{Close, Describe, Execute, Target};
pub use function_call::{FunctionCall, FunctionCallResponse, NewFunctionCall};
pub use list::{FormatCodes, Oids};
pub use password::{Password, PasswordMessage, SaslInitialResponse, SaslResponse};
pub use query::{
    CommandComplete, NewCommandComplete, NewParse, ParameterDescription, Parse, Query,
};
pub use row::{DataRow, FieldDescription, Fields, RowDescription, Values};
pub use startup::{
    CancelRequest, GssEncRequest, Parameters, ProtocolVersion, SslRequest, StartupMessage,
    StartupPacket,
};
pub use status::{
    BackendKeyData, NegotiateProtocolVersion, NotificationResponse, ParameterStatus, ReadyForQuery,
    TransactionStatus,
};
pub use string::PgStr;
pub use tag::{BackendTag, FrontendTag};

use crate::error::Misuse;

/// A message or packet that can be written.
pub trait Encode {
    /// Appends the whole frame to `out`.
    ///
    /// [`Misuse`] if a string has a NUL inside, a list is longer than its count can tell, or the
    /// frame is longer than an Int32 can tell; `out` is then as it was before.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse>;
}

/// A message that a frontend sends.
pub trait FrontendMessage: Encode {
    /// Its type byte.
    const TAG: FrontendTag;
}

/// A message that a backend sends.
pub trait BackendMessage: Encode {
    /// Its type byte.
    const TAG: BackendTag;
}

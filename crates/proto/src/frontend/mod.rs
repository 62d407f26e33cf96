//! We are the client.
//!
//! The mirror image of [`backend`](crate::backend): [`Startup`] and [`Login`] are values that each
//! step consumes, [`Connection`] is the loop after them. All buffers belong to the caller; nothing
//! here reads a clock, a socket or random bytes.
//!
//! ```
//! use bytes::BytesMut;
//! use trunkline_proto::{Limits, Oid, frontend::{Event, LoginStep, Startup}};
//! use trunkline_proto::message::{Execute, NewBind, NewParse, ProtocolVersion, Sync};
//!
//! let mut output = Vec::new();
//! let startup = Startup::new(&Limits::default());
//! let login = startup.log_in(ProtocolVersion::V3_2, [("user", "alice")], &mut output)?;
//! // … write the output, read into the input …
//! let mut input = BytesMut::from(&b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"[..]);
//! let LoginStep::Authenticated(authenticated) = login.step(&mut input, &mut output)? else {
//!     panic!("a password is wanted")
//! };
//! let mut connection = authenticated.connection;
//! assert!(matches!(connection.receive(&mut input)?, Some(Event::Ready(_))));
//!
//! // A pipeline: four messages, one write, one wait.
//! let (sql, parameter_types) = ("delete from t where n = $1", [Oid::INT4]);
//! connection.send(&NewParse { name: "", sql, parameter_types }, &mut output)?;
//! let bind = NewBind {
//!     portal: "",
//!     statement: "",
//!     parameter_formats: &[],
//!     parameters: [Some("1")],
//!     result_formats: &[],
//! };
//! connection.send(&bind, &mut output)?;
//! connection.send(&Execute { portal: "", max_rows: 0 }, &mut output)?;
//! connection.send(&Sync, &mut output)?;
//! input.extend_from_slice(b"1\0\0\0\x042\0\0\0\x04C\0\0\0\rDELETE 7\0Z\0\0\0\x05I");
//! while let Some(event) = connection.receive(&mut input)? {
//!     if let Event::CommandComplete(complete) = event {
//!         assert_eq!(complete.tag, "DELETE 7");
//!     }
//! }
//! assert_eq!(connection.owed(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To cancel what a connection runs, open another one, under the same encryption, write a
//! [`CancelRequest`](crate::message::CancelRequest) and wait for its end: nothing is answered.

mod conn;
mod event;
mod login;
#[cfg(feature = "auth")]
mod sasl;
mod startup;

pub use conn::Connection;
pub use event::Event;
#[cfg(feature = "auth")]
pub use login::Md5Request;
pub use login::{Authenticated, CleartextRequest, Login, LoginStep, Method};
#[cfg(feature = "auth")]
pub use sasl::{Discovery, SaslRequest};
pub use startup::{Startup, TlsHandshake, TlsRequested, TlsStep};

use crate::message::ErrorResponse;

/// Whether an error ends the connection.
fn is_fatal(error: &ErrorResponse) -> bool {
    crate::backend::conn::is_fatal(&error.fields)
}

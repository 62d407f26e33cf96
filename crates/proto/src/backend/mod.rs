//! We are the server.
//!
//! [`Startup`] is linear and security-critical: a value that each step consumes, whose outcomes
//! offer only the legal moves. [`Connection`] is the loop after it: bytes in, events out; messages
//! in, bytes out. All buffers belong to the caller; nothing here reads a clock, a socket or random
//! bytes.
//!
//! ```
//! use bytes::BytesMut;
//! use trunkline_proto::{Limits, backend::{Channel, Event, Startup, Step, TransactionStatus}};
//! use trunkline_proto::message::{CommandComplete, Encode, ProtocolVersion, Query, StartupMessage};
//!
//! // What a client sends.
//! let (mut sent, mut output) = (Vec::new(), Vec::new());
//! let parameters = [("user", "alice")];
//! StartupMessage { version: ProtocolVersion::V3_0, parameters }.encode(&mut sent)?;
//! Query { sql: "checkpoint" }.encode(&mut sent)?;
//! let mut input = BytesMut::from(&sent[..]);
//!
//! let startup = Startup::new(&Limits::default(), Channel::Tcp);
//! let Step::Login(login) = startup.step(&mut input, &mut output)? else { panic!("no login") };
//! assert_eq!(login.user(), "alice");
//! let ready = login.trust(&mut output);
//! let settings = [("server_version", "18.4")];
//! let mut connection = ready.finish(settings, 1, b"key!", &mut output)?;
//!
//! while let Some(event) = connection.receive(&mut input)? {
//!     let Event::Query(query) = event else { break };
//!     assert_eq!(query.sql, "checkpoint");
//!     connection.send(&CommandComplete { tag: "CHECKPOINT" }, &mut output)?;
//!     connection.ready(TransactionStatus::Idle, &mut output)?;
//! }
//! assert!(output.ends_with(b"CHECKPOINT\0Z\0\0\0\x05I"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod conn;
mod event;
mod login;
#[cfg(feature = "auth")]
mod md5;
#[cfg(feature = "auth")]
mod oauth;
mod password;
#[cfg(feature = "auth")]
mod sasl;
mod startup;

pub use conn::Connection;
pub use event::Event;
pub use login::{Login, Ready, Replication};
#[cfg(feature = "auth")]
pub use md5::Md5;
#[cfg(feature = "auth")]
pub use oauth::{BearerToken, OAuth, OAuthFailure, OAuthStep};
pub use password::{Cleartext, CleartextPassword, CleartextStep, Exchange};
#[cfg(feature = "auth")]
pub use sasl::Scram;
pub use startup::{Channel, DirectTls, Startup, Step, TLS_HANDSHAKE, TlsHandshake, TlsRequest};

pub use crate::message::TransactionStatus;

//! Give any program, file or engine a PostgreSQL face.
//!
//! ```no_run
//! use trunkline::{Oid, Query, Result, RowSet, Rows, query_fn, serve};
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:5432").await?;
//!     serve(listener, query_fn(answer)).await
//! }
//!
//! async fn answer(query: Query) -> Result<RowSet> {
//!     let columns = [("you_said", Oid::TEXT), ("times", Oid::INT4)];
//!     Ok(Rows::new(columns).row((query.sql().to_owned(), 1_i32)))
//! }
//! ```

mod accept;
mod auth;
mod buffers;
mod cancels;
mod channels;
mod connection;
mod guards;
mod guesses;
mod limits;
mod listener;
mod lobby;
mod locks;
mod login;
mod oauth;
mod options;
mod places;
mod registry;
mod server;
mod session;
mod startup;
mod stream;
mod throttle;
mod tls;
mod unix;

pub use auth::{
    Attempt, Auth, Certificate, Password, Rules, RulesError, UserMaps, Users, UsersError,
};
pub use limits::Limits;
pub use listener::Listener;
pub use oauth::{Jwks, JwksError, JwtValidator, OAuth, TokenAttempt, TokenValidator, TokenVerdict};
pub use server::{Server, ServerBuilder, serve};
pub use tls::{Tls, TlsError};
pub use trunkline_core::*;
pub use unix::UnixSocket;

/// The Rust code in the documents is compiled, like that above.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/coming-from-pgwire.md")]
#[doc = include_str!("../../../docs/authentication.md")]
struct Documents;

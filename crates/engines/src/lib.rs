//! Engines for trunkline that are not DataFusion: each is a feature of this crate.
//!
//! [`sqlite`] serves a SQLite file as a PostgreSQL database, with its transactions:
//!
//! ```no_run
//! use trunkline::{Listener, Server};
//! use trunkline_engines::sqlite::Sqlite;
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let engine = Sqlite::open("chinook.db")?;
//!     let listener = Listener::tcp("127.0.0.1:5432".parse().expect("an address")).await?;
//!     Server::builder(engine).build().serve(listener).await;
//!     Ok(())
//! }
//! ```

#[cfg(feature = "sqlite")]
pub mod sqlite;

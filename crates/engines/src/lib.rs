//! Engines for trunkline that are not DataFusion: each is a feature of this crate.
//!
//! [`sqlite`] serves a SQLite file as a PostgreSQL database, with its transactions:
//!
//! ```
//! use trunkline::{Listener, Server};
//! use trunkline_engines::sqlite::Sqlite;
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let folder = tempfile::tempdir()?;
//!     let engine = Sqlite::open_writable(folder.path().join("shop.db"))?;
//!     let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).await?;
//!     println!("psql -h 127.0.0.1 -p {}", listener.local_address().expect("a port").port());
//!     let server = Server::builder(engine).build();
//!     tokio::spawn(async move { server.serve(listener).await });
//!     Ok(()) // or whatever the program does besides
//! }
//! ```

#[cfg(feature = "sqlite")]
pub mod sqlite;

/// The Rust code in the documents is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sqlite.md")]
struct Documents;

//! The promises that every engine must keep, checked in one call.
//!
//! ```
//! use trunkline_core::testkit::{Expectations, block_on, check};
//! use trunkline_core::{Oid, PgError, Query, Result, RowSet, Rows, SqlState, query_fn};
//!
//! async fn answer(query: Query) -> Result<RowSet> {
//!     match query.sql() {
//!         "three" => Ok(Rows::new([("id", Oid::INT4)]).rows([(1,), (2,), (3,)])),
//!         _ => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error")),
//!     }
//! }
//!
//! block_on(check(&query_fn(answer), &Expectations::new("three", "tree")))?;
//! # Ok::<(), trunkline_core::testkit::BrokenPromise>(())
//! ```
//!
//! The server relies on these promises and clients do, most of them blindly: a client decodes a
//! value by the type that was announced. Statements are run in text and in binary, in one go and row
//! by row, to the end and not, alone and interleaved, as the server runs them.

mod asking;
mod promises;
mod table;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use crate::client::Identity;
use crate::engine::Engine;

/// Statements in the engine's own language, and who runs them.
///
/// Each must give the same rows in the same order whenever it runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Expectations<'a> {
    /// A query of at least three rows.
    pub rows: &'a str,
    /// A statement that is refused, for the fault of whoever wrote it.
    pub broken: &'a str,
    /// A query of no rows.
    pub empty: Option<&'a str>,
    /// A query with one parameter, and a value for it as text, with which it gives a row or more.
    pub parameter: Option<(&'a str, &'a [u8])>,
    /// A query that does not end by itself, or not soon.
    pub endless: Option<&'a str>,
    /// The user and database of the session.
    pub identity: Identity,
}

impl<'a> Expectations<'a> {
    /// A query of at least three rows, and a statement that is refused.
    pub fn new(rows: &'a str, broken: &'a str) -> Expectations<'a> {
        let identity = Identity::new("postgres", "postgres");
        Expectations { rows, broken, empty: None, parameter: None, endless: None, identity }
    }

    /// Adds a query of no rows.
    pub fn empty(mut self, sql: &'a str) -> Expectations<'a> {
        self.empty = Some(sql);
        self
    }

    /// Adds a query with one parameter, and a value for it as text.
    pub fn parameter(mut self, sql: &'a str, value: &'a [u8]) -> Expectations<'a> {
        self.parameter = Some((sql, value));
        self
    }

    /// Adds a query that does not end by itself, or not soon.
    pub fn endless(mut self, sql: &'a str) -> Expectations<'a> {
        self.endless = Some(sql);
        self
    }

    /// Sets the user and database of the session.
    pub fn identity(mut self, identity: Identity) -> Expectations<'a> {
        self.identity = identity;
        self
    }
}

/// A promise that an engine has not kept.
#[derive(Debug)]
pub struct BrokenPromise {
    promise: &'static str,
    statement: Box<str>,
    why: String,
}

impl BrokenPromise {
    /// The promise, in a few words.
    pub fn promise(&self) -> &'static str {
        self.promise
    }
}

impl fmt::Display for BrokenPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.promise, self.why, self.statement)
    }
}

impl std::error::Error for BrokenPromise {}

/// Opens a session and checks that it keeps every promise that can be checked with these
/// statements.
///
/// It needs no async runtime of its own: an engine that needs one is checked within it, any other
/// one by [`block_on`]. An engine that never wakes its task hangs here as it would hang the server.
///
/// # Errors
///
/// The first promise that is broken.
pub async fn check<E: Engine>(
    engine: &E,
    expectations: &Expectations<'_>,
) -> Result<(), BrokenPromise> {
    promises::check(engine, expectations).await
}

/// Runs a future to its end on this thread, without an async runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

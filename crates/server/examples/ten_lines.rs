//! The ten-line server of the README: it repeats what it is asked.
//!
//!     cargo run --example ten_lines [PORT]
//!     psql "host=127.0.0.1 user=me" -c "hello?"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use trunkline::{Oid, Query, Result, RowSet, Rows, query_fn, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    serve(listener, query_fn(answer)).await?;
    Ok(())
}

async fn answer(query: Query) -> Result<RowSet> {
    let columns = [("you_said", Oid::TEXT), ("times", Oid::INT4)];
    Ok(Rows::new(columns).row((query.sql().to_owned(), 1_i32)))
}

//! A file of SQLite behind every PostgreSQL client; it is made if there is none.
//!
//!     cargo run -p trunkline-engines --example serve_sqlite FILE [PORT]
//!     psql "host=127.0.0.1 user=me" -c "create table t (a int4)"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use std::error::Error;

use trunkline_engines::sqlite::Sqlite;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let file = words.next().ok_or("serve_sqlite FILE [PORT]")?;
    let port = words.next().map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    trunkline::serve(listener, Sqlite::open_writable(file)?).await?;
    Ok(())
}

//! An engine that has only a schema, with catalogs: what clients see when they look around.
//!
//!     cargo run -p trunkline-catalog --example schema_only [PORT]
//!     psql "host=127.0.0.1 user=me dbname=shop" -c "\d customers"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::error::Error;

use trunkline_catalog::Catalog;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = Catalog::new(fixture::Fixture::new());
    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    trunkline::serve(listener, engine).await?;
    Ok(())
}

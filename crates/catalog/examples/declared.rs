//! A schema from its definitions, without any data: what clients see when they look around.
//!
//!     cargo run -p trunkline-catalog --example declared -- schema.sql [PORT]
//!     psql "host=127.0.0.1 user=me dbname=shop" -c "\d"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use std::error::Error;

use trunkline_catalog::{Catalog, ddl};
use trunkline_core::{Query, Result, RowSet, Rows, query_fn};

/// There are no rows but those of the catalogs.
async fn nothing(_: Query) -> Result<RowSet> {
    Ok(Rows::new([("nothing", trunkline_core::Oid::TEXT)]))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let script = std::fs::read_to_string(arguments.next().ok_or("say a file of definitions")?)?;
    let defined = ddl::define(&script)?;
    drop(script);
    for over in &defined.passed_over {
        println!("line {}: {} is passed over", over.line, over.what);
    }
    let engine = Catalog::new(query_fn(nothing)).declaring(defined.snapshot);
    let port = arguments.next().map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    trunkline::serve(listener, engine).await?;
    Ok(())
}

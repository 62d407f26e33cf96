//! Tables that a program holds in memory, behind every PostgreSQL client.
//!
//!     cargo run -p trunkline-datafusion --example memory_tables [PORT]
//!     psql "host=127.0.0.1 user=me dbname=sky" -c "select name from planets where moons > 20"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use std::error::Error;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider,
};
use datafusion::datasource::MemTable;
use trunkline_datafusion::DataFusion;

fn planets() -> Result<MemTable, Box<dyn Error>> {
    let columns: [(&str, ArrayRef); 3] = [
        ("name", Arc::new(StringArray::from(vec!["Earth", "Jupiter", "Uranus", "Neptune"]))),
        ("moons", Arc::new(Int32Array::from(vec![1, 97, 28, 16]))),
        ("radius_km", Arc::new(Float64Array::from(vec![6371.0, 69911.0, 25362.0, 24622.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    Ok(MemTable::try_new(batch.schema(), vec![vec![batch]])?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // DataFusion's own pieces: a catalog is a database, its schemas are PostgreSQL's schemas.
    let public = MemorySchemaProvider::new();
    public.register_table("planets".to_owned(), Arc::new(planets()?))?;
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema("public", Arc::new(public))?;
    let engine = DataFusion::from_catalog("sky", Arc::new(catalog), None)?;

    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    trunkline::serve(listener, engine).await?;
    Ok(())
}

//! Prints the time that DataFusion itself takes to scan a Parquet file, when nobody takes the rows
//! further: `cargo run --release -p trunkline-datafusion --example scan_speed FILE [PARTITIONS]`.
//!
//! With DataFusion's own settings, and its number of partitions unless it is said. The second of
//! two scans counts: a server that is measured beside it is warm, too. A line of JSON.

#![allow(clippy::print_stdout, reason = "what it is for")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use futures::StreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let file = words.next().ok_or("scan_speed FILE [PARTITIONS]")?;
    let mut config = SessionConfig::new();
    if let Some(partitions) = words.next() {
        config = config.with_target_partitions(partitions.parse()?);
    }
    let partitions = config.target_partitions();
    let context = SessionContext::new_with_config(config);
    context.register_parquet("t", &file, ParquetReadOptions::default()).await?;
    scan(&context).await?;
    let start = Instant::now();
    let rows = scan(&context).await?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{{\"seconds\":{seconds},\"rows\":{rows},\"partitions\":{partitions}}}");
    Ok(())
}

/// Returns the number of rows.
async fn scan(context: &SessionContext) -> Result<usize, Box<dyn Error>> {
    let mut batches = context.sql("select * from t").await?.execute_stream().await?;
    let mut rows = 0;
    while let Some(batch) = batches.next().await {
        rows += black_box(batch?).num_rows();
    }
    Ok(rows)
}

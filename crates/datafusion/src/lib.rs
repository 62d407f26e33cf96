//! DataFusion as a trunkline engine: folders of CSV, Parquet and NDJSON files as a PostgreSQL
//! database.

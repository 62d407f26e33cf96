//! Engines for trunkline that are not DataFusion.

#[cfg(feature = "sqlite")]
pub mod sqlite;

//! A database as DataFusion's catalog.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::datasource::TableType;
use datafusion::error::DataFusionError;

use super::Database;
use super::error::FolderError;
use super::provider::FilesTable;

/// The schemas of a database.
pub(super) struct DatabaseCatalog(pub(super) Database);

impl fmt::Debug for DatabaseCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseCatalog").field(&self.0.name()).finish()
    }
}

impl CatalogProvider for DatabaseCatalog {
    fn schema_names(&self) -> Vec<String> {
        self.0.snapshot().keys().cloned().collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let schema = FolderSchema { database: self.0.clone(), name: name.to_owned() };
        self.0.snapshot().contains_key(name).then(|| Arc::new(schema) as _)
    }
}

/// The tables of a schema.
struct FolderSchema {
    database: Database,
    name: String,
}

impl fmt::Debug for FolderSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FolderSchema").field(&self.name).finish()
    }
}

#[async_trait]
impl SchemaProvider for FolderSchema {
    /// The tables that can be read: one that cannot would spoil `information_schema`.
    fn table_names(&self) -> Vec<String> {
        let snapshot = self.database.snapshot();
        let tables = snapshot.get(&self.name).into_iter().flatten();
        let readable = tables.filter(|(_, table)| table.contents.is_ok());
        readable.map(|(name, _)| name.clone()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        let Some(table) = self.database.table(&self.name, name).await else { return Ok(None) };
        let contents = table.contents.as_ref().map_err(FolderError::clone)?;
        Ok(Some(Arc::new(FilesTable::new(&self.database, &self.name, name, contents))))
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>, DataFusionError> {
        Ok(self.table_exist(name).then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        let snapshot = self.database.snapshot();
        snapshot.get(&self.name).is_some_and(|tables| tables.contains_key(name))
    }
}

//! A database in a DataFusion session, and files for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::config::Dialect;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{SessionConfig, SessionContext};
use tempfile::TempDir;
use trunkline_datafusion::{Database, FolderError};

/// A folder that is gone with the test.
pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    /// A folder `data` with these texts.
    pub(crate) fn new(texts: &[(&str, &str)]) -> Files {
        let files = Files { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(files.root()).unwrap();
        for (path, text) in texts {
            files.write(path, text.as_bytes());
        }
        files
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Puts a file in the place of another, as tools do that do not write in place.
    pub(crate) fn replace(&self, path: &str, bytes: &[u8]) {
        self.write("replacement.tmp", bytes);
        fs::rename(self.path("replacement.tmp"), self.path(path)).unwrap();
    }

    pub(crate) async fn open(&self) -> Served {
        Served::open(&[self.root()], &[]).await.unwrap()
    }

    /// The error of opening.
    pub(crate) async fn refused(&self) -> String {
        Served::open(&[self.root()], &[]).await.err().expect("an error").to_string()
    }
}

/// A Parquet file of a column `n` with the numbers from `first` on and a column `t` of texts.
pub(crate) fn parquet(first: i64, rows: i64, row_group: usize) -> Vec<u8> {
    let numbers = Int64Array::from_iter_values(first..first + rows);
    let texts = StringArray::from_iter_values((first..first + rows).map(|n| format!("t{n}")));
    parquet_of(vec![("n", Arc::new(numbers) as ArrayRef), ("t", Arc::new(texts))], row_group)
}

pub(crate) fn parquet_of(columns: Vec<(&str, ArrayRef)>, row_group: usize) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(row_group)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A database and a session that reads it.
pub(crate) struct Served {
    pub(crate) database: Database,
    pub(crate) context: SessionContext,
}

impl Served {
    pub(crate) async fn open<P: AsRef<Path>>(
        paths: &[P],
        tables: &[(&str, String)],
    ) -> Result<Served, FolderError> {
        let tables: Vec<_> =
            tables.iter().map(|(name, path)| ((*name).to_owned(), path.clone())).collect();
        let database = Database::open(paths, &tables, None).await?;
        let runtime = RuntimeEnvBuilder::new()
            .with_object_store_registry(database.object_stores())
            .build_arc()
            .unwrap();
        let mut config = SessionConfig::new()
            .with_default_catalog_and_schema(database.name(), "public")
            .with_create_default_catalog_and_schema(false)
            .with_target_partitions(2)
            .with_information_schema(true);
        config.options_mut().sql_parser.dialect = Dialect::PostgreSQL;
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.register_catalog(database.name().to_owned(), database.catalog());
        Ok(Served { database, context })
    }

    /// The rows of a query, their fields separated by `|`; or its error.
    pub(crate) async fn try_query(&self, sql: &str) -> Result<Vec<String>, String> {
        let batches = async { self.context.sql(sql).await?.collect().await }.await;
        let batches = batches.map_err(|error| error.find_root().to_string())?;
        Ok(batches.iter().flat_map(lines).collect())
    }

    pub(crate) async fn query(&self, sql: &str) -> Vec<String> {
        self.try_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// `name(column type, …) rows` of all tables; the error of one that cannot be read.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let tables = self.database.tables().await.into_iter().map(|table| {
            let columns = match table.columns {
                Ok(columns) => {
                    let columns: Vec<_> =
                        columns.iter().map(|(name, of)| format!("{name} {of}")).collect();
                    format!("({})", columns.join(", "))
                }
                Err(error) => format!(": {error}"),
            };
            let rows = table.rows.map_or(String::new(), |rows| format!(" {rows}"));
            format!("{}{columns}{rows}", table.name)
        });
        tables.collect()
    }

    /// The names of all tables.
    pub(crate) async fn names(&self) -> Vec<String> {
        self.database.tables().await.into_iter().map(|table| table.name).collect()
    }
}

pub(crate) fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
        .collect();
    let line = |row| {
        columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|")
    };
    (0..batch.num_rows()).map(line).collect()
}

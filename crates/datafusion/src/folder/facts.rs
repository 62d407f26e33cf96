//! What is in one file.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::object_store::ObjectStore;

use super::csv::CsvFacts;
use super::error::FolderError;
use super::file::DataFile;
use super::files;
use super::format::Kind;
use super::json::json;

/// What is in one file, told by its metadata or its first rows.
#[derive(Debug)]
pub(super) enum Facts {
    /// It has not a single byte, or no row and no name of a column.
    Empty,
    Csv(CsvFacts),
    Json {
        schema: SchemaRef,
        is_array: bool,
        rows: Option<usize>,
    },
    Parquet {
        schema: SchemaRef,
        statistics: Arc<Statistics>,
    },
}

impl Facts {
    /// Looks into a file. A panic of a reader over damaged bytes is an error of that file.
    pub(super) async fn of(
        file: &DataFile,
        state: &Arc<SessionState>,
        store: Arc<dyn ObjectStore>,
    ) -> Result<Arc<Facts>, FolderError> {
        let (found, state) = (file.clone(), state.clone());
        let facts = match file.format.kind {
            Kind::Csv | Kind::Tsv => tokio::task::spawn_blocking(move || {
                Ok(CsvFacts::of(&found)?.map_or(Facts::Empty, Facts::Csv))
            }),
            Kind::Json => tokio::spawn(async move { json(&found, &state, &store).await }),
            Kind::Parquet => tokio::spawn(async move {
                parquet(&found, &state, &store).await.map_err(|error| unreadable(&found, &error))
            }),
        };
        let outcome = facts.await.unwrap_or_else(|_| {
            let message = format!("{}: damaged: its reader gave up", file.location);
            Err(FolderError::corrupt(message))
        });
        outcome.map(Arc::new)
    }

    /// How many rows the file has, if that is known exactly.
    pub(super) fn rows(&self) -> Option<usize> {
        match self {
            Facts::Empty => Some(0),
            Facts::Csv(facts) => facts.rows,
            Facts::Json { rows, .. } => *rows,
            Facts::Parquet { statistics, .. } => match statistics.num_rows {
                Precision::Exact(rows) => Some(rows),
                _ => None,
            },
        }
    }
}

async fn parquet(
    file: &DataFile,
    state: &SessionState,
    store: &Arc<dyn ObjectStore>,
) -> Result<Facts, DataFusionError> {
    let format = ParquetFormat::new();
    let meta = files::meta(files::location(file), &file.stamp);
    let schema = format.infer_schema(state, store, std::slice::from_ref(&meta)).await?;
    let statistics = format.infer_stats(state, store, schema.clone(), &meta).await?;
    Ok(Facts::Parquet { schema, statistics: Arc::new(statistics) })
}

/// What a reader says of a file, in one line.
pub(super) fn unreadable(file: &DataFile, error: &DataFusionError) -> FolderError {
    if let DataFusionError::ObjectStore(error) = error
        && let datafusion::object_store::Error::Generic { source, .. } = error.as_ref()
        && let Some(error) = source.downcast_ref::<FolderError>()
    {
        return error.clone();
    }
    let reason = error.find_root().to_string();
    let reason = reason.lines().next().unwrap_or_default();
    let message = format!("{}: not a {} file, or damaged: {reason}", file.location, file.format);
    FolderError::corrupt(message)
}

//! What is in one file.

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::object_store::{ObjectMeta, ObjectStore};
use trunkline_core::SqlState;

use super::csv::CsvFacts;
use super::error::FolderError;
use super::file::DataFile;
use super::files;
use super::format::Kind;
use super::sample::Sample;
use super::store::ScanStore;
use super::{footer, json};

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
        store: Arc<ScanStore>,
    ) -> Result<Arc<Facts>, FolderError> {
        let (found, state) = (file.clone(), state.clone());
        let looked = tokio::spawn(async move {
            let open = store.file(&files::location(&found));
            let open = open.map_err(|error| FolderError::of_store(&error))?;
            let looked = {
                let (found, open) = (found.clone(), open.clone());
                tokio::task::spawn_blocking(move || Look::at(&found, open))
            };
            match looked.await.map_err(|_| gave_up(&found))?? {
                Look::Facts(facts) => Ok(facts),
                Look::Array(sample) => json::array(&found, &sample, &state, &(store as _)).await,
                Look::Parquet => parquet(&found, &state, &(store as _)).await,
            }
        });
        looked.await.unwrap_or_else(|_| Err(gave_up(file))).map(Arc::new)
    }

    /// How many columns the file has.
    pub(super) fn columns(&self) -> usize {
        match self {
            Facts::Empty => 0,
            Facts::Csv(facts) => facts.columns.len(),
            Facts::Json { schema, .. } | Facts::Parquet { schema, .. } => schema.fields().len(),
        }
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

/// What can be told by reading from the beginning.
enum Look {
    Facts(Facts),
    /// An array in JSON must be read to its end.
    Array(Sample),
    Parquet,
}

impl Look {
    fn at(file: &DataFile, open: Arc<File>) -> Result<Look, FolderError> {
        Ok(match file.format.kind {
            Kind::Csv | Kind::Tsv => {
                let sample = Sample::of(file, open)?;
                Look::Facts(CsvFacts::of(file, &sample)?.map_or(Facts::Empty, Facts::Csv))
            }
            Kind::Json => {
                let sample = Sample::of(file, open.clone())?;
                match json::is_array(&sample) {
                    true => {
                        json::check_array(file, open)?;
                        Look::Array(sample)
                    }
                    false => Look::Facts(json::lines(file, &sample)?),
                }
            }
            Kind::Parquet => {
                footer::check(file, &open)?;
                Look::Parquet
            }
        })
    }
}

async fn parquet(
    file: &DataFile,
    state: &SessionState,
    store: &Arc<dyn ObjectStore>,
) -> Result<Facts, FolderError> {
    let format = ParquetFormat::new();
    let meta = files::meta(files::location(file), &file.stamp);
    let facts = async {
        one_of_each_name(file, state, store, &meta).await?;
        let schema = format.infer_schema(state, store, std::slice::from_ref(&meta)).await?;
        let statistics = format.infer_stats(state, store, schema.clone(), &meta).await?;
        Ok(Facts::Parquet { schema, statistics: Arc::new(statistics) })
    };
    facts.await.map_err(|error| unreadable(file, &error))
}

/// Columns are found by their names: of two with one name, one would be lost.
async fn one_of_each_name(
    file: &DataFile,
    state: &SessionState,
    store: &Arc<dyn ObjectStore>,
    meta: &ObjectMeta,
) -> Result<(), DataFusionError> {
    let metadata = DFParquetMetadata::new(store.as_ref(), meta)
        .with_file_metadata_cache(Some(state.runtime_env().cache_manager.get_file_metadata_cache()))
        .fetch_metadata()
        .await?;
    let mut names = HashSet::new();
    let mut columns = metadata.file_metadata().schema().get_fields().iter();
    match columns.find(|column| !names.insert(column.name())) {
        Some(twice) => Err(FolderError::new(
            SqlState::DUPLICATE_COLUMN,
            format!(
                "{}: two columns are called \"{}\"; rename one of them",
                file.location,
                twice.name()
            ),
        )
        .into()),
        None => Ok(()),
    }
}

fn gave_up(file: &DataFile) -> FolderError {
    FolderError::corrupt(format!("{}: damaged: its reader gave up", file.location))
}

/// What a reader says of a file, in one line.
pub(super) fn unreadable(file: &DataFile, error: &DataFusionError) -> FolderError {
    if let DataFusionError::ObjectStore(error) = error {
        return FolderError::of_store(error);
    }
    if let DataFusionError::External(source) = error
        && let Some(error) = source.downcast_ref::<FolderError>()
    {
        return error.clone();
    }
    let reason = error.find_root().to_string();
    let reason = reason.lines().next().unwrap_or_default();
    let message = format!("{}: not a {} file, or damaged: {reason}", file.location, file.format);
    FolderError::corrupt(message)
}

//! One version of a table: its files, and what is in them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::{ScalarValue, Statistics};
use datafusion::datasource::file_format::FileFormat;
use datafusion::execution::SessionState;
use datafusion::object_store::path::Path as Location;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::error::FolderError;
use super::facts::Facts;
use super::file::{DataFile, Stamp};
use super::files::{self, TableFiles};
use super::merge::{self, Cuts, partition_type};
use super::scan::Found;
use super::store::ScanStore;
use super::stores::Stores;
use super::unread::Unread;

/// Files that are looked into at once.
const AT_ONCE: usize = 8;

/// DataFusion cuts files from this size on.
const LARGE: u64 = 10 << 20;

/// A table of more files and folders is not checked at each use, only by the regular scan.
const CHECKED: usize = 128;

/// One version of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) found: Found,
    pub(super) contents: Result<Arc<Contents>, FolderError>,
}

/// What a table of readable files has.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) files: Arc<TableFiles>,
    pub(super) parts: Vec<Part>,
    pub(super) format: Arc<dyn FileFormat>,
    cuts: Cuts,
    /// The columns in the files.
    pub(super) file_schema: SchemaRef,
    /// The columns in the names of folders.
    pub(super) partitions: Fields,
    /// All columns: of the files, then of the folders.
    pub(super) schema: SchemaRef,
    /// How many rows there are, if that is known exactly.
    pub(super) rows: Option<u64>,
}

/// A file with rows.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) location: Location,
    pub(super) stamp: Stamp,
    pub(super) values: Vec<ScalarValue>,
    /// Statistics of all columns of the table.
    pub(super) statistics: Arc<Statistics>,
    facts: Arc<Facts>,
}

/// What is known of files from the last version of a table.
pub(super) type Known = HashMap<(PathBuf, Stamp), Arc<Facts>>;

impl Table {
    /// Looks into the files that were found, but not again into those that are known.
    pub(super) async fn of(
        found: Found,
        known: &Known,
        state: &Arc<SessionState>,
        stores: &Arc<Stores>,
    ) -> Table {
        let contents = match &found.parts {
            Ok(parts) => {
                let keys = &parts.partitions;
                Contents::of(&parts.files, keys, known, state, stores).await.map(Arc::new)
            }
            Err(error) => Err(error.clone()),
        };
        Table { found, contents }
    }

    /// Whether a scan found the same files as for this table.
    pub(super) fn is(&self, found: &Found) -> bool {
        self.found.parts == found.parts && !self.is_passing()
    }

    /// The same table after a scan that found the same files, perhaps in touched folders.
    pub(super) fn following(self: Arc<Table>, found: Found) -> Arc<Table> {
        if self.found.folders == found.folders {
            return self;
        }
        Arc::new(Table { found, contents: self.contents.clone() })
    }

    /// Whether the files are what they were, as far as a quick look can tell.
    pub(super) fn holds(&self) -> bool {
        let Ok(parts) = &self.found.parts else { return true };
        if self.is_passing() {
            return false;
        }
        let folders = &self.found.folders;
        parts.files.len() + folders.len() > CHECKED
            || folders.iter().all(|(path, stamp)| stamp.holds(path))
                && parts.files.iter().all(|file| file.stamp.holds(&file.path))
    }

    /// Whether its files changed while they were looked into.
    pub(super) fn is_passing(&self) -> bool {
        self.contents.as_ref().is_err_and(FolderError::is_passing)
    }

    /// What is known of its files.
    pub(super) fn known(&self) -> Known {
        let (Ok(contents), Ok(parts)) = (&self.contents, &self.found.parts) else {
            return Known::new();
        };
        let paths: HashMap<Location, &DataFile> =
            parts.files.iter().map(|file| (files::location(file), file)).collect();
        let known = contents.parts.iter().filter_map(|part| {
            let file = paths.get(&part.location)?;
            Some(((file.path.clone(), file.stamp), part.facts.clone()))
        });
        known.collect()
    }
}

impl Contents {
    async fn of(
        files: &[DataFile],
        keys: &[String],
        known: &Known,
        state: &Arc<SessionState>,
        stores: &Arc<Stores>,
    ) -> Result<Contents, FolderError> {
        let readable = Arc::new(TableFiles::new(files));
        // Nothing is held open: where thousands of files are looked into, few are at a time.
        let store = ScanStore::new(&readable, [], stores, Unread::default())
            .map_err(|error| FolderError::corrupt(error.to_string()))?;
        let facts = files.iter().map(|file| {
            let known = known.get(&(file.path.clone(), file.stamp)).cloned();
            let store = store.clone();
            async move {
                match known {
                    Some(facts) => Ok(facts),
                    None => Facts::of(file, state, store).await,
                }
            }
        });
        // Collected first: the compiler cannot see that a lazy map of references is `Send`.
        let facts: Vec<_> = facts.collect();
        let facts: Vec<Arc<Facts>> = stream::iter(facts).buffered(AT_ONCE).try_collect().await?;
        let rows = facts.iter().map(|facts| facts.rows().and_then(|rows| u64::try_from(rows).ok()));
        let rows = rows.into_iter().try_fold(0_u64, |sum, rows| sum.checked_add(rows?));
        let merged = merge::merge(files, &facts)?;
        let in_files = |key: &String| merged.schema.column_with_name(key).is_some();
        // A column that the files have, too, is read from them.
        let columns: Vec<usize> =
            (0..keys.len()).filter(|i| keys.get(*i).is_some_and(|k| !in_files(k))).collect();
        let partitions: Fields =
            columns.iter().filter_map(|i| Some(partition(keys.get(*i)?, *i, files))).collect();
        let fields = merged.schema.fields().iter().chain(&partitions).cloned();
        let schema = Arc::new(Schema::new(fields.collect::<Fields>()));
        let parts = files.iter().zip(facts).filter(|(_, facts)| !matches!(**facts, Facts::Empty));
        let parts = parts.map(|(file, facts)| {
            let values = columns
                .iter()
                .zip(&partitions)
                .map(|(i, field)| value(file.values.get(*i).cloned().flatten(), field.data_type()));
            let values: Vec<ScalarValue> = values.collect();
            let statistics = merge::statistics(&facts, &merged.schema, &values);
            let location = files::location(file);
            Part { location, stamp: file.stamp, values, statistics: Arc::new(statistics), facts }
        });
        Ok(Contents {
            parts: parts.collect(),
            files: readable,
            format: merged.format,
            cuts: merged.cuts,
            file_schema: merged.schema,
            partitions,
            schema,
            rows,
        })
    }
}

impl Contents {
    /// Whether the files may be cut into pieces, to be read by several threads.
    ///
    /// Where it is not known, it is sought in the background from the first time on.
    pub(super) fn may_be_cut(&self) -> bool {
        if self.cuts != Cuts::Found {
            return self.cuts == Cuts::Always;
        }
        let large: Vec<_> = self.parts.iter().filter(|part| part.stamp.size >= LARGE).collect();
        let is_safe = |part: &&Part| matches!(&*part.facts, Facts::Csv(csv) if csv.cut.is_safe());
        if large.iter().all(is_safe) {
            return true;
        }
        for part in large {
            self.seek_cut(part);
        }
        false
    }

    fn seek_cut(&self, part: &Part) {
        let Ok(file) = self.files.file(&part.location).and_then(|file| file.open(&part.location))
        else {
            return;
        };
        let (facts, wanted) = (part.facts.clone(), Arc::downgrade(&self.files));
        let Facts::Csv(csv) = &*part.facts else { return };
        if csv.cut.is_mine() {
            tokio::task::spawn_blocking(move || {
                let Facts::Csv(csv) = &*facts else { return };
                csv.cut.find(&file, csv.delimiter, || wanted.strong_count() > 0);
            });
        }
    }
}

/// The column of a partition key.
fn partition(key: &str, index: usize, files: &[DataFile]) -> Field {
    let values = || files.iter().filter_map(|file| file.values.get(index));
    let is_nullable = values().any(Option::is_none);
    let data_type = partition_type(values().flatten().map(String::as_str));
    Field::new(key, data_type, is_nullable)
}

fn value(text: Option<String>, data_type: &DataType) -> ScalarValue {
    let value = text.map(|text| ScalarValue::try_from_string(text, data_type));
    value
        .and_then(Result::ok)
        .unwrap_or_else(|| ScalarValue::try_from(data_type).unwrap_or(ScalarValue::Null))
}

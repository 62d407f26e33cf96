//! Files and folders as a database.

mod catalog;
mod csv;
mod cut;
mod decoded;
mod error;
mod facts;
mod file;
mod files;
mod footer;
mod format;
mod json;
mod merge;
mod parquet;
mod parts;
mod place;
mod provider;
mod reading;
mod sample;
mod scan;
mod source;
mod store;
mod stores;
mod table;
mod thrift;
mod unread;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use datafusion::catalog::CatalogProvider;
use datafusion::execution::SessionState;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use futures::stream::{self, StreamExt};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};
use trunkline_arrow::PgType;
use trunkline_core::types::name_of;

use self::catalog::DatabaseCatalog;
pub use self::error::FolderError;
pub(crate) use self::error::InFile;
use self::scan::{PUBLIC, Scan, qualified};
use self::source::Source;
use self::stores::Stores;
use self::table::Table;

/// The files are looked for again after this time at the earliest.
const RATE: Duration = Duration::from_millis(500);

/// ... and a scan takes at most one part in so many of the time.
const SHARE: u32 = 20;

/// So many bytes of metadata are kept while files are looked into.
const LOOKED: usize = 8 << 20;

/// So often files may change while they are looked into and opened.
const TRIES: u32 = 10;

/// Tables that are looked into at once.
const AT_ONCE: usize = 8;

/// A database whose tables are the files and folders under given paths.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    sources: Vec<Source>,
    stores: Arc<Stores>,
    /// Options for looking into files.
    state: Arc<SessionState>,
    snapshot: RwLock<Arc<Snapshot>>,
    last: AsyncMutex<LastScan>,
    warned: Mutex<HashSet<String>>,
}

/// The tables at one time, by schema and name.
type Snapshot = BTreeMap<String, BTreeMap<String, Arc<Table>>>;

struct LastScan {
    started: Instant,
    took: Duration,
}

/// A table as it is shown to people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TableInfo {
    /// The name as one writes it in SQL: quoted if need be, with a schema other than `public`.
    pub name: String,
    /// Names and types of the columns, or why the table cannot be read.
    pub columns: Result<Vec<(String, String)>, FolderError>,
    /// How many rows it has, when that was cheap to know.
    pub rows: Option<u64>,
}

impl Database {
    /// Looks for tables in files, folders and globs, and for `tables` of a name and such a path.
    ///
    /// Without a `name` the database is named after the first path. A table that cannot be read is
    /// in the database, too; to use it is an error.
    ///
    /// # Errors
    ///
    /// When a path is not there or cannot be read, two files would be one table, or there is
    /// nothing to serve at all.
    pub async fn open<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        tables: &[(String, String)],
        name: Option<&str>,
    ) -> Result<Database, FolderError> {
        let sources = source::sources(paths, tables)?;
        let name = name.map_or_else(|| source::database_name(&sources), str::to_owned);
        let stores = Arc::new(Stores::default());
        let inner = Inner {
            name,
            sources,
            state: Arc::new(looking()),
            stores,
            snapshot: RwLock::default(),
            last: AsyncMutex::new(LastScan { started: Instant::now(), took: Duration::ZERO }),
            warned: Mutex::default(),
        };
        let database = Database { inner: Arc::new(inner) };
        let scan = database.scan().await.unwrap_or_default();
        if let Some(error) = scan.failures.first().or(scan.conflicts.first()) {
            return Err(error.clone());
        }
        if scan.tables.is_empty() {
            return Err(source::nothing_found(&database.inner.sources));
        }
        database.install(scan).await;
        Ok(database)
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// All tables, sorted by schema and name.
    pub async fn tables(&self) -> Vec<TableInfo> {
        self.refresh().await;
        let snapshot = self.snapshot();
        let tables = snapshot.iter().flat_map(|(schema, tables)| {
            tables.iter().map(|(name, table)| TableInfo::of(schema, name, table))
        });
        tables.collect()
    }

    /// The schemas and tables for a session: they change as the files do.
    pub fn catalog(&self) -> Arc<dyn CatalogProvider> {
        Arc::new(DatabaseCatalog(self.clone()))
    }

    /// What a session must read the tables through; nothing else can be read through it.
    pub fn object_stores(&self) -> Arc<dyn ObjectStoreRegistry> {
        self.inner.stores.clone()
    }

    /// Looks for new, changed and removed files, unless that was just done.
    pub async fn refresh(&self) {
        // Whoever comes while another looks takes what is known: no query waits for a scan.
        let Ok(mut last) = self.inner.last.try_lock() else { return };
        if last.started.elapsed() >= RATE.max(last.took.saturating_mul(SHARE)) {
            self.rescan(&mut last).await;
        }
    }

    /// A table as it is now.
    async fn table(&self, schema: &str, name: &str) -> Option<Arc<Table>> {
        for _ in 0..TRIES {
            let asked = Instant::now();
            let known = self.known(schema, name);
            if known.as_ref().is_some_and(|table| table.holds()) {
                return known;
            }
            let last = self.inner.last.lock().await;
            // Names that nobody knows must not make the disk busy.
            let soon = last.started.elapsed() < last.took.saturating_mul(SHARE);
            if known.is_some() || !soon {
                self.rescan_since(asked, last).await;
            }
            let found = self.known(schema, name);
            if !found.as_ref().is_some_and(|table| table.is_passing()) {
                return found;
            }
        }
        self.known(schema, name)
    }

    /// Looks for the files again, unless somebody began to after one `asked`.
    async fn look_again(&self, asked: Instant) {
        let last = self.inner.last.lock().await;
        self.rescan_since(asked, last).await;
    }

    async fn rescan_since(&self, asked: Instant, mut last: MutexGuard<'_, LastScan>) {
        if last.started < asked {
            self.rescan(&mut last).await;
        }
    }

    fn stores(&self) -> &Arc<Stores> {
        &self.inner.stores
    }

    fn known(&self, schema: &str, name: &str) -> Option<Arc<Table>> {
        self.snapshot().get(schema)?.get(name).cloned()
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn rescan(&self, last: &mut LastScan) {
        last.started = Instant::now();
        // Without a scan everything stays as it is.
        let Some(mut scan) = self.scan().await else { return };
        for error in scan.failures.drain(..).chain(scan.conflicts.drain(..)) {
            self.warn(error.to_string());
        }
        self.install(scan).await;
        last.took = last.started.elapsed();
    }

    async fn scan(&self) -> Option<Scan> {
        let sources = self.inner.sources.clone();
        tokio::task::spawn_blocking(move || Scan::of(&sources)).await.ok()
    }

    /// Makes what was found the tables of the database; looks only into what is new.
    async fn install(&self, scan: Scan) {
        for warning in scan.warnings {
            self.warn(warning);
        }
        let old = self.snapshot();
        let tables = stream::iter(scan.tables).map(|((schema, name), found)| {
            let last = old.get(&schema).and_then(|tables| tables.get(&name)).cloned();
            async move {
                let table = match last {
                    Some(last) if last.is(&found) => last.following(found),
                    last => {
                        let known = last.map(|last| last.known()).unwrap_or_default();
                        let (state, stores) = (&self.inner.state, &self.inner.stores);
                        Arc::new(Table::of(found, &known, state, stores).await)
                    }
                };
                (schema, name, table)
            }
        });
        let tables: Vec<_> = tables.buffered(AT_ONCE).collect().await;
        let mut snapshot = Snapshot::from([(PUBLIC.to_owned(), BTreeMap::new())]);
        for (schema, name, table) in tables {
            snapshot.entry(schema).or_default().insert(name, table);
        }
        *self.inner.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// Says something once.
    fn warn(&self, warning: String) {
        let mut warned = self.inner.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned.contains(&warning) {
            tracing::warn!("{warning}");
            warned.insert(warning);
        }
    }
}

/// Options for looking into files. Metadata are kept only from one look to the next.
fn looking() -> SessionState {
    let runtime = RuntimeEnvBuilder::new().with_metadata_cache_limit(LOOKED).build_arc();
    let state = SessionStateBuilder::new().with_runtime_env(runtime.unwrap_or_default());
    state.with_default_features().build()
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("name", &self.inner.name).finish_non_exhaustive()
    }
}

impl TableInfo {
    fn of(schema: &str, name: &str, table: &Table) -> TableInfo {
        let contents = table.contents.as_ref();
        let columns = contents.map(|contents| {
            let fields = contents.schema.fields().iter();
            let columns = fields.map(|field| {
                let pg_type = name_of(PgType::of_field(field).oid).unwrap_or("unknown");
                (field.name().clone(), pg_type.to_owned())
            });
            columns.collect()
        });
        TableInfo {
            name: qualified(schema, name),
            columns: columns.map_err(FolderError::clone),
            rows: contents.ok().and_then(|contents| contents.rows),
        }
    }
}

//! Which store a plan's files are read from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::object_store::ObjectStore;
use trunkline_core::SqlState;
use url::Url;

use super::error::FolderError;
use super::store::ScanStore;

/// The stores of running scans, and no others: what SQL names by a URL or path is refused.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    scans: Mutex<HashMap<u64, Weak<ScanStore>>>,
    ids: AtomicU64,
    /// How many files are held open for scans.
    pub(super) held: AtomicUsize,
}

/// The scheme of the URLs under which the stores go.
const SCHEME: &str = "table";

impl Stores {
    pub(super) fn next(&self) -> Result<(u64, ObjectStoreUrl), DataFusionError> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        Ok((id, ObjectStoreUrl::parse(format!("{SCHEME}://{id}"))?))
    }

    pub(super) fn insert(&self, id: u64, store: &Arc<ScanStore>) {
        self.scans().insert(id, Arc::downgrade(store));
    }

    pub(super) fn remove(&self, id: u64) {
        self.scans().remove(&id);
    }

    fn scans(&self) -> MutexGuard<'_, HashMap<u64, Weak<ScanStore>>> {
        self.scans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ObjectStoreRegistry for Stores {
    /// Does nothing: only found tables have files.
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, DataFusionError> {
        let id = url.host_str().filter(|_| url.scheme() == SCHEME);
        let id = id.and_then(|id| id.parse().ok());
        let store = id.and_then(|id: u64| self.scans().get(&id).and_then(Weak::upgrade));
        match store {
            Some(store) => Ok(store),
            None => Err(FolderError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                format!("{url}: only the tables of this database can be read"),
            )
            .into()),
        }
    }
}

//! Memory for text that has not become rows yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::object_store::path::Path as Location;
use trunkline_core::SqlState;

use super::error::FolderError;

/// What readers hold of text for the rows of their next batch, taken from the memory of queries.
///
/// A row can be as long as its file: a quote that nobody closed, an array of a million lines.
#[derive(Debug, Default)]
pub(super) struct Unread {
    pool: Option<Arc<dyn MemoryPool>>,
    held: Mutex<HashMap<Location, MemoryReservation>>,
}

/// A reader holds fields and where they begin.
const SHARE: usize = 2;

impl Unread {
    pub(super) fn of(pool: &Arc<dyn MemoryPool>) -> Unread {
        Unread { pool: Some(pool.clone()), held: Mutex::default() }
    }

    /// So many bytes of a file were given to its reader.
    ///
    /// # Errors
    ///
    /// 53200 when there is no memory left for them.
    pub(super) fn add(&self, location: &Location, bytes: usize) -> Result<(), FolderError> {
        let Some(pool) = &self.pool else { return Ok(()) };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held
            .entry(location.clone())
            .or_insert_with(|| MemoryConsumer::new("text of a file").register(pool));
        held.try_grow(bytes.saturating_mul(SHARE)).map_err(|_| {
            FolderError::new(
                SqlState::OUT_OF_MEMORY,
                format!("{location}: out of memory: its rows are too long"),
            )
        })
    }

    /// Rows have come of what was given.
    pub(super) fn came(&self, location: &Location) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.get_mut(location) {
            held.free();
        }
    }
}

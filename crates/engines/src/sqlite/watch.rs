//! Whether definitions have changed, without asking a session's thread.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use trunkline_core::catalog::Snapshot;

use super::connect::Database;

/// A connection that asks for nothing but the number of the definitions that everybody sees, and what those are.
///
/// It is there as long as sessions are that look at the catalogs: the last connection to a file writes its log back.
#[derive(Debug)]
pub(super) struct Watch {
    /// Which file it is, by device and number: another one may have been put in its place.
    file: (u64, u64),
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// Gone when nobody looks any more.
    connection: Option<Connection>,
    /// What the definitions of a number are.
    described: Option<(i64, Arc<Snapshot>)>,
}

impl Watch {
    /// That of a database; nothing if it cannot be had.
    pub(super) fn of(database: &Database) -> Option<Arc<Watch>> {
        let mut known = database.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = known.upgrade().filter(|watch| Some(watch.file) == file(&database.path));
        let watch = watch.or_else(|| Watch::open(database).map(Arc::new))?;
        *known = Arc::downgrade(&watch);
        Some(watch)
    }

    fn open(database: &Database) -> Option<Watch> {
        let access = match database.writable {
            true => OpenFlags::SQLITE_OPEN_READ_WRITE,
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = file(&database.path)?;
        let connection = Connection::open_with_flags(&database.path, flags).ok()?;
        // A socket's thread does not wait: who holds the file is asked by the session's own.
        connection.busy_timeout(Duration::ZERO).ok()?;
        Some(Watch {
            file,
            seen: Mutex::new(Seen { connection: Some(connection), described: None }),
        })
    }

    /// The number of the definitions as they are, and what they are, if somebody has told; nothing if that cannot be
    /// had at once.
    pub(super) fn look(&self, path: &Path) -> Option<(i64, Option<Arc<Snapshot>>)> {
        if file(path)? != self.file {
            return None;
        }
        let seen = self.lock();
        let connection = seen.connection.as_ref()?;
        let mut asked = connection.prepare_cached("PRAGMA main.schema_version").ok()?;
        let version = asked.query_row([], |row| row.get(0)).ok()?;
        let known = seen.described.as_ref().filter(|(number, _)| *number == version);
        Some((version, known.map(|(_, snapshot)| snapshot.clone())))
    }

    /// Tells what definitions are that were read after they had this number.
    pub(super) fn tell(&self, version: i64, snapshot: &Arc<Snapshot>) {
        self.lock().described = Some((version, snapshot.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    /// The last connection to a file writes its log back: that may take long, and is done elsewhere.
    fn drop(&mut self) {
        let connection = self.lock().connection.take();
        let close = move || drop(connection);
        let _ = thread::Builder::new().name("trunkline-sqlite".to_owned()).spawn(close);
    }
}

/// Which file is at a path.
#[cfg(unix)]
fn file(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let told = fs::metadata(path).ok()?;
    Some((told.dev(), told.ino()))
}

/// Where files have no numbers nobody watches them.
#[cfg(not(unix))]
fn file(_: &Path) -> Option<(u64, u64)> {
    None
}

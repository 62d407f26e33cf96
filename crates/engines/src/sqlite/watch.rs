//! Whether definitions have changed, without asking a session's thread.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use trunkline_core::catalog::Snapshot;

use super::connect::Database;

/// A connection that asks for nothing but the number of the definitions that everybody sees, and what they are.
///
/// It is there as long as sessions are that look at the catalogs: the last connection to a file writes its log back.
/// Nobody waits for it: who does not get it at once asks the session's thread.
#[derive(Debug)]
pub(super) struct Watch {
    file: FileNumber,
    seen: Mutex<Seen>,
}

/// Which file it is, by device and number: another one may take its place.
pub(super) type FileNumber = (u64, u64);

#[derive(Debug)]
struct Seen {
    /// Gone when nobody looks any more.
    connection: Option<Connection>,
    /// What the definitions of a number are.
    described: Option<(i64, Arc<Snapshot>)>,
}

impl Watch {
    /// That of a database, if somebody has made it.
    pub(super) fn known(database: &Database) -> Option<Arc<Watch>> {
        database.watch.try_lock().ok()?.upgrade()
    }

    /// That of the file which a database is now; nothing if it cannot be had. To open it may take long.
    pub(super) fn of(database: &Database) -> Option<Arc<Watch>> {
        let file = file_number(&database.path)?;
        let mut known = database.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = known.upgrade().filter(|watch| watch.file == file);
        let watch = watch.or_else(|| Watch::open(database, file).map(Arc::new))?;
        *known = Arc::downgrade(&watch);
        Some(watch)
    }

    fn open(database: &Database, file: FileNumber) -> Option<Watch> {
        let access = match database.writable {
            true => OpenFlags::SQLITE_OPEN_READ_WRITE,
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&database.path, flags).ok()?;
        connection.busy_timeout(Duration::ZERO).ok()?;
        // What was left of a log is read here, not where others wait.
        number(&connection)?;
        Some(Watch {
            file,
            seen: Mutex::new(Seen { connection: Some(connection), described: None }),
        })
    }

    /// Whether it watches this file.
    pub(super) fn is_of(&self, file: Option<FileNumber>) -> bool {
        file == Some(self.file)
    }

    /// What the definitions are, if somebody has told and they are what they were then.
    pub(super) fn look(&self, path: &Path) -> Option<Arc<Snapshot>> {
        if !self.is_of(file_number(path)) {
            return None;
        }
        let seen = self.seen.try_lock().ok()?;
        let (told, snapshot) = seen.described.as_ref()?;
        (number(seen.connection.as_ref()?)? == *told).then(|| snapshot.clone())
    }

    /// Tells what definitions are that were of this number, or later, when they were read.
    pub(super) fn tell(&self, number: i64, snapshot: &Arc<Snapshot>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.described = Some((number, snapshot.clone()));
    }
}

impl Drop for Watch {
    /// The last connection to a file writes its log back: that may take long, and is done elsewhere.
    fn drop(&mut self) {
        let seen = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
        let connection = seen.connection.take();
        let close = move || drop(connection);
        let _ = thread::Builder::new().name("trunkline-sqlite".to_owned()).spawn(close);
    }
}

/// The number of the definitions that everybody sees.
fn number(connection: &Connection) -> Option<i64> {
    let mut asked = connection.prepare_cached("PRAGMA main.schema_version").ok()?;
    asked.query_row([], |row| row.get(0)).ok()
}

/// Which file is at a path.
#[cfg(unix)]
pub(super) fn file_number(path: &Path) -> Option<FileNumber> {
    use std::os::unix::fs::MetadataExt as _;
    let told = fs::metadata(path).ok()?;
    Some((told.dev(), told.ino()))
}

/// Where files have no numbers nobody watches them.
#[cfg(not(unix))]
pub(super) fn file_number(_: &Path) -> Option<FileNumber> {
    None
}

//! SQLite as an engine.
//!
//! A session has a connection of its own, on a thread of its own, for SQLite blocks; both are made
//! for its first statement and end with it. The way of a statement:
//!
//! 1. [`session`](SqliteSession) hands it to the thread as a job (`thread`) and awaits the answer.
//!    Whoever drops that future stops the job: `control` has the flag at which SQLite looks.
//! 2. `worker` reads what there is (`schema`) unless it knows, has the statement put into SQLite's
//!    words (`translate`, `functions`), and SQLite compile them, while `connect` watches what
//!    they would do. `plan` keeps the words as long as the definitions stay. What a transaction sees and
//!    when it takes the lock to write is `worker::transaction`'s; who has to wait for that does so in a line (`queue`).
//! 3. Rows leave the thread in batches of 64 KiB (`cursor`, `cells`), which `rows` asks for as
//!    the client takes them, and `output` writes as the types that were announced. Several
//!    statements may be under way.
//! 4. Parameters and rows of a COPY (`copy`) become SQLite's values in `input`, as `storage` and `types`
//!    say; errors become PostgreSQL's in `errors`, and `violation` finds the row that they are about.
//!
//! What the catalogs describe is read by one session for all, as long as `watch` sees no other number of the
//! definitions; who sees others than everybody, in a transaction or of what is temporary, reads them itself.
//!
//! A session remembers what the file cannot tell: which numbers sequences gave (`sequence`), which keys rows were
//! given since a cursor was opened (`given`), which rows a statement has affected (`affected`), and which tables
//! nobody else has seen (`fresh`).

mod affected;
mod cells;
mod comment;
mod connect;
mod control;
mod copy;
mod cursor;
mod errors;
pub(crate) mod fresh;
mod functions;
mod given;
mod input;
mod lent;
mod names;
mod output;
mod plan;
mod queue;
mod rows;
pub(crate) mod schema;
mod sequence;
mod session;
mod snapshot;
pub(crate) mod storage;
mod thread;
pub(crate) mod translate;
pub(crate) mod types;
mod violation;
mod watch;
mod worker;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;
use trunkline_core::catalog::Snapshot;
use trunkline_core::{Client, Engine, PgError, Result, SqlState};

use connect::{Database, Guarded};
use control::Control;
use names::Names;
use queue::Queue;
use schema::Schema;
pub use session::{SqliteSession, Statement};

/// A SQLite database with a PostgreSQL face; cheap to clone.
///
/// Whatever name of a database a client asks for, it gets this one, unless it is [`named`](Sqlite::named).
/// What it has is in the schema `public`.
#[derive(Clone, Debug)]
pub struct Sqlite {
    database: Arc<Database>,
    names: Names,
}

impl Sqlite {
    /// Opens a file to be read.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is none, `InvalidData` if it is no SQLite database.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Sqlite> {
        let path = path.as_ref();
        Sqlite::at(path.canonicalize().map_err(|error| of(path, error))?, false)
    }

    /// Opens a file to be read and written, or makes an empty one.
    ///
    /// It gets a write-ahead log (`PRAGMA journal_mode = WAL`), with which readers and one writer do
    /// not wait for each other.
    ///
    /// # Errors
    ///
    /// `NotFound` if its folder is not there, `InvalidData` if it is no SQLite database.
    pub fn open_writable(path: impl AsRef<Path>) -> io::Result<Sqlite> {
        let path = path.as_ref();
        let absolute = match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => in_folder(path),
            found => found,
        };
        let absolute = absolute.map_err(|error| of(path, error))?;
        Sqlite::at(absolute, true)
    }

    fn at(path: PathBuf, writable: bool) -> io::Result<Sqlite> {
        let queue = Arc::new(Queue::of(&path));
        let (definitions, taken, watch) = Default::default();
        let database = Arc::new(Database { path, writable, queue, definitions, taken, watch });
        let sqlite = Sqlite { database, names: Names::default() };
        let guarded = sqlite.connect()?;
        if writable {
            guarded.keep_log().map_err(|error| sqlite.failure(&error))?;
        }
        Ok(sqlite)
    }

    /// Gives the database a name: only who asks for that is let in, or for `postgres`, as programs do
    /// that were given no database.
    #[must_use]
    pub fn named(self, name: &str) -> Sqlite {
        Sqlite { names: Names { own: Some(name.into()), ..self.names }, ..self }
    }

    /// Lets nobody in who asks for `postgres`, unless that is its name: rules that say who may reach which
    /// database would say nothing of that.
    #[must_use]
    pub fn without_alias(self) -> Sqlite {
        Sqlite { names: Names { alias: false, ..self.names }, ..self }
    }

    /// Its tables and views, as they are now.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn snapshot(&self) -> io::Result<Snapshot> {
        let schema = self.connect()?.own(Schema::read).map_err(|error| self.failure(&error))?;
        Ok(Arc::unwrap_or_clone(schema.snapshot()))
    }

    /// Whether it may be written.
    pub fn is_writable(&self) -> bool {
        self.database.writable
    }

    fn connect(&self) -> io::Result<Guarded> {
        let control = Control::of_nobody(&self.database.queue);
        let opened = connect::open(&self.database, &Arc::new(control));
        opened.map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &rusqlite::Error) -> io::Error {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                io::ErrorKind::InvalidData
            }
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                io::ErrorKind::PermissionDenied
            }
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, format!("{}: {error}", self.database.path.display()))
    }
}

/// An error with the path that it is about.
fn of(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The absolute path of a file that is to be made.
fn in_folder(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

impl Engine for Sqlite {
    type Session = SqliteSession;

    async fn open(&self, client: Client) -> Result<SqliteSession> {
        let asked = &*client.identity().database;
        if !self.names.has(asked) {
            let message = format!("database \"{asked}\" does not exist");
            return Err(PgError::new(SqlState::INVALID_CATALOG_NAME, message));
        }
        Ok(SqliteSession::new(self.database.clone(), self.names.clone(), client))
    }
}

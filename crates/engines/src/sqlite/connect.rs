//! Connections, and what none of them may do.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use trunkline_core::Result;

use super::control::Control;
use super::errors::answer;
use super::functions::{self, Surroundings};
use super::given::Given;
use super::queue::Queue;
use super::sequence::{Sequences, Taken};
use super::watch::Watch;

/// A file, and how it is opened.
#[derive(Debug)]
pub(super) struct Database {
    /// Absolute: SQLite takes `:memory:`, an empty name and some others for no file.
    pub(super) path: PathBuf,
    pub(super) writable: bool,
    /// Who waits to write to it.
    pub(super) queue: Arc<Queue>,
    /// How often definitions may have changed through this engine.
    pub(super) definitions: AtomicU64,
    /// What its sequences gave that is not in it.
    pub(super) taken: Taken,
    /// What sees that its definitions change.
    pub(super) watch: Mutex<Weak<Watch>>,
}

/// A connection whose statements are looked at before they run.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) connection: Connection,
    pub(super) surroundings: Surroundings,
    pub(super) sequences: Sequences,
    pub(super) given: Given,
    trust: Arc<AtomicU8>,
}

/// Whose statement is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Trust {
    /// A client's that reads or changes rows.
    Rows,
    /// A client's that defines: it changes the tables in which SQLite keeps definitions.
    Definitions,
    /// One of ours.
    Own,
}

/// How many instructions of SQLite's machine run between two looks at whether to stop: some tens of
/// microseconds.
const INSTRUCTIONS: i32 = 1_000;

/// Statements that a connection keeps prepared.
const KEPT: usize = 32;

/// The write-ahead log goes back into the file when it has so many pages, 64 MiB of 4 KiB each: it is
/// safe on disk with each commit, and who commits waits the more seldom for the file to be written, too.
const LOG: &str = "PRAGMA wal_autocheckpoint = 16384";

/// What is beyond is 54000. The server's own limits stand before those of statements.
const LIMITS: [(Limit, i32); 9] = [
    (Limit::SQLITE_LIMIT_LENGTH, 256 << 20),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 16 << 20),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 1_000),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 500),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    // A pattern of n percent signs takes n times as long for each character.
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 100),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Opens a connection.
pub(super) fn connect(database: &Database, control: &Arc<Control>) -> Result<Guarded> {
    open(database, control).map_err(answer)
}

/// Opens a connection, and reads the file's head: what is no database fails here.
pub(super) fn open(database: &Database, control: &Arc<Control>) -> rusqlite::Result<Guarded> {
    let access = match database.writable {
        true => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        false => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut connection = Connection::open_with_flags(&database.path, flags)?;
    for (limit, value) in LIMITS {
        connection.set_limit(limit, value)?;
    }
    for (config, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        // A name that nobody knows is an error, not a string.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    ] {
        connection.set_db_config(config, value)?;
    }
    connection.set_prepared_statement_cache_capacity(KEPT);
    connection.query_row(LOG, [], |_| Ok(()))?;
    let stop = control.clone();
    connection.progress_handler(INSTRUCTIONS, Some(move || stop.has_run()))?;
    let (lock, mut since) = (control.clone(), Instant::now());
    let wait = move |times| {
        if times == 0 {
            since = Instant::now();
        }
        lock.wait_for_lock(since)
    };
    connection.busy_handler(Some(wait))?;
    let keep = control.clone();
    connection.commit_hook(Some(move || !keep.may_keep()))?;
    let sequences = Sequences::new(&database.taken);
    let surroundings = functions::register(&connection, &sequences, control)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let trust = Arc::new(AtomicU8::new(Trust::Rows as u8));
    let asked = trust.clone();
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match is_allowed(&context.action, asked.load(Ordering::Relaxed)) {
            true => Authorization::Allow,
            false => Authorization::Deny,
        }
    }))?;
    let given = Given::default();
    functions::register_conflict(&connection, &given)?;
    let watching = given.clone();
    let changed = move |action, _: &str, table: &str, rowid| watching.changed(action, table, rowid);
    connection.update_hook(Some(changed))?;
    Ok(Guarded { connection, surroundings, sequences, given, trust })
}

impl Guarded {
    /// Has the file keep a write-ahead log from now on: who reads does not stop who writes. A file
    /// system on which that cannot be goes without.
    pub(super) fn keep_log(&self) -> rusqlite::Result<()> {
        self.own(|connection| connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())))
    }

    /// Does something for ourselves: all is allowed.
    pub(super) fn own<T>(&self, job: impl FnOnce(&Connection) -> T) -> T {
        self.with(Trust::Own, job)
    }

    /// Does something for a client whose statement defines, or does not.
    pub(super) fn theirs<T>(&self, defines: bool, job: impl FnOnce(&Connection) -> T) -> T {
        self.with(if defines { Trust::Definitions } else { Trust::Rows }, job)
    }

    fn with<T>(&self, trust: Trust, job: impl FnOnce(&Connection) -> T) -> T {
        let before = self.trust.swap(trust as u8, Ordering::Relaxed);
        let done = job(&self.connection);
        self.trust.store(before, Ordering::Relaxed);
        done
    }
}

/// The last line: what SQLite is about to do, whatever a translation has let through.
fn is_allowed(action: &AuthAction<'_>, trust: u8) -> bool {
    if trust == Trust::Own as u8 {
        return true;
    }
    match action {
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::CreateVtable { .. }
        | AuthAction::DropVtable { .. }
        | AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Unknown { .. } => false,
        // No statement of a client's makes one, but those of a table that is made anew come back.
        AuthAction::CreateTrigger { .. } | AuthAction::CreateTempTrigger { .. } => {
            trust == Trust::Definitions as u8
        }
        // Full text search looks whether its index has changed.
        AuthAction::Pragma { pragma_name, pragma_value } => {
            *pragma_name == "data_version" && pragma_value.is_none()
        }
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. } => {
            trust == Trust::Definitions as u8 || !is_internal(table_name)
        }
        AuthAction::Function { function_name } => !is_forbidden(function_name),
        _ => true,
    }
}

fn is_internal(table: &str) -> bool {
    table.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
}

fn is_forbidden(function: &str) -> bool {
    ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(function))
}

#[cfg(test)]
mod tests;

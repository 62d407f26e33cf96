//! What is served: files, or a SQLite database.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tokio::runtime::Handle;
use trunkline::types;
use trunkline_datafusion::Database;
use trunkline_engines::sqlite::Sqlite;
use trunkline_sql::quote_identifier;

use crate::args::Serve;
use crate::failure::Failure;

/// What a SQLite file begins with: <https://www.sqlite.org/fileformat2.html#the_database_header>.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// What is behind the server.
#[derive(Clone)]
pub(crate) enum Source {
    /// Files and folders, which nobody changes.
    Files(Database),
    /// A SQLite database, and its name.
    Sqlite(Sqlite, String),
}

/// What people are told of it.
pub(crate) struct Shown {
    pub(crate) database: String,
    pub(crate) tables: Vec<ShownTable>,
}

/// A table in the banner.
pub(crate) struct ShownTable {
    pub(crate) name: String,
    pub(crate) rows: Option<u64>,
    /// Its columns in one line, or why there is none.
    pub(crate) columns: String,
}

impl Source {
    /// Looks at what the user said; this may take long.
    pub(crate) fn open(said: &Serve) -> Result<Source, Failure> {
        let tables = tables(said)?;
        let writable = said.writable == Some(true);
        let is_sqlite = |path: &Path| is_sqlite(path) || writable && may_become_sqlite(path);
        match &said.paths[..] {
            [path] if tables.is_empty() && is_sqlite(path) => {
                let opened =
                    if writable { Sqlite::open_writable(path) } else { Sqlite::open(path) };
                let engine = opened.map_err(|error| Failure::usage(error.to_string()))?;
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let name = said.database.clone().unwrap_or_else(|| stem.into_owned());
                return Ok(Source::Sqlite(engine, name));
            }
            paths => {
                if let Some(path) = paths.iter().find(|path| is_sqlite(path)) {
                    let path = path.display();
                    let why = format!("{path} is a SQLite database: serve it by itself");
                    return Err(Failure::usage(why));
                }
            }
        }
        if writable {
            return Err(Failure::usage("--writable is for a SQLite database: files are only read"));
        }
        let database = Database::open(said.paths.iter(), &tables, said.database.as_deref());
        let database = Handle::current().block_on(database);
        Ok(Source::Files(database.map_err(|error| Failure::usage(error.to_string()))?))
    }

    /// What the banner says.
    pub(crate) async fn shown(&self) -> Result<Shown, Failure> {
        match self {
            Source::Files(database) => {
                let tables = database.tables().await.into_iter().map(|table| {
                    let columns = table.columns.map_or_else(
                        |error| format!("cannot be read: {error}"),
                        |columns| line(columns.iter().map(|(name, of)| (&**name, &**of))),
                    );
                    ShownTable { name: table.name, rows: table.rows, columns }
                });
                Ok(Shown { database: database.name().to_owned(), tables: tables.collect() })
            }
            Source::Sqlite(engine, name) => {
                let snapshot = engine.snapshot();
                let snapshot = snapshot.map_err(|error| Failure::runtime(error.to_string()))?;
                let relations = snapshot.schemas.into_iter().flat_map(|schema| schema.relations);
                let tables = relations.map(|relation| {
                    let columns = relation.columns.iter().map(|attribute| {
                        let column = &attribute.column;
                        (&*column.name, types::name_of(column.type_oid).unwrap_or("?"))
                    });
                    let columns = line(columns);
                    let name = quote_identifier(&relation.name).into_owned();
                    ShownTable { name, rows: relation.rows, columns }
                });
                Ok(Shown { database: name.clone(), tables: tables.collect() })
            }
        }
    }
}

fn line<'a>(columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    columns.map(|(name, of)| format!("{name} {of}")).collect::<Vec<_>>().join(", ")
}

fn is_sqlite(path: &Path) -> bool {
    let mut head = [0; SQLITE.len()];
    let opened = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    opened.is_ok() && head == *SQLITE
}

/// Whether a database is made of it when it is written: it is not there, or empty, and named like one.
fn may_become_sqlite(path: &Path) -> bool {
    let is_named = path
        .extension()
        .is_some_and(|end| ["db", "db3", "sqlite", "sqlite3"].iter().any(|name| end == *name));
    is_named && path.metadata().map_or(true, |found| found.is_file() && found.len() == 0)
}

/// The tables that were named: `NAME=PATH`.
fn tables(said: &Serve) -> Result<Vec<(String, String)>, Failure> {
    let parts = said.table.iter().map(|table| {
        let (name, path) = table.split_once('=').unwrap_or_default();
        if name.is_empty() || path.is_empty() {
            return Err(Failure::usage(format!("--table {table}: say NAME=PATH")));
        }
        Ok((name.to_owned(), path.to_owned()))
    });
    parts.collect()
}

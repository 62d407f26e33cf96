//! SQLite behind the session scripts: a database of any name, in a file of its own.

use std::path::PathBuf;

use trunkline::{Client, Engine, PgError, Result, SqlState};
use trunkline_engines::sqlite::{Sqlite, SqliteSession};

/// Files in a folder; whoever asks for one first makes it.
pub(crate) struct Databases {
    pub(crate) folder: PathBuf,
}

impl Engine for Databases {
    type Session = SqliteSession;

    async fn open(&self, client: Client) -> Result<SqliteSession> {
        let name = client.identity().database.clone();
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let error = format!("database \"{name}\" does not exist");
            return Err(PgError::new(SqlState::INVALID_CATALOG_NAME, error));
        }
        let file = Sqlite::open_writable(self.folder.join(&*name));
        let failed = |error| PgError::new(SqlState::IO_ERROR, format!("{name}: {error}"));
        file.map_err(failed)?.open(client).await
    }
}

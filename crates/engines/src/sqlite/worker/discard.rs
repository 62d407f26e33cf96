//! What a session has for itself, thrown away.

use rusqlite::config::DbConfig;
use trunkline_core::Result;
use trunkline_sql::statement::Discard;

use super::{Worker, answer, quote};

/// Views first: they may be of the tables.
const TEMPORARY: &str = "SELECT type, name FROM temp.sqlite_schema \
                         WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' \
                         ORDER BY type DESC";

impl Worker<'_> {
    /// DISCARD: temporary tables, and the numbers that sequences gave.
    pub(in crate::sqlite) fn discard(&mut self, what: Discard) -> Result<()> {
        self.check_kept()?;
        if matches!(what, Discard::All | Discard::Sequences) {
            self.guarded.sequences.discard();
        }
        match what {
            Discard::All | Discard::Temp => self.discard_temporary(),
            Discard::Plans | Discard::Sequences => Ok(()),
        }
    }

    fn discard_temporary(&mut self) -> Result<()> {
        let temporary = |connection: &rusqlite::Connection| -> rusqlite::Result<Vec<String>> {
            let mut found = connection.prepare_cached(TEMPORARY)?;
            let drops = found.query_map([], |row| {
                let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(format!("DROP {kind} temp.{}", quote(&name)))
            })?;
            drops.collect()
        };
        let drops = self.guarded.own(temporary).map_err(answer)?;
        if drops.is_empty() {
            return Ok(());
        }
        // All of them go: none is in the way of another that it refers to.
        let fkey = DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY;
        self.connection().set_db_config(fkey, false).map_err(answer)?;
        let dropped = self.atomically(|worker| drops.iter().try_for_each(|drop| worker.own(drop)));
        self.connection().set_db_config(fkey, true).map_err(answer)?;
        self.guarded.sequences.forget();
        dropped
    }
}

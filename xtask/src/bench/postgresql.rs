//! A PostgreSQL 15 that has nothing else to do than to be measured.

use std::path::Path;
use std::process::Command;

use super::load::Place;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Certificate, Cluster, Version};

const VERSION: Version = Version::Pg15;

/// What would only disturb is off, and the table fits into memory.
const SETTINGS: &str = "\
shared_buffers = '512MB'
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '4GB'
jit = off
autovacuum = off
log_min_messages = error
";
/// What a commit promises by default: that it is safe on disk.
const DURABLE: &str = "\
fsync = on
synchronous_commit = on
full_page_writes = on
";
const RULES: &str = "host all bench_scram 127.0.0.1/32 scram-sha-256\n";

/// A running server, gone when dropped.
pub(super) struct PostgreSql {
    cluster: Cluster,
    psql: std::path::PathBuf,
}

impl PostgreSql {
    pub(super) fn start(cache: &Cache, tls: Option<&Certificate>) -> Result<Self, Halt> {
        PostgreSql::start_with(cache, tls, SETTINGS)
    }

    /// One that keeps what it has committed, for who is measured beside it does so, too.
    pub(super) fn start_durable(cache: &Cache) -> Result<Self, Halt> {
        PostgreSql::start_with(cache, None, &[SETTINGS, DURABLE].concat())
    }

    fn start_with(cache: &Cache, tls: Option<&Certificate>, settings: &str) -> Result<Self, Halt> {
        let cluster = Cluster::start_with(VERSION, cache, tls, settings, RULES)?;
        Ok(Self { cluster, psql: VERSION.clients(cache)?.join("psql") })
    }

    pub(super) fn place(&self) -> Place {
        Place { port: self.cluster.port, process: self.cluster.process() }
    }

    /// Runs a script of psql, as this account.
    pub(super) fn run(&self, script: &Path) -> Result<(), String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["-Xqv", "ON_ERROR_STOP=1", "-f"]).arg(script);
        psql.arg(format!(
            "host=127.0.0.1 port={} user=postgres dbname=postgres",
            self.cluster.port
        ));
        process::output(&mut psql).map(drop)
    }
}

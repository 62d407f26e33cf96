//! The two servers that have the same definitions.

use std::path::Path;
use std::process::Command;

use super::Run;
use crate::halt::Halt;
use crate::interop::{Ours, built};
use crate::process;
use crate::servers::{Cluster, Version};

/// The name of the database in both.
pub(super) const DATABASE: &str = "shopdb";

/// A PostgreSQL 18 and a server of ours.
pub(super) struct Pair {
    pub(super) postgresql: Cluster,
    pub(super) ours: Ours,
}

impl Pair {
    /// Loads a script into an empty database, and declares it beside an empty file.
    pub(super) fn start(run: &Run<'_>, schema: &Path) -> Result<Self, Halt> {
        let binary = built(run.workspace)?;
        let postgresql = Cluster::start(Version::Pg18, run.cache, None)?;
        let psql = Version::Pg18.clients(run.cache)?.join("psql");
        let load = |database: &str, what: &[&str]| {
            let mut psql = Command::new(&psql);
            psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]).args(what);
            psql.env("PGOPTIONS", "-c client_min_messages=warning");
            process::output(psql.arg(conninfo(postgresql.port, database)))
        };
        load("postgres", &["-c", &format!("create database {DATABASE}")])?;
        let script = schema.display().to_string();
        load(DATABASE, &["-f", &script])?;
        let name = schema.parent().and_then(Path::file_name).unwrap_or_default();
        let data = run.scratch.path().join(name).with_extension("db");
        let flags = ["--writable", "--schema", &script];
        let ours = Ours::start_as(DATABASE, &binary, &data, run.scratch.path(), &flags)?;
        Ok(Self { postgresql, ours })
    }

    /// Where PostgreSQL is, and where we are.
    pub(super) fn addresses(&self) -> [String; 2] {
        [self.postgresql.port, self.ours.port].map(|port| conninfo(port, DATABASE))
    }
}

/// As libpq has it.
pub(super) fn conninfo(port: u16, database: &str) -> String {
    format!("host=127.0.0.1 port={port} user=postgres dbname={database} sslmode=disable")
}

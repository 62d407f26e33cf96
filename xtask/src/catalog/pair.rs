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
        let postgresql = loaded(run, schema, &[])?;
        let script = schema.display().to_string();
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

/// A PostgreSQL 18 that has the definitions of a script and none of its rows, and a history of its own: what it tells
/// otherwise than one that has run the whole script, the definitions alone do not tell.
pub(super) fn without_rows(run: &Run<'_>, schema: &Path) -> Result<Cluster, Halt> {
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", schema.display()));
    let path = run.scratch.path().join("definitions.sql");
    std::fs::write(&path, definitions(&std::fs::read_to_string(schema).map_err(failed)?))
        .map_err(failed)?;
    loaded(run, &path, &["-c", "create table made_before ()"])
}

/// A script without the statements that make rows, or look at them; each begins a line and ends one.
fn definitions(script: &str) -> String {
    let mut is_left_out = false;
    let mut written = String::new();
    for line in script.lines() {
        is_left_out |= ["INSERT ", "REFRESH ", "ANALYZE"].iter().any(|word| line.starts_with(word));
        if !is_left_out {
            written.push_str(line);
            written.push('\n');
        }
        is_left_out &= !line.trim_end().ends_with(';');
    }
    written
}

/// A PostgreSQL 18 with a script loaded into a database that was empty, after something else.
fn loaded(run: &Run<'_>, schema: &Path, before: &[&str]) -> Result<Cluster, Halt> {
    let postgresql = Cluster::start(Version::Pg18, run.cache, None)?;
    let psql = Version::Pg18.clients(run.cache)?.join("psql");
    let load = |database: &str, what: &[&str]| {
        let mut psql = Command::new(&psql);
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]).args(what);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        process::output(psql.arg(conninfo(postgresql.port, database)))
    };
    load("postgres", &[before, &["-c", &format!("create database {DATABASE}")]].concat())?;
    load(DATABASE, &["-f", &schema.display().to_string()])?;
    Ok(postgresql)
}

/// As libpq has it.
pub(super) fn conninfo(port: u16, database: &str) -> String {
    format!("host=127.0.0.1 port={port} user=postgres dbname={database} sslmode=disable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_rows_is_left_out() {
        let script =
            "CREATE TABLE t (a int);\nINSERT INTO t\nVALUES (1);\nANALYZE;\nGRANT a TO b;\n";
        assert_eq!(definitions(script), "CREATE TABLE t (a int);\nGRANT a TO b;\n");
    }
}

//! Tables taken from a real PostgreSQL 18: types, error codes, settings, key words, time
//! zones, encodings, catalogs.

mod abbreviations;
mod catalogs;
mod encodings;
mod error_codes;
mod keywords;
mod oids;
mod pairs;
mod settings;
mod types;

use std::fs;
use std::process::Command;

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Cluster, Version, error_codes};
use crate::wire::Session;
use crate::workspace::Workspace;

/// One generated file, relative to the root, and what belongs in it.
struct Generated {
    file: &'static str,
    text: String,
}

/// Writes every generated file that differs.
pub(crate) fn write(workspace: &Workspace) -> Result<String, Halt> {
    let mut written = Vec::new();
    for Generated { file, text } in generate(&Cache::find()?)? {
        if fs::read_to_string(workspace.path(file)).is_ok_and(|found| found == text) {
            continue;
        }
        fs::write(workspace.path(file), text).map_err(|error| format!("{file}: {error}"))?;
        written.push(file);
    }
    Ok(if written.is_empty() { "nothing to change".into() } else { written.join("\n") })
}

/// Says which generated files are not what PostgreSQL says today.
pub(crate) fn check(workspace: &Workspace, cache: &Cache) -> Result<String, Halt> {
    let all = generate(cache)?;
    let stale: Vec<&str> = all
        .iter()
        .filter(|generated| {
            let found = fs::read_to_string(workspace.path(generated.file));
            !found.is_ok_and(|found| found == generated.text)
        })
        .map(|generated| generated.file)
        .collect();
    if stale.is_empty() {
        return Ok(format!("{} files", all.len()));
    }
    Err(Halt::Failed(format!("stale, run `cargo xtask codegen`: {}", stale.join(" "))))
}

fn generate(cache: &Cache) -> Result<Vec<Generated>, Halt> {
    let codes = error_codes(cache)?;
    let codes = fs::read_to_string(&codes).map_err(|e| format!("{}: {e}", codes.display()))?;
    let server = Server::start(cache)?;
    let session = Session::connect(server.cluster.port, "postgres", "postgres")
        .map_err(|error| format!("the start of a session: {error}"))?;
    let mut files = vec![
        Generated {
            file: "crates/proto/src/oid/generated.rs",
            text: oids::source(&server.rows(oids::QUERY)?)?,
        },
        Generated {
            file: "crates/proto/src/sqlstate/generated.rs",
            text: error_codes::source(&codes),
        },
        Generated {
            file: "crates/core/src/settings/generated.rs",
            text: settings::source(&server.rows(settings::QUERY)?, &session.reported)?,
        },
        Generated {
            file: "crates/proto/src/types/generated.rs",
            text: types::source(&server.rows(types::QUERY)?)?,
        },
        Generated {
            file: "crates/proto/src/types/datetime/parse/zones.rs",
            text: abbreviations::source(&server.rows(abbreviations::QUERY)?)?,
        },
        Generated {
            file: "crates/proto/src/encoding/generated.rs",
            text: encodings::source(&server)?,
        },
        Generated {
            file: "crates/sql/src/keyword/table.rs",
            text: keywords::source(&server.rows(keywords::QUERY)?)?,
        },
    ];
    files.extend(pairs::files(&server)?);
    files.extend(catalogs::files(&server)?);
    Ok(files)
}

/// The PostgreSQL that is asked, and the psql that asks it.
struct Server {
    cluster: Cluster,
    psql: std::path::PathBuf,
}

impl Server {
    fn start(cache: &Cache) -> Result<Self, Halt> {
        let psql = Version::Pg18.clients(cache)?.join("psql");
        Ok(Self { cluster: Cluster::start(Version::Pg18, cache, None)?, psql })
    }

    /// Rows of text columns, in a session whose zone is UTC. Neither separator occurs in what is
    /// asked for.
    fn rows(&self, query: &str) -> Result<Vec<Vec<String>>, String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["-X", "-A", "-t", "-q", "-F", "\t", "-c", "set timezone to 'UTC'", "-c", query]);
        let conninfo = format!("host=127.0.0.1 port={} user=postgres", self.cluster.port);
        let said = process::output(psql.arg(conninfo))?;
        Ok(said.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
    }
}
